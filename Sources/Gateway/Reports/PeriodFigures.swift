import Factors
import Store
import Telemetry
import Templates

/// What the energy records of a period say: amounts, energy and cost by band, maximum demand.
struct PeriodFigures {
  struct Band: Hashable {
    /// kWh
    var energy = ExactDecimal.zero
    var cost: ExactDecimal?
  }
  struct Maximum: Hashable {
    var asset: String
    /// kW
    var demand: ExactDecimal
    /// With the plant's offset.
    var start: String
  }

  /// What a month's bill adds to the energy charge, in the tariff's currency.
  struct Bill: Hashable {
    var governmentFunds: ExactDecimal?
    var basicCharge: ExactDecimal?
    var powerFactor: ExactDecimal?
    /// Of the months whose bill has no figure: something that it needs was not known.
    var unknown = 0
  }

  private(set) var metered: MeteredAmounts
  /// By asset id, then by position in `Tariff.Band.allCases`.
  private(set) var bands: [String: [Int: Band]] = [:]
  /// The highest of each asset; in the order of the first record.
  private(set) var maxima: [Maximum] = []
  /// By asset id: of the whole months of the period, summed.
  private(set) var bills: [String: Bill] = [:]
  private var places: [String: Int] = [:]

  init(_ assets: [Asset]) { metered = MeteredAmounts(assets) }

  mutating func add(_ record: StoredBody) throws {
    try add(try JSONValue(parsing: record.body), of: record.asset)
  }

  /// - Parameter body: of an energy record of the asset.
  mutating func add(_ body: JSONValue, of asset: String) throws {
    try metered.add(body, of: asset)
    try addBands(body, asset)
    addMaximum(body, asset)
    if let bill = body["bill"] { try addBill(bill, asset) }
  }

  private mutating func addBill(_ body: JSONValue, _ asset: String) throws {
    var bill = bills[asset] ?? Bill()
    func sum(_ sum: ExactDecimal?, _ name: String) throws -> ExactDecimal? {
      guard let part = Self.decimal(body[name]) else { return sum }
      return try (sum ?? .zero) + part
    }
    bill.governmentFunds = try sum(bill.governmentFunds, "government_funds")
    bill.basicCharge = try sum(bill.basicCharge, "basic_charge")
    bill.powerFactor = try sum(bill.powerFactor, "power_factor_adjustment")
    if Self.decimal(body["total"]) == nil { bill.unknown += 1 }
    bills[asset] = bill
  }

  private mutating func addBands(_ body: JSONValue, _ asset: String) throws {
    if let name = body["band"]?.stringValue, let band = Tariff.Band(rawValue: name) {
      try add(body["energy_kwh"], body["cost"], band, asset)
    }
    guard case .object(let parts)? = body["bands"] else { return }
    for band in Tariff.Band.allCases {
      if let part = parts[band.rawValue] { try add(part["kwh"], part["cost"], band, asset) }
    }
  }

  private mutating func add(_ energy: JSONValue?, _ cost: JSONValue?, _ band: Tariff.Band, _ asset: String) throws {
    var own = bands[asset]?[band.place] ?? Band()
    if let energy = Self.decimal(energy) { own.energy = try own.energy + energy }
    if let cost = Self.decimal(cost) { own.cost = try (own.cost ?? .zero) + cost }
    bands[asset, default: [:]][band.place] = own
  }

  private mutating func addMaximum(_ body: JSONValue, _ asset: String) {
    // A window has its own demand, days and months the highest of theirs.
    let (value, start) =
      body["maximum_demand_kw"] == nil
      ? (body["demand_kw"], body["start"]) : (body["maximum_demand_kw"], body["maximum_demand_start"])
    guard let demand = Self.decimal(value), let start = start?.stringValue else { return }
    let own = Maximum(asset: asset, demand: demand, start: start)
    guard let place = places[asset] else {
      places[asset] = maxima.count
      maxima.append(own)
      return
    }
    if maxima[place].demand < demand { maxima[place] = own }
  }

  private static func decimal(_ value: JSONValue?) -> ExactDecimal? {
    value?.stringValue.flatMap { ExactDecimal($0) }
  }
}
