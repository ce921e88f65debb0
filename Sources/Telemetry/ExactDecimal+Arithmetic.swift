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
    var shift = wanted + other.places - places
    var numerator = mantissa
    // More than one power of ten can bring (a large number through one of very many places): the first part must fit.
    if shift > 37 {
      let (scaled, overflow) = numerator.multipliedReportingOverflow(by: try Self.power(of: shift - 37).mantissa)
      guard !overflow else { throw DecimalError("\(self) ÷ \(other)") }
      (numerator, shift) = (scaled, 37)
    }
    let quotient = Self.quotient(
      numerator, times: try Self.power(of: max(0, shift)).mantissa, over: other.mantissa, dropping: max(0, -shift),
      rounding)
    guard let quotient else { throw DecimalError("\(self) ÷ \(other)") }
    return ExactDecimal(exactly: quotient, places: wanted)
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

  /// one × other ÷ (denominator × 10^digits), rounded once. The product may have twice the width, so only a result that
  /// does not fit is nil.
  private static func quotient(
    _ one: Int128, times other: Int128, over denominator: Int128, dropping digits: Int, _ rounding: Rounding
  ) -> Int128? {
    let (narrow, overflow) = one.multipliedReportingOverflow(by: other)
    if digits == 0, !overflow, narrow != .min, denominator != .min { return quotient(narrow, denominator, rounding) }
    let divisor = denominator.magnitude
    let (high, low) = one.magnitude.multipliedFullWidth(by: other.magnitude)
    guard high < divisor else { return nil }
    let (first, rest) = divisor.dividingFullWidth((high, low))
    // Dropping digits of the quotient by itself needs no denominator of more width: what is left over is
    // lost × divisor + rest, to be compared with the half of 10^digits × divisor, which is whole.
    let power = powersOfTen[digits].magnitude
    var (magnitude, lost) = first.quotientAndRemainder(dividingBy: power)
    // Without digits to drop, lost is 0 and the half that of the divisor alone.
    let half = digits > 0 ? power / 2 : divisor - rest
    if digits == 0 { lost = rest }
    let isTie = lost == half && (digits == 0 || rest == 0)
    let isAway = isTie ? rounding == .halfUp || magnitude % 2 != 0 : lost >= half
    if isAway { magnitude += 1 }
    guard let result = Int128(exactly: magnitude) else { return nil }
    let isNegative = ((one < 0) != (other < 0)) != (denominator < 0)
    return isNegative ? -result : result
  }

  /// The mantissa with `target` ≥ `places` digits behind the point.
  private func raised(to target: Int, _ calculation: @autoclosure () -> String) throws(DecimalError) -> Int128 {
    guard target > places else { return mantissa }
    let (value, overflow) = mantissa.multipliedReportingOverflow(by: try Self.power(of: target - places).mantissa)
    guard !overflow else { throw DecimalError(calculation()) }
    return value
  }

  /// Divides into parts in the ratio of the weights, each rounded half-even to `places` (as the product were
  /// exact, however long); what rounding leaves goes to
  /// the largest part (the first of equal ones), so that the parts sum to the whole exactly.
  ///
  /// - Throws: for weights that sum to zero, or a negative one.
  public func allocated(
    by weights: [ExactDecimal], places wanted: Int = quotientPlaces
  ) throws(DecimalError) -> [ExactDecimal] {
    var total = ExactDecimal.zero
    for weight in weights {
      guard !weight.isNegative else { throw DecimalError("an allocation by the weight \(weight)") }
      total = try total + weight
    }
    guard !total.isZero else { throw DecimalError("an allocation by weights that sum to zero") }
    // Weights as whole numbers of the same place: only their ratio matters, and none is above their sum, so that no part
    // is above the whole.
    let fine = weights.reduce(0) { max($0, $1.places) }
    let sum = try total.raised(to: fine, "an allocation by weights of \(total)")
    let finer = max(0, wanted - self.places)
    let (whole, overflow) = mantissa.multipliedReportingOverflow(by: try Self.power(of: finer).mantissa)
    guard !overflow else { throw DecimalError("an allocation of \(self) to \(wanted) places") }
    var parts: [ExactDecimal] = []
    var rest = self
    for weight in weights {
      let share = Self.quotient(
        whole, times: try weight.raised(to: fine, "an allocation by \(weight)"), over: sum,
        dropping: max(0, self.places - wanted), .halfEven)
      guard let share else { throw DecimalError("an allocation of \(self) by \(weight)") }
      let part = ExactDecimal(exactly: share, places: wanted)
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
