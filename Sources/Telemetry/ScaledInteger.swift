/// An exact decimal number, `mantissa × 10^exponent`.
///
/// Registers, energy, carbon and money are scaled integers parsed from the payload's digits: they never pass through
/// binary floating point.
public struct ScaledInteger: Hashable, Sendable {
  public var mantissa: Int64
  public var exponent: Int8

  @inlinable
  public init(_ mantissa: Int64, exponent: Int8 = 0) {
    self.mantissa = mantissa
    self.exponent = exponent
  }

  public static let zero = ScaledInteger(0)
}
