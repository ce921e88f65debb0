import Factors
import Telemetry
import Templates

/// Cost, bands, bill and standard coal. Nothing of it is there without a tariff or coefficients.
extension EnergyBody {
  /// Of `energy-interval`.
  func addTariff(to members: inout [String: JSONValue], window figures: EnergyFigures) throws {
    try addStandardCoal(to: &members, figures)
    guard let settings = pricing.tariff, let sums = figures.bands else { return }
    let place = sums.bands.firstIndex { $0 != nil }
    members["band"] = place.map { .string(Tariff.Band.allCases[$0].rawValue) } ?? .null
    members["cost"] = exact(try sums.cost())
    members["currency"] = .string(settings.tariff.currency)
    members["tariff"] = sums.sources.first.map(source) ?? .null
  }

  /// Of `energy-day` and `energy-month`.
  func addTariff(to members: inout [String: JSONValue], period figures: EnergyFigures, isMonth: Bool) throws {
    try addStandardCoal(to: &members, figures)
    guard let settings = pricing.tariff, let sums = figures.bands else { return }
    var bands: [String: JSONValue] = [:]
    for (place, band) in sums.bands.enumerated() {
      guard let band else { continue }
      bands[Tariff.Band.allCases[place].rawValue] = [
        "kwh": band.energy.map { .string($0.description) } ?? .null, "cost": exact(band.cost),
      ]
    }
    members["bands"] = .object(bands)
    members["cost"] = exact(try sums.cost())
    members["currency"] = .string(settings.tariff.currency)
    members["tariffs"] = .array(sums.sources.map(source))
    if let unpriced = sums.unpriced, unpriced.mantissa != 0 {
      members["unpriced_kwh"] = .string(unpriced.description)
    }
    if isMonth, pricing.isBilled, let bill = try bill(settings, figures, sums) { members["bill"] = bill }
  }

  private func source(_ source: BandSums.Source) -> JSONValue {
    ["rule_set": .string(source.ruleSet), "valid": .string(source.validity)]
  }

  private func bill(_ settings: TariffSettings, _ figures: EnergyFigures, _ sums: BandSums) throws -> JSONValue? {
    guard let active = figures.active, let charge = try sums.cost() else { return nil }
    let demand = try figures.maximumDemand(window: window).map { try ExactDecimal($0) }
    var reactive = figures.lagging
    if settings.reactive == .both, let leading = figures.leading {
      reactive = reactive.map { $0.adding(leading) } ?? leading
    }
    let key = reactive.flatMap { PowerFactor.key(active: active, reactive: $0) }
    let bill = try ElectricityBill(
      settings, energy: try ExactDecimal(active), energyCharge: charge, maximumDemand: demand, powerFactorKey: key)
    var members: [String: JSONValue] = ["energy_charge": exact(charge), "total": exact(bill.total)]
    if settings.governmentFunds != nil { members["government_funds"] = exact(bill.governmentFunds) }
    if let basic = settings.basic {
      members["basic_charge"] = exact(bill.basicCharge)
      members["basic_charge_by"] = .string(basic.basis.rawValue)
    }
    if let contract = settings.contractDemand {
      members["contract_demand_kw"] = exact(contract)
      members["contract_exceeded_kw"] = exact(bill.exceeded)
    }
    if let table = settings.powerFactor {
      members["power_factor_standard"] = .string(table.standard)
      members["power_factor_key"] = bill.powerFactorKey.map { .integer(Int64($0)) } ?? .null
      members["power_factor_percent"] = exact(bill.percent)
      members["power_factor_adjustment"] = exact(bill.adjustment)
    }
    return .object(members)
  }

  /// By quantity, so that what a meter counts twice (steam by mass and by heat) is not added up.
  private func addStandardCoal(to members: inout [String: JSONValue], _ figures: EnergyFigures) throws {
    guard let table = pricing.standardCoal else { return }
    var found: [String: JSONValue] = [:]
    for (place, quantity) in Signal.Quantity.allCases.enumerated() {
      guard registers.contains(where: { $0.quantity == quantity }) else { continue }
      var values: [String: JSONValue] = [:]
      for basis in StandardCoalTable.Basis.allCases {
        guard let coefficient = table.coefficient(counts: quantity.rawValue, fuel: pricing.fuel, basis: basis),
          coefficient.value != nil, coefficient.status.mayBeDefault
        else { continue }
        let amount = try figures.energy[place].map { try ExactDecimal($0) }
        values[basis.rawValue] = exact(try amount.flatMap { try coefficient.kgce($0 * coefficient.factor) })
      }
      if !values.isEmpty { found[quantity.rawValue] = .object(values) }
    }
    if !found.isEmpty { members["kgce"] = .object(found) }
  }

  private func exact(_ value: ExactDecimal?) -> JSONValue { value.map { .string($0.description) } ?? .null }
}
