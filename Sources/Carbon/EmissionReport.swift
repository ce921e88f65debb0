import Factors
import Plant
import Telemetry
import Templates

/// Emissions of a part of the site in a period, calculated from its amounts as the inventory is: for reports.
public struct EmissionReport: Sendable {
  /// Sums by scope, kg; nil where a factor is missing.
  public struct Sums: Hashable, Sendable {
    public var scopes: [ExactDecimal]?
    public var gas: GasCoverage
    public var problems: [String]
    public var warnings: [String]

    public func total() throws(DecimalError) -> ExactDecimal? {
      guard let scopes else { return nil }
      var sum = ExactDecimal.zero
      for scope in scopes { sum = try sum + scope }
      return sum
    }
  }

  public let methods: [InventoryMethod]
  private let calculator: EmissionCalculator
  private let site: Site
  private let zone: PlantZone
  private let topology: MeterTopology

  /// Nil without `carbon:` in the configuration.
  public init?(site: Site, zone: PlantZone) throws {
    guard let settings = site.carbon else { return nil }
    calculator = try EmissionCalculator(settings)
    methods = settings.methods
    self.site = site
    self.zone = zone
    topology = MeterTopology(site.assets)
  }

  /// The emissions of a group of assets and entries, none counted twice.
  ///
  /// - Parameters:
  ///   - amounts: what the assets counted, by position.
  ///   - group: positions of the assets of the group.
  ///   - entries: those that belong to the group.
  ///   - period: within one month, so that it has one inventory date.
  public func sums(
    _ method: InventoryMethod, amounts: [Int: [Signal.Quantity: ExactDecimal]], group: Set<Int>,
    entries: [EnteredActivity], period: Range<Timestamp>
  ) throws -> Sums {
    var sources: [Inventory.Source] = []
    for quantity in Signal.Quantity.allCases where InventoryScope.emits(quantity) {
      let counted = topology.counted(quantity, roles: InventoryScope.roles(quantity), among: group.contains)
      for place in counted {
        let asset = site.assets[place]
        guard let amount = amounts[place]?[quantity],
          let kind = try MeteredActivity.kind(quantity, asset.metering),
          !(quantity == .gasVolume && amounts[place]?[.gasVolumeNormal] != nil)
        else { continue }
        sources.append(
          Inventory.Source(
            asset: asset.id, quantity: quantity, activity: Activity(kind, amount, quantity.unit),
            record: Inventory.RecordReference(kind: .energyMonth, key: "", revision: 0)))
      }
    }
    let parts = try entries.flatMap { entry -> [Inventory.EntryPart] in
      let months = zone.months(touching: entry.start..<entry.end)
      return try entry.parts(in: months).compactMap { part -> Inventory.EntryPart? in
        let month = months[part.period]
        guard month.overlaps(period) else { return nil }
        let inside =
          max(month.lowerBound, period.lowerBound, entry.start)..<min(month.upperBound, period.upperBound, entry.end)
        let whole = max(month.lowerBound, entry.start)..<min(month.upperBound, entry.end)
        guard inside != whole else { return Inventory.EntryPart(entry: entry, amount: part.amount) }
        let share = try part.amount * ExactDecimal(Int((inside.upperBound - inside.lowerBound).nanoseconds))
        return Inventory.EntryPart(
          entry: entry, amount: try share / ExactDecimal(Int((whole.upperBound - whole.lowerBound).nanoseconds)))
      }
    }
    let emissions = try Inventory(sources: sources, entries: parts).emissions(
      calculator, lastDay: CivilDate(lastDayBefore: period.upperBound, in: zone), certificates: [])
    let own = emissions.compactMap { $0.first { $0.method == method } }
    let problems = own.compactMap { $0.problem.map { "\($0)" } }
    let warnings = own.flatMap { $0.warnings.map(\.text) }
    guard problems.isEmpty else { return Sums(scopes: nil, gas: .co2, problems: problems, warnings: warnings) }
    let totals = try EmissionTotals(own.flatMap(\.lines))
    return Sums(
      scopes: [totals.scope1, totals.scope2, totals.scope3], gas: totals.gas, problems: [], warnings: warnings)
  }
}
