import Telemetry

extension UnitConversion {
  /// The conversion from one unit into another of its dimension.
  ///
  /// Ratio and offset are exact, with one exception: from °F the offset (−160/9 °C) has no finite decimal form and is
  /// given to 17 places, closer than a double can tell.
  /// - Throws: `UnitError.dimensions` if the two measure different things.
  public init(from: Unit, to: Unit) throws(UnitError) {
    guard from.dimension == to.dimension else { throw .dimensions(from, to) }
    guard from != to else {
      self = .identity
      return
    }
    // from: base = (v + s₁)·n₁/d₁, to: base = (w + s₂)·n₂/d₂  ⇒  w = v·n₁d₂/(d₁n₂) + s₁·n₁d₂/(d₁n₂) − s₂.
    let ratio = UnitRatio(
      Int128(from.numerator) * Int128(to.denominator), Int128(from.denominator) * Int128(to.numerator))
    // Everything met in practice is far within 64 bits; what is not cannot be converted exactly.
    guard let numerator = Int64(exactly: ratio.numerator), let denominator = Int64(exactly: ratio.denominator) else {
      throw .dimensions(from, to)
    }
    let offsetTop =
      Int128(from.shift.hundredths) * Int128(numerator) - Int128(to.shift.hundredths) * Int128(denominator)
    self.init(
      numerator: numerator, denominator: denominator,
      offset: Self.decimal(offsetTop, over: Int128(denominator) * 100))
  }

  /// The number in the other unit, for gauges: one rounding each for product, quotient and sum.
  @inlinable
  public func apply(_ value: Double) -> Double {
    if isIdentity { return value }
    let scaled = value * Double(numerator) / Double(denominator)
    return offset.mantissa == 0 ? scaled : scaled + offset.doubleValue
  }

  /// The number in the other unit, for registers and amounts: exact, then rounded half to even to `resolution`
  /// (a power of ten); nil if 64 bits are not enough.
  public func apply(_ value: ScaledInteger, resolution: Int8) -> ScaledInteger? {
    if isIdentity { return value }
    // value·n/d = q·10^resolution; a positive exponent difference multiplies, a negative one divides.
    let shift = Int(value.exponent) - Int(resolution)
    guard shift.magnitude <= 18 else { return nil }
    let power = Int128((0..<shift.magnitude).reduce(Int64(1)) { p, _ in p * 10 })
    var (top, overflow) = Int128(value.mantissa).multipliedReportingOverflow(by: Int128(numerator))
    var bottom = Int128(denominator)
    if shift > 0 {
      let (product, more) = top.multipliedReportingOverflow(by: power)
      (top, overflow) = (product, overflow || more)
    } else {
      let (product, more) = bottom.multipliedReportingOverflow(by: power)
      (bottom, overflow) = (product, overflow || more)
    }
    guard !overflow, let mantissa = Int64(exactly: ScaledInteger.roundedQuotient(top, bottom)) else { return nil }
    let scaled = ScaledInteger(mantissa, exponent: resolution)
    return offset.mantissa == 0 ? scaled : scaled.adding(offset)?.rounded(to: resolution)
  }

  /// `top / bottom` as a decimal with the fewest places that are exact, else with 17 places (|value| < 92).
  private static func decimal(_ top: Int128, over bottom: Int128) -> ScaledInteger {
    if top == 0 { return .zero }
    var power: Int128 = 1
    for places in Int8(0)...16 {
      if (top * power) % bottom == 0 { return ScaledInteger(Int64(top * power / bottom), exponent: -places) }
      power *= 10
    }
    let places: Int8 = top.magnitude / bottom.magnitude < 92 ? 17 : 16
    if places == 16 { power /= 10 }
    return ScaledInteger(Int64(ScaledInteger.roundedQuotient(top * power, bottom)), exponent: -places)
  }
}
