import Control
import Inspection
import Plant
import Telemetry
import Templates

/// What `weir inspection` is asked for by --chart, --value, --of and --line, from the windows of a station or of a line.
struct QualityChartReport {
  /// A chart with its title and what is said beside it.
  struct Content {
    var title: String
    var chart: QualityChartTable
    var notes: [String]
    /// Whose findings of the same time are told as well, and of which rate.
    var around: (station: Asset, name: String)?
  }

  let site: Site
  let zone: PlantZone
  let query: ReportQuery
  /// The station, or those of the line.
  let asked: [Asset]
  /// By station.
  let windows: [String: [StationChart.Window]]
  /// Of the station; nil of a line, and where nothing is known yet.
  let watch: StationWatch?

  private var station: Asset? { query.asset.flatMap { id in asked.first { $0.id == id } } }
  private var title: String { station?.id ?? "line \(query.line ?? "")" }
  private var name: String { query.defect ?? StationWatch.rejects }
  private var plan: InspectionPlan { InspectionPlan(site.inspection) }
  private var all: [StationChart.Window] { asked.flatMap { windows[$0.id] ?? [] } }

  /// - Returns: nil for the chart that the station's rule itself judges by.
  func content() throws -> Content? {
    let kind = try chartKind(query)
    if let value = query.value { return try valueChart(kind, value) }
    try check(name, all, watch, title)
    let parts = try query.parts.map { try self.parts($0, name, kind, all, title) }
    if station != nil, parts == nil, kind == .laney, query.chart == nil || watch?.rates[name]?.baseline != nil {
      return nil
    }
    if kind.countsDefects, name == StationWatch.manual {
      throw ControlRefusal(
        .badRequest, "What is left to people are parts, and \(kind.rawValue) counts defects.\n  → Take --chart p or np."
      )
    }
    let frozen = parts == nil && !kind.countsDefects ? watch?.rates[name]?.baseline : nil
    let series = CountSeries(
      all, of: name, parts: parts, countsDefects: kind.countsDefects, phase: frozen == nil ? nil : watch?.phase)
    let chart = QualityChart(kind, series, frozen: frozen, plan: plan)
    var notes = chart.notes
    if !series.windows.isEmpty {
      notes += try QualityNotes.level(
        defects: series.count, of: series.size, kind.countsDefects ? "parts, by defects" : "parts")
      if asked.count > 1 {
        notes.append("of \(asked.count) stations together: a part counts at each station that looks at it")
      }
    }
    let subject =
      kind.countsDefects ? (name == StationWatch.rejects ? "defects" : "defect \(name)") : Self.subject(name)
    return Content(
      title: "\(title)\(parts.map { ", \($0.text)" } ?? ""), \(subject), \(kind.title)",
      chart: QualityChartTable(chart: chart, zone: zone), notes: notes,
      around: parts == nil ? station.map { ($0, name) } : nil)
  }

  static func subject(_ name: String) -> String {
    switch name {
    case StationWatch.rejects: "rejected parts"
    case StationWatch.manual: "parts left to a person"
    default: "parts with the defect \(name)"
    }
  }

  // MARK: What was asked for

  private func chartKind(_ query: ReportQuery) throws -> ChartKind {
    let known = query.value == nil ? ChartKind.ofCounts : ChartKind.ofValues
    guard let word = query.chart else { return known[0] }
    if let kind = ChartKind(rawValue: word), known.contains(kind) { return kind }
    let isOther = ChartKind(rawValue: word) != nil
    throw ControlRefusal(
      .badRequest,
      (isOther
        ? "\(word) is a chart of \(query.value == nil ? "measured values: name one by --value" : "counts, not of a value")."
        : "There is no chart \"\(word)\".")
        + "\n  → Charts \(query.value == nil ? "of counts" : "of a value"): "
        + NearestFirst.sorted(known.map(\.rawValue), to: word).joined(separator: ", ") + ".")
  }

