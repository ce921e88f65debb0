import Factors
import Rules
import Telemetry
import Templates

/// What the rule keeps: entries and the sources of months each under a key of its own, the rest with the checkpoint.
extension CarbonInventoryRule {
  static func entryKey(_ id: String) -> String { "carbon/entry/\(id)" }
  static func monthKey(_ start: Timestamp) -> String { "carbon/month/\(start.rfc3339UTC)" }

  func entry(_ id: String, context: RuleContext) throws -> EnteredActivity? {
    guard let bytes = try context.load(Self.entryKey(id)),
      let command = SiteCommand(text: String(decoding: bytes, as: UTF8.self))
    else { return nil }
    return try EnteredActivity(command, wasTaken: true)
  }

  func load(_ month: Timestamp, context: RuleContext) throws -> [Inventory.Source] {
    guard let bytes = try context.load(Self.monthKey(month)) else { return [] }
    var reader = ByteReader(bytes)
    var sources: [Inventory.Source] = []
    for _ in 0..<(try reader.count()) {
      let asset = try reader.string()
      guard let quantity = Signal.Quantity(rawValue: try reader.string()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a counted quantity")
      }
      let amount = try reader.decimal()
      let reference = Inventory.RecordReference(
        kind: .energyMonth, key: try reader.string(), revision: try reader.integer())
      if let source = try source(asset, quantity, amount, reference, context) { sources.append(source) }
    }
    return sources
  }

  /// Nil for what emits nothing.
  func source(
    _ asset: String, _ quantity: Signal.Quantity, _ amount: ExactDecimal, _ record: Inventory.RecordReference,
    _ context: RuleContext
  ) throws -> Inventory.Source? {
    // An asset that is not configured any more keeps its figure under the kind that its quantity has by itself.
    let metering = place(of: asset, context).map { site.assets[$0].metering } ?? Asset.Metering()
    guard let kind = try MeteredActivity.kind(quantity, metering) else { return nil }
    return Inventory.Source(
      asset: asset, quantity: quantity, activity: Activity(kind, amount, quantity.unit), record: record)
  }

  func save(_ sources: [Inventory.Source], of month: Timestamp, context: RuleContext) {
    var writer = ByteWriter()
    writer.varint(sources.count)
    for source in sources {
      writer.string(source.asset)
      writer.string(source.quantity.rawValue)
      writer.decimal(source.activity.amount)
      writer.string(source.record.key)
      writer.varint(source.record.revision)
    }
    context.save(Self.monthKey(month), writer.bytes)
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(months.count)
    for month in months {
      writer.timestamp(month.start)
      writer.byte((month.isIssued ? 1 : 0) | (month.isFinal ? 2 : 0))
      writer.decimal(month.electricity)
    }
    writer.varint(entries.count)
    for entry in entries {
      writer.string(entry.id)
      writer.timestamp(entry.start)
      writer.timestamp(entry.end)
      writer.boolean(entry.isSuperseded)
    }
    for entry in entries {
      writer.varint(entry.recounts)
      writer.fixed64(entry.bodyHash)
    }
    encodeLate(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    months = []
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      let flags = try reader.byte()
      months.append(
        Month(
          start: start, isIssued: flags & 1 != 0, isFinal: flags & 2 != 0, electricity: try reader.decimal()))
    }
    entries = []
    for _ in 0..<(try reader.count()) {
      entries.append(
        IndexEntry(
          id: try reader.string(), start: try reader.timestamp(), end: try reader.timestamp(),
          isSuperseded: try reader.boolean()))
    }
    // States of before there were recalculations end here.
    for place in entries.indices where !reader.isAtEnd {
      entries[place].recounts = try reader.integer()
      entries[place].bodyHash = try reader.fixed64()
    }
    (unsettled, late) = ([], [])
    // States of before figures were gathered end here.
    if !reader.isAtEnd { try restoreLate(from: &reader) }
    isAfterRestore = months.contains { $0.isIssued }
  }
}
