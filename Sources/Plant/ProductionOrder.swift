import Telemetry

/// A production order at a line: what it makes, and when the line worked for it. A fold over its events.
///
/// `start` and `resume` begin an interval, `pause` and `end` close it; a start while it runs and an end of what does not
/// run change nothing. What the last event with such a member says holds.
public struct ProductionOrder: Hashable, Sendable {
  public enum State: UInt8, Hashable, Sendable, CaseIterable {
    /// Only its progress was told so far.
    case planned = 0
    case running = 1
    case paused = 2
    case ended = 3

    public var word: String {
      switch self {
      case .planned: "planned"
      case .running: "running"
      case .paused: "paused"
      case .ended: "ended"
      }
    }
  }

  /// Half-open; without an end it goes on.
  public struct Interval: Hashable, Sendable {
    public var start: Timestamp
    public var end: Timestamp?
    public init(start: Timestamp, end: Timestamp?) {
      self.start = start
      self.end = end
    }

    /// The part within a range; nil if there is none.
    public func clipped(to range: Range<Timestamp>) -> Range<Timestamp>? {
      let from = max(start, range.lowerBound)
      let to = min(end ?? range.upperBound, range.upperBound)
      return from < to ? from..<to : nil
    }
  }

  public var id: String
  public var product: String?
  public var operation: String?
  public var batch: String?
  public var planned: ScaledInteger?
  /// As the MES counts.
  public var produced: ScaledInteger?
  public var scrapped: ScaledInteger?
  public var state = State.planned
  /// While the line works for it, by time; they do not touch.
  public var active: [Interval] = []
  /// From its start to its end, pauses included, by time.
  public var open: [Interval] = []

  public init(id: String) { self.id = id }

  /// - Parameter events: of this order, sorted.
  public init(id: String, events: [OrderEvent]) {
    self.id = id
    for event in events { add(event) }
  }

  /// The next event, not before the last one.
  private mutating func add(_ event: OrderEvent) {
    product = event.product ?? product
    operation = event.operation ?? operation
    batch = event.batch ?? batch
    planned = event.planned ?? planned
    produced = event.produced ?? produced
    scrapped = event.scrapped ?? scrapped
    switch event.kind {
    case .progress: break
    case .start, .resume:
      guard state != .running else { return }
      if state != .paused { Self.begin(&open, event.time) }
      Self.begin(&active, event.time)
      state = .running
    case .pause:
      guard state == .running else { return }
      Self.close(&active, event.time)
      state = .paused
    case .end:
      guard state == .running || state == .paused else { return }
      if state == .running { Self.close(&active, event.time) }
      Self.close(&open, event.time)
      state = .ended
    }
  }

  private static func begin(_ intervals: inout [Interval], _ time: Timestamp) {
    if let last = intervals.last, last.end == time {
      intervals[intervals.count - 1].end = nil
    } else {
      intervals.append(Interval(start: time, end: nil))
    }
  }

  private static func close(_ intervals: inout [Interval], _ time: Timestamp) {
    guard let last = intervals.last else { return }
    if last.start == time { intervals.removeLast() } else { intervals[intervals.count - 1].end = time }
  }

  /// Nil before it began.
  public var start: Timestamp? { open.first?.start }
  /// Nil while it is open.
  public var end: Timestamp? { open.last?.end }

  /// Whether the line is open for it at some time within a range.
  public func touches(_ range: Range<Timestamp>) -> Bool { open.contains { $0.clipped(to: range) != nil } }

  /// The stretches of time before `limit` in which two folds of an order are not the same, from the first to the last
  /// such instant; nil if there are none. Both active and open time count.
  public func difference(from other: ProductionOrder, before limit: Timestamp) -> Range<Timestamp>? {
    var edges: [Timestamp] = []
    for (one, two) in [(active, other.active), (open, other.open)] {
      edges += Set(one).symmetricDifference(two).flatMap { interval in
        // Two intervals that begin alike differ from the earlier end on.
        let twin = (one + two).first { $0.start == interval.start && $0 != interval }
        let from = twin.map { min($0.end ?? limit, interval.end ?? limit) } ?? interval.start
        return [from, interval.end ?? limit]
      }
    }
    let inside = edges.map { min($0, limit) }
    guard let from = inside.min(), let to = inside.max(), from < to else { return nil }
    return from..<to
  }
}
