import Telemetry

/// What a part of the plant may use in each day, month or year: energy, money or emissions.
public struct Budget: Hashable, Sendable {
  public enum Measure: Hashable, Sendable {
    /// Electricity that is taken in, kWh.
    case energy
    /// Its energy charges, in the tariff's currency; basic charge and power factor are not in it.
    case cost
    /// kg; scopes 1 … 3, sorted.
    case emissions(InventoryMethod, scopes: [Int])
  }

  public var name: String
  public var period: CarbonBudget.Period
  /// kWh, money or kg.
  public var limit: ExactDecimal
  public var measure: Measure
  /// Patterns with `*` for asset ids.
  public var assets: [String]
  /// Site, area or line: assets at it and below it. Nil = everywhere.
  public var place: String?
  /// Percent of the period that must have passed before a projection warns: the first hours say little of a month.
  public var warnFrom: ExactDecimal

  public init(
    name: String, period: CarbonBudget.Period, limit: ExactDecimal, measure: Measure, assets: [String] = ["*"],
    place: String? = nil, warnFrom: ExactDecimal = Budget.standardWarnFrom
  ) {
    self.name = name
    self.period = period
    self.limit = limit
    self.measure = measure
    self.assets = assets
    self.place = place
    self.warnFrom = warnFrom
  }

  /// A product choice.
  public static let standardWarnFrom = ExactDecimal(10)

  /// As `carbon: budgets:` has it.
  public init(_ budget: CarbonBudget) {
    self.init(
      name: budget.name, period: budget.period, limit: budget.limit,
      measure: .emissions(budget.method, scopes: budget.scopes), assets: budget.assets)
  }

  /// Whether it is of the whole site, so that what people enter without a place belongs to it.
  public var isOfSite: Bool { place == nil && assets.contains("*") }

  /// - Parameter currency: of the tariff.
  public func unit(currency: String?) -> String {
    switch measure {
    case .energy: "kWh"
    case .cost: currency ?? ""
    case .emissions: "kg"
    }
  }

  /// - Parameters:
  ///   - used: so far.
  ///   - elapsed, length: of the period, in one unit.
  ///   - expected: what the whole period will use, by somebody who knows better; nil = as it began.
  /// - Returns: what stands of it, and what it will be; nil at its very start.
  public func state(
    used: ExactDecimal, elapsed: Int, length: Int, expected: ExactDecimal? = nil
  ) throws(DecimalError) -> (state: CarbonBudget.State, projected: ExactDecimal?) {
    let begun = elapsed > 0 ? try (used * ExactDecimal(length)) / ExactDecimal(elapsed) : nil
    let projected = expected ?? begun
    if limit < used { return (.exceeded, projected) }
    let isTelling = try warnFrom * ExactDecimal(length) <= ExactDecimal(100) * ExactDecimal(elapsed)
    return (isTelling && (projected.map { limit < $0 } ?? false) ? .projected : .within, projected)
  }
}
