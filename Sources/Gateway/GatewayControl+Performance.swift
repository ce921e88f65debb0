import Control
import Energy
import Plant
import Production
import Store
import Telemetry
import Templates

/// Performance of a period: energy by piece, energy against the baselines, and what making cold, air and steam took.
extension GatewayControl {
  /// One day of one meter, from its record.
  private struct MeterDay {
    var place: Int
    var key: String
    var unit: String
    var quantity: String
    var start: Timestamp
    var actual: ExactDecimal
    var good: ExactDecimal?
    var expected: Double
    var standardError: Double
    var predictionError: Double
    var freedom: Int
    var objections: [String]

    func add(to sum: inout PerformanceSum) {
      sum.add(
        meter: key, actual: actual.doubleValue, expected: expected, standardError: standardError,
        predictionError: predictionError, freedom: freedom)
    }
  }

  func performanceReport(by word: String, asset: String?, _ period: PlantPeriod) throws -> ReportTable {
    let known = ReportGroups.words + ["product", "day", "media"]
    guard known.contains(word) else { throw ReportGroups.unknown(word, known: known) }
    if word == "media" { return try mediaReport(period) }
    if word == "product" { return try productEnergyReport(period) }
    if let asset, !site.assets.contains(where: { $0.id == asset }) { throw Self.unknownAsset(asset, in: site) }
    var days = try meterDays(period)
    if let asset { days = days.filter { site.assets[$0.place].id == asset } }
    var notes = Set(days.flatMap(\.objections)).sorted().prefix(3).map { "a baseline is not accepted: \($0)" }
    if days.isEmpty {
      notes.append(
        "no baseline was learnt yet for a day of this period: it needs \(site.energy.analysis.baselineDays) complete "
          + "days, or a period under `energy: baseline`; a day is judged when it is over")
    }
    if word == "day" { return dayReport(days, period, notes) }
    let amounts = try metered(period).amounts
    let topology = MeterTopology(site.assets)
    var rows = try ReportGroups.rows(site.assets, by: word).compactMap { group -> ReportTable.Row? in
      if let asset, word == "asset", group.name != asset { return nil }
      return try row(group.name, group.assets, days, amounts, topology, isAsset: word == "asset")
    }
    let all = Set(site.assets.indices)
    var total = try row("site", all, days, amounts, topology, isAsset: false)
    let hasValues = hasPrices && word != "asset" && asset == nil
    if hasValues { notes += try addValues(to: &rows, total: &total, by: word, period) }
    notes.append(
      "saved = expected by the baseline − used, ± at \(site.energy.analysis.confidence.doubleValue * 100) % confidence; "
        + "a ratio below 1 is better than the baseline")
    return table(
      "Energy performance", word, period,
      [
        .init("energy_kwh", title: "electricity", unit: "kWh", places: 1, hasBar: true),
        .init("good", title: "good", unit: "pcs", places: 0),
        .init("specific", title: "by piece", unit: "kWh", places: 3),
        .init("expected", title: "expected", unit: "kWh", places: 1),
        .init("saved", title: "saved", unit: "kWh", places: 1),
        .init("uncertainty", title: "±", unit: "kWh", places: 1),
        .init("ratio", title: "ratio", unit: "", places: 3),
        .init("days", title: "days", unit: "", places: 0),
      ] + (hasValues ? valueColumns : []), rows, total: asset == nil ? total : nil, notes: notes)
  }

