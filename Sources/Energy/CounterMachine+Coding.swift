import Telemetry

extension CounterMachine {
  private static let hasLevel: UInt8 = 1
  private static let seenElsewhere: UInt8 = 2
  private static let heardElsewhere: UInt8 = 4
  private static let hasRuns: UInt8 = 8
  private static let hasFalls: UInt8 = 16

  /// About eight bytes for a register in order. Times are written as distances from `base`.
  func encode(into writer: inout ByteWriter, base: Timestamp) {
    var flags: UInt8 = 0
    if level != nil { flags |= Self.hasLevel }
    if let level, seen != level.time { flags |= Self.seenElsewhere }
    if heard != level { flags |= Self.heardElsewhere }
    if low > 0 || high > 0 { flags |= Self.hasRuns }
    if !falls.isEmpty { flags |= Self.hasFalls }
    writer.byte(flags)
    if let level { Self.encode(level, into: &writer, base: base) }
    if flags & Self.seenElsewhere != 0 { writer.time(seen, base: base) }
    if flags & Self.heardElsewhere != 0, let heard { Self.encode(heard, into: &writer, base: base) }
    if flags & Self.hasRuns != 0 {
      writer.varint(low)
      writer.varint(high)
    }
    if flags & Self.hasFalls != 0 {
      writer.varint(falls.count)
      for fall in falls {
        Self.encode(fall.before, into: &writer, base: base)
        Self.encode(fall.at, into: &writer, base: base)
        writer.boolean(fall.hasMoved)
      }
    }
  }

  init(from reader: inout ByteReader, base: Timestamp) throws(ByteReaderError) {
    self.init()
    let flags = try reader.byte()
    if flags & Self.hasLevel != 0 {
      let reading = try Self.reading(from: &reader, base: base)
      level = reading
      heard = reading
      seen = reading.time
    }
    if flags & Self.seenElsewhere != 0 { seen = try reader.time(base: base) }
    if flags & Self.heardElsewhere != 0 { heard = try Self.reading(from: &reader, base: base) }
    if flags & Self.hasRuns != 0 {
      low = try reader.integer()
      high = try reader.integer()
    }
    if flags & Self.hasFalls != 0 {
      for _ in 0..<(try reader.count()) {
        let before = try Self.reading(from: &reader, base: base)
        let at = try Self.reading(from: &reader, base: base)
        falls.append(Fall(before: before, at: at, hasMoved: try reader.boolean()))
      }
    }
  }

  private static func encode(_ reading: Reading, into writer: inout ByteWriter, base: Timestamp) {
    writer.time(reading.time, base: base)
    writer.zigzag(reading.value)
  }

  private static func reading(from reader: inout ByteReader, base: Timestamp) throws(ByteReaderError) -> Reading {
    let time = try reader.time(base: base)
    return Reading(time: time, value: try reader.zigzag())
  }
}
