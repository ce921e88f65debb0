import Rules
import Telemetry

extension UnitFileRule {
  private static let version: UInt8 = 1

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
    for (unit, time) in open.sorted(by: { $0.key < $1.key }) {
      writer.string(unit)
      writer.timestamp(time)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    guard try reader.byte() == Self.version else { throw ByteReaderError(offset: 0, expected: "version 1 of units") }
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
      open[unit] = try reader.timestamp()
    }
  }
}