  private func row(
    _ name: String, _ group: Set<Int>, _ days: [MeterDay], _ amounts: [Int: [Signal.Quantity: ExactDecimal]],
    _ topology: MeterTopology, isAsset: Bool
  ) throws -> ReportTable.Row? {
    let counted =
      isAsset ? Array(group) : topology.counted(.activeEnergyImport, among: { group.contains($0) })
    var energy: ExactDecimal?
    for place in counted {
      if let amount = amounts[place]?[.activeEnergyImport] { energy = try (energy ?? .zero) + amount }
    }
    let (counters, doubtful) =
      isAsset
      ? (group.sorted(), [])
      : PieceCounters(site.assets, lines: ProductionLine.lines(of: site)).counters(of: group) {
        amounts[$0]?[.goodCount] != nil || amounts[$0]?[.productionCount] != nil
      }
    var good: ExactDecimal?
    for place in counters {
      guard let own = amounts[place] else { continue }
      if let count = try own[.goodCount] ?? own[.productionCount].map({ try $0 - (own[.rejectCount] ?? .zero) }) {
        good = try (good ?? .zero) + count
      }
    }
    var sum = PerformanceSum()
    // Of a group, the meters that have a baseline and are not counted by another one of it.
    let judged = Set(days.filter { $0.quantity == Signal.Quantity.activeEnergyImport.rawValue }.map(\.place))
    let taken = Set(
      isAsset
        ? Array(group)
        : topology.counted(.activeEnergyImport, among: { group.contains($0) && judged.contains($0) }))
    for day in days
    where taken.contains(day.place) && day.quantity == Signal.Quantity.activeEnergyImport.rawValue {
      day.add(to: &sum)
    }
    guard energy != nil || sum.days > 0 else { return nil }
    var made = energy
    if isAsset, good == nil {
      // A meter without a counter of its own: the pieces that are counted next to it, of the days that are judged.
      made = nil
      for day in days where taken.contains(day.place) {
        guard day.quantity == Signal.Quantity.activeEnergyImport.rawValue, let pieces = day.good else { continue }
        good = try (good ?? .zero) + pieces
        made = try (made ?? .zero) + day.actual
      }
    }
    let specific = try made.flatMap { made in
      try good.flatMap { try EnergyIndicator.specific(energy: made, output: $0) }
    }
    return ReportTable.Row(
      name: name,
      figures: [energy?.description, good?.description, specific?.description] + figures(sum)
        + [sum.days > 0 ? String(Set(days.filter { taken.contains($0.place) }.map(\.start)).count) : nil],
      note: PieceCounters.note(doubtful.map { site.assets[$0].id }))
  }

  /// The worth of what the lines of each row made, and all electricity of the row by it.
  private func addValues(
    to rows: inout [ReportTable.Row], total: inout ReportTable.Row?, by word: String, _ period: PlantPeriod
  ) throws -> [String] {
    let output = try output(period)
    let values = try outputValues(output, by: word)
    var whole = OutputValue()
    for part in output.parts { try whole.add(part, site.products) }
    let isOver = isOfDaysThatAreOver(period)
    func figures(_ row: ReportTable.Row, _ value: OutputValue?) throws -> [String?] {
      guard isOver, let value, let energy = row.figures[0].flatMap({ ExactDecimal($0) }) else { return [nil, nil] }
      return [value.known?.description, try value.energyIntensity(of: energy)?.description]
    }
    for place in rows.indices { rows[place].figures += try figures(rows[place], values[rows[place].name]) }
    if let row = total { total?.figures += try figures(row, whole) }
    let how = "output: good pieces of the row's lines × their prices; kWh by it: all electricity of the row"
    return isOver
      ? outputNotes(output, [whole], period) + [how]
      : ["output values are those of whole days that are over: ask for such a --period, for example yesterday"]
  }

  private func figures(_ sum: PerformanceSum) -> [String?] {
    guard sum.days > 0 else { return [nil, nil, nil, nil] }
    let confidence = site.energy.analysis.confidence.doubleValue
    return [
      text(sum.expected), text(sum.saving), text(sum.uncertainty(confidence: confidence)),
      sum.ratio.map { text($0, places: 4) },
    ]
  }

  private func text(_ value: Double, places: Int = 3) -> String { FigureText.text(value, places: places) }

  /// The running sum of the differences: a change of its slope is a change of performance.
  private func dayReport(_ days: [MeterDay], _ period: PlantPeriod, _ notes: [String]) -> ReportTable {
    let topology = MeterTopology(site.assets)
    let electricity = days.filter { $0.quantity == Signal.Quantity.activeEnergyImport.rawValue }
    let judged = Set(electricity.map(\.place))
    let taken = Set(topology.counted(.activeEnergyImport, among: judged.contains))
    var cusum = 0.0
    let starts = Set(electricity.map(\.start)).sorted()
    let rows = starts.map { start -> ReportTable.Row in
      var sum = PerformanceSum()
      for day in electricity where day.start == start && taken.contains(day.place) { day.add(to: &sum) }
      cusum -= sum.saving
      return ReportTable.Row(
        name: String(zone.rfc3339(start).prefix(10)), figures: [text(sum.actual)] + figures(sum) + [text(cusum)])
    }
    return table(
      "Energy performance", "day", period,
      [
        .init("energy_kwh", title: "electricity", unit: "kWh", places: 1, hasBar: true),
        .init("expected", title: "expected", unit: "kWh", places: 1),
        .init("saved", title: "saved", unit: "kWh", places: 1),
        .init("uncertainty", title: "±", unit: "kWh", places: 1),
        .init("ratio", title: "ratio", unit: "", places: 3),
        .init("cusum", title: "CUSUM", unit: "kWh", places: 1),
      ], rows, total: nil,
      notes: notes + ["CUSUM is the sum of what was used above the baseline since the first day shown"])
  }

