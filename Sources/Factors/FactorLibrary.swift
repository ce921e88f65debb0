import Telemetry

/// All tables that a site can use. Later ones stand before earlier ones where both have an answer, so a site's own files
/// come last.
public struct FactorLibrary: Hashable, Sendable {
  public var grid: [GridFactorSet]
  public var fuels: [FuelSet]
  public var densities: [FuelDensity]
  public var gwp: [GWPSet]
  public var blends: [RefrigerantBlend]
  public var listed: [ListedFactorSet]

  public init(
    grid: [GridFactorSet] = [], fuels: [FuelSet] = [], densities: [FuelDensity] = [], gwp: [GWPSet] = [],
    blends: [RefrigerantBlend] = [], listed: [ListedFactorSet] = []
  ) {
    self.grid = grid
    self.fuels = fuels
    self.densities = densities
    self.gwp = gwp
    self.blends = blends
    self.listed = listed
  }

  public var isEmpty: Bool { self == FactorLibrary() }

  public mutating func add(_ other: FactorLibrary) {
    grid += other.grid
    fuels += other.fuels
    densities += other.densities
    gwp += other.gwp
    blends += other.blends
    listed += other.listed
  }

  /// Ids of all sets, in the order of the library; a second one of the same id is a mistake of the files.
  public var setIDs: [String] { grid.map(\.id) + fuels.map(\.id) + gwp.map(\.id) + listed.map(\.id) }

  public var defaultFuelSet: String? { (fuels.last { $0.isDefault } ?? fuels.last)?.id }
  public var defaultGWP: String? { (gwp.last { $0.isDefault } ?? gwp.last)?.id }

  /// Names of gases and blends of a set of warming potentials.
  public func refrigerants(_ set: String) -> [String] {
    (gwp.last { $0.id == set }?.gases.map(\.name) ?? []) + blends.map(\.name)
  }
}
