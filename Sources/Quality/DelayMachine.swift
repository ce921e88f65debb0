import Telemetry

/// When a condition that comes and goes opens a finding, and when the finding closes: on and off delay in event time.
struct DelayMachine: Hashable, Sendable {
  enum Phase: UInt8, Hashable, Sendable { case idle, pending, open }
  enum Change: Hashable, Sendable { case opened, closed }

  /// Times in nanoseconds.
  struct Delays: Hashable, Sendable {
    /// The condition has held for so long …
    var on: Int64 = 0
    /// … and was seen so often.
    var count: Int32 = 1
    /// It has been gone for so long.
    var off: Int64
    /// A condition of single samples: sound samples in between do not interrupt it.
    var isPoint = false
  }

  private(set) var phase = Phase.idle
  /// When the condition was seen first, and last.
  private(set) var since: Int64 = 0
  private(set) var last: Int64 = 0
  private(set) var count: Int32 = 0

  /// Times must not go back.
  mutating func handle(_ isActive: Bool, at time: Int64, _ delays: Delays) -> Change? {
    if isActive {
      if phase == .idle || (phase == .pending && time &- last >= delays.off) {
        phase = .pending
        since = time
        count = 0
      }
      last = time
      if count < .max { count += 1 }
      guard phase == .pending, count >= delays.count, time &- since >= delays.on else { return nil }
      phase = .open
      return .opened
    }
    switch phase {
    case .idle: return nil
    case .pending:
      if !delays.isPoint || time &- last >= delays.off { phase = .idle }
      return nil
    case .open:
      guard time &- last >= delays.off else { return nil }
      phase = .idle
      return .closed
    }
  }

  /// Opens at once.
  mutating func open(since: Int64, last: Int64) {
    phase = .open
    self.since = since
    self.last = last
    count = 1
  }

  func encode(into writer: inout ByteWriter) {
    writer.byte(phase.rawValue)
    writer.zigzag(since)
    writer.zigzag(last)
    writer.varint(Int(count))
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let phase = Phase(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "the phase of a condition")
    }
    self.phase = phase
    since = try reader.zigzag()
    last = try reader.zigzag()
    count = Int32(truncatingIfNeeded: try reader.integer())
  }
}
