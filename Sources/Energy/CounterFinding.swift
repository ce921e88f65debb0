import Telemetry

/// An open finding of a register: what happened, until the next window without anything unusual.
struct CounterFinding: Hashable, Sendable {
  /// Position in the rule's registers.
  var register: Int
  var event: CounterEvent

  /// Nil for what needs nobody's attention.
  init?(register: Int, event: CounterEvent) {
    guard Self.rule(event.kind) != nil else { return nil }
    self.register = register
    self.event = event
  }

  var rule: String { Self.rule(event.kind) ?? event.kind.word }

  private static func rule(_ kind: CounterEvent.Kind) -> String? {
    switch kind {
    case .first, .normal, .returned: nil
    case .implausible: "counter-implausible"
    case .rollover: "counter-rollover"
    case .reset: "counter-reset"
    case .dip: "counter-dip"
    case .replacement: "counter-replaced"
    case .persistentLow: "counter-stuck-low"
    case .persistentHigh: "counter-stuck-high"
    case .recovered: "counter-recovered"
    }
  }

  func finding(asset: String, register: EnergyRegister, closed: Timestamp?) -> Finding {
    let from = register.scaled(event.from).description
    let to = register.scaled(event.to).description
    let text =
      register.isAmount && event.kind != .first
      ? amountWords(signal: register.name, to: to) : words(register: register.name, from: from, to: to)
    return Finding(
      key: "\(rule)/\(asset)/\(register.name)", rule: rule, subject: asset, severity: text.severity,
      opened: event.time, closed: closed, summary: text.summary, advice: text.advice,
      evidence: [
        Event.Attribute("register", register.name), Event.Attribute("from", from), Event.Attribute("to", to),
        Event.Attribute("time", event.time.rfc3339UTC),
      ])
  }

  /// Amounts can only be too large.
  private func amountWords(
    signal: String, to: String
  ) -> (severity: Finding.Severity, summary: String, advice: String) {
    let advice =
      "The amounts are in the quarantine and in no figure. If they are right, raise the asset's rated power or the "
      + "signal's maximum-rate."
    if event.kind == .persistentHigh {
      return (
        .critical, "\(signal) keeps sending amounts above what can be counted (\(to)): nothing is counted for it.",
        advice
      )
    }
    return (.warning, "\(signal) sent the amount \(to): more than can be counted in the time.", advice)
  }

  private func words(
    register: String, from: String, to: String
  ) -> (severity: Finding.Severity, summary: String, advice: String) {
    switch event.kind {
    case .implausible:
      (
        .warning, "Register \(register) read \(to) after \(from): more than its rated power can have counted.",
        "The reading is in the quarantine. If the next ones agree with it, check the asset's rated power."
      )
    case .persistentHigh:
      (
        .critical, "Register \(register) keeps reading above what its rated power allows (\(to) after \(from)).",
        "Correct the asset's rated power, or record the meter change. What was counted is booked as soon as a reading "
          + "is plausible again."
      )
    case .recovered:
      (
        .info, "Register \(register) is plausible again at \(to); everything since \(from) is counted.",
        "If this happens often, the rated power of the asset is too low or the readings jump."
      )
    case .reset:
      (
        .warning, "Register \(register) was reset: \(from) became \(to). What was counted just before is not known.",
        "Check whether the meter restarted or was replaced; record a meter change with its final reading if it was."
      )
    case .dip:
      (
        .warning, "Register \(register) fell from \(from) to \(to); the higher reading is held.",
        "Nothing to do if it recovers. If it stays low, record the meter change."
      )
    case .persistentLow:
      (
        .critical, "Register \(register) stays at \(to), below \(from): nothing is counted for it.",
        "Record a meter change with the old meter's final and the new meter's first reading."
      )
    case .rollover: (.info, "Register \(register) rolled over from \(from) to \(to).", "Nothing to do.")
    case .replacement: (.info, "The meter of register \(register) was replaced at \(from).", "Nothing to do.")
    case .first, .normal, .returned: (.info, "Register \(register) is at \(to).", "Nothing to do.")
    }
  }

  func encode(into writer: inout ByteWriter, base: Timestamp) {
    writer.varint(register)
    [event].encode(into: &writer, base: base)
  }

  init(from reader: inout ByteReader, base: Timestamp) throws(ByteReaderError) {
    register = try reader.integer()
    guard let event = try [CounterEvent](from: &reader, base: base).first else {
      throw ByteReaderError(offset: reader.offset, expected: "the event of a finding")
    }
    self.event = event
  }
}
