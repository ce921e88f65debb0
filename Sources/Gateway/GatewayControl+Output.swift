import Control
import Energy
import Factors
import Plant
import Production
import Store
import Telemetry
import Templates

/// Energy by what was made: by good piece and by output value, of products and of parts of the plant.
extension GatewayControl {
  /// Of the days of a period that are over.
  func output(_ period: PlantPeriod) throws -> PeriodOutput {
    var output = PeriodOutput(site, zone: zone, names: names)
    guard !output.lines.isEmpty else { return output }
    let lines = try LineDays(period.start..<period.end, in: store, names: names)
    try output.add(days: lines.days, orders: lines.orders, period: period.start..<period.end)
    return output
  }

  /// What electricity the orders took, by the product that they made.
  func productEnergyReport(_ period: PlantPeriod) throws -> ReportTable {
    let output = try output(period)
    guard !output.lines.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "No line has an order feed, so it is not known what was made.\n  → Add an asset with the template order-feed at "
          + "the place of the line.")
    }
    var sums: [String: OutputValue] = [:]
    var unnamed = OutputValue()
    var free = OutputValue()
    var total = OutputValue()
    for part in output.parts {
      try total.add(part, site.products)
      if part.order == nil {
        try free.add(part, site.products)
      } else if let product = part.product {
        try sums[product, default: OutputValue()].add(part, site.products)
      } else {
        try unnamed.add(part, site.products)
      }
    }
    var rows = try sums.sorted { $0.key < $1.key }.map { try row($0.key, $0.value) }
    if unnamed != OutputValue() { rows.append(try row("(product not known)", unnamed)) }
    if !free.energy.isZero { rows.append(try row("(no order)", free)) }
    var notes = outputNotes(output, [total], period)
    notes.append(
      "electricity of the lines' orders, divided as in their footprints; without a counter on the line an order counts as "
        + "a whole, when it began")
    return table(
      "Energy by product", "product", period,
      [
        .init("energy_kwh", title: "electricity", unit: "kWh", places: 1, hasBar: true),
        .init("good", title: "good", unit: "pcs", places: 0),
        .init("specific", title: "by piece", unit: "kWh", places: 3),
      ] + valueColumns, rows, total: try row("all lines", total), notes: notes)
  }

  private func row(_ name: String, _ sum: OutputValue) throws -> ReportTable.Row {
    let specific =
      try sum.isUncounted
      ? nil
      : sum.good.flatMap { good in
        try EnergyIndicator.specific(energy: sum.energy, output: good)
      }
    return ReportTable.Row(
      name: name,
      figures: [
        sum.energy.description, sum.good?.description, specific?.description, sum.known?.description,
        try sum.energyIntensity(of: sum.energy)?.description,
      ])
  }

  // MARK: - Of parts of the plant

  /// Whether anything has a price, so that reports speak of values.
  var hasPrices: Bool { site.products.contains { !$0.prices.isEmpty } }

  var valueColumns: [ReportTable.Column] {
    let currency = site.tariff?.tariff.currency ?? ""
    return [
      .init("output_value", title: "output", unit: currency, places: 2),
      .init("kwh_by_1000", title: "kWh by 1,000 \(currency)", unit: "", places: 3),
    ]
  }

  /// Sums by name of the row that a line belongs to: that of its order feed, else of its counters, else of its meters.
  func outputValues(_ output: PeriodOutput, by word: String) throws -> [String: OutputValue] {
    let names = output.lines.map { line in
      [line.feeds, line.counters, line.meters[Carrier(.activeEnergyImport)] ?? []].lazy.compactMap { members in
        let rows = Set(members.compactMap { ReportGroups.row(self.site.assets[$0], by: word) })
        return rows.count == 1 ? rows.first : nil
      }.first
    }
    var sums: [String: OutputValue] = [:]
    for part in output.parts {
      if let name = names[part.line] { try sums[name, default: OutputValue()].add(part, site.products) }
    }
    return sums
  }

  /// What stands beside values: what has no price, and days that are not counted yet.
  func outputNotes(_ output: PeriodOutput, _ sums: some Sequence<OutputValue>, _ period: PlantPeriod) -> [String] {
    var notes: [String] = []
    let unpriced = sums.reduce(into: Set<String>()) { $0.formUnion($1.unpriced) }
    if !unpriced.isEmpty {
      notes.append(
        "no output value: \(FigureText.list(unpriced.sorted(), limit: 5)); enter `price:` of the product under `products:`"
      )
    }
    if sums.contains(where: \.isUncounted) {
      notes.append("no output value where nobody counts the pieces: neither a counter on the line nor the order feed")
    }
    if !output.silentDays.isEmpty {
      notes.append(
        "the records of \(FigureText.list(output.silentDays.sorted().map(\.description), limit: 3)) do not tell the "
          + "pieces by order: they were made by an earlier version")
    }
    return notes
  }

  /// Whether a period is made of whole local days whose records are expected: only then energy and output go together.
  func isOfDaysThatAreOver(_ period: PlantPeriod) -> Bool {
    let lateness = site.horizons[.productionOrder]?.lateness ?? .zero
    return zone.startOfDay(containing: period.start) == period.start
      && zone.startOfDay(containing: period.end) == period.end && period.end + lateness <= plantNow
  }
}
