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
    "station", "line", "area", "site", "defect", "hour", "model", "recipe", "supplier", "product", "chart", "queue",
    "band",
    "lot",
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
    let word = query.by ?? (query.asset == nil && query.line == nil ? "station" : "chart")
    guard Self.inspectionWords.contains(word) else { throw ReportGroups.unknown(word, known: Self.inspectionWords) }
    if let wanted = query.asset, !stations.contains(where: { $0.id == wanted }) {
      let known = NearestFirst.sorted(stations.map(\.id), to: wanted).prefix(5).joined(separator: ", ")
      throw ControlRefusal(
        .notFound, "There is no inspection station \"\(wanted)\".\n  → Stations: \(known). `weir inspection` shows all."
      )
    }
    if word != "chart", query.chart ?? query.value ?? query.parts != nil {
      throw ControlRefusal(
        .badRequest,
        "A chart is one of a station or of a line.\n  → Write `weir inspection STATION` or `weir inspection --line LINE`; "
          + "`weir inspection` names the stations.")
    }
    let members = try query.line.map { try self.stations(ofLine: $0) } ?? stations
    let asked = members.filter { query.asset == nil || $0.id == query.asset }
    if word == "queue" || word == "band" { return try reviews(asked, word, period) }
    if word == "lot" {
      return try lots(stations: query.asset == nil && query.line == nil ? nil : asked.map(\.id), period)
    }
    let all = try inspectionWindows(period, station: query.asset, measures: query.value != nil)
    let known = Set(asked.map(\.id))
    let windows = all.filter { known.contains($0.key) }
    switch word {
    case "chart":
      guard query.asset != nil || query.line != nil else {
        throw ControlRefusal(
          .badRequest,
          "A chart is one of a station or of a line.\n  → Write `weir inspection STATION`; `weir inspection` names them."
        )
      }
      return try chart(query, asked, windows, period)
    case "defect": return try defects(windows, period, query)
    case "hour": return try hours(windows, period)
    case "model", "recipe", "supplier", "product": return try groups(windows, word, period)
    default: return try yields(windows, word, period)
    }
  }

  /// Those that judge parts, of a line by its place or by its name under `lines:`.
  private func stations(ofLine name: String) throws -> [Asset] {
    let judging = stations.filter { $0.criticality != .safety }
    let route = site.lines.first { $0.name == name }.map { $0.stations.flatMap(\.assets) } ?? []
    let found = judging.filter { asset in
      route.contains(asset.id) || asset.line == name || ReportGroups.row(asset, by: "line") == name
    }
    let places = Set(found.filter { !route.contains($0.id) }.compactMap { ReportGroups.row($0, by: "line") }).sorted()
    guard !found.isEmpty else {
      let known = Set(judging.compactMap { ReportGroups.row($0, by: "line") } + site.lines.map(\.name)).sorted()
      throw ControlRefusal(
        .notFound,
        "There is no line \"\(name)\" with inspection stations.\n  → Lines: "
          + "\(NearestFirst.sorted(known, to: name).prefix(5).joined(separator: ", ")).")
    }
    guard places.count < 2 else {
      throw ControlRefusal(
        .badRequest, "Several lines have the name \"\(name)\".\n  → Write one of \(places.joined(separator: ", ")).")
    }
    return found
  }

  /// By the station's id of now.
  private func inspectionWindows(
    _ period: PlantPeriod, station: String?, measures: Bool = false
  ) throws -> [String: [StationChart.Window]] {
    var windows: [String: [StationChart.Window]] = [:]
    let known = Set(stations.map(\.id))
    try store.visitBodies(
      kind: .inspectionCount, asset: station, from: period.start, to: period.end, names: names
    ) { record in
      guard known.contains(record.asset) else { return }
      let tally = InspectionBody.tally(try JSONValue(parsing: record.body), measures: measures)
      windows[record.asset, default: []].append(StationChart.Window(start: record.start, end: record.end, tally: tally))
    }
    return windows
  }

  func stationWatch(_ asset: Asset) throws -> StationWatch? {
    for id in names.all(asset.id) {
      guard let bytes = try store.state(InspectionRule.stateKey(station: id)) else { continue }
      var reader = ByteReader(bytes)
      return try StationWatch(from: &reader)
    }
    return nil
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
    let position = try writer.append(command: command)
    return CommandReceipt(
      id: asset.id, position: position,
      summary: "\(asset.id) learns again what is usual, from its next window on", warnings: [])
  }

  // MARK: - Tables

  /// Windows close after their lateness: before that there is nothing.
  static let noRecords = "a window is shown when it is closed; choose another --period for older ones"

  private func yields(
    _ windows: [String: [StationChart.Window]], _ word: String, _ period: PlantPeriod
  ) throws -> ReportTable {
    var sums: [String: StationFigures] = [:]
    var members: [String: [String: StationFigures]] = [:]
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
      sums[row, default: StationFigures()].add(figures)
      members[row, default: [:]][asset.id] = figures
    }
    var columns = InspectionYields.columns
    var rows = try sums.sorted { $0.key < $1.key }.map { name, sum in
      ReportTable.Row(name: name, figures: try InspectionYields.figures(sum))
    }
    if word != "station" {
      columns.insert(.init("rolled_yield", title: "rolled", unit: "%", places: 2), at: 3)
      for place in rows.indices {
        let rolled = try InspectionYields.rolled(members[rows[place].name] ?? [:], lines: site.lines)
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
    if all.decided > 0 {
      notes.append("\(all.decided) parts of which stations had said neither OK nor NG were decided by a person")
    }
    if all.unmatched > 0 {
      notes.append("\(all.unmatched) reviews fit no result of their window: a review must have the time of its result")
    }
    return notes
  }

  private func groups(
    _ windows: [String: [StationChart.Window]], _ word: String, _ period: PlantPeriod
  ) throws -> ReportTable {
    let kind = CountSeries.Parts.Kind(rawValue: word) ?? .supplier
    // A version belongs to its station; the others go through the plant.
    var sums: [[String]: StationFigures] = [:]
    for (id, own) in windows {
      for window in own {
        for (name, group) in window.tally.groups(kind) where !name.isEmpty {
          sums[kind == .model ? [id, name] : [name], default: StationFigures()].add(group)
        }
      }
    }
    let places = InspectionYields.columns.indices.filter {
      InspectionYields.groupKeys.contains(InspectionYields.columns[$0].key)
    }
    let rows = try sums.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { names, sum in
      let figures = try InspectionYields.figures(sum)
      return ReportTable.Row(
        name: names.joined(separator: " "),
        figures: places.map { figures[$0] } + (kind == .model ? names : []))
    }
    let names: [ReportTable.Column] =
      kind == .model
      ? [.words("station", title: "station", detail: true), .words("version", title: "version", detail: true)] : []
    return table(
      "Inspection", word, period, places.map { InspectionYields.columns[$0] } + names, rows, total: nil,
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
      ReportTable.Row(name: String(zone.rfc3339(hour).prefix(16)), figures: try InspectionYields.figures(sum))
    }
    return table(
      "Inspection", "hour", period, InspectionYields.columns, rows, total: nil,
      notes: rows.isEmpty ? [Self.noRecords] : [])
  }

  private func defects(
    _ windows: [String: [StationChart.Window]], _ period: PlantPeriod, _ query: ReportQuery
  ) throws -> ReportTable {
    func counts(_ windows: [String: [StationChart.Window]]) -> [String: Int] {
      windows.values.joined().reduce(into: [:]) { $0.merge($1.tally.defective) { $0 + $1 } }
    }
    let members = try query.line.map { Set(try stations(ofLine: $0).map(\.id)) }
    let before = try inspectionWindows(period.previous(zone: zone), station: query.asset)
      .filter { members?.contains($0.key) ?? true }
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
}
