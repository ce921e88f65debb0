extension ScaledInteger {
  /// The powers of ten that fit 64 bits, 10^0 … 10^18.
  @usableFromInline
  static let powersOfTen: [Int64] = (0...18).map { n in (0..<n).reduce(Int64(1)) { p, _ in p * 10 } }

  /// The same number with another exponent, exactly; nil if digits would be lost or 64 bits are not enough.
  @inlinable
  public func rescaled(to target: Int8) -> ScaledInteger? {
    if target == exponent { return self }
    if mantissa == 0 { return ScaledInteger(0, exponent: target) }
    let shift = Int(exponent) - Int(target)
    guard shift.magnitude <= 18 else { return nil }
    let power = Self.powersOfTen[Int(shift.magnitude)]
    if shift > 0 {
      let (product, overflow) = mantissa.multipliedReportingOverflow(by: power)
      return overflow ? nil : ScaledInteger(product, exponent: target)
    }
    let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: power)
    return remainder == 0 ? ScaledInteger(quotient, exponent: target) : nil
  }

  /// The nearest number with exponent `target`, ties to even; nil if 64 bits are not enough.
  public func rounded(to target: Int8) -> ScaledInteger? {
    if Int(exponent) >= Int(target) { return rescaled(to: target) }
    let shift = Int(target) - Int(exponent)
    if shift > 18 { return ScaledInteger(0, exponent: target) }
    return ScaledInteger(
      Int64(Self.roundedQuotient(Int128(mantissa), Int128(Self.powersOfTen[shift]))), exponent: target)
  }

  /// `numerator / denominator` rounded to the nearest integer, ties to even. `denominator` > 0.
  public static func roundedQuotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    let twice = remainder.magnitude * 2
    let away = twice > denominator.magnitude || (twice == denominator.magnitude && quotient % 2 != 0)
    return away ? quotient + (numerator < 0 ? -1 : 1) : quotient
  }

  /// The sum with the finer of the two exponents; nil on overflow.
  @inlinable
  public func adding(_ other: ScaledInteger) -> ScaledInteger? {
    let common = min(exponent, other.exponent)
    guard let a = rescaled(to: common), let b = other.rescaled(to: common) else { return nil }
    let (sum, overflow) = a.mantissa.addingReportingOverflow(b.mantissa)
    return overflow ? nil : ScaledInteger(sum, exponent: common)
  }

  /// The difference with the finer of the two exponents; nil on overflow.
  @inlinable
  public func subtracting(_ other: ScaledInteger) -> ScaledInteger? {
    let common = min(exponent, other.exponent)
    guard let a = rescaled(to: common), let b = other.rescaled(to: common) else { return nil }
    let (difference, overflow) = a.mantissa.subtractingReportingOverflow(b.mantissa)
    return overflow ? nil : ScaledInteger(difference, exponent: common)
  }

  /// The nearest double, for display, statistics and plots only.
  public var doubleValue: Double {
    let magnitude = Int(exponent).magnitude
    guard magnitude <= 18 else { return Double(description) ?? .nan }
    let power = Double(Self.powersOfTen[Int(magnitude)])
    return exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
  }
}

extension ScaledInteger: Comparable {
  /// Compares by value: 1.50 and 1.5 are neither less nor greater than one another (but they are not `==`,
  /// which compares the digits as given; use `isEqual(to:)`).
  public static func < (a: ScaledInteger, b: ScaledInteger) -> Bool {
    if a.exponent == b.exponent { return a.mantissa < b.mantissa }
    if a.mantissa.signum() != b.mantissa.signum() { return a.mantissa < b.mantissa }
    if a.mantissa == 0 { return false }
    // Equal signs: bring the coarser one to the finer exponent; if that overflows it is the larger in magnitude.
    let coarse = a.exponent > b.exponent ? a : b
    let fine = a.exponent > b.exponent ? b : a
    guard let aligned = coarse.rescaled(to: fine.exponent) else {
      let coarseIsLess = coarse.mantissa < 0
      return coarse == a ? coarseIsLess : !coarseIsLess
    }
    return a.exponent > b.exponent ? aligned.mantissa < b.mantissa : a.mantissa < aligned.mantissa
  }

  public func isEqual(to other: ScaledInteger) -> Bool { !(self < other) && !(other < self) }
}