  private func check(
    _ name: String, _ windows: [StationChart.Window], _ watch: StationWatch?, _ title: String
  ) throws {
    let known = Set(windows.flatMap { $0.tally.defective.keys }).union([StationWatch.rejects, StationWatch.manual])
      .union(watch?.rates.keys.map { $0 } ?? [])
    guard !known.contains(name) else { return }
    throw ControlRefusal(
      .notFound,
      "\(title) named no defect \"\(name)\" in this period.\n  → It named: "
        + "\(NearestFirst.sorted(known.sorted(), to: name).prefix(8).joined(separator: ", ")).")
  }

  private func parts(
    _ text: String, _ name: String, _ kind: ChartKind, _ windows: [StationChart.Window], _ title: String
  ) throws -> CountSeries.Parts {
    guard let parts = CountSeries.Parts(text) else {
      let words = CountSeries.Parts.Kind.allCases.map { "\($0.rawValue)=…" }.joined(separator: ", ")
      throw ControlRefusal(.badRequest, "\"\(text)\" names no parts.\n  → Write --of with one of \(words).")
    }
    guard name == StationWatch.rejects, !kind.countsDefects else {
      throw ControlRefusal(
        .badRequest,
        "Records count the rejected parts of a \(parts.kind.rawValue), not their defects.\n  → Leave out "
          + (kind.countsDefects ? "--chart \(kind.rawValue), or take p." : "--defect."))
    }
    let known = Set(windows.flatMap { $0.tally.groups(parts.kind).keys }).subtracting([""])
    guard known.contains(parts.name) else {
      throw ControlRefusal(
        .notFound,
        "\(title) saw no parts of \(parts.text) in this period.\n  → It saw: "
          + (known.isEmpty
            ? "none that names a \(parts.kind.rawValue)"
            : NearestFirst.sorted(known.sorted(), to: parts.name).prefix(8).joined(separator: ", ")) + ".")
    }
    return parts
  }

  // MARK: Measured values

  private func valueChart(_ kind: ChartKind, _ value: String) throws -> Content {
    guard let station, query.parts == nil, query.defect == nil else {
      throw ControlRefusal(
        .badRequest,
        "Measured values are kept by station, not by line, defect or group of parts.\n  → Write `weir inspection STATION "
          + "--value \(value)`.")
    }
    let own = windows[station.id] ?? []
    let known = Set(own.flatMap(\.tally.measures.keys)).sorted()
    let fitting = known.filter { $0 == value || $0.hasPrefix("\(value)/") }
    guard let name = fitting.first(where: { $0 == value }) ?? (fitting.count == 1 ? fitting.first : nil) else {
      throw ControlRefusal(
        .notFound,
        (fitting.isEmpty
          ? "\(station.id) measured no \"\(value)\" in this period."
          : "\(station.id) measured \(value) at several steps.")
          + "\n  → It measured: "
          + (known.isEmpty
            ? "nothing" : NearestFirst.sorted(known, to: value).prefix(8).joined(separator: ", ")) + ".")
    }
    func values(_ windows: [StationChart.Window]) -> [ValueWindow] {
      windows.compactMap { window in
        window.tally.measures[name].map { ValueWindow(start: window.start, end: window.end, measure: $0) }
      }
    }
    let phase = watch?.phase
    let watch = watch?.measures[name]
    let level = watch.flatMap { QualityChart.Level($0) }
    let measured = values(own)
    // A level says nothing of windows of another phase or version.
    let judged = level == nil ? measured : values(own.filter { phase?.judges($0.tally, start: $0.start) ?? true })
    let chart = QualityChart(kind, values: judged, frozen: level, plan: plan)
    var notes = chart.notes
    if judged.count < measured.count {
      notes.append(
        "\(measured.count - judged.count) windows of another phase or model version are not shown: the level is none of theirs"
      )
    }
    notes += try QualityNotes.capability(ValueSummary(measured))
    if let watch, watch.isShifted {
      notes.append("MOVED since \(watch.since.map { zone.rfc3339($0) } ?? "a while ago"), by the rule's CUSUM")
    }
    return Content(
      title: "\(station.id), \(name), \(kind.title)", chart: QualityChartTable(chart: chart, zone: zone), notes: notes)
  }
}
