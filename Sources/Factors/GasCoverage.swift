/// Which gases a figure counts.
public enum GasCoverage: String, CaseIterable, Hashable, Sendable {
  /// Carbon dioxide only.
  case co2 = "CO2"
  /// Several gases, weighted by their global warming potentials.
  case co2e = "CO2e"
}

/// A factor's unit, taken apart: `kgCO2e/kWh`.
public struct FactorUnit: Hashable, Sendable {
  /// Kilograms in its unit of mass.
  public enum Mass: String, CaseIterable, Hashable, Sendable {
    case gram = "g"
    case kilogram = "kg"
    case tonne = "t"
    case pound = "lb"
  }
  public var mass: Mass
  /// `CO2`, `CO2e`, `CH4`, …
  public var gas: String
  /// The unit of the activity: `kWh`.
  public var per: String

  /// Nil if it is not a mass of a gas by something.
  public init?(_ text: String) {
    guard let slash = text.firstIndex(of: "/") else { return nil }
    let head = text[..<slash]
    per = String(text[text.index(after: slash)...])
    guard let mass = [Mass.kilogram, .pound, .tonne, .gram].first(where: { head.hasPrefix($0.rawValue) }),
      !per.isEmpty
    else { return nil }
    gas = String(head.dropFirst(mass.rawValue.count))
    guard let first = gas.utf8.first, (65...90).contains(first) else { return nil }
    self.mass = mass
  }

  public var coverage: GasCoverage? { GasCoverage(rawValue: gas) }
}
