import Telemetry

/// Where a machine is going: a fault that explains what is seen of it, and when it has failed by it.
struct Outlook: Hashable, Sendable {
  /// Of the fault model.
  var fault: String
  /// 0 … 1
  var score: Double
  /// When it has failed with 10, 50 and 90 %; nil with a reason in `refusal`.
  var p10: Timestamp?
  var p50: Timestamp?
  var p90: Timestamp?
  var refusal: String?

  init(fault: String, score: Double, estimate: LifeEstimate, at time: Timestamp) {
    self.fault = fault
    self.score = score
    switch estimate {
    case .estimate(let hours, _):
      p10 = time + Self.span(hours.p10)
      p50 = time + Self.span(hours.p50)
      p90 = time + Self.span(hours.p90)
    case .refused(let reasons): refusal = reasons.map(\.text).joined(separator: "; ")
    }
  }

  /// To the minute: what lies behind it is not exact.
  private static func span(_ hours: Double) -> Span64 { .minutes(Int64((min(hours, 1e6) * 60).rounded())) }

  func encode(into writer: inout ByteWriter) {
    writer.string(fault)
    writer.double(score)
    for time in [p10, p50, p90] { writer.timestamp(time ?? .distantPast) }
    writer.string(refusal ?? "")
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    func time(_ reader: inout ByteReader) throws(ByteReaderError) -> Timestamp? {
      let time = try reader.timestamp()
      return time == .distantPast ? nil : time
    }
    fault = try reader.string()
    score = try reader.double()
    p10 = try time(&reader)
    p50 = try time(&reader)
    p90 = try time(&reader)
    let text = try reader.string()
    refusal = text.isEmpty ? nil : text
  }
}
