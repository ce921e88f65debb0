import Journal
import Telemetry

/// The plant clock as the sources of one connection see it.
///
/// While the connection is drained it is the plant clock itself. While it is down, or up with a backlog still arriving,
/// the clock stands still, but not longer than `maximumWait`: then it follows the plant clock at that distance, and
/// windows close with what is there.
///
/// Marks that come as messages (replay, simulation) have their place among the data by the broker's order: they count
/// whatever the connection's state, since everything before them has arrived. So windows close at these marks only, and
/// a mark that is published twice is one mark: a disturbed run closes what an undisturbed one closes.
struct ConnectionClock: Hashable, Sendable {
  private(set) var state: Batch.ConnectionChange = .down
  /// `distantPast` before the first mark that counted.
  private(set) var time: Timestamp = .distantPast
  /// The highest mark of the gateway.
  private var plant: Timestamp = .distantPast
  /// The first mark since the connection is drained; nil while it is not, and until that mark.
  private var drainedSince: Timestamp?
  let maximumWait: Span64
  private let marksAreOrdered: Bool

  /// - Parameter marksAreOrdered: marks are messages among the data.
  init(maximumWait: Span64, marksAreOrdered: Bool = false) {
    self.maximumWait = maximumWait
    self.marksAreOrdered = marksAreOrdered
  }

  private var follows: Bool { marksAreOrdered || state == .drained }

  /// Since when a source that is silent is silent by itself (see `RuleContext.connectedSince`). Ordered marks count
  /// only with everything before them, so they leave no doubt.
  var connectedSince: Timestamp? { marksAreOrdered ? .distantPast : drainedSince }

  /// Windows of its sources wait.
  var isWaiting: Bool { !follows && time < plant }

  /// A mark; a lower one than before is ignored. Returns whether rules may close windows now.
  mutating func mark(_ mark: Timestamp) -> Bool {
    guard plant < mark || (plant == mark && !marksAreOrdered) else { return false }
    plant = mark
    if state == .drained, drainedSince == nil { drainedSince = mark }
    return advance()
  }

  /// Returns whether rules may close windows now: what the broker had kept has arrived, so the marks that were seen
  /// meanwhile count.
  mutating func change(_ change: Batch.ConnectionChange) -> Bool {
    state = change
    if change != .drained { drainedSince = nil }
    // Ordered marks waited for nothing.
    return change == .drained && !marksAreOrdered && plant != .distantPast && advance()
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
    writer.timestamp(drainedSince ?? .distantPast)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let state = Batch.ConnectionChange(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of a connection")
    }
    self.state = state
    time = try reader.timestamp()
    plant = try reader.timestamp()
    let since = try reader.timestamp()
    drainedSince = since == .distantPast ? nil : since
  }
}
