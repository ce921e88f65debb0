extension ExactDecimal {
  public enum Rounding: Sendable {
    /// To the nearest, ties to the even digit: for calculations.
    case halfEven
    /// To the nearest, ties away from zero: as power factors and bills are rounded.
    case halfUp
  }

  /// Places of a quotient where nothing else is said.
  public static let quotientPlaces = 12

  public static func + (one: ExactDecimal, other: ExactDecimal) throws(DecimalError) -> ExactDecimal {
    let places = max(one.places, other.places)
    let (a, b) = (try one.raised(to: places, "\(one) + \(other)"), try other.raised(to: places, "\(one) + \(other)"))
    let (sum, overflow) = a.addingReportingOverflow(b)
    guard !overflow else { throw DecimalError("\(one) + \(other)") }
    return ExactDecimal(exactly: sum, places: places)
  }

  public static func - (one: ExactDecimal, other: ExactDecimal) throws(DecimalError) -> ExactDecimal {
    try one + (-other)
  }

  public static prefix func - (value: ExactDecimal) -> ExactDecimal {
    ExactDecimal(exactly: -value.mantissa, places: value.places)
  }

  public static func * (one: ExactDecimal, other: ExactDecimal) throws(DecimalError) -> ExactDecimal {
    let (product, overflow) = one.mantissa.multipliedReportingOverflow(by: other.mantissa)
    guard !overflow else { throw DecimalError("\(one) × \(other)") }
    let places = one.places + other.places
    if places > 37 {
      let result = ExactDecimal(exactly: product, places: places)
      guard result.places <= 37 else { throw DecimalError("\(one) × \(other)") }
      return result
    }
    return ExactDecimal(exactly: product, places: places)
  }

  /// Rounded half-even to `quotientPlaces` places.
  public static func / (one: ExactDecimal, other: ExactDecimal) throws(DecimalError) -> ExactDecimal {
    try one.divided(by: other, places: quotientPlaces)
  }

  public func divided(
    by other: ExactDecimal, places wanted: Int, _ rounding: Rounding = .halfEven
  ) throws(DecimalError) -> ExactDecimal {
    guard other.mantissa != 0 else { throw DecimalError("\(self) ÷ 0") }
    // mantissa / 10^places ÷ (m / 10^p) = mantissa × 10^(wanted + p − places) / m, in units of 10^−wanted
    let shift = wanted + other.places - places
    var numerator = mantissa
    var denominator = other.mantissa
    let power = try Self.power(of: Int(shift.magnitude)).mantissa
    let (scaled, overflow) = (shift >= 0 ? numerator : denominator).multipliedReportingOverflow(by: power)
    guard !overflow else { throw DecimalError("\(self) ÷ \(other)") }
    if shift >= 0 { numerator = scaled } else { denominator = scaled }
    return ExactDecimal(exactly: Self.quotient(numerator, denominator, rounding), places: wanted)
  }

  /// - Parameter wanted: digits behind the point, 0 … 37.
  public func rounded(to wanted: Int, _ rounding: Rounding = .halfEven) -> ExactDecimal {
    guard wanted < places else { return self }
    let power = Self.powersOfTen[places - max(0, wanted)]
    return ExactDecimal(exactly: Self.quotient(mantissa, power, rounding), places: max(0, wanted))
  }

  private static func quotient(_ numerator: Int128, _ denominator: Int128, _ rounding: Rounding) -> Int128 {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    let rest = remainder.magnitude
    let half = denominator.magnitude - rest
    let away = rest > half || (rest == half && (rounding == .halfUp || quotient % 2 != 0))
    guard away else { return quotient }
    return (numerator < 0) == (denominator < 0) ? quotient + 1 : quotient - 1
  }

  /// The mantissa with `target` ≥ `places` digits behind the point.
  private func raised(to target: Int, _ calculation: @autoclosure () -> String) throws(DecimalError) -> Int128 {
    guard target > places else { return mantissa }
    let (value, overflow) = mantissa.multipliedReportingOverflow(by: try Self.power(of: target - places).mantissa)
    guard !overflow else { throw DecimalError(calculation()) }
    return value
  }

  /// Divides into parts in the ratio of the weights, each rounded half-even to `places`; what rounding leaves goes to
  /// the largest part (the first of equal ones), so that the parts sum to the whole exactly.
  ///
  /// - Throws: for weights that sum to zero, or a negative one.
  public func allocated(
    by weights: [ExactDecimal], places: Int = quotientPlaces
  ) throws(DecimalError) -> [ExactDecimal] {
    var total = ExactDecimal.zero
    for weight in weights {
      guard !weight.isNegative else { throw DecimalError("an allocation by the weight \(weight)") }
      total = try total + weight
    }
    guard !total.isZero else { throw DecimalError("an allocation by weights that sum to zero") }
    var parts: [ExactDecimal] = []
    var rest = self
    for weight in weights {
      let part = try (self * weight).divided(by: total, places: places)
      parts.append(part)
      rest = try rest - part
    }
    var largest = 0
    for place in weights.indices where weights[largest] < weights[place] { largest = place }
    parts[largest] = try parts[largest] + rest
    return parts
  }
}

extension ExactDecimal: Comparable {
  public static func < (one: ExactDecimal, other: ExactDecimal) -> Bool {
    if one.places == other.places { return one.mantissa < other.mantissa }
    // Whole parts first: raising both to the same places could overflow.
    let (a, b) = (one.split, other.split)
    if a.whole != b.whole { return a.whole < b.whole }
    return a.fraction < b.fraction
  }

  /// Whole part, and the fraction in units of 10^−37, both with the sign.
  private var split: (whole: Int128, fraction: Int128) {
    let power = Self.powersOfTen[places]
    let (whole, rest) = mantissa.quotientAndRemainder(dividingBy: power)
    return (whole, rest * Self.powersOfTen[37 - places])
  }
}

extension ByteWriter {
  public mutating func decimal(_ value: ExactDecimal) {
    byte(UInt8(value.places))
    fixed64(UInt64(truncatingIfNeeded: value.mantissa))
    zigzag(Int64(truncatingIfNeeded: value.mantissa >> 64))
  }
}

extension ByteReader {
  public mutating func decimal() throws(ByteReaderError) -> ExactDecimal {
    let places = Int(try byte())
    guard places <= 37 else { throw ByteReaderError(offset: offset, expected: "the places of a decimal number") }
    let low = try fixed64()
    let high = try zigzag()
    return ExactDecimal(exactly: Int128(high) << 64 | Int128(low), places: places)
  }
}
