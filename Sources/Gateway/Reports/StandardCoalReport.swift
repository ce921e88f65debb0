import Carbon
import Factors
import Plant
import Telemetry
import Templates

/// Standard coal beside the energy of a report: of meters, and of fuels, heat and electricity that people entered.
struct StandardCoalReport {
  /// What comes from outside. What is made of it here (compressed air, cold, nitrogen) stands in no sum a second time.
  static let quantities: [Signal.Quantity] = [
    .activeEnergyImport, .gasVolumeNormal, .steamMass, .heatEnergy, .waterVolume,
  ]

  /// An entry's part of the period.
  struct Part: Hashable {
    var entry: EnteredActivity
    var amount: ExactDecimal
  }

  /// kgce of a part, or why there is none; both nil for what is no energy.
  struct Figure: Hashable {
    var kgce: ExactDecimal?
    var problem: String?
  }

  private let site: Site
  private let coal: StandardCoal
  private let topology: MeterTopology
  private let amounts: [Int: [Signal.Quantity: ExactDecimal]]

  /// Nil without `standard-coal:` in the configuration.
  init?(site: Site, amounts: [Int: [Signal.Quantity: ExactDecimal]]) throws {
    guard let table = site.energy.standardCoal else { return nil }
    self.site = site
    coal = StandardCoal(table, calculator: try site.carbon.map { settings in try EmissionCalculator(settings) })
    topology = MeterTopology(site.assets)
    self.amounts = amounts
  }

  /// - Parameter isWhole: false = of each asset its own count, whatever counts it above.
  func metered(_ quantity: Signal.Quantity, _ group: Set<Int>, isWhole: Bool = true) throws -> ExactDecimal? {
    var sum: ExactDecimal?
    for place in isWhole ? topology.counted(quantity, in: group) : group.sorted() {
      guard let own = amounts[place], let amount = own[quantity] else { continue }
      if let better = quantity.betterMeasure, own[better] != nil { continue }
      let fuel = site.assets[place].metering.fuel
      guard let kgce = try coal.table.kgce(amount, counts: quantity.rawValue, fuel: fuel, basis: .calorific) else {
        continue
      }
      sum = try (sum ?? .zero) + kgce
    }
    return sum
  }

  func entered(_ part: Part) -> Figure {
    var activity = part.entry.activity
    activity.amount = part.amount
    do {
      return Figure(kgce: try coal.kgce(activity))
    } catch {
      return Figure(problem: "no standard coal of \(part.entry.what): \(error)")
    }
  }

  /// Of meters and entries of a group; nil where nothing of it has a value.
  func sum(_ group: Set<Int>, _ parts: [Part], isWhole: Bool = true) throws -> ExactDecimal? {
    var sum: ExactDecimal?
    let own = try Self.quantities.compactMap { try metered($0, group, isWhole: isWhole) }
    for kgce in own + parts.compactMap({ entered($0).kgce }) { sum = try (sum ?? .zero) + kgce }
    return sum
  }

  func notes(_ parts: [Part]) -> [String] {
    let problems = Set(parts.compactMap { entered($0).problem }).sorted()
    return [
      "kgce: calorific values of \(coal.table.id); what is made on site (compressed air, cold, nitrogen) is in the "
        + "energy that it is made of"
    ] + problems
  }
}
