import Control
import Inspection
import Plant
import Store
import Telemetry
import Templates

/// The control chart of a station, with what is known of it now.
extension GatewayControl {
  func chart(
    _ asset: Asset, _ name: String, _ windows: [StationChart.Window], _ period: PlantPeriod
  ) throws -> ReportTable {
    let watch = try stationWatch(asset)
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
    notes += try around(asset, name, watch)
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

  /// What happened at the same time: parts with something in common, values that were otherwise, and findings of the
  /// machines around.
  private func around(_ asset: Asset, _ name: String, _ watch: StationWatch?) throws -> [String] {
    guard let watch, let rate = watch.rates[name], rate.isChanged, let since = rate.since else { return [] }
    let findings = try store.findings(limit: 1000)
    let told = findings.first { $0.key == "defect-rate/\(asset.id)/\(name)" && $0.closed == nil }?.evidence
      .first { $0.name == StationWatch.associated }?.value
    var notes =
      told.map { ["at the same time: \($0)"] }
      ?? watch.associations().map { "at the same time (an association is no cause): \($0.text)" }
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
