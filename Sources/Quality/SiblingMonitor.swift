import Telemetry

/// Means of a signal in equal parts of time, the newest three, to be compared with those of its siblings.
struct SiblingMonitor: Hashable, Sendable {
  /// Number of the newest part; the others are the two before.
  private var part: Int64 = .min
  private var sum = 0.0
  private var count: Int32 = 0
  private var last: Double?
  private var beforeLast: Double?
  /// The latest comparison.
  var differs = false

  /// Returns the number of the part whose mean is complete now, also of signals whose samples arrive up to a part later.
  mutating func add(_ value: Double, part: Int64) -> Int64? {
    guard part > self.part else {
      if part == self.part {
        sum += value
        count += 1
      }
      return nil
    }
    let mean = count > 0 ? sum / Double(count) : nil
    switch part &- self.part {
    case 1:
      beforeLast = last
      last = mean
    case 2:
      beforeLast = mean
      last = nil
    default:
      beforeLast = nil
      last = nil
    }
    self.part = part
    sum = value
    count = 1
    return part - 2
  }

  func mean(part: Int64) -> Double? {
    switch self.part &- part {
    case 1: last
    case 2: beforeLast
    default: nil
    }
  }

  func encode(into writer: inout ByteWriter) {
    writer.zigzag(part)
    writer.double(sum)
    writer.varint(Int(count))
    writer.boolean(differs)
    for mean in [last, beforeLast] {
      writer.boolean(mean != nil)
      if let mean { writer.double(mean) }
    }
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    part = try reader.zigzag()
    sum = try reader.double()
    count = Int32(truncatingIfNeeded: try reader.integer())
    differs = try reader.boolean()
    last = try reader.boolean() ? try reader.double() : nil
    beforeLast = try reader.boolean() ? try reader.double() : nil
  }
}
