/// What electricity's factor is asked for.
public struct FactorRequest: Hashable, Sendable {
  public var method: InventoryMethod
  /// ISO 3166-2: `CN-CQ`; a country alone (`CN`) asks for its national average on purpose.
  public var subdivision: String
  /// Only what was published by this day is taken.
  public var date: CivilDate
  /// The year that the factor describes; nil = the newest published.
  public var dataYear: Int?
  public var residualMix: ResidualMix
  /// A factor whose data year is longer ago than this is stale.
  public var staleYears: Int
  public var staleIsError: Bool

  public init(
    method: InventoryMethod, subdivision: String, date: CivilDate, dataYear: Int? = nil,
    residualMix: ResidualMix = .proxy, staleYears: Int = 3, staleIsError: Bool = false
  ) {
    self.method = method
    self.subdivision = subdivision
    self.date = date
    self.dataYear = dataYear
    self.residualMix = residualMix
    self.staleYears = staleYears
    self.staleIsError = staleIsError
  }

  var country: String { String(subdivision.prefix { $0 != "-" }) }
}

/// The factor that a request gets.
public struct FactorChoice: Hashable, Sendable {
  public var factor: EmissionFactor
  /// What other methods would take at the same date; for information only.
  public var alternatives: [EmissionFactor]
  public var warnings: [EmissionWarning]

  public init(factor: EmissionFactor, alternatives: [EmissionFactor], warnings: [EmissionWarning]) {
    self.factor = factor
    self.alternatives = alternatives
    self.warnings = warnings
  }
}
