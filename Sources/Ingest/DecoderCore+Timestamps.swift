import Telemetry
import Templates

// When a message's values were measured.
extension DecoderCore {
  /// 2000-01-01 and 2200-01-01: no plant device means a time outside them.
  static let earliest = Timestamp(seconds: 946_684_800)
  static let latest = Timestamp(seconds: 7_258_118_400)

  /// What a clock shows that has lost its time: from 1970 on. The engine sets such samples aside and tells why.
  private static func isLost(_ time: Timestamp) -> Bool { time.nanoseconds >= 0 && time < earliest }

  static func isPlausible(_ time: Timestamp) -> Bool { time >= earliest && time < latest }

  @inline(__always)
  func timestamp(_ capture: Capture, _ place: Place, _ payload: Span<UInt8>) throws(DecodeFailure) -> Timestamp {
    let format = plan.sections[place.section].timestampFormat
    if capture.kind == .number, format != .iso8601, capture.decimal.isExact,
      let time = Self.epoch(capture.decimal, format), Self.isPlausible(time)
    {
      return time
    }
    return try uncommonTimestamp(capture, place, payload)
  }

  /// Nanoseconds since the epoch, rounded half-even; nil if they do not fit.
  @inline(__always)
  private static func epoch(_ decimal: Decimal64, _ format: TimestampMapping.Format) -> Timestamp? {
    UnitScale.shifted(decimal, by: decimal.exponent &- resolution(format)).map { Timestamp(nanoseconds: $0) }
  }

  /// The power of ten of a nanosecond in the unit of the format.
  @inline(__always)
  private static func resolution(_ format: TimestampMapping.Format) -> Int32 {
    switch format {
    case .epochSeconds: -9
    case .epochMilliseconds: -6
    case .epochMicroseconds: -3
    case .epochNanoseconds, .iso8601: 0
    }
  }

  @inline(never)
  private func uncommonTimestamp(
    _ capture: Capture, _ place: Place, _ payload: Span<UInt8>
  ) throws(DecodeFailure) -> Timestamp {
    let format = plan.sections[place.section].timestampFormat
    let time: Timestamp?
    switch capture.kind {
    case .string where capture.isEscaped:
      let text = JSONLexer.unescaped(payload, capture.range)
      time = Self.read(text.span, 0..<text.count, format)
    case .string: time = Self.read(payload, capture.range, format)
    case .number where format != .iso8601: time = Self.read(payload, capture.range, format)
    case .number, .boolean, .array, .object, .absent, .null: time = nil
    }
    if let time, Self.isPlausible(time) { return time }
    if let other = Self.otherFormat(capture, payload, format) {
      throw bad(capture, place, payload, "expected \(Self.words(format)), but it reads as \(other.rawValue)")
    }
    if let time, Self.isLost(time) { return time }
    let range = time == nil ? "" : " between the years 1970 and 2200"
    throw bad(capture, place, payload, "expected \(Self.words(format))\(range)")
  }

  private static func read(
    _ text: Span<UInt8>, _ range: Range<Int>, _ format: TimestampMapping.Format
  ) -> Timestamp? {
    if format == .iso8601 { return Timestamp(rfc3339: text.extracting(range)) }
    guard case .number(let decimal) = DecimalText.read(text, range) else { return nil }
    if decimal.isExact { return epoch(decimal, format) }
    // More than 19 digits: fractions of a nanosecond, or nonsense.
    let wide = Decimal128(text, range, places: Int(decimal.exponent))
    return UnitScale(.identity).exactMantissa(of: wide, resolution: Int(resolution(format)))
      .map { Timestamp(nanoseconds: $0) }
  }

  /// The format in which the number would be a plausible time: seconds and milliseconds are often confused.
  private static func otherFormat(
    _ capture: Capture, _ payload: Span<UInt8>, _ format: TimestampMapping.Format
  ) -> TimestampMapping.Format? {
    guard format != .iso8601, capture.kind == .number || capture.kind == .string, !capture.isEscaped else { return nil }
    return TimestampMapping.Format.allCases.first { other in
      other != .iso8601 && other != format && read(payload, capture.range, other).map(isPlausible) == true
    }
  }

  private static func words(_ format: TimestampMapping.Format) -> String {
    switch format {
    case .epochSeconds: "seconds since 1970 (epoch-s)"
    case .epochMilliseconds: "milliseconds since 1970 (epoch-ms)"
    case .epochMicroseconds: "microseconds since 1970 (epoch-us)"
    case .epochNanoseconds: "nanoseconds since 1970 (epoch-ns)"
    case .iso8601: "an ISO 8601 date and time with offset or Z"
    }
  }

  private func bad(
    _ capture: Capture, _ place: Place, _ payload: Span<UInt8>, _ problem: String
  ) -> DecodeFailure {
    DecodeFailure(
      .badTimestamp,
      "timestamp \"\(plan.timestampPaths[place.section])\": \(problem), found \(found(capture, payload)) "
        + "(asset \(plan.assets[place.asset]))")
  }
}
