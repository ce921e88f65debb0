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
  private let factors: FactorsInForce
  /// Those that were made, as they are saved; nil = none.
  public var recalculations: [UInt8]?
  private let site: Site
  private let zone: PlantZone
  private let topology: MeterTopology

  /// Nil without `carbon:` in the configuration.
  /// - Parameter recalculations: as they are saved; nil = none were made.
  public init?(site: Site, zone: PlantZone, recalculations: [UInt8]?) throws {
    guard let settings = site.carbon else { return nil }
    factors = try FactorsInForce(settings)
    self.recalculations = recalculations
    methods = settings.methods
    self.site = site
    self.zone = zone
    topology = MeterTopology(site.assets)
  }

  /// The certificates that cover the site's electricity of a month, for its parts.
  public struct Attribution: Hashable, Sendable {
    public var shares: [CertificateShare]
    /// kWh of the site that certificates may cover: what was bought without a contract of its own.
    public var electricity: ExactDecimal

    /// From the body of the month's inventory and one of its methods; nil without certificates in it.
    public init?(inventory body: JSONValue, _ method: InventoryMethod, certificates: [Certificate]) throws {
      shares = []
      electricity = .zero
      for line in body["methods"]?[method.rawValue]?["lines"]?.arrayValue ?? [] {
        guard let id = line["certificate"]?.stringValue, line["unit"] == "kWh",
          let certificate = certificates.first(where: { $0.id == id }),
          let amount = line["amount"]?.stringValue.flatMap({ ExactDecimal($0) })
        else { continue }
        shares.append(CertificateShare(certificate: certificate, kilowattHours: amount))
      }
      // Lines of electricity are also those of what was made here, sold, or bought with a proof.
      for source in body["sources"]?.arrayValue ?? [] where source["quantity"] == Self.bought {
        guard let amount = source["amount"]?.stringValue.flatMap({ ExactDecimal($0) }) else { continue }
        electricity = try electricity + amount
      }
      for entry in body["entries"]?.arrayValue ?? [] where entry["label"] == Self.ordinary {
        guard let amount = entry["amount"]?.stringValue.flatMap({ ExactDecimal($0) }),
          let unit = entry["unit"]?.stringValue, ActivityUnit.canConvert(unit, to: "kWh")
        else { continue }
        electricity = try electricity + ActivityUnit.convert(amount, unit, to: "kWh")
      }
      if shares.isEmpty || electricity.isZero { return nil }
    }

    private static let bought = JSONValue.string(Signal.Quantity.activeEnergyImport.rawValue)
    private static let ordinary = JSONValue.string(Activity(.electricity(.ordinary), .zero, "kWh").label)

    /// For a part of the site: by its share of the electricity, rounded to 12 places and never more than it used.
    func shares(of part: ExactDecimal) throws(DecimalError) -> [CertificateShare] {
      guard part < electricity else { return shares }
      var attributed: [CertificateShare] = []
      var left = part
      for share in shares {
        let amount = min(try (share.kilowattHours * part) / electricity, left)
        guard ExactDecimal.zero < amount else { continue }
        left = try left - amount
        attributed.append(CertificateShare(certificate: share.certificate, kilowattHours: amount))
      }
      return attributed
    }
  }

  /// The emissions of a group of assets and entries, none counted twice.
  ///
  /// - Parameters:
  ///   - amounts: what the assets counted, by position.
  ///   - group: positions of the assets of the group.
  ///   - entries: those that belong to the group.
  ///   - period: within one month, so that it has one inventory date.
  ///   - hours: the electricity of the same assets and period by its hours, for a site that counts so; nil = by the factor
  ///     of the year.
  ///   - attribution: the site's certificates of that month, of which the group has its share; nil = none.
  public func sums(
    _ method: InventoryMethod, amounts: [Int: [Signal.Quantity: ExactDecimal]], group: Set<Int>,
    entries: [EnteredActivity], period: Range<Timestamp>, hours: [Int: HourlySums]? = nil,
    attribution: Attribution? = nil
  ) throws -> Sums {
    var sources: [Inventory.Source] = []
    for quantity in Signal.Quantity.allCases where InventoryScope.emits(quantity) {
      let counted = topology.counted(quantity, roles: InventoryScope.roles(quantity), in: group)
      for place in counted {
        let asset = site.assets[place]
        guard let amount = amounts[place]?[quantity],
          let kind = try MeteredActivity.kind(quantity, asset.metering),
          !(quantity == .gasVolume && amounts[place]?[.gasVolumeNormal] != nil)
        else { continue }
        var source = Inventory.Source(
          asset: asset.id, quantity: quantity, activity: Activity(kind, amount, quantity.unit),
          record: Inventory.RecordReference(kind: .energyMonth, key: "", revision: 0))
        if let hours, source.isBoughtElectricity {
          source.hourly = hours[place] ?? HourlySums()
          try source.completeHours(of: period)
        }
        sources.append(source)
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
    let choice = try factors.choice(
      at: zone.startOfMonth(containing: period.lowerBound), saved: recalculations)
    let inventory = Inventory(sources: sources, entries: parts)
    let emissions = try inventory.emissions(
      choice, lastDay: CivilDate(lastDayBefore: period.upperBound, in: zone),
      certificates: try attribution.map { try $0.shares(of: inventory.electricity()) } ?? [])
    let own = emissions.compactMap { $0.first { $0.method == method } }
    let problems = own.compactMap { $0.problem.map { "\($0)" } }
    let warnings = own.flatMap { $0.warnings.map(\.text) }
    guard problems.isEmpty else { return Sums(scopes: nil, gas: .co2, problems: problems, warnings: warnings) }
    let totals = try EmissionTotals(own.flatMap(\.lines))
    return Sums(
      scopes: [totals.scope1, totals.scope2, totals.scope3], gas: totals.gas, problems: [], warnings: warnings)
  }
}
