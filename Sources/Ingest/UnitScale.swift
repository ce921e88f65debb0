import Telemetry
import Templates

/// A unit conversion prepared for decimal digits: `value × 10^shift × numerator / denominator + offset`.
///
/// Wh → kWh is a shift of the exponent and costs nothing; MJ → kWh is 5/18 and needs a division.
struct UnitScale {
  var shift: Int32
  var numerator: Int64
  var denominator: Int64
  var offset: ScaledInteger
  /// Nothing but a shift of the decimal point.
  var isShift: Bool

  init(_ conversion: UnitConversion) {
    precondition(conversion.denominator != 0, "a unit conversion divides by zero")
    // As magnitudes, so that no integer is too extreme to be turned round.
    var top = conversion.numerator.magnitude
    var bottom = conversion.denominator.magnitude
    var a = top
    var b = bottom
    while b != 0 { (a, b) = (b, a % b) }
    top /= a
    bottom /= a
    shift = 0
    while top != 0, top % 10 == 0 {
      top /= 10
      shift += 1
    }
    while bottom % 10 == 0 {
      bottom /= 10
      shift -= 1
    }
    let isNegative = (conversion.numerator < 0) != (conversion.denominator < 0)
    numerator = isNegative ? 0 - Int64(clamping: top) : Int64(clamping: top)
    denominator = Int64(clamping: bottom)
    offset = conversion.offset
    isShift = numerator == 1 && denominator == 1 && offset.mantissa == 0
  }

  // MARK: - Registers

  /// The mantissa of the converted number at `resolution` (a power of ten), rounded half-even once, after the exact
  /// conversion; nil if it does not fit 64 bits.
  @inline(__always)
  func mantissa(of decimal: Decimal64, resolution: Int32) -> Int64? {
    guard isShift else { return exactMantissa(of: Decimal128(decimal), resolution: Int(resolution)) }
    return Self.shifted(decimal, by: decimal.exponent &+ shift &- resolution)
  }

  /// `± magnitude × 10^places` rounded half-even to an integer; nil if it does not fit 64 bits.
  @inline(__always)
  static func shifted(_ decimal: Decimal64, by places: Int32) -> Int64? {
    let magnitude: UInt64
    if places == 0 {
      magnitude = decimal.magnitude
    } else if places > 0 {
      if decimal.magnitude == 0 { return 0 }
      guard places <= 19 else { return nil }
      let product = decimal.magnitude.multipliedReportingOverflow(by: PowersOfTen.integer(Int(places)))
      guard !product.overflow else { return nil }
      magnitude = product.partialValue
    } else if places >= -19 {
      let power = PowersOfTen.integer(Int(0 &- places))
      let (quotient, remainder) = decimal.magnitude.quotientAndRemainder(dividingBy: power)
      let rest = power &- remainder
      let isUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
      magnitude = isUp ? quotient &+ 1 : quotient
    } else {
      // Less than 2^64 / 10^20: below a half.
      magnitude = 0
    }
    guard magnitude <= UInt64(Int64.max) else { return nil }
    return decimal.isNegative ? 0 &- Int64(magnitude) : Int64(magnitude)
  }

  /// The same for any conversion and any number of digits, with 128-bit intermediates.
  ///
  /// Digits that would not fit are cut off at the far end and remembered as "a little more": that is still exact for
  /// shifts, and below 10^-18 of the last place for ratios.
  @inline(never)
  func exactMantissa(of decimal: Decimal128, resolution: Int) -> Int64? {
    guard decimal.magnitude != 0 || offset.mantissa != 0 else { return 0 }
    var decimal = decimal
    // The sign is taken out, so that "a little more" always points away from zero.
    let isNegative = decimal.isNegative != (numerator < 0)
    while true {
      if let result = attempt(decimal, isNegative: isNegative, resolution: resolution) { return result.value }
      guard decimal.magnitude != 0 else { return nil }
      decimal.shorten()
    }
  }

  /// Nil if an intermediate does not fit; a nil `value` if the result does not.
  private func attempt(_ decimal: Decimal128, isNegative: Bool, resolution: Int) -> (value: Int64?, Void)? {
    let a = decimal.exponent + Int(shift) - resolution
    let b = offset.mantissa == 0 ? 0 : Int(offset.exponent) - resolution
    let base = min(decimal.magnitude == 0 ? 0 : a, b, 0)
    guard let bottom = times(Int128(denominator), -base) else { return nil }
    var top: Int128 = 0
    if decimal.magnitude != 0 {
      guard let magnitude = Int128(exactly: decimal.magnitude) else { return nil }
      let product = magnitude.multipliedReportingOverflow(by: Int128(numerator.magnitude))
      guard !product.overflow else { return nil }
      guard let scaled = times(product.partialValue, a - base) else {
        // Cutting digits off does not help here: the result itself is too large.
        return (nil, ())
      }
      top = scaled
    }
    if offset.mantissa != 0 {
      let sign: Int128 = isNegative ? -1 : 1
      guard let scaled = times(Int128(offset.mantissa) * sign * Int128(denominator), b - base) else { return nil }
      let sum = top.addingReportingOverflow(scaled)
      guard !sum.overflow else { return nil }
      top = sum.partialValue
    }
    var (quotient, remainder) = top.quotientAndRemainder(dividingBy: bottom)
    if remainder < 0 {
      quotient -= 1
      remainder += bottom
    }
    let rest = bottom - remainder
    if remainder > rest || (remainder == rest && (decimal.isCut || quotient & 1 == 1)) { quotient += 1 }
    return (Int64(exactly: isNegative ? -quotient : quotient), ())
  }

  /// `value × 10^power`; nil if it does not fit.
  private func times(_ value: Int128, _ power: Int) -> Int128? {
    guard value != 0, power != 0 else { return value }
    guard power <= 38 else { return nil }
    var result = value
    for _ in 0..<power {
      let product = result.multipliedReportingOverflow(by: 10)
      if product.overflow { return nil }
      result = product.partialValue
    }
    return result
  }

  // MARK: - Gauges

  /// The converted number as a double: correctly rounded for shifts, else with the rounding of one multiplication,
  /// one division and one addition. Not finite if the number is too large.
  @inline(__always)
  func double(of decimal: Decimal64) -> Double {
    let value = PowersOfTen.double(decimal, shift: Int(shift))
    return isShift ? value : converted(value)
  }

  func converted(_ value: Double) -> Double {
    value * Double(numerator) / Double(denominator) + offset.doubleValue
  }
}
