import Carbon
import Control
import Factors
import Plant
import Store
import Telemetry
import Templates

/// Reports of energy and emissions, from the records in the Store.
extension GatewayControl {
  func record(_ id: String) async throws -> String {
    guard let record = try store.record(id: id) else {
      throw ControlRefusal(
        .notFound,
        "There is no record \"\(id)\" in the store.\n  → An id is <gateway>/<kind>/<key>/<revision>, as the destinations "
          + "have it; old records may have been evicted.")
    }
    return String(decoding: record.json, as: UTF8.self)
  }

  func report(_ query: ReportQuery) async throws -> ReportTable {
    let period: PlantPeriod
    do {
      period = try PlantPeriod(query.period, now: board.view?.plantClock ?? PlantClock.system().wall, zone: zone)
    } catch {
      throw ControlRefusal(.badRequest, "There is no report: \(error).")
    }
    switch query.subject {
    case .energy: return try energyReport(by: query.by ?? "asset", period)
    case .carbon: return try carbonReport(by: query.by ?? "scope", period, method: query.method)
    case .forecast: return try forecast(asset: query.asset ?? "", hours: query.hours ?? 24)
    case .balance: return try balanceReport(period)
    case .idle: return try idleReport(by: query.by ?? "asset", period)
    case .performance: return try performanceReport(by: query.by ?? "asset", asset: query.asset, period)
    }
  }

  // MARK: - Energy

  private func energyReport(by word: String, _ period: PlantPeriod) throws -> ReportTable {
    let known = ReportGroups.words + ["carrier"]
    guard known.contains(word) else { throw ReportGroups.unknown(word, known: known) }
    let amounts = try metered(period).amounts
    let topology = MeterTopology(site.assets)
    let quantities = Signal.Quantity.allCases.filter { quantity in amounts.values.contains { $0[quantity] != nil } }
    func sum(_ quantity: Signal.Quantity, _ group: Set<Int>) throws -> ExactDecimal? {
      var sum: ExactDecimal?
      let roles: Set<Asset.EnergyRole>? = Self.isMade(quantity) ? Set(Asset.EnergyRole.allCases) : nil
      for place in topology.counted(quantity, roles: roles, among: group.contains) {
        if let amount = amounts[place]?[quantity] { sum = try (sum ?? .zero) + amount }
      }
      return sum
    }
    let all = Set(site.assets.indices)
    if word == "carrier" {
      let rows = try quantities.map { quantity in
        ReportTable.Row(name: "\(quantity.rawValue) (\(quantity.unit))", figures: [try sum(quantity, all)?.description])
      }
      return table(
        "Energy and media", word, period, [.init("amount", title: "amount", unit: "", places: 2)], rows, total: nil)
    }
    let columns = quantities.enumerated().map { place, quantity in
      ReportTable.Column(
        quantity.rawValue, title: quantity.rawValue, unit: quantity.unit, places: 2, hasBar: place == 0)
    }
    let rows = try ReportGroups.rows(site.assets, by: word).compactMap { row -> ReportTable.Row? in
      let figures = try quantities.map { quantity -> String? in
        if word == "asset", let place = row.assets.first { return amounts[place]?[quantity]?.description }
        return try sum(quantity, row.assets)?.description
      }
      return figures.allSatisfy { $0 == nil } ? nil : ReportTable.Row(name: row.name, figures: figures)
    }
    let total = ReportTable.Row(name: "site", figures: try quantities.map { try sum($0, all)?.description })
    return table("Energy and media", word, period, columns, rows, total: total)
  }

  /// Made on site or counted beside the supply: the supply's roles do not divide it.
  private static func isMade(_ quantity: Signal.Quantity) -> Bool {
    switch quantity {
    case .activeEnergyGeneration, .activeEnergyExport, .batteryEnergyCharged, .batteryEnergyDischarged: true
    default: false
    }
  }

  // MARK: - Carbon

