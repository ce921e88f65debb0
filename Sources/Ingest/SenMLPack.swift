import Telemetry

/// What the records of a SenML pack inherit from those before them (RFC 8428 §4.1): a base value stays in force until
/// another record sets it.
struct SenMLPack {
  /// The newest version that is understood; a pack of a newer one is refused as a whole.
  static let version: UInt64 = 10
  /// Times below 2²⁸ seconds count from now (§4.5.3).
  static let relativeLimit = Int64(1 << 28) * 1_000_000_000

  private(set) var baseName: [UInt8] = []
  private var baseTime: Int64 = 0
  private(set) var baseUnit: [UInt8] = []
  private var baseValue: Decimal64?
  private var baseSum: Decimal64?

  /// Takes the base fields of the next record over.
  mutating func apply(_ record: SenMLRecord, _ payload: Span<UInt8>) throws(DecodeFailure) {
    let version = record[.baseVersion]
    if version.isPresent {
      let number = UnitScale.shifted(version.decimal, by: version.decimal.exponent)
      guard version.decimal.isExact, let number, number > 0, number <= Int64(Self.version) else {
        let found = excerpt(payload, from: Int(version.start), to: Int(version.end))
        throw DecodeFailure(.malformed, "version \(found) of SenML is not understood, at most \(Self.version) is")
      }
    }
    if record[.baseName].isPresent { baseName = record.bytes(.baseName, payload) }
    if record[.baseUnit].isPresent { baseUnit = record.bytes(.baseUnit, payload) }
    if record[.baseTime].isPresent { baseTime = try Self.nanoseconds(record[.baseTime]) }
    if record[.baseValue].isPresent { baseValue = record[.baseValue].decimal }
    if record[.baseSum].isPresent { baseSum = record[.baseSum].decimal }
  }

  /// The time of a record, and whether it is a date and not a distance from now.
  func time(_ record: SenMLRecord, now: Timestamp) throws(DecodeFailure) -> (time: Timestamp, isDate: Bool) {
    let own = record[.time].isPresent ? try Self.nanoseconds(record[.time]) : 0
    let (sum, overflow) = baseTime.addingReportingOverflow(own)
    guard !overflow else { throw Self.outOfRange("time") }
    return Self.time(sum, now: now)
  }

  /// - Parameter nanoseconds: bt + t.
  static func time(_ nanoseconds: Int64, now: Timestamp) -> (time: Timestamp, isDate: Bool) {
    nanoseconds < relativeLimit
      ? (now + Span64(nanoseconds: nanoseconds), false) : (Timestamp(nanoseconds: nanoseconds), true)
  }

  /// v + bv, or s + bs.
  func value(_ record: SenMLRecord, _ field: SenMLRecord.Field) throws(DecodeFailure) -> Capture {
    var capture = record[field]
    let base = field == .sum ? baseSum : baseValue
    guard let base, base.magnitude != 0 || !base.isExact else { return capture }
    guard let sum = Self.sum(capture.decimal, base) else { throw Self.outOfRange("value") }
    capture.decimal = sum
    return capture
  }

  static func sum(_ a: Decimal64, _ b: Decimal64) -> Decimal64? {
    guard a.isExact, b.isExact else { return nil }
    if a.magnitude == 0 { return b }
    if b.magnitude == 0 { return a }
    let exponent = min(a.exponent, b.exponent)
    guard max(a.exponent, b.exponent) - exponent <= 18 else { return nil }
    func aligned(_ number: Decimal64) -> Int128 {
      var value = Int128(number.magnitude)
      for _ in 0..<(number.exponent - exponent) { value *= 10 }
      return number.isNegative ? -value : value
    }
    let sum = aligned(a) + aligned(b)
    guard let magnitude = UInt64(exactly: sum.magnitude) else { return nil }
    return Decimal64(magnitude: magnitude, exponent: exponent, isNegative: sum < 0)
  }

  private static func nanoseconds(_ capture: Capture) throws(DecodeFailure) -> Int64 {
    guard capture.decimal.isExact, let value = UnitScale.shifted(capture.decimal, by: capture.decimal.exponent + 9)
    else { throw outOfRange("time") }
    return value
  }

  private static func outOfRange(_ what: String) -> DecodeFailure {
    DecodeFailure(.malformed, "a \(what) of the pack has too many digits")
  }

  /// The catalogue's word for a unit of the SenML registry (RFC 8428 §12.1, RFC 8798), where the two differ.
  static func unit(_ word: String) -> String? {
    switch word {
    case "Cel": "°C"
    case "%RH", "%EL", "/100": "%"
    case "/1000": "‰"
    case "/", "count": "1"
    case "1/min": "rpm"
    case "1/s": "Hz"
    case "m/s2": "m/s²"
    // Coulomb, farad, metre and the like: what the catalogue would read as something else.
    case "C", "F", "g": nil
    default: DecoderCore.symbol(word)
    }
  }
}
