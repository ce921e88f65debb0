/// What is measured; units of one dimension can be converted into one another.
public enum Dimension: String, Hashable, Sendable, CaseIterable {
  case energy
  case power
  case reactiveEnergy = "reactive energy"
  case reactivePower = "reactive power"
  case apparentPower = "apparent power"
  case voltage
  case current
  case temperature
  case pressure
  case velocity
  case acceleration
  case rotationalSpeed = "rotational speed"
  case frequency
  case ratio
}

/// A unit of the catalogue: `base = value × numerator / denominator + offset`, the base being the first unit of its
/// dimension. Sources: SI Brochure (9th edition) and its table of non-SI units; inch 25.4 mm and pound-force per square
/// inch by the international yard and pound (1959).
public struct Unit: Hashable, Sendable {
  /// As the gateway writes it: `kWh`, `°C`, `mm/s`.
  public let symbol: String
  public let dimension: Dimension
  let numerator: Int64
  let denominator: Int64
  /// Ratio to the base in units of `numerator / denominator`, added before the ratio is applied: 459.67 for °F.
  let shift: Shift

  /// Hundredths, so that 273.15 and 459.67 are exact.
  struct Shift: Hashable, Sendable {
    var hundredths: Int64
  }

  init(_ symbol: String, _ dimension: Dimension, _ numerator: Int64 = 1, over denominator: Int64 = 1, shift: Int64 = 0)
  {
    self.symbol = symbol
    self.dimension = dimension
    self.numerator = numerator
    self.denominator = denominator
    self.shift = Shift(hundredths: shift)
  }
}

/// Why two units cannot be converted, or a word is no unit.
public enum UnitError: Error, Hashable, Sendable {
  case unknown(String, nearest: String?)
  /// Only the case differs from two units with different prefixes: `mw`.
  case ambiguous(String, meant: String)
  case dimensions(Unit, Unit)
}
