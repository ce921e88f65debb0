/// Powers of ten, and the correctly rounded way from decimal digits to a double.
enum PowersOfTen {
  // Literals, so that they are data of the program and need no initialisation at run time. (An `InlineArray` would be
  // copied to the stack at every look-up.)

  /// 10^0 … 10^19.
  private static let integers: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// 10^0 … 10^22: the powers that a double holds exactly.
  private static let doubles: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
  ]

  /// 5^0 … 5^27: the powers that 64 bits hold.
  private static let fives: [UInt64] = [
    1, 5, 25, 125, 625, 3_125, 15_625, 78_125, 390_625, 1_953_125, 9_765_625, 48_828_125, 244_140_625, 1_220_703_125,
    6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125, 3_814_697_265_625, 19_073_486_328_125,
    95_367_431_640_625, 476_837_158_203_125, 2_384_185_791_015_625, 11_920_928_955_078_125, 59_604_644_775_390_625,
    298_023_223_876_953_125, 1_490_116_119_384_765_625, 7_450_580_596_923_828_125,
  ]

  /// 10^power, 0 … 19.
  @inline(__always)
  static func integer(_ power: Int) -> UInt64 { integers[power] }

  /// The nearest double (ties to even) of `decimal × 10^shift`, never minus zero. `decimal` is exact.
  @inline(__always)
  static func double(_ decimal: Decimal64, shift: Int) -> Double {
    let exponent = Int(decimal.exponent) &+ shift
    let value: Double
    // Clinger's fast path: both operands are exact, so the one rounding is the right one.
    if decimal.magnitude <= 1 << 53, exponent >= -22, exponent <= 22 {
      let digits = Double(decimal.magnitude)
      value = exponent < 0 ? digits / doubles[0 &- exponent] : digits * doubles[exponent]
    } else {
      value = slow(decimal.magnitude, exponent)
    }
    return decimal.isNegative && value != 0 ? 0 - value : value
  }

  @inline(never)
  private static func slow(_ magnitude: UInt64, _ exponent: Int) -> Double {
    if magnitude == 0 { return 0 }
    if exponent >= -27, exponent < 0 { return quotient(magnitude, 0 - exponent) }
    if exponent >= 0, exponent <= 27 { return product(magnitude, exponent) }
    // The library's strtod; a number so far from one is rare in a plant.
    return Double("\(magnitude)e\(exponent)") ?? (exponent > 0 ? .infinity : 0)
  }

  /// magnitude / 10^power by one exact 128-bit division.
  private static func quotient(_ magnitude: UInt64, _ power: Int) -> Double {
    let five = fives[power]
    let top = magnitude << UInt64(magnitude.leadingZeroBitCount)
    let bottom = five << UInt64(five.leadingZeroBitCount)
    var binary = five.leadingZeroBitCount - magnitude.leadingZeroBitCount - power
    // Both have their highest bit set, so that the quotient has exactly 64 bits.
    let result: (quotient: UInt64, remainder: UInt64)
    if top >= bottom {
      result = bottom.dividingFullWidth((top >> 1, (top & 1) << 63))
      binary -= 63
    } else {
      result = bottom.dividingFullWidth((top, 0))
      binary -= 64
    }
    return rounded(result.quotient, hasMore: result.remainder != 0, binary)
  }

  /// magnitude × 10^power from the exact 128-bit product.
  private static func product(_ magnitude: UInt64, _ power: Int) -> Double {
    let wide = magnitude.multipliedFullWidth(by: fives[power])
    if wide.high == 0 {
      let shift = wide.low.leadingZeroBitCount
      return rounded(wide.low << UInt64(shift), hasMore: false, power - shift)
    }
    let shift = wide.high.leadingZeroBitCount
    let high = shift == 0 ? wide.high : wide.high << UInt64(shift) | wide.low >> UInt64(64 - shift)
    return rounded(high, hasMore: wide.low << UInt64(shift) != 0, power + 64 - shift)
  }

  /// `bits × 2^binary` to 53 bits; the highest of the 64 bits is set. The result is an ordinary number.
  private static func rounded(_ bits: UInt64, hasMore: Bool, _ binary: Int) -> Double {
    var significand = bits >> 11
    let rest = bits & 0x7FF
    if rest > 0x400 || (rest == 0x400 && (hasMore || significand & 1 == 1)) { significand += 1 }
    return Double(significand) * Double(bitPattern: UInt64(1023 + 11 + binary) << 52)
  }
}