  private func carbonReport(by word: String, _ period: PlantPeriod, method name: String?) throws -> ReportTable {
    guard let report = try EmissionReport(site: site, zone: zone), let first = report.methods.first else {
      throw ControlRefusal(
        .badRequest, "This gateway counts no emissions.\n  → Add a section `carbon:` to its configuration.")
    }
    let method =
      try name.map { name in
        guard let method = report.methods.first(where: { $0.rawValue == name }) else {
          let known = report.methods.map(\.rawValue).joined(separator: ", ")
          throw ControlRefusal(.badRequest, "The site does not count by \"\(name)\".\n  → It counts by \(known).")
        }
        return method
      } ?? first
    let known = ["scope"] + ReportGroups.words
    guard known.contains(word) else { throw ReportGroups.unknown(word, known: known) }
    let groups: [(name: String, assets: Set<Int>)] =
      word == "scope" ? [("", Set(site.assets.indices))] : ReportGroups.rows(site.assets, by: word)
    let entries = try enteredActivities().filter { $0.start < period.end && period.start < $0.end }
    var sums: [[ExactDecimal]?] = groups.map { _ in [.zero, .zero, .zero] }
    var problems: Set<String> = []
    let whole = period.start..<period.end
    for month in zone.months(touching: whole).map({ $0.clamped(to: whole) }) {
      let part = PlantPeriod(start: month.lowerBound, end: month.upperBound, name: period.name)
      if word == "scope", let scopes = try inventory(month, method) {
        sums[0] = try added(sums[0], scopes)
        continue
      }
      let amounts = try metered(part).amounts
      for (place, group) in groups.enumerated() {
        let own = word == "scope" ? entries : entries.filter { belongs($0, to: group.assets) }
        let result = try report.sums(method, amounts: amounts, group: group.assets, entries: own, period: month)
        problems.formUnion(result.problems)
        sums[place] = try added(sums[place], result.scopes)
      }
    }
    let notes = problems.sorted() + carbonNotes(word, method)
    if word == "scope" {
      let names = ["scope 1 (direct)", "scope 2 (purchased energy)", "scope 3 (other)"]
      let rows = names.enumerated().map { place, name in
        ReportTable.Row(name: name, figures: [sums[0]?[place].description])
      }
      let total = ReportTable.Row(name: "sum", figures: [try sums[0].map { try $0[0] + $0[1] + $0[2] }?.description])
      return table(
        "Emissions, \(method.title)", word, period, [Self.kilograms], rows, total: total, notes: notes)
    }
    let rows = try zip(groups, sums).map { group, scopes in
      ReportTable.Row(name: group.name, figures: [try scopes.map { try $0[0] + $0[1] + $0[2] }?.description])
    }
    return table("Emissions, \(method.title)", word, period, [Self.kilograms], rows, total: nil, notes: notes)
  }

  private static let kilograms = ReportTable.Column("kg", title: "emissions", unit: "kg", places: 2, hasBar: true)

  private func carbonNotes(_ word: String, _ method: InventoryMethod) -> [String] {
    guard method == .market, word != "scope", site.carbon?.certificates.isEmpty == false else { return [] }
    return ["certificates are counted for the site as a whole (by scope), not for its parts"]
  }

  private func added(_ one: [ExactDecimal]?, _ other: [ExactDecimal]?) throws -> [ExactDecimal]? {
    guard let one, let other else { return nil }
    return try zip(one, other).map { try $0 + $1 }
  }

  /// What a closed month's record says, with its certificates; nil if there is none, or no whole month is asked for.
  private func inventory(_ month: Range<Timestamp>, _ method: InventoryMethod) throws -> [ExactDecimal]? {
    guard zone.startOfMonth(containing: month.lowerBound) == month.lowerBound,
      zone.nextMonth(after: month.lowerBound) == month.upperBound
    else { return nil }
    var scopes: [ExactDecimal]?
    try store.visitBodies(
      kind: .carbonInventory, from: month.lowerBound, to: Timestamp(nanoseconds: month.lowerBound.nanoseconds + 1)
    ) { record in
      let figures = try JSONValue(parsing: record.body)["methods"]?[method.rawValue]
      let found = ["scope_1_kg", "scope_2_kg", "scope_3_kg"].compactMap {
        figures?[$0]?.stringValue.flatMap { ExactDecimal($0) }
      }
      if found.count == 3 { scopes = found }
    }
    return scopes
  }

  private func belongs(_ entry: EnteredActivity, to assets: Set<Int>) -> Bool {
    guard !entry.place.isEmpty else { return false }
    return assets.contains { place in
      let asset = site.assets[place]
      return asset.id == entry.place || asset.place == entry.place || asset.place.hasPrefix(entry.place + "/")
    }
  }

  /// In force.
  func enteredActivities() throws -> [EnteredActivity] {
    try store.records(kind: .carbonActivity, limit: .max).compactMap { record in
      guard let body = try JSONValue(parsing: record.json)["body"] else { return nil }
      return try EnteredActivity(recordBody: body)
    }
  }

  // MARK: - Parts

  func metered(_ period: PlantPeriod) throws -> MeteredAmounts {
    var amounts = MeteredAmounts(site.assets)
    let clocks = Dictionary(
      (board.view?.connections ?? []).map { ($0.name, $0.clock) }, uniquingKeysWith: { first, _ in first })
    let lateness = site.horizons[.energyInterval]?.lateness ?? .zero
    let closed = Dictionary(
      site.assets.map { ($0.id, clocks[$0.connection] ?? .distantPast) }, uniquingKeysWith: { first, _ in first })
    let slowest = closed.values.min() ?? .distantPast
    try PeriodRecords(store: store, zone: zone, kinds: .energy).visit(
      period, isClosed: { asset, end in end + lateness <= (asset.isEmpty ? slowest : closed[asset] ?? slowest) },
      { try amounts.add($0) })
    return amounts
  }

  func table(
    _ title: String, _ by: String, _ period: PlantPeriod, _ columns: [ReportTable.Column], _ rows: [ReportTable.Row],
    total: ReportTable.Row?, notes: [String] = []
  ) -> ReportTable {
    ReportTable(
      title: title, by: by, start: zone.rfc3339(period.start), end: zone.rfc3339(period.end), columns: columns,
      rows: rows, total: total, notes: notes)
  }
}
