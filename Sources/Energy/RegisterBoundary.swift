import Telemetry

/// A register at the boundary between two windows: the state to begin the next one with, and R of this instant.
struct RegisterBoundary: Hashable, Sendable {
  /// After every reading at or before the boundary.
  var machine = CounterMachine()
  /// What was counted between the last reading and the boundary, by interpolation.
  var carry: Int64 = 0
  /// The last reading is too old, R is interpolated.
  var isEstimated = false
  /// The last reading is too old and there is no later one yet: R is held until there is.
  var isStale = false
  /// The boundary lies behind a fall that was taken back later: what stands before it rests on readings after it. To
  /// fold again one must begin at the fall.
  var episode: Timestamp?

  /// The register's value; nil before its first reading.
  func value(modulus: Int64?) -> Int64? {
    guard let level = machine.level else { return nil }
    let value = level.value + carry
    if let modulus, value >= modulus { return value - modulus }
    return value
  }

  func encode(into writer: inout ByteWriter, base: Timestamp) {
    writer.byte(
      (carry != 0 ? 1 : 0) | (isEstimated ? 2 : 0) | (isStale ? 4 : 0) | (episode != nil ? 8 : 0))
    machine.encode(into: &writer, base: base)
    if carry != 0 { writer.zigzag(carry) }
    if let episode { writer.time(episode, base: base) }
  }

  init() {}

  init(machine: CounterMachine) { self.machine = machine }

  init(from reader: inout ByteReader, base: Timestamp) throws(ByteReaderError) {
    let flags = try reader.byte()
    machine = try CounterMachine(from: &reader, base: base)
    carry = flags & 1 != 0 ? try reader.zigzag() : 0
    isEstimated = flags & 2 != 0
    isStale = flags & 4 != 0
    episode = flags & 8 != 0 ? try reader.time(base: base) : nil
  }
}
