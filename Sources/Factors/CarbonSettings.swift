import Telemetry

/// How the site counts its emissions: `carbon:` of the configuration.
public struct CarbonSettings: Hashable, Sendable {
  public enum Policy: String, CaseIterable, Hashable, Sendable { case warn, error }
  /// Non-fossil electricity without proof, in GB/T 32150.
  public enum MissingProof: String, CaseIterable, Hashable, Sendable {
    case error
    case nationalAverage = "national_average"
  }
  /// Green electricity bought on the market, in GB/T 32150: practice differs.
  public enum GreenPower: String, CaseIterable, Hashable, Sendable {
    case zero
    /// The grid's factor; the certificates are listed apart.
    case gridFactor = "grid-factor"
  }

  /// Whether reports of areas and assets have their part of the certificates that cover the site.
  public enum CertificateReports: String, CaseIterable, Hashable, Sendable {
    /// By their share of the site's electricity.
    case byElectricity = "by-electricity"
    /// They stay with the site as a whole.
    case notAttributed = "not-attributed"
  }

  /// ISO 3166-2: `CN-CQ`.
  public var subdivision: String
  public var methods: [InventoryMethod]
  /// The day on which inventories are made; nil = the last day of each record's own period.
  public var inventoryDate: CivilDate?
  /// nil = the newest published by the inventory date.
  public var dataYear: Int?
  /// Id of the set of warming potentials.
  public var gwp: String
  public var fuelSet: String
  public var stale = Policy.warn
  /// A factor whose data year is longer ago than this is stale.
  public var staleYears = 3
  public var missingProof = MissingProof.error
  public var greenPower = GreenPower.zero
  public var residualMix = ResidualMix.proxy
  /// Purchased steam whose state is not named: a `steam-enthalpy` of the tables.
  public var steam: String?
  /// The tables as they are read; overrides are applied by `EmissionCalculator`.
  public var library: FactorLibrary
  public var overrides: [FactorOverride] = []
  public var certificates: [Certificate] = []
  public var certificateReports = CertificateReports.byElectricity
  public var hourlySeries: HourlySeriesFile?
  public var target: CarbonTarget?
  public var budgets: [CarbonBudget] = []

  public init(
    subdivision: String, methods: [InventoryMethod], gwp: String, fuelSet: String, library: FactorLibrary
  ) {
    self.subdivision = subdivision
    self.methods = methods
    self.gwp = gwp
    self.fuelSet = fuelSet
    self.library = library
  }

  /// The day by which factors must have been published, for a period whose last day is `lastDay`.
  public func inventoryDate(lastDay: CivilDate) -> CivilDate { inventoryDate ?? lastDay }

  public func request(_ method: InventoryMethod, at date: CivilDate) -> FactorRequest {
    FactorRequest(
      method: method, subdivision: subdivision, date: date, dataYear: method == .footprint ? nil : dataYear,
      residualMix: residualMix, staleYears: staleYears, staleIsError: stale == .error)
  }
}
