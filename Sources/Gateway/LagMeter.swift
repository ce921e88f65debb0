import Telemetry

/// How long the journal has been ahead of the engine: remembers when the journal was where.
struct LagMeter {
  private struct Point {
    var time: Timestamp
    var position: Int64
  }
  private static let maximumPoints = 1024
  private var points: [Point] = []
  /// Points nearer to the last one are left out.
  private var spacing = Span64.zero

  /// - Parameters:
  ///   - journal: the last position of the journal at `time`.
  ///   - engine: the last position that the engine has processed.
  mutating func add(journal: Int64, engine: Int64, at time: Timestamp) {
    // A long lag is remembered more and more coarsely.
    if journal > engine, let last = points.last, time - last.time < spacing { return }
    points.append(Point(time: time, position: journal))
    // The newest point that the engine has reached bounds the age; those before it say nothing more.
    if let reached = points.lastIndex(where: { $0.position <= engine }) { points.removeFirst(reached) }
    if points.count == 1 { spacing = .zero }
    guard points.count > Self.maximumPoints else { return }
    points = points.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    spacing = max(.seconds(1), spacing + spacing)
  }

  /// The time since the journal was last seen to hold nothing after `engine`: at least the age of the oldest batch
  /// after it. If that was never seen, the time since the first look.
  func age(engine: Int64, at now: Timestamp) -> Span64 {
    let reached = points.last { $0.position <= engine } ?? points.first
    return max(.zero, now - (reached?.time ?? now))
  }
}
