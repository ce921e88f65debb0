/// A unit: `base = (value + shift) × numerator / denominator`, the base being the product of the base units of its
/// dimension. Sources: SI Brochure (9th edition) and its table of non-SI units; inch, foot, pound by the international
/// yard and pound (1959); standard gravity 9.80665 m/s² (3rd CGPM, 1901).
public struct Unit: Hashable, Sendable {
  /// As the gateway writes it: `kWh`, `°C`, `mm/s`, `Nm³/h`.
  public let symbol: String
  public let dimension: Dimension
  let numerator: Int64
  let denominator: Int64
  /// Added before the ratio is applied: 273.15 for °C, 459.67 for °F.
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

extension UnitError {
  /// What to do about units of two dimensions, where people expect a conversion that there is not.
  static func remedy(from: Unit, to: Unit) -> String {
    func isVolume(_ dimension: Dimension) -> Bool {
      let volumes: [Dimension] = [.volume, .normalVolume, .standardVolume]
      return volumes.contains(dimension) || volumes.contains(dimension.timesTime)
    }
    func isMass(_ dimension: Dimension) -> Bool { dimension == .mass || dimension == .massFlow }
    func isTemperature(_ dimension: Dimension) -> Bool {
      dimension == .temperature || dimension == .temperatureDifference
    }
    let pair = [from.dimension, to.dimension]
    if pair.allSatisfy(isVolume) {
      return "Cubic metres become normal cubic metres only with the gas's pressure and temperature: map the meter's "
        + "converted register, or choose a signal in \(from.symbol)."
    }
    if pair.contains(where: isMass), pair.contains(where: isVolume) {
      return "Mass and volume differ by the density, which is no constant: choose a signal in \(from.symbol)."
    }
    if pair.allSatisfy(isTemperature) {
      return "A difference of temperatures is in ΔK, a temperature in °C, K or °F."
    }
    if pair.allSatisfy({ $0 == .energy || $0 == .power }) {
      return "Energy (kWh) and power (kW) are two signals: choose the one that the device sends."
    }
    return "Use one of \(UnitCatalogue.symbols(of: to.dimension).joined(separator: ", "))."
  }
}