  private func meterDays(_ period: PlantPeriod) throws -> [MeterDay] {
    let places = MeteredAmounts.places(site.assets)
    var days: [MeterDay] = []
    try store.visitBodies(kind: .energyPerformance, from: period.start, to: period.end, names: names) { record in
      guard record.end <= period.end, let place = places[record.asset] else { return }
      let body = try JSONValue(parsing: record.body)
      func number(_ value: JSONValue?) -> Double? { value?.stringValue.flatMap { Double($0) } }
      guard let actual = body["actual"]?.stringValue.flatMap({ ExactDecimal($0) }),
        let expected = number(body["expected"]), let quantity = body["quantity"]?.stringValue
      else { return }
      let model = body["baseline"]
      days.append(
        MeterDay(
          place: place, key: "\(place)/\(quantity)", unit: body["unit"]?.stringValue ?? "", quantity: quantity,
          start: record.start, actual: actual, good: body["good"]?.stringValue.flatMap { ExactDecimal($0) },
          expected: expected,
          standardError: number(model?["standard_error"]) ?? 0,
          predictionError: number(body["prediction_error"]) ?? 0,
          freedom: Int(model?["degrees_of_freedom"]?.integerValue ?? 1),
          objections: model?["objections"]?.arrayValue?.compactMap(\.stringValue) ?? []))
    }
    return days
  }

  // MARK: - Media

  /// What cold, heat, air and the like took in electricity: each asset that counts one, with its own electricity meter
  /// or that of the nearest asset that feeds it.
  private func mediaReport(_ period: PlantPeriod) throws -> ReportTable {
    let amounts = try metered(period).amounts
    let topology = MeterTopology(site.assets)
    let media: [Signal.Quantity] = [
      .coolingEnergy, .heatEnergy, .compressedAirVolumeNormal, .compressedAirVolume, .nitrogenVolumeNormal,
      .nitrogenVolume,
    ]
    // By machine and medium: what its meters counted.
    var outputs: [Int: [Signal.Quantity: ExactDecimal]] = [:]
    for place in site.assets.indices {
      guard let own = amounts[place], media.contains(where: { own[$0] != nil }) else { continue }
      var machine: Int? = place
      for _ in site.assets.indices {
        guard let place = machine, amounts[place]?[.activeEnergyImport] == nil else { break }
        machine = topology.feeder[place]
      }
      // A meter at the boundary makes nothing.
      guard let machine, site.assets[machine].metering.role == .consumption else { continue }
      for medium in media {
        // A meter above it has counted it already.
        if let amount = own[medium],
          machine == place || topology.feeder[place].map({ amounts[$0]?[medium] == nil }) ?? true
        {
          outputs[machine, default: [:]][medium] = try (outputs[machine]?[medium] ?? .zero) + amount
        }
      }
    }
    var rows: [ReportTable.Row] = []
    for (machine, made) in outputs.sorted(by: { $0.key < $1.key }) {
      guard let electricity = amounts[machine]?[.activeEnergyImport] else { continue }
      for medium in media {
        guard let amount = made[medium] else { continue }
        let isHeat = medium == .coolingEnergy || medium == .heatEnergy
        let performance = isHeat ? try EnergyIndicator.performance(heat: amount, electricity: electricity) : nil
        rows.append(
          ReportTable.Row(
            name: "\(site.assets[machine].id): \(medium.rawValue) (\(medium.unit))",
            figures: [
              electricity.description, amount.description,
              try EnergyIndicator.specific(energy: electricity, output: amount)?.description, performance?.description,
            ]))
      }
    }
    return table(
      "Electricity for cold, heat, air and gases", "media", period,
      [
        .init("energy_kwh", title: "electricity", unit: "kWh", places: 1),
        .init("made", title: "made", unit: "", places: 2),
        .init("kwh_by_unit", title: "kWh by unit", unit: "", places: 4, hasBar: true),
        .init("cop", title: "CoP", unit: "", places: 2),
      ], rows, total: nil,
      notes: rows.isEmpty
        ? [
          "no machine counts cold, heat, air or nitrogen beside its electricity: give it both meters, or say "
            + "`fed-by: <machine>` at the meter of what it makes"
        ] : ["CoP: heat or cold moved / electricity"])
  }
}
