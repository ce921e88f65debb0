/// The frame of a payload: everything but the metrics, which are read one by one from its bytes.
///
/// The reader is written for the hot path: it copies nothing, allocates nothing, and what it does not know it skips.
/// It is bounded by the length of the payload and never traps, whatever the bytes are.
public struct SparkplugPayload: Sendable {
  /// Milliseconds since 1970, when the message was sent.
  public private(set) var timestamp: UInt64?
  public private(set) var seq: UInt64?
  public private(set) var metricCount = 0

  /// More than any edge node has; a hostile payload of empty metrics is refused before it costs anything.
  static let maximumMetrics = 200_000

  /// Checks the frame of the whole payload.
  public init(_ bytes: Span<UInt8>) throws(WireError) {
    var cursor = WireCursor(0..<bytes.count)
    while let key = try cursor.next(bytes) {
      switch key.field {
      case 1: timestamp = try cursor.integer(key, bytes)
      case 2:
        _ = try cursor.blob(key, bytes)
        metricCount += 1
      case 3: seq = try cursor.integer(key, bytes)
      default: try cursor.skip(key.type, bytes)
      }
    }
    guard metricCount <= Self.maximumMetrics else { throw WireError(problem: .tooMany, offset: bytes.count) }
  }

  /// Walks over the metrics of a payload, or of a template inside it.
  struct Metrics {
    private var cursor: WireCursor

    init(payload bytes: Span<UInt8>) { cursor = WireCursor(0..<bytes.count) }

    init(template range: Range<Int>) { cursor = WireCursor(range) }

    /// In payloads and in templates the metrics are field 2.
    @inline(__always)
    mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> WireMetric? {
      while let key = try cursor.next(bytes) {
        if key.field == 2 { return try WireMetric(bytes, try cursor.blob(key, bytes)) }
        try cursor.skip(key.type, bytes)
      }
      return nil
    }
  }

  /// All metrics, for tests and for listening in; the host reads them one by one.
  public static func metrics(_ bytes: Span<UInt8>) throws(WireError) -> [WireMetric] {
    var list: [WireMetric] = []
    var metrics = Metrics(payload: bytes)
    while let metric = try metrics.next(bytes) { list.append(metric) }
    return list
  }
}
