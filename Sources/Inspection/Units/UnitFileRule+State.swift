import Rules
import Telemetry

extension UnitFileRule {
  /// Version 1 had one row for each unit.
  private static let version: UInt8 = 2

  private static let sizeKey = "\(name)/size"

  /// What the rows take and which lists there are, beside the rows themselves: files that were kept before the site left
  /// them out for a while are found again by it.
  func saveSize(_ context: RuleContext) {
    var writer = ByteWriter()
    for number in [bytes, first, last] { writer.varint(number) }
    context.save(Self.sizeKey, writer.bytes)
  }

  mutating func takeUp(_ context: RuleContext) throws {
    guard !isTakenUp else { return }
    isTakenUp = true
    guard bytes == 0, last == 0, let stored = try context.load(Self.sizeKey) else { return }
    var reader = ByteReader(stored)
    bytes = try reader.integer()
    first = try reader.integer()
    last = try reader.integer()
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.byte(Self.version)
    for time in [due, look] {
      writer.boolean(time != nil)
      if let time { writer.timestamp(time) }
    }
    for number in [bytes, first, last] { writer.varint(number) }
    let units = queue[head...]
    writer.varint(units.count)
    for unit in units {
      writer.string(unit)
      writer.blob(waiting[unit] ?? [])
    }
    writer.varint(open.count)
    for (unit, under) in open.sorted(by: { $0.key < $1.key }) {
      writer.string(unit)
      writer.timestamp(under.time)
      writer.varint(under.rows)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    let version = try reader.byte()
    guard (1...Self.version).contains(version) else {
      throw ByteReaderError(offset: 0, expected: "units, version \(Self.version) or before")
    }
    due = try reader.boolean() ? try reader.timestamp() : nil
    look = try reader.boolean() ? try reader.timestamp() : nil
    bytes = try reader.integer()
    first = try reader.integer()
    last = try reader.integer()
    for _ in 0..<(try reader.count()) {
      let unit = try reader.string()
      let steps = Array(try reader.blob())
      queue.append(unit)
      waiting[unit] = steps
      waitingBytes += steps.count
    }
    for _ in 0..<(try reader.count()) {
      let unit = try reader.string()
      let time = try reader.timestamp()
      open[unit] = Open(time: time, rows: version > 1 ? try reader.integer() : 0)
    }
  }
}
