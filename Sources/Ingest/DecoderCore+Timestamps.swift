import Telemetry
import Templates

// When a message's values were measured.
extension DecoderCore {
  /// 2000-01-01 and 2200-01-01: no plant device means a time outside them.
  static let earliest = Timestamp(seconds: 946_684_800)
  static let latest = Timestamp(seconds: 7_258_118_400)

  /// What a clock shows that has lost its time: from 1970 on. The engine sets such samples aside and tells why.
  static func isLost(_ time: Timestamp) -> Bool { time.nanoseconds >= 0 && time < earliest }

  static func isPlausible(_ time: Timestamp) -> Bool { time >= earliest && time < latest }

  @inline(__always)
  func timestamp(_ capture: Capture, _ place: Place, _ payload: Span<UInt8>) throws(DecodeFailure) -> Timestamp {
    if capture.kind == .number, !plan.sections[place.section].hasTextTime, capture.decimal.isExact,
      let time = Self.epoch(capture.decimal, plan.sections[place.section].timestampFormat), Self.isPlausible(time)
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
    case .epochNanoseconds, .iso8601, .iso8601Local: 0
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
      time = read(text.span, 0..<text.count, format, place)
    case .string: time = read(payload, capture.range, format, place)
    case .number where !format.isText: time = read(payload, capture.range, format, place)
    case .number, .boolean, .array, .object, .absent, .null: time = nil
    }
    if let time, Self.isPlausible(time) { return time }
    if let other = otherFormat(capture, payload, format, place) {
      throw bad(capture, place, payload, "expected \(Self.words(format)), but it reads as \(other.rawValue)")
    }
    if let time, Self.isLost(time) { return time }
    let range = time == nil ? "" : " between the years 1970 and 2200"
    throw bad(capture, place, payload, "expected \(Self.words(format))\(range)")
  }

  private func read(
    _ text: Span<UInt8>, _ range: Range<Int>, _ format: TimestampMapping.Format, _ place: Place
  ) -> Timestamp? {
    if format.isText {
      if let time = Timestamp(rfc3339: text.extracting(range)) { return time }
      return format == .iso8601Local ? local(text, range) : nil
    }
    let comma = plan.sections[place.section].decimalComma
    guard case .number(let decimal) = DecimalText.read(text, range, comma: comma) else { return nil }
    if decimal.isExact { return Self.epoch(decimal, format) }
    // More than 19 digits: fractions of a nanosecond, or nonsense.
    let wide = Decimal128(text, range, places: Int(decimal.exponent))
    return UnitScale(.identity).exactMantissa(of: wide, resolution: Int(Self.resolution(format)))
      .map { Timestamp(nanoseconds: $0) }
  }

  /// The plant's clocks show the time: it is read as if it were UTC, and then looked up in the zone.
  private func local(_ text: Span<UInt8>, _ range: Range<Int>) -> Timestamp? {
    guard range.count < 40 else { return nil }
    var bytes: [UInt8] = []
    for index in range { bytes.append(text[index]) }
    bytes.append(UInt8(ascii: "Z"))
    guard let time = Timestamp(rfc3339: bytes.span) else { return nil }
    return plan.zone?.firstInstant(ofLocal: time)
  }

  /// Seconds in one field, nanoseconds in another.
  @inline(never)
  func dateInTwoFields(_ place: inout Place, _ payload: Span<UInt8>) throws(DecodeFailure) {
    let section = plan.sections[place.section]
    let seconds = scanner.captures[Int(-2 - section.timestampSlot)]
    guard seconds.isPresent else { return }
    let time = try timestamp(seconds, place, payload)
    place.time = try adding(scanner.captures[Int(section.nanosecondsSlot)], to: time, place, payload)
    place.quality = .good
  }

  /// The nanoseconds within the second stand in a field of their own; absent means zero.
  @inline(never)
  func adding(
    _ capture: Capture, to time: Timestamp, _ place: Place, _ payload: Span<UInt8>
  ) throws(DecodeFailure) -> Timestamp {
    guard capture.isPresent else { return time }
    var decimal = capture.decimal
    if capture.kind == .string, !capture.isEscaped, case .number(let read) = DecimalText.read(payload, capture.range) {
      decimal = read
    } else if capture.kind != .number {
      decimal.isExact = false
    }
    guard decimal.isExact, let nanoseconds = UnitScale.shifted(decimal, by: decimal.exponent),
      (0..<1_000_000_000).contains(nanoseconds)
    else { throw bad(capture, place, payload, "expected nanoseconds within the second, 0 to 999999999") }
    return time + Span64(nanoseconds: nanoseconds)
  }

  /// The format in which the number would be a plausible time: seconds and milliseconds are often confused.
  private func otherFormat(
    _ capture: Capture, _ payload: Span<UInt8>, _ format: TimestampMapping.Format, _ place: Place
  ) -> TimestampMapping.Format? {
    guard !format.isText, capture.kind == .number || capture.kind == .string, !capture.isEscaped else { return nil }
    return TimestampMapping.Format.allCases.first { other in
      !other.isText && other != format
        && read(payload, capture.range, other, place).map(Self.isPlausible) == true
    }
  }

  private static func words(_ format: TimestampMapping.Format) -> String {
    switch format {
    case .epochSeconds: "seconds since 1970 (epoch-s)"
    case .epochMilliseconds: "milliseconds since 1970 (epoch-ms)"
    case .epochMicroseconds: "microseconds since 1970 (epoch-us)"
    case .epochNanoseconds: "nanoseconds since 1970 (epoch-ns)"
    case .iso8601: "an ISO 8601 date and time with offset or Z"
    case .iso8601Local: "an ISO 8601 date and time that the plant's clocks show (iso8601-local)"
    }
  }

  func bad(
    _ capture: Capture, _ place: Place, _ payload: Span<UInt8>, _ problem: String
  ) -> DecodeFailure {
    DecodeFailure(
      .badTimestamp,
      "timestamp \"\(plan.timestampPaths[place.section])\": \(problem), found \(found(capture, payload)) "
        + "(asset \(plan.assets[place.asset]))")
  }
}
