import Telemetry

/// How many hours a machine has run, by time: in bounded memory, the older points further apart.
public struct UsageCurve: Hashable, Sendable {
  private struct Point: Hashable, Sendable {
    var time: Timestamp
    var hours: Double
  }

  private static let capacity = 64

  /// By time.
  private var points: [Point] = []
  private var spacing = Span64.hours(6)
  /// Hours that were told before the counter began anew.
  private var base = 0.0

  public init() {}

  public var first: Timestamp? { points.first?.time }
  public var last: Timestamp? { points.last?.time }
  /// At the last point.
  public var hours: Double { points.last?.hours ?? 0 }

  /// - Parameter hours: since the machine is known, or since whoever counts them began anew: hours are never taken back.
  public mutating func add(_ hours: Double, at time: Timestamp) {
    guard points.last.map({ $0.time < time }) ?? true else { return }
    if base + hours < self.hours { base = self.hours }
    let point = Point(time: time, hours: base + hours)
    if points.count >= 2, time - points[points.count - 2].time < spacing {
      points[points.count - 1] = point
    } else {
      points.append(point)
    }
    guard points.count > Self.capacity else { return }
    spacing = spacing + spacing
    let last = points.count - 1
    points = points.enumerated().filter { $0.offset % 2 == 0 || $0.offset == last }.map(\.element)
  }

  /// Hours at a time, on a straight line between the points; nil before the first one. Behind the last one, as there.
  public func hours(at time: Timestamp) -> Double? {
    guard let first = points.first, first.time <= time else { return nil }
    guard let next = points.firstIndex(where: { time < $0.time }) else { return hours }
    let (a, b) = (points[next - 1], points[next])
    return a.hours + (b.hours - a.hours) * ((time - a.time).seconds / (b.time - a.time).seconds)
  }

  /// The same, but before the first point as if it had always run as it did lately; nil while nobody knows how that is.
  public func assumedHours(at time: Timestamp) -> Double? {
    if let known = hours(at: time) { return known }
    guard let first = points.first, let duty else { return nil }
    return first.hours - duty * ((first.time - time).seconds / 3600)
  }

  /// Share of the time that it ran, over the last 30 days; nil while less than a day is known.
  public var duty: Double? {
    guard let last = points.last, let first = points.first, last.time - first.time >= .days(1) else { return nil }
    let from = max(first.time, last.time - .days(30))
    guard let before = hours(at: from) else { return nil }
    return max(0, (last.hours - before) / ((last.time - from).seconds / 3600))
  }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    let hours = Int(spacing.nanoseconds / Span64.hours(1).nanoseconds)
    // Below 0 says that hours were counted anew: that is seldom.
    writer.varint(base > 0 ? -hours : hours)
    if base > 0 { writer.double(base) }
    writer.varint(points.count)
    for point in points {
      writer.timestamp(point.time)
      writer.double(point.hours)
    }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    let hours = try reader.integer()
    spacing = .hours(Int64(abs(hours)))
    if hours < 0 { base = try reader.double() }
    for _ in 0..<(try reader.count()) {
      points.append(Point(time: try reader.timestamp(), hours: try reader.double()))
    }
  }
}
