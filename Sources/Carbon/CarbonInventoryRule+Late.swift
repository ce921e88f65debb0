import Factors
import Rules
import Telemetry
import Templates

/// What the meters tell, gathered: at the end of a month all of them tell theirs, and when one comes back that was away,
/// so do those beside it. The sources of a month are read and saved once for all of them, and the month has one revision.
extension CarbonInventoryRule {
  /// The newest energy record of an asset's month.
  struct Heard: Hashable, Sendable {
    struct Amount: Hashable, Sendable {
      var quantity: Signal.Quantity
      var value: ExactDecimal
    }

    var month: Timestamp
    /// As it was called then.
    var asset: String
    var amounts: [Amount]
    /// Of the record.
    var key: String
    var revision: Int
  }

  /// An issued month with figures that came later.
  struct Late: Hashable, Sendable {
    var start: Timestamp
    /// Of the first of them.
    var cause: RevisionCause?
  }

  mutating func hear(_ told: Heard, cause: RevisionCause?) {
    let place = month(told.month)
    unsettled.append(told)
    if months[place].isIssued { wait(for: told.month, cause: cause) }
  }

  /// Until all rules of the time mark have told theirs; they have waited for slow devices themselves.
  mutating func wait(for start: Timestamp, cause: RevisionCause?) {
    guard !late.contains(where: { $0.start == start }) else { return }
    late.append(Late(start: start, cause: cause))
    late.sort { $0.start < $1.start }
  }

  /// Puts what was heard in the place of the sources that it replaces, whatever the asset was called then.
  mutating func settle(_ context: RuleContext) throws {
    guard !unsettled.isEmpty else { return }
    let told = unsettled
    unsettled = []
    for start in Set(told.map(\.month)).sorted() {
      var newest: [String: Heard] = [:]
      for entry in told where entry.month == start { newest[name(entry.asset, context)] = entry }
      var sources = try load(start, context: context).filter { newest[name($0.asset, context)] == nil }
      for (asset, entry) in newest.sorted(by: { $0.key < $1.key }) {
        let reference = Inventory.RecordReference(kind: .energyMonth, key: entry.key, revision: entry.revision)
        for amount in entry.amounts {
          guard let source = try source(asset, amount.quantity, amount.value, reference, context) else { continue }
          sources.append(source)
        }
      }
      sources.sort { ($0.asset, $0.quantity.rawValue) < ($1.asset, $1.quantity.rawValue) }
      save(sources, of: start, context: context)
      let place = month(start)
      months[place].electricity = try inventory(of: place, context: context).electricity()
    }
  }

  /// The asset's id now; of one that is not configured any more the one that it had.
  private func name(_ id: String, _ context: RuleContext) -> String {
    place(of: id, context).map { site.assets[$0].id } ?? id
  }

  func place(of id: String, _ context: RuleContext) -> Int? { places[id] ?? context.asset(id, in: site) }

  // MARK: Saved state

  func encodeLate(into writer: inout ByteWriter) {
    for month in months { writer.fixed64(month.certificates) }
    writer.varint(unsettled.count)
    for entry in unsettled {
      writer.timestamp(entry.month)
      writer.string(entry.asset)
      writer.varint(entry.amounts.count)
      for amount in entry.amounts {
        writer.string(amount.quantity.rawValue)
        writer.decimal(amount.value)
      }
      writer.string(entry.key)
      writer.varint(entry.revision)
    }
    writer.varint(late.count)
    for month in late {
      writer.timestamp(month.start)
      writer.boolean(month.cause != nil)
      guard let cause = month.cause else { continue }
      for text in [cause.asset, cause.signal, cause.reason.rawValue, cause.note ?? ""] { writer.string(text) }
      writer.timestamp(cause.time)
    }
  }

  mutating func restoreLate(from reader: inout ByteReader) throws {
    for place in months.indices { months[place].certificates = try reader.fixed64() }
    for _ in 0..<(try reader.count()) {
      let (month, asset) = (try reader.timestamp(), try reader.string())
      var amounts: [Heard.Amount] = []
      for _ in 0..<(try reader.count()) {
        guard let quantity = Signal.Quantity(rawValue: try reader.string()) else {
          throw ByteReaderError(offset: reader.offset, expected: "a counted quantity")
        }
        amounts.append(Heard.Amount(quantity: quantity, value: try reader.decimal()))
      }
      unsettled.append(
        Heard(
          month: month, asset: asset, amounts: amounts, key: try reader.string(), revision: try reader.integer()))
    }
    for _ in 0..<(try reader.count()) {
      var month = Late(start: try reader.timestamp())
      if try reader.boolean() {
        let (asset, signal, word, note) = (
          try reader.string(), try reader.string(), try reader.string(), try reader.string()
        )
        guard let reason = RevisionCause.Reason(rawValue: word) else {
          throw ByteReaderError(offset: reader.offset, expected: "the reason of a revision")
        }
        month.cause = RevisionCause(
          asset: asset, signal: signal, time: try reader.timestamp(), reason: reason, note: note.isEmpty ? nil : note)
      }
      late.append(month)
    }
  }
}
