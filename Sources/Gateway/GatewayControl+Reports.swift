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
    let period = try plantPeriod(query.period)
    switch query.subject {
    case .energy: return try energyReport(by: query.by ?? "asset", period)
    case .carbon:
      return try carbonReport(by: query.by ?? "scope", period, method: query.method, asset: query.asset)
    case .factors: return try factorChanges()
    case .targets: return try targets()
    case .budgets: return try budgets()
    case .alarms: return try alarmPerformance(period)
    case .series: return try seriesForecast(asset: query.asset ?? "", signal: query.by)
    case .forecast: return try forecast(asset: query.asset ?? "", hours: query.hours ?? 24)
    case .balance: return try balanceReport(period)
    case .inspection: return try inspectionReport(query, period)
    case .idle: return try idleReport(by: query.by ?? "asset", period)
    case .oee: return try oeeReport(by: query.by ?? "machine", period)
    case .performance: return try performanceReport(by: query.by ?? "asset", asset: query.asset, period)
    }
  }

  // MARK: - Energy

  private func energyReport(by word: String, _ period: PlantPeriod) throws -> ReportTable {
    let known = ReportGroups.words + ["carrier", "product"]
    guard known.contains(word) else { throw ReportGroups.unknown(word, known: known) }
    if word == "product" { return try productEnergy(period) }
    let amounts = try metered(period).amounts
    let coal = try StandardCoalReport(site: site, amounts: amounts)
    let entries = try enteredActivities().compactMap { entry in
      try entry.amount(in: period.start..<period.end, zone: zone).map {
        StandardCoalReport.Part(entry: entry, amount: $0)
      }
    }
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
      var rows = try quantities.map { quantity in
        let kgce = StandardCoalReport.quantities.contains(quantity) ? try coal?.metered(quantity, all) : nil
        return ReportTable.Row(
          name: "\(quantity.rawValue) (\(quantity.unit))",
          figures: [try sum(quantity, all)?.description] + (coal == nil ? [] : [kgce?.description]))
      }
      // What people entered is energy, too, where it has a value.
      for part in entries {
        guard let kgce = coal?.entered(part).kgce else { continue }
        rows.append(
          ReportTable.Row(
            name: "\(part.entry.what) (\(part.entry.activity.unit)), entry \(part.entry.id)",
            figures: [part.amount.description, kgce.description]))
      }
      let amount = ReportTable.Column("amount", title: "amount", unit: "", places: 2)
      let total = try coal.map { coal in
        ReportTable.Row(name: "standard coal", figures: [nil, try coal.sum(all, entries)?.description])
      }
      return try table(
        "Energy and media", word, period, [amount] + (coal == nil ? [] : [Self.standardCoal]), rows, total: total,
        notes: (coal?.notes(entries) ?? []) + evictedNotes(period))
    }
    var columns = quantities.enumerated().map { place, quantity in
      ReportTable.Column(
        quantity.rawValue, title: quantity.rawValue, unit: quantity.unit, places: 2, hasBar: place == 0)
    }
    let rows = try ReportGroups.rows(site.assets, by: word).compactMap { row -> ReportTable.Row? in
      let figures = try quantities.map { quantity -> String? in
        if word == "asset", let place = row.assets.first { return amounts[place]?[quantity]?.description }
        return try sum(quantity, row.assets)?.description
      }
      let own = coal == nil ? [] : entries.filter { belongs($0.entry, to: row.assets) }
      let kgce = try coal.map { try $0.sum(row.assets, own, isWhole: word != "asset")?.description }
      guard figures.contains(where: { $0 != nil }) || kgce.flatMap(\.self) != nil else { return nil }
      return ReportTable.Row(name: row.name, figures: figures + (kgce.map { [$0] } ?? []))
    }
    let sums = try quantities.map { try sum($0, all)?.description }
    let whole = try coal.map { try $0.sum(all, entries)?.description }
    if coal != nil { columns.append(Self.standardCoal) }
    return try table(
      "Energy and media", word, period, columns, rows,
      total: ReportTable.Row(name: "site", figures: sums + (whole.map { [$0] } ?? [])),
      notes: (coal?.notes(entries) ?? []) + evictedNotes(period))
  }

  private static let standardCoal = ReportTable.Column("kgce", title: "standard coal", unit: "kgce", places: 2)

  /// Made on site or counted beside the supply: the supply's roles do not divide it.
  private static func isMade(_ quantity: Signal.Quantity) -> Bool {
    switch quantity {
    case .activeEnergyGeneration, .activeEnergyExport, .batteryEnergyCharged, .batteryEnergyDischarged: true
    default: false
    }
  }

  // MARK: - Carbon

  private func carbonReport(
    by word: String, _ period: PlantPeriod, method name: String?, asset: String?
  ) throws -> ReportTable {
    guard let report = try EmissionReport(site: site, zone: zone, recalculations: recalculations),
      let first = report.methods.first
    else {
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
    let known = EmissionTable.words + ["product"] + ReportGroups.words + ["hour"]
    guard known.contains(word) else { throw ReportGroups.unknown(word, known: known) }
    if word == "hour" { return try carbonHours(period, method, asset: asset) }
    guard asset == nil else {
      throw ControlRefusal(
        .badRequest, "--asset is for the report by the hour.\n  → Ask --by hour, or --by asset for all of them.")
    }
    if word == "product" { return try productEmissions(report, period, method) }
    let isOfSite = EmissionTable.words.contains(word)
    let groups = isOfSite ? [("", Set(site.assets.indices))] : ReportGroups.rows(site.assets, by: word)
    let entries = try enteredActivities().filter { $0.start < period.end && period.start < $0.end }
    let undivided = isOfSite ? [] : entries.filter { entry in !groups.contains { belongs(entry, to: $0.assets) } }
    var emitted = EmissionTable(by: word, groups: groups.map(\.name))
    let whole = period.start..<period.end
    for month in zone.months(touching: whole).map({ $0.clamped(to: whole) }) {
      let part = PlantPeriod(start: month.lowerBound, end: month.upperBound, name: period.name)
      if isOfSite, let recorded = try inventory(month, method) {
        try emitted.add(recorded, to: 0)
        continue
      }
      let amounts = try metered(part).amounts
      let hours = try hours(part)
      let attribution = try attribution(month, method)
      for (place, group) in groups.enumerated() {
        let own = isOfSite ? entries : entries.filter { belongs($0, to: group.assets) }
        let result = try report.sums(
          method, amounts: amounts, group: group.assets, entries: own, period: month, hours: hours,
          attribution: attribution)
        try emitted.add(result, to: place)
      }
      guard !undivided.isEmpty else { continue }
      try emitted.addUndivided(
        report.sums(
          method, amounts: [:], group: [], entries: undivided, period: month, hours: hours, attribution: attribution),
        entries: undivided.count)
    }
    return try table(
      "Emissions, \(method.title)", word, period, [emitted.column], emitted.rows(), total: emitted.total(),
      notes: emitted.notes + carbonNotes(word, method) + evictedNotes(period))
  }

  func carbonNotes(_ word: String, _ method: InventoryMethod) -> [String] {
    if word == "product", site.carbon?.hourlySeries?.series(for: method) != nil {
      return ["by the factor of the year: nobody knows the hours of an order's share"]
    }
    guard method == .market, !EmissionTable.words.contains(word), let settings = site.carbon,
      !settings.certificates.isEmpty
    else {
      return []
    }
    switch settings.certificateReports {
    case .byElectricity:
      return ["certificates of closed months are divided by the share of the site's electricity"]
    case .notAttributed: return ["certificates are counted for the site as a whole (by scope), not for its parts"]
    }
  }

  /// The certificates of a closed month, for the parts of the site; nil where there are none, or they stay with the site.
  func attribution(
    _ month: Range<Timestamp>, _ method: InventoryMethod
  ) throws -> EmissionReport.Attribution? {
    guard let settings = site.carbon, !settings.certificates.isEmpty, settings.certificateReports == .byElectricity,
      let body = try inventoryBody(month)
    else { return nil }
    return try EmissionReport.Attribution(inventory: body, method, certificates: settings.certificates)
  }

  func added(_ one: [ExactDecimal]?, _ other: [ExactDecimal]?) throws -> [ExactDecimal]? {
    guard let one, let other else { return nil }
    return try zip(one, other).map { try $0 + $1 }
  }

  /// What a closed month's record says, with its certificates; nil if there is none, or no whole month is asked for.
  func inventory(_ month: Range<Timestamp>, _ method: InventoryMethod) throws -> EmissionReport.Sums? {
    try inventoryBody(month)?["methods"]?[method.rawValue].flatMap { EmissionReport.Sums(recorded: $0) }
  }

  /// The newest record of a closed month; nil if there is none, or this is no whole month.
  private func inventoryBody(_ month: Range<Timestamp>) throws -> JSONValue? {
    guard zone.startOfMonth(containing: month.lowerBound) == month.lowerBound,
      zone.nextMonth(after: month.lowerBound) == month.upperBound
    else { return nil }
    var body: JSONValue?
    try store.visitBodies(
      kind: .carbonInventory, from: month.lowerBound, to: Timestamp(nanoseconds: month.lowerBound.nanoseconds + 1),
      names: names
    ) { body = try JSONValue(parsing: $0.body) }
    return body
  }

  func belongs(_ entry: EnteredActivity, to assets: Set<Int>) -> Bool {
    entry.belongs(to: assets, of: site.assets)
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
    try visit(period, .energy) { try amounts.add($0) }
    return amounts
  }

  func figures(_ period: PlantPeriod) throws -> PeriodFigures {
    var figures = PeriodFigures(site.assets)
    try visit(period, .energy) { try figures.add($0) }
    return figures
  }

  /// Bought electricity by its hours, as the records counted it; nil for a site that does not count so.
  func hours(_ period: PlantPeriod) throws -> [Int: HourlySums]? {
    guard let settings = site.carbon, let file = settings.hourlySeries, let series = file.series,
      let method = settings.methods.first(where: { file.series(for: $0) != nil })
    else { return nil }
    var hours = MeteredHours(site.assets, series, method: method)
    try visit(period, .carbon) { try hours.add($0) }
    return hours.sums
  }

  private func visit(
    _ period: PlantPeriod, _ kinds: PeriodRecords.Kinds, _ body: (StoredBody) throws -> Void
  ) throws {
    let clocks = Dictionary(
      (board.view?.connections ?? []).map { ($0.name, $0.clock) }, uniquingKeysWith: { first, _ in first })
    let lateness = site.horizons[.energyInterval]?.lateness ?? .zero
    let closed = Dictionary(
      site.assets.map { ($0.id, clocks[$0.connection] ?? .distantPast) }, uniquingKeysWith: { first, _ in first })
    let slowest = closed.values.min() ?? .distantPast
    try PeriodRecords(store: store, zone: zone, kinds: kinds, names: names).visit(
      period, isClosed: { asset, end in end + lateness <= (asset.isEmpty ? slowest : closed[asset] ?? slowest) },
      body)
  }

  /// A figure that lacks records must not look whole.
  private func evictedNotes(_ period: PlantPeriod) throws -> [String] {
    let count = try PeriodRecords(store: store, zone: zone, kinds: .energy, names: names).evicted(period)
    guard count > 0 else { return [] }
    return [
      "\(count == 1 ? "one record" : "\(count) records") of this period went for want of space: the figures are too low; "
        + "what was delivered is upstream, and `storage:` of the configuration says how much is kept here"
    ]
  }

  func table(
    _ title: String, _ by: String, _ period: PlantPeriod, _ columns: [ReportTable.Column], _ rows: [ReportTable.Row],
    total: ReportTable.Row?, notes: [String] = []
  ) -> ReportTable {
    ReportTable(
      title: title, by: by, start: zone.rfc3339(period.start), end: zone.rfc3339(period.end), columns: columns,
      rows: rows, total: total, notes: notes + cutWindows(period))
  }
}
