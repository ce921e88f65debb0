import Telemetry

/// Values that stand for themselves: an alternative factor set, carbonates, purchased heat, enthalpies of steam.
public struct ListedFactorSet: Hashable, Sendable {
  /// What a calculation looks a value up for; values without a role are named by their id.
  public enum Role: String, CaseIterable, Hashable, Sendable {
    case purchasedHeat = "purchased-heat"
    case carbonate
    case steamEnthalpy = "steam-enthalpy"
    case waterReferenceEnthalpy = "water-reference-enthalpy"
    case waterReferenceTemperature = "water-reference-temperature"
    case waterHeatCapacity = "water-heat-capacity"
  }

  public struct Row: Hashable, Sendable {
    /// Within the set.
    public var name: String
    public var title: String?
    public var factor: FactorValue
    public var unit: String
    /// 1, 2 or 3; nil if it is no emission factor or fits several.
    public var scope: Int?
    public var role: Role?

    public init(name: String, title: String?, factor: FactorValue, unit: String, scope: Int?, role: Role?) {
      self.name = name
      self.title = title
      self.factor = factor
      self.unit = unit
      self.scope = scope
      self.role = role
    }
  }

  public var id: String
  public var title: String
  /// The set of warming potentials in its CO2e values.
  public var gwp: String?
  /// Country that it is for.
  public var area: String?
  public var dataYear: Int?
  public var provenance: Provenance
  public var rows: [Row]

  public init(
    id: String, title: String, gwp: String?, area: String?, dataYear: Int?, provenance: Provenance, rows: [Row]
  ) {
    self.id = id
    self.title = title
    self.gwp = gwp
    self.area = area
    self.dataYear = dataYear
    self.provenance = provenance
    self.rows = rows
  }

  public subscript(_ name: String) -> Row? { rows.first { $0.name == name } }
}
