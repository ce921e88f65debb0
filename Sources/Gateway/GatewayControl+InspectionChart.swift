import Control
import Inspection
import Plant
import Store
import Telemetry
import Templates

/// The control chart of a station, with what is known of it now.
extension GatewayControl {
  /// - Parameters:
  ///   - asked: the station, or those of the line.
  ///   - windows: of them, by id.
  func chart(
    _ query: ReportQuery, _ asked: [Asset], _ windows: [String: [StationChart.Window]], _ period: PlantPeriod
  ) throws -> ReportTable {
    let station = query.asset.flatMap { id in asked.first { $0.id == id } }
    let watch = try station.flatMap { try stationWatch($0) }
    let report = QualityChartReport(
      site: site, zone: zone, query: query, asked: asked, windows: windows, watch: watch)
    guard let content = try report.content() else {
      guard let station else { return table("Inspection", "chart", period, [], [], total: nil) }
      return try judgedChart(
        station, query.defect ?? StationWatch.rejects, windows[station.id] ?? [], watch, period)
    }
    let rows = content.chart.rows
    var notes = content.notes
    if let (station, name) = content.around { notes += try around(station, name, watch) }
    if rows.isEmpty, windows.values.allSatisfy(\.isEmpty) { notes.append(Self.noRecords) }
    return table(content.title, "chart", period, content.chart.columns, rows, total: nil, notes: notes)
  }

  /// The chart of a station's rate as its rule judges it.
  private func judgedChart(
    _ asset: Asset, _ name: String, _ windows: [StationChart.Window], _ watch: StationWatch?, _ period: PlantPeriod
  ) throws -> ReportTable {
    let plan = InspectionPlan(site.inspection)
    let chart = StationChart(name, windows, watch: watch, plan: plan)
    func text(_ share: Double?) -> String? { share.map { FigureText.text(100 * $0, places: 6) } }
    let rows = chart.points.map { point in
      ReportTable.Row(
        name: String(zone.rfc3339(point.start).prefix(16)),
        figures: [
          String(point.size), String(point.count), text(point.share), text(point.lower), text(point.centre),
          text(point.upper), point.z.flatMap { QualityChartTable.text($0, places: 3) },
          point.signals.isEmpty ? nil : point.signals.map(\.rawValue).joined(separator: " "),
        ], note: point.signals.isEmpty ? nil : point.signals.map(\.text).joined(separator: ", "))
    }
    var notes = chartNotes(name, watch, plan)
    notes += try around(asset, name, watch)
    let series = CountSeries(windows, of: name)
    notes += try QualityNotes.level(defects: series.count, of: series.size, "parts")
    // Of a period that is over there is nothing to come.
    if plantNow < period.end { notes += forecast(watch?.rates[name], windows) }
    if rows.isEmpty { notes.append(Self.noRecords) }
    return table(
      "\(asset.id), share of \(QualityChartReport.subject(name))", "chart", period,
      [
        .init("inspected", title: "parts", unit: "", places: 0), .init("count", title: "count", unit: "", places: 0),
        .init("share", title: "share", unit: "%", places: 2, hasBar: true),
        .init("lower", title: "lower", unit: "%", places: 2), .init("centre", title: "usual", unit: "%", places: 2),
        .init("upper", title: "upper", unit: "%", places: 2), .init("z", title: "z", unit: "", places: 1),
        QualityChartTable.rules,
      ], rows, total: nil, notes: notes)
  }

  /// What happened at the same time: parts with something in common, values that were otherwise, and findings of the
  /// machines around.
  private func around(_ asset: Asset, _ name: String, _ watch: StationWatch?) throws -> [String] {
    guard let watch, let rate = watch.rates[name], rate.isChanged, let since = rate.since else { return [] }
    let findings = try store.findings(limit: 1000)
    let told = findings.first { $0.key == "defect-rate/\(asset.id)/\(name)" && $0.closed == nil }?.evidence
      .first { $0.name == StationWatch.associated }?.value
    var notes =
      told.map { ["at the same time: \($0)"] }
      ?? watch.associations().map {
        "at the same time (an association is no cause"
          + (name == StationWatch.rejects ? "): " : "; of all rejects, whatever their defect): ") + $0.text
      }
    let place = [asset.site, asset.area, asset.line].filter { !$0.isEmpty }.joined(separator: "/")
    let near = Set(
      site.assets.filter { !place.isEmpty && ($0.place == place || $0.place.hasPrefix(place + "/")) }.map(\.id))
    // What began shortly before counts, too: a tool is worn before its parts show it.
    let others = findings.filter { finding in
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
      guard let capability = measure.capability else {
        if measure.total.hasMixedLimits {
          notes.append("\(value): no Cpk, since results name different limits (several products)")
        }
        continue
      }
      notes.append(
        "\(value): Cpk \(FigureText.text(capability.cpk, places: 2)) (at least "
          + "\(FigureText.text(capability.provenCpk, places: 2))), Ppk \(FigureText.text(capability.ppk, places: 2)), "
          + "\(measure.total.count) values" + (measure.isShifted ? ": MOVED" : ""))
    }
    return notes
  }
}
