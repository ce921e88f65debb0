import Telemetry

/// Parameters of a fuel's combustion.
public struct Fuel: Hashable, Sendable {
  /// What the calorific value counts by.
  public enum Unit: String, CaseIterable, Hashable, Sendable {
    case tonne = "t"
    case tenThousandNormalCubicMetres = "10^4 Nm3"
  }

  /// `natural_gas`
  public var name: String
  /// As people of the country call it.
  public var title: String?
  /// Net calorific value, GJ by unit.
  public var calorificValue: FactorValue
  public var unit: Unit
  /// tC/GJ
  public var carbonContent: FactorValue
  /// 0 … 1
  public var oxidation: FactorValue

  public init(
    name: String, title: String?, calorificValue: FactorValue, unit: Unit, carbonContent: FactorValue,
    oxidation: FactorValue
  ) {
    self.name = name
    self.title = title
    self.calorificValue = calorificValue
    self.unit = unit
    self.carbonContent = carbonContent
    self.oxidation = oxidation
  }

  /// tCO2 by unit, rounded to 12 places; calculations multiply the amount first.
  public func factor() throws(DecimalError) -> ExactDecimal {
    try CarbonFormula.fuelFactor(
      calorificValue: calorificValue.value, carbonContent: carbonContent.value, oxidation: oxidation.value)
  }
}

/// Fuels of one standard. Two official sets exist in China and differ, so a result keeps its set's id.
public struct FuelSet: Hashable, Sendable {
  public var id: String
  /// Taken where the site names no set.
  public var isDefault: Bool
  public var title: String
  public var provenance: Provenance
  public var fuels: [Fuel]

  public init(id: String, isDefault: Bool, title: String, provenance: Provenance, fuels: [Fuel]) {
    self.id = id
    self.isDefault = isDefault
    self.title = title
    self.provenance = provenance
    self.fuels = fuels
  }

  public subscript(_ name: String) -> Fuel? { fuels.first { $0.name == name } }
}

/// Mass of a litre of a liquid fuel.
public struct FuelDensity: Hashable, Sendable {
  public var fuel: String
  /// kg/L
  public var density: FactorValue

  public init(fuel: String, density: FactorValue) {
    self.fuel = fuel
    self.density = density
  }
}
