import Rules
import Telemetry

/// A fault that was predicted for a machine, from the first warning of it until it was told no more, and how the
/// prediction moved.
public struct Prediction: Hashable, Sendable {
  /// What was said at one time. The window is that between 10 and 90 %; nil = it was refused.
  public struct Point: Hashable, Sendable {
    public var time: Timestamp
    public var score: Double
    public var p10: Timestamp?
    public var p50: Timestamp?
    public var p90: Timestamp?

    public init(time: Timestamp, score: Double, p10: Timestamp?, p50: Timestamp?, p90: Timestamp?) {
      self.time = time
      self.score = score
      self.p10 = p10
      self.p50 = p50
      self.p90 = p90
    }
  }

  public var model: String
  public var fault: String
  /// Key of the finding that says it.
  public var finding: String
  public var opened: Timestamp
  /// nil = it is still told.
  public var ended: Timestamp?
  /// Best place among the faults that were told together; 0 = it was the first.
  public var rank: Int
  /// By time; the last one is what was said last. At most `capacity`: the older ones lie further apart.
  public private(set) var points: [Point]
  /// Why there is no window now.
  public var refusal: String?
  private var spacing: Span64

  static let capacity = 48

  init(_ prognosis: ConditionFigures.Prognosis, rank: Int, time: Timestamp) {
    model = prognosis.model
    fault = prognosis.fault
    finding = prognosis.finding
    opened = time
    self.rank = rank
    points = []
    spacing = .hours(1)
    follow(prognosis, rank: rank, time: time)
  }

  mutating func follow(_ prognosis: ConditionFigures.Prognosis, rank: Int, time: Timestamp) {
    self.rank = min(self.rank, rank)
    finding = prognosis.finding
    refusal = prognosis.refusal
    ended = nil
    let point = Point(
      time: time, score: prognosis.score, p10: prognosis.p10, p50: prognosis.p50, p90: prognosis.p90)
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

  public var last: Point { points[points.count - 1] }

  /// What was said at a time; nil before the first warning.
  public func said(at time: Timestamp) -> Point? { points.last { $0.time <= time } }

  public func isTold(at time: Timestamp) -> Bool { opened <= time && ended.map { time <= $0 } ?? true }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    for text in [model, fault, finding, refusal ?? ""] { writer.string(text) }
    writer.timestamp(opened)
    writer.optional(ended)
    writer.varint(rank)
    writer.varint(Int(spacing.nanoseconds / Span64.hours(1).nanoseconds))
    writer.varint(points.count)
    for point in points {
      writer.timestamp(point.time)
      writer.double(point.score)
      for time in [point.p10, point.p50, point.p90] { writer.optional(time) }
    }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    model = try reader.string()
    fault = try reader.string()
    finding = try reader.string()
    let refusal = try reader.string()
    self.refusal = refusal.isEmpty ? nil : refusal
    opened = try reader.timestamp()
    ended = try reader.optionalTimestamp()
    rank = try reader.integer()
    spacing = .hours(Int64(try reader.integer()))
    points = []
    for _ in 0..<(try reader.count()) {
      points.append(
        Point(
          time: try reader.timestamp(), score: try reader.double(), p10: try reader.optionalTimestamp(),
          p50: try reader.optionalTimestamp(), p90: try reader.optionalTimestamp()))
    }
    guard !points.isEmpty else { throw ByteReaderError(offset: reader.offset, expected: "what was predicted") }
  }
}
