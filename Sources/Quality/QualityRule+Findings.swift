import Rules
import Telemetry
import Templates

/// Findings in the words of the plant.
extension QualityRule {
  func finding(_ opened: Transition, closed: Timestamp?, count: Int? = nil) -> Finding {
    let signal = asset.signals[opened.signal]
    var evidence = [
      Event.Attribute("signal", signal.name), Event.Attribute("since", zone.rfc3339(opened.since)),
      Event.Attribute("count", String(count ?? opened.count)),
    ]
    if opened.reason != .gap { evidence.append(Event.Attribute("value", number(opened.value, signal))) }
    if Self.comparesWithUsual(opened) { evidence.append(Event.Attribute("usual", number(opened.usual, signal))) }
    if let suspect = unitSuspect(opened) { evidence.append(Event.Attribute("suspected", suspect.name)) }
    let word = opened.reason.word
    return Finding(
      key: "\(word)/\(asset.id)/\(signal.name)", rule: word, subject: asset.id, severity: .warning,
      opened: opened.time, closed: closed, summary: summary(opened, signal),
      advice: SourceRemedy.text(.finding(opened.reason)), evidence: evidence)
  }

  private static func comparesWithUsual(_ opened: Transition) -> Bool {
    switch opened.reason {
    case .stuckValue, .gap, .outOfRange, .duplicatePublisher: false
    default: true
    }
  }

  private func unitSuspect(_ opened: Transition) -> UnitSuspect? {
    guard opened.reason == .unitChange else { return nil }
    let units = limits.units[opened.signal]
    return units.indices.contains(opened.detail - 1) ? units[opened.detail - 1] : nil
  }

  private func number(_ value: Double, _ signal: Signal) -> String {
    let scale = 1e4
    let scaled = (value * scale).rounded()
    let text = scaled.magnitude < 1e15 && scaled.magnitude >= 1 ? "\(scaled / scale)" : "\(value)"
    let short = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    return signal.unit.isEmpty || signal.unit == "1" ? short : "\(short) \(signal.unit)"
  }

  private func summary(_ opened: Transition, _ signal: Signal) -> String {
    let name = "\(signal.name) of \(asset.id)"
    let since = zone.rfc3339(opened.since)
    let value = number(opened.value, signal)
    let usual = number(opened.usual, signal)
    switch opened.reason {
    case .stuckValue: return "\(name) has shown exactly \(value) since \(since), longer than it ever keeps a value."
    case .flatLine:
      return "\(name) hardly moves since \(since): steps of \(value) where \(usual) are usual."
    case .spike: return "\(name) shows spikes: \(opened.count) since \(since), at a level of \(usual)."
    case .gap: return "\(name) is missing since \(since), while its device reports other signals."
    case .noiseChange:
      return "\(name) is restless since \(since): steps of \(value) where \(usual) are usual."
    case .outOfRange:
      let range = [signal.minimum, signal.maximum].map { $0.map { number($0, signal) } ?? "open" }
      return "\(name) was outside \(range[0]) … \(range[1]) \(opened.count) times since \(since), first with \(value)."
    case .rateOfChange:
      let limit = signal.quality.maximumRate?.description ?? "possible"
      return "\(name) changes faster than \(limit): \(opened.count) times since \(since), now to \(value)."
    case .siblingDisagreement:
      let siblings = signal.quality.siblings.joined(separator: ", ")
      return "\(name) differs from \(siblings) since \(since): a mean of \(usual) there, \(value) here."
    case .unitChange:
      let suspect = unitSuspect(opened)?.name ?? "another unit"
      return "\(name) jumped from \(usual) to \(value) and stayed: it looks like \(suspect)."
    case .duplicatePublisher:
      return opened.detail < 0
        ? "\(name) has two values for one time, \(opened.count) times since \(since): two sources publish it."
        : "\(name) jumps to and fro between two levels since \(since): two sources seem to publish it."
    }
  }

  // MARK: Clock

  mutating func tell(_ change: ClockMonitor.Change, context: inout RuleContext) {
    switch change {
    case .opened: context.emit(clockFinding(opened: context.clock, ahead: clock.openedAhead, closed: nil))
    case .closed:
      context.emit(clockFinding(opened: context.clock, ahead: clock.openedAhead, closed: context.clock))
    }
  }

  private func clockFinding(opened: Timestamp, ahead: Int64, closed: Timestamp?) -> Finding {
    let seconds = Int64((Double(ahead) / 1e9).rounded())
    let side = seconds >= 0 ? "ahead of" : "behind"
    let amount = "\(seconds.magnitude) s"
    let more = seconds < 0 ? ", or its messages are held up for that long" : ""
    let key = seconds >= 0 ? "ahead" : "behind"
    return Finding(
      key: "clock-skew/\(asset.id)", rule: "clock-skew", subject: asset.id, severity: .warning, opened: opened,
      closed: closed, summary: "The clock of \(asset.id) is \(amount) \(side) the plant clock\(more).",
      advice: "Set the device's clock (NTP). If that cannot be, correct it at the asset: "
        + "`clock: { \(key): \(amount) }`, or `clock: receive-time`.",
      evidence: [
        Event.Attribute("aheadSeconds", String(seconds)),
        Event.Attribute("deliverySeconds", String(Int64((clock.report?.delay ?? .zero).seconds.rounded()))),
      ])
  }

  /// Nil while none is open.
  func resetFinding(closed: Timestamp?) -> Finding? {
    guard let opened = reset.opened else { return nil }
    let device = Timestamp(nanoseconds: reset.lastDevice)
    let plant = Timestamp(nanoseconds: reset.lastPlant)
    let pace = reset.pace == .running ? "and runs at normal speed" : "and stands still"
    return Finding(
      key: "clock-reset/\(asset.id)", rule: "clock-reset", subject: asset.id,
      // It stands for the missing data too.
      severity: asset.criticality == .high || asset.criticality == .safety ? .critical : .warning, opened: opened,
      closed: closed,
      summary: "The clock of \(asset.id) shows \(device.rfc3339UTC) \(pace): "
        + "\(ClockReset.explanation(device: device, plant: plant)). Its samples are set aside as too old.",
      advice: "Set the device's clock and check its clock battery and NTP. Until then `clock: receive-time` "
        + "at the asset takes its samples at the time of their arrival.",
      evidence: [
        Event.Attribute("deviceTime", device.rfc3339UTC), Event.Attribute("plantTime", plant.rfc3339UTC),
        Event.Attribute("messages", String(reset.messages)),
      ])
  }
}
