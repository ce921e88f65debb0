import Rules
import Telemetry

extension UnitFileRule {
  /// Version 1 had one row for each unit.
  private static let version: UInt8 = 2

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
