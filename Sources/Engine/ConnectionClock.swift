import Journal
import Telemetry

/// The plant clock as the sources of one connection see it.
///
/// While the connection is drained it is the plant clock itself. While it is down, or up with a backlog still arriving,
/// the clock stands still, but not longer than `maximumWait`: then it follows the plant clock at that distance, and
/// windows close with what is there.
///
/// Marks that come as messages (replay, simulation) have their place among the data by the broker's order: they count
/// whatever the connection's state, since everything before them has arrived.
struct ConnectionClock: Hashable, Sendable {
  private(set) var state: Batch.ConnectionChange = .down
  /// `distantPast` before the first mark that counted.
  private(set) var time: Timestamp = .distantPast
  /// The highest mark of the gateway.
  private var plant: Timestamp = .distantPast
  let maximumWait: Span64
  private let marksAreOrdered: Bool

  /// - Parameter marksAreOrdered: marks are messages among the data.
  init(maximumWait: Span64, marksAreOrdered: Bool = false) {
    self.maximumWait = maximumWait
    self.marksAreOrdered = marksAreOrdered
  }

  private var follows: Bool { marksAreOrdered || state == .drained }

  /// Windows of its sources wait.
  var isWaiting: Bool { !follows && time < plant }

  /// A mark; a lower one than before is ignored. Returns whether rules may close windows now.
  mutating func mark(_ mark: Timestamp) -> Bool {
    guard plant <= mark else { return false }
    plant = mark
    return advance()
  }

  /// Returns whether rules may close windows now: what the broker had kept has arrived, so the marks that were seen
  /// meanwhile count.
  mutating func change(_ change: Batch.ConnectionChange) -> Bool {
    state = change
    return change == .drained && plant != .distantPast && advance()
  }

  private mutating func advance() -> Bool {
    if follows {
      time = plant
      return true
    }
    let latest = plant - maximumWait
    guard time < latest else { return false }
    time = latest
    return true
  }

  /// The plant clock at which a rule with this deadline runs, if nothing changes.
  func wake(_ deadline: Timestamp) -> Timestamp {
    follows ? deadline : max(deadline, time + Span64(nanoseconds: 1)) + maximumWait
  }

  func encode(into writer: inout ByteWriter) {
    writer.byte(state.rawValue)
    writer.timestamp(time)
    writer.timestamp(plant)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let state = Batch.ConnectionChange(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of a connection")
    }
    self.state = state
    time = try reader.timestamp()
    plant = try reader.timestamp()
  }
}
