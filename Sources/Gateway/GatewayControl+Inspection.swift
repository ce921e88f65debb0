import Control
import Inspection
import Journal
import Plant
import Rules
import Store
import Telemetry
import Templates

/// Quality at the inspection stations, from their records and what the rule keeps of them.
extension GatewayControl {
  static let inspectionWords = [
    "station", "line", "area", "site", "defect", "hour", "model", "recipe", "supplier", "chart",
  ]

  /// Of stations whose events have a verdict.
  private var stations: [Asset] { site.assets.filter { $0.eventSignal(carrying: ["verdict"]) != nil } }

  func inspectionReport(_ query: ReportQuery, _ period: PlantPeriod) throws -> ReportTable {
    guard !stations.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "No asset tells verdicts.\n  → Add a station with a template such as vision-station, torque-tool or "
          + "end-of-line-tester.")
    }
    let word = query.by ?? (query.asset == nil ? "station" : "chart")
    guard Self.inspectionWords.contains(word) else { throw ReportGroups.unknown(word, known: Self.inspectionWords) }
    if let wanted = query.asset, !stations.contains(where: { $0.id == wanted }) {
      let known = NearestFirst.sorted(stations.map(\.id), to: wanted).prefix(5).joined(separator: ", ")
      throw ControlRefusal(
        .notFound, "There is no inspection station \"\(wanted)\".\n  → Stations: \(known). `weir inspection` shows all."
      )
    }
    let windows = try inspectionWindows(period, station: query.asset)
    switch word {
    case "chart":
      guard let id = query.asset, let asset = stations.first(where: { $0.id == id }) else {
        throw ControlRefusal(
          .badRequest,
          "A chart is one of a station.\n  → Write `weir inspection STATION`; `weir inspection` names them.")
      }
      return try chart(asset, query.defect ?? StationWatch.rejects, windows[id] ?? [], period)
    case "defect": return try defects(windows, period, station: query.asset)
    case "hour": return try hours(windows, period)
    case "model", "recipe", "supplier": return try groups(windows, word, period)
    default: return try yields(windows, word, period)
    }
  }

  /// By the station's id of today.
  private func inspectionWindows(_ period: PlantPeriod, station: String?) throws -> [String: [StationChart.Window]] {
    var ids: [String: String] = [:]
    for asset in stations where station == nil || station == asset.id {
      ids[asset.id] = asset.id
      if let former = asset.formerly, ids[former] == nil { ids[former] = asset.id }
    }
    var windows: [String: [StationChart.Window]] = [:]
    try store.visitBodies(kind: .inspectionCount, from: period.start, to: period.end) { record in
      guard let id = ids[record.asset] else { return }
      let tally = InspectionBody.tally(try JSONValue(parsing: record.body))
      windows[id, default: []].append(StationChart.Window(start: record.start, end: record.end, tally: tally))
    }
    return windows
  }

  private func watch(_ asset: Asset) throws -> StationWatch? {
    guard let bytes = try store.state(InspectionRule.stateKey(station: asset.formerly ?? asset.id)) else { return nil }
    var reader = ByteReader(bytes)
    return try StationWatch(from: &reader)
  }

  /// A person has what is usual at a station learnt again.
  func relearn(_ command: SiteCommand) throws -> CommandReceipt {
    func text(_ name: String) -> String { command.members[name]?.stringValue ?? "" }
    guard let asset = stations.first(where: { $0.id == text("station") }) else {
      let known = NearestFirst.sorted(stations.map(\.id), to: text("station")).prefix(5).joined(separator: ", ")
      throw ControlRefusal(
        .notFound, "There is no inspection station \"\(text("station"))\".\n  → Stations: \(known).")
    }
    for name in ["person", "reason"] where text(name).isEmpty {
      throw ControlRefusal(.badRequest, "Nothing is learnt again without a \(name).\n  → Say who decides it, and why.")
    }
    var batch = Batch()
    batch.entries.append(.command(command.text))
    try writer.append(&batch)
    return CommandReceipt(
      id: asset.id, position: batch.position,
      summary: "\(asset.id) learns again what is usual, from its next window on", warnings: [])
  }

  // MARK: - Tables

  private static let yieldColumns: [ReportTable.Column] = [
    .init("inspected", title: "parts", unit: "", places: 0, hasBar: true),
    .init("rejected", title: "rejected", unit: "%", places: 2),
    .init("first_pass_yield", title: "first pass", unit: "%", places: 2),
    .init("defects_per_million", title: "defects/million", unit: "", places: 0),
    .init("unsure", title: "unsure", unit: "%", places: 2),
    .init("rework", title: "rework", unit: "%", places: 2),
    .init("reviews", title: "reviews", unit: "", places: 0),
    .init("accuracy", title: "accuracy", unit: "%", places: 2),
    .init("accuracy_from", title: "from", unit: "%", places: 2),
    .init("accuracy_to", title: "to", unit: "%", places: 2),
    .init("false_calls", title: "false calls", unit: "%", places: 2),
    .init("escapes", title: "escapes", unit: "%", places: 2),
  ]

  private static func figures(_ sums: StationFigures) throws -> [String?] {
    let recognition = sums.recognition
    let interval = recognition.accuracy.interval()
    func percent(_ share: Proportion) throws -> String? {
      try StationFigures.percent(share.count, of: share.total)?.description
    }
    func text(_ share: Double?) -> String? { share.map { FigureText.text(100 * $0, places: 4) } }
    return [
      String(sums.inspected), try percent(Proportion(sums.rejected, of: sums.inspected)),
      try StationFigures.percent(sums.firstGood, of: sums.firstAttempts)?.description,
      try sums.defectsPerMillion?.description, try percent(Proportion(sums.unsure, of: sums.inspected)),
      try percent(Proportion(sums.reworked, of: sums.inspected)), String(recognition.reviews),
      try percent(recognition.accuracy), text(interval?.lowerBound), text(interval?.upperBound),
      text(sums.estimate.falseCalls), text(sums.estimate.escapes),
    ]
  }

  /// Windows close after their lateness: before that there is nothing.
  private static let noRecords = "a window is shown when it is closed; choose another --period for older ones"

  private func yields(
    _ windows: [String: [StationChart.Window]], _ word: String, _ period: PlantPeriod
  ) throws -> ReportTable {
    var sums: [String: StationFigures] = [:]
    var members: [String: [StationFigures]] = [:]
    var safety: [String] = []
    for asset in stations {
      guard let own = windows[asset.id] else { continue }
      // What watches over people does not judge parts.
      if word != "station", asset.criticality == .safety {
        safety.append(asset.id)
        continue
      }
      guard let row = word == "station" ? asset.id : ReportGroups.row(asset, by: word) else { continue }
      var figures = StationFigures()
      for window in own { figures.add(window.tally) }
      for window in own { sums[row, default: StationFigures()].add(window.tally) }
      members[row, default: []].append(figures)
    }
    var columns = Self.yieldColumns
    var rows = try sums.sorted { $0.key < $1.key }.map { name, sum in
      ReportTable.Row(name: name, figures: try Self.figures(sum))
    }
    if word != "station" {
      columns.insert(.init("rolled_yield", title: "rolled", unit: "%", places: 2), at: 3)
      for place in rows.indices {
        let steps = try (members[rows[place].name] ?? []).compactMap { try $0.firstPassYield }
        let rolled = try steps.isEmpty ? nil : QualityLevel.rolledYield(steps) * ExactDecimal(100)
        rows[place].figures.insert(rolled?.description, at: 3)
      }
    }
    var notes = try inspectionNotes(windows)
    if !safety.isEmpty { notes.append("stations of safety are no part of it: \(FigureText.list(safety))") }
    if rows.isEmpty { notes.append(Self.noRecords) }
    return table("Inspection", word, period, columns, rows, total: nil, notes: notes)
  }

  private func inspectionNotes(_ windows: [String: [StationChart.Window]]) throws -> [String] {
    var notes: [String] = []
    let all = windows.values.joined().reduce(into: StationFigures()) { $0.add($1.tally) }
    if all.recognition.reviews > 0, !all.recognition.hasAudit {
      notes.append("no passed part was reviewed: escapes are unknown, not zero; review a sample of 1 to 2 %")
    }
    let unmatched = windows.values.joined().reduce(0) { $0 + $1.tally.unmatched }
    if unmatched > 0 {
      notes.append("\(unmatched) reviews fit no result of their window: a review must have the time of its result")
    }
    return notes
  }

  private func groups(
    _ windows: [String: [StationChart.Window]], _ word: String, _ period: PlantPeriod
  ) throws -> ReportTable {
    var sums: [String: StationFigures] = [:]
    for (id, own) in windows.sorted(by: { $0.key < $1.key }) {
      for window in own {
        let groups =
          switch word {
          case "model": window.tally.models
          case "recipe": window.tally.recipes
          default: window.tally.suppliers
          }
        // A version belongs to its station; recipes and suppliers go through the plant.
        for (name, group) in groups where !name.isEmpty {
          sums[word == "model" ? "\(id) \(name)" : name, default: StationFigures()].add(group)
        }
      }
    }
    let wanted = [
      "inspected", "rejected", "reviews", "accuracy", "accuracy_from", "accuracy_to", "false_calls", "escapes",
    ]
    let places = Self.yieldColumns.indices.filter { wanted.contains(Self.yieldColumns[$0].key) }
    let rows = try sums.sorted { $0.key < $1.key }.map { name, sum in
      let figures = try Self.figures(sum)
      return ReportTable.Row(name: name, figures: places.map { figures[$0] })
    }
    return table(
      "Inspection", word, period, places.map { Self.yieldColumns[$0] }, rows, total: nil,
      notes: rows.isEmpty ? [Self.noRecords, "results name it by the attribute `\(word)`"] : [])
  }

  private func hours(_ windows: [String: [StationChart.Window]], _ period: PlantPeriod) throws -> ReportTable {
    var sums: [Timestamp: StationFigures] = [:]
    for window in windows.values.joined() {
      // Hours of the plant: its offset may be no whole hour.
      let day = zone.startOfDay(containing: window.start)
      let hour = day + Span64.hours((window.start - day).nanoseconds / Span64.hours(1).nanoseconds)
      sums[hour, default: StationFigures()].add(window.tally)
    }
    let rows = try sums.sorted { $0.key < $1.key }.map { hour, sum in
      ReportTable.Row(name: String(zone.rfc3339(hour).prefix(16)), figures: try Self.figures(sum))
    }
    return table(
      "Inspection", "hour", period, Self.yieldColumns, rows, total: nil, notes: rows.isEmpty ? [Self.noRecords] : [])
  }

  private func defects(
    _ windows: [String: [StationChart.Window]], _ period: PlantPeriod, station: String?
  ) throws -> ReportTable {
    func counts(_ windows: [String: [StationChart.Window]]) -> [String: Int] {
      windows.values.joined().reduce(into: [:]) { $0.merge($1.tally.defective) { $0 + $1 } }
    }
    let before = try inspectionWindows(period.previous(zone: zone), station: station)
    let pareto = Pareto(counts(windows), before: counts(before))
    let inspected = windows.values.joined().reduce(0) { $0 + $1.tally.inspected }
    let rows = try pareto.lines.map { line in
      ReportTable.Row(
        name: line.name,
        figures: [
          String(line.count), FigureText.text(100 * line.share, places: 4),
          FigureText.text(100 * line.cumulative, places: 4),
          try StationFigures.percent(line.count, of: inspected)?.description, String(line.rank),
          line.formerRank.map { String($0) }, String(line.formerCount),
        ])
    }
    return table(
      "Defects", "defect", period,
      [
        .init("parts", title: "parts", unit: "", places: 0, hasBar: true),
        .init("share", title: "of defects", unit: "%", places: 1),
        .init("cumulative", title: "together", unit: "%", places: 1),
        .init("rate", title: "of parts", unit: "%", places: 2), .init("rank", title: "rank", unit: "", places: 0),
        .init("former_rank", title: "rank before", unit: "", places: 0),
        .init("former_parts", title: "parts before", unit: "", places: 0),
      ], rows, total: nil,
      notes: rows.isEmpty ? [Self.noRecords] : ["before: as much time directly before the period"])
  }

  // MARK: - Chart

  private func chart(
    _ asset: Asset, _ name: String, _ windows: [StationChart.Window], _ period: PlantPeriod
  ) throws -> ReportTable {
    let watch = try watch(asset)
    let known = Set(windows.flatMap { $0.tally.defective.keys }).union([StationWatch.rejects, StationWatch.manual])
      .union(watch?.rates.keys.map { $0 } ?? [])
    guard known.contains(name) else {
      throw ControlRefusal(
        .notFound,
        "\(asset.id) named no defect \"\(name)\" in this period.\n  → It named: "
          + "\(NearestFirst.sorted(known.sorted(), to: name).prefix(8).joined(separator: ", ")).")
    }
    let plan = InspectionPlan(site.inspection)
    let chart = StationChart(name, windows, watch: watch, plan: plan)
    func text(_ share: Double?) -> String? { share.map { FigureText.text(100 * $0, places: 6) } }
    let rows = chart.points.map { point in
      ReportTable.Row(
        name: String(zone.rfc3339(point.start).prefix(16)),
        figures: [
          String(point.size), String(point.count), text(point.share), text(point.lower), text(point.centre),
          text(point.upper), point.z.map { FigureText.text($0, places: 3) },
        ], note: point.signals.isEmpty ? nil : point.signals.map(\.text).joined(separator: ", "))
    }
    var notes = chartNotes(name, watch, plan)
    notes += try around(asset, watch?.rates[name], watch?.associations ?? [])
    notes += forecast(watch?.rates[name], windows)
    if rows.isEmpty { notes.append(Self.noRecords) }
    return table(
      "\(asset.id), share of \(subject(name))", "chart", period,
      [
        .init("inspected", title: "parts", unit: "", places: 0), .init("count", title: "count", unit: "", places: 0),
        .init("share", title: "share", unit: "%", places: 2, hasBar: true),
        .init("lower", title: "lower", unit: "%", places: 2), .init("centre", title: "usual", unit: "%", places: 2),
        .init("upper", title: "upper", unit: "%", places: 2), .init("z", title: "z", unit: "", places: 1),
      ], rows, total: nil, notes: notes)
  }

  /// What happened at the same time: parts with something in common, and findings of the machines around.
  private func around(_ asset: Asset, _ rate: RateWatch?, _ associations: [Association]) throws -> [String] {
    guard let rate, rate.isChanged, let since = rate.since else { return [] }
    var notes = associations.map { "at the same time (an association is no cause): \($0.text)" }
    let place = [asset.site, asset.area, asset.line].filter { !$0.isEmpty }.joined(separator: "/")
    let near = Set(
      site.assets.filter { !place.isEmpty && ($0.place == place || $0.place.hasPrefix(place + "/")) }.map(\.id))
    // What began shortly before counts, too: a tool is worn before its parts show it.
    let others = try store.findings(limit: 1000).filter { finding in
      near.contains(finding.subject) && finding.key != "defect-rate/\(asset.id)/\(StationWatch.rejects)"
        && !finding.key.hasPrefix("defect-rate/\(asset.id)/") && finding.closed.map { $0 >= since } ?? true
        && finding.opened >= since - .hours(4)
    }
    notes += others.prefix(5).map { "at the same time (an association is no cause): \($0.summary)" }
    return notes
  }

  /// For the rest of the shift, or of the day where there are no shifts.
  private func forecast(_ rate: RateWatch?, _ windows: [StationChart.Window]) -> [String] {
    guard let rate, rate.baseline != nil, let last = windows.last else { return [] }
    let now = last.end
    let shift = shifts?.intervals(in: now..<now + .hours(24)).first { $0.start <= now && now < $0.end }
    let end = shift?.end ?? zone.nextDay(after: zone.startOfDay(containing: now))
    let pace = windows.filter { $0.start >= now - .hours(2) }
    let made = pace.reduce(0) { $0 + $1.tally.inspected }
    guard let first = pace.first, first.start < now, now < end else { return [] }
    let parts = Int((Double(made) * (end - now).seconds / (now - first.start).seconds).rounded())
    guard let forecast = DefectForecast(rate.present, parts: parts) else { return [] }
    return [
      "to be expected until \(zone.rfc3339(end)) at this pace: \(FigureText.text(forecast.mean)) of \(parts) parts "
        + "(\(FigureText.text(forecast.low)) to \(FigureText.text(forecast.high)) in four of five cases)"
    ]
  }

  private func subject(_ name: String) -> String {
    switch name {
    case StationWatch.rejects: "rejected parts"
    case StationWatch.manual: "parts left to a person"
    default: "parts with the defect \(name)"
    }
  }

  private func chartNotes(_ name: String, _ watch: StationWatch?, _ plan: InspectionPlan) -> [String] {
    guard let watch, let phase = watch.phase else { return ["nothing is known of the station yet"] }
    var notes: [String] = []
    let since = zone.rfc3339(phase.start)
    if let rate = watch.rates[name] {
      if let baseline = rate.baseline {
        notes.append(
          "usual \(FigureText.percent(baseline.chart.rate, places: 3)), learnt of \(rate.units) parts since \(since); limits "
            + "of Laney's p′ chart, \(FigureText.text(baseline.chart.dispersion, places: 2)) times as wide as those of a p chart"
        )
        notes.append(
          "CUSUM \(FigureText.text(rate.sum, places: 2)) of \(FigureText.text(baseline.threshold, places: 2))"
            + (rate.isChanged ? ": MORE THAN USUAL since \(rate.since.map { zone.rfc3339($0) } ?? since)" : "")
            + "; a false alarm once in \(plan.settings.runLength) windows")
      } else {
        notes.append(
          "what is usual is learnt since \(since): \(rate.windows) of \(plan.settings.windows) windows, \(rate.count) of "
            + "\(plan.settings.defects) parts")
      }
    }
    if !phase.version.isEmpty { notes.append("model \(phase.version) since \(since)") }
    let recognition = phase.recognition
    if let share = recognition.accuracy.share, let interval = recognition.accuracy.interval() {
      notes.append(
        "recognition accuracy \(FigureText.percent(share, places: 2)) (\(FigureText.percent(interval.lowerBound, places: 2)) to "
          + "\(FigureText.percent(interval.upperBound, places: 2))) of \(recognition.reviews) reviews, limit "
          + FigureText.percent(plan.accuracy.limit, places: 2)
          + (watch.inaccurate == nil ? "" : ": BELOW THE LIMIT")
          + (recognition.hasAudit ? "" : "; escapes are unknown without an audit of passed parts"))
    }
    for (value, measure) in watch.measures.sorted(by: { $0.key < $1.key }) {
      guard let capability = measure.capability else { continue }
      notes.append(
        "\(value): Cpk \(FigureText.text(capability.cpk, places: 2)) (at least "
          + "\(FigureText.text(capability.proven, places: 2))), Ppk \(FigureText.text(capability.ppk, places: 2)), "
          + "\(measure.total.count) values" + (measure.isShifted ? ": MOVED" : ""))
    }
    return notes
  }
}
