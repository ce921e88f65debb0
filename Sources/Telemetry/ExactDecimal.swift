/// An exact decimal number of up to 38 digits, for carbon, energy and money.
///
/// Sums, differences and products are exact; only division and `rounded` round, in a stated way. What does not fit is an
/// error, never a wrong number. Two numbers that are equal are written equally: no trailing zeros behind the point.
public struct ExactDecimal: Hashable, Sendable {
  /// Without trailing zeros behind the point.
  let mantissa: Int128
  /// Digits behind the point, 0 … 37.
  let places: Int

  public static let zero = ExactDecimal(0)
  public static let one = ExactDecimal(1)

  public init(_ value: Int) { self.init(exactly: Int128(value), places: 0) }
  public init(whole value: Int128) { self.init(exactly: value, places: 0) }

  public init(_ value: ScaledInteger) throws(DecimalError) {
    guard value.exponent > 0 else {
      guard value.exponent > -38 else { throw DecimalError("\(value.mantissa)e\(value.exponent)") }
      self.init(exactly: Int128(value.mantissa), places: -Int(value.exponent))
      return
    }
    self = try ExactDecimal(Int(value.mantissa)) * Self.power(of: Int(value.exponent))
  }

  /// `-12.50`, `+3`, `0.11`; nil for anything else, also for exponents, and for more than 37 digits.
  public init?(_ text: some StringProtocol) {
    var digits = text.utf8[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    var mantissa: Int128 = 0
    var places = 0
    var count = 0
    var seenPoint = false
    for digit in digits {
      if digit == UInt8(ascii: "."), !seenPoint, count > 0 {
        seenPoint = true
        continue
      }
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9"), count < 37 else { return nil }
      mantissa = mantissa * 10 + Int128(digit - UInt8(ascii: "0"))
      count += 1
      if seenPoint { places += 1 }
    }
    guard count > 0, !seenPoint || places > 0 else { return nil }
    self.init(exactly: isNegative ? -mantissa : mantissa, places: places)
  }

  /// - Parameter places: 0 … 37
  init(exactly mantissa: Int128, places: Int) {
    var mantissa = mantissa
    var places = places
    while places > 0 {
      let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: 10)
      guard remainder == 0 else { break }
      mantissa = quotient
      places -= 1
    }
    self.mantissa = mantissa
    self.places = places
  }

  public var isNegative: Bool { mantissa < 0 }
  public var isZero: Bool { mantissa == 0 }
  public var magnitude: ExactDecimal { mantissa < 0 ? ExactDecimal(exactly: -mantissa, places: places) : self }

  /// For statistics and pictures only: the nearest double.
  public var doubleValue: Double { Double(description) ?? .nan }

  /// 10^0 … 10^37
  static let powersOfTen: [Int128] = (0...37).map { (0..<$0).reduce(Int128(1)) { power, _ in power * 10 } }

  static func power(of exponent: Int) throws(DecimalError) -> ExactDecimal {
    guard (0...37).contains(exponent) else { throw DecimalError("10^\(exponent)") }
    return ExactDecimal(exactly: powersOfTen[exponent], places: 0)
  }
}

/// A calculation whose result has more digits than an exact decimal holds, or a division by zero.
public struct DecimalError: Error, Hashable, CustomStringConvertible {
  public var calculation: String
  public init(_ calculation: String) { self.calculation = calculation }
  public var description: String { "\(calculation) has no exact decimal result of 38 digits or fewer" }
}

extension ExactDecimal: CustomStringConvertible {
  /// Plain digits, `-12.5`; never an exponent.
  public var description: String { Self.text(mantissa, places: places) }

  /// With exactly so many digits behind the point, rounded half up (away from zero), as bills print it.
  public func text(places wanted: Int) -> String {
    let rounded = rounded(to: wanted, .halfUp)
    let zeros = String(repeating: "0", count: wanted - rounded.places)
    return rounded.description + (rounded.places == 0 && wanted > 0 ? "." : "") + zeros
  }

  private static func text(_ mantissa: Int128, places: Int) -> String {
    guard places > 0 else { return String(mantissa) }
    var digits = String(mantissa.magnitude)
    if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
    let split = digits.index(digits.endIndex, offsetBy: -places)
    return (mantissa < 0 ? "-" : "") + digits[..<split] + "." + digits[split...]
  }
}
