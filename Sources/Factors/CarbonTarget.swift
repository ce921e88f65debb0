import Telemetry

/// The way down: a base year, and what share of its emissions later years may have.
public struct CarbonTarget: Hashable, Sendable {
  public struct Milestone: Hashable, Sendable {
    public var year: Int
    /// Of the base year's emissions, in percent.
    public var percent: ExactDecimal
    public init(year: Int, percent: ExactDecimal) {
      self.year = year
      self.percent = percent
    }
  }

  public var baseYear: Int
  /// kg; nil = what the gateway's own records say about the base year.
  public var base: ExactDecimal?
  public var method: InventoryMethod
  /// 1 … 3, sorted.
  public var scopes: [Int]
  /// By year.
  public var path: [Milestone]

  public init(baseYear: Int, base: ExactDecimal?, method: InventoryMethod, scopes: [Int], path: [Milestone]) {
    self.baseYear = baseYear
    self.base = base
    self.method = method
    self.scopes = scopes
    self.path = path
  }

  /// Percent of the base year's emissions that `year` may have: on the straight line between the milestones; after the
  /// last one as in it. Nil before the base year.
  public func percent(in year: Int) throws(DecimalError) -> ExactDecimal? {
    guard year >= baseYear else { return nil }
    var before = Milestone(year: baseYear, percent: ExactDecimal(100))
    for milestone in path {
      if year == milestone.year { return milestone.percent }
      if year < milestone.year {
        let share = ExactDecimal(year - before.year)
        let step = try (milestone.percent - before.percent) * share
        return try before.percent + step / ExactDecimal(milestone.year - before.year)
      }
      before = milestone
    }
    return before.percent
  }

  /// kg that `year` may have; nil if the base is not known.
  public func allowance(in year: Int, base: ExactDecimal?) throws(DecimalError) -> ExactDecimal? {
    guard let whole = self.base ?? base, let percent = try percent(in: year) else { return nil }
    return try whole * percent * ExactDecimal(exact: "0.01")
  }
}

/// What a period may emit.
public struct CarbonBudget: Hashable, Sendable {
  public enum Period: String, CaseIterable, Hashable, Sendable { case day, month, year }
  public enum State: String, Hashable, Sendable {
    case within
    /// It will be exceeded if the period goes on as it began.
    case projected
    case exceeded
  }

  public var name: String
  public var period: Period
  /// kg
  public var limit: ExactDecimal
  public var method: InventoryMethod
  /// 1 … 3, sorted.
  public var scopes: [Int]
  /// Patterns with `*`.
  public var assets: [String]

  public init(
    name: String, period: Period, limit: ExactDecimal, method: InventoryMethod, scopes: [Int], assets: [String]
  ) {
    self.name = name
    self.period = period
    self.limit = limit
    self.method = method
    self.scopes = scopes
    self.assets = assets
  }

  /// - Parameters:
  ///   - used: kg so far.
  ///   - elapsed: length of time since the period began, in any unit.
  ///   - length: of the whole period, in the same unit.
  /// - Returns: the state, and the emissions of the whole period if it goes on as it began (nil at its very start).
  public func state(
    used: ExactDecimal, elapsed: Int, length: Int
  ) throws(DecimalError) -> (state: State, projected: ExactDecimal?) {
    let projected = elapsed > 0 ? try (used * ExactDecimal(length)) / ExactDecimal(elapsed) : nil
    if limit < used { return (.exceeded, projected) }
    return (projected.map { limit < $0 } ?? false ? .projected : .within, projected)
  }
}
