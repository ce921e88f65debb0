import Control
import Equipment
import Store
import Telemetry
import Templates

/// The next hour of any measured value, forecast when it is asked for: from the minutes of the last day in the Store.
extension GatewayControl {
  /// As far back as such a forecast looks, and what it needs to see how well it does.
  private static let lookBack = Span64.hours(46)

  func seriesForecast(asset id: String, signal name: String?) throws -> ReportTable {
    guard let asset = site.assets.first(where: { $0.id == id }) else { throw Self.unknownAsset(id, in: site) }
    let gauges = asset.signals.filter { $0.kind == .gauge }
    if let name, !gauges.contains(where: { $0.name == name }) {
      let known = gauges.map(\.name)
      let near = NearestFirst.plausible(known, for: name).map { "Did you mean \"\($0)\"? " } ?? ""
      throw ControlRefusal(
        .notFound, "\(asset.id) has no gauge \"\(name)\".\n  → \(near)There are: \(known.joined(separator: ", ")).")
    }
    let wanted = gauges.filter { name == nil || $0.name == name }
    let now = plantNow
    let series = try forecasts(asset, wanted, now: now)
    guard name != nil, let signal = wanted.first, let forecast = series.first else {
      return overview(asset, wanted, series, now: now)
    }
    let outlook: SeriesForecast.Outlook
    do {
      outlook = try forecast.outlook()
    } catch {
      throw ControlRefusal(
        .badRequest, "\(asset.id) \(signal.name): \(error).\n  → Ask again later, or see `weir sources`.")
    }
    let start = now.windowStart(SeriesForecast.step)
    let rows = outlook.points.enumerated().map { place, point in
      ReportTable.Row(
        name: zone.rfc3339(start + .minutes(Int64(place + 1) * 5)),
        figures: [point.value, point.low, point.high].map(Self.figure))
    }
    return ReportTable(
      title: "\(asset.id) \(signal.name), the next hour", by: "time", start: zone.rfc3339(start),
      end: zone.rfc3339(start + .hours(1)), columns: Self.columns(signal.unit), rows: rows, total: nil,
      notes: [
        "now \(Self.figure(outlook.now)) \(signal.unit); method that did best lately: \(outlook.expert.title)",
        "of ten values about one lies below low or above high; \(outlook.evidence) forecasts of an hour ahead missed by "
          + "\(Self.figure(outlook.usualError)) \(signal.unit) (median)",
      ] + limits(asset, signal, outlook))
  }

  private static func columns(_ unit: String) -> [ReportTable.Column] {
    [
      .init("value", title: "value", unit: unit, places: 3, hasBar: true),
      .init("low", title: "low", unit: unit, places: 3),
      .init("high", title: "high", unit: unit, places: 3),
    ]
  }

  private func overview(
    _ asset: Asset, _ signals: [Signal], _ series: [SeriesForecast], now: Timestamp
  ) -> ReportTable {
    var notes: [String] = []
    let rows = zip(signals, series).map { signal, forecast in
      do {
        let outlook = try forecast.outlook()
        let last = outlook.points[outlook.points.count - 1]
        notes += limits(asset, signal, outlook)
        return ReportTable.Row(
          name: signal.name,
          figures: [outlook.now, last.value, last.low, last.high, outlook.usualError].map(Self.figure),
          note: signal.unit)
      } catch {
        return ReportTable.Row(name: signal.name, figures: [nil, nil, nil, nil, nil], note: "\(error)")
      }
    }
    return ReportTable(
      title: "\(asset.id) in an hour", by: "signal", start: zone.rfc3339(now), end: zone.rfc3339(now + .hours(1)),
      columns: [
        .init("now", title: "now", unit: "", places: 3), .init("value", title: "in an hour", unit: "", places: 3),
        .init("low", title: "low", unit: "", places: 3), .init("high", title: "high", unit: "", places: 3),
        .init("error", title: "usual error", unit: "", places: 3),
      ], rows: rows, total: nil, notes: notes)
  }

  private func limits(_ asset: Asset, _ signal: Signal, _ outlook: SeriesForecast.Outlook) -> [String] {
    SeriesLimit.limits(of: asset, site: site).filter { asset.signals[$0.signal].name == signal.name }.map { limit in
      let share = outlook.probability(crossing: limit.value, upwards: limit.isUpper)
      let percent = Int((share * 100).rounded())
      return
        "\(signal.name) \(limit.isUpper ? "above" : "below") \(Self.figure(limit.value)) \(signal.unit) within the hour: "
        + "\(percent) % (\(limit.source))"
    }
  }

  /// Means of five minutes, by signal.
  private func forecasts(_ asset: Asset, _ signals: [Signal], now: Timestamp) throws -> [SeriesForecast] {
    let end = now.windowStart(SeriesForecast.step)
    let start = end - Self.lookBack
    let steps = Int((end - start).nanoseconds / SeriesForecast.step.nanoseconds)
    var sums = signals.map { _ in Array(repeating: (sum: 0.0, count: 0), count: steps) }
    try store.visitBodies(kind: .signalSummary, asset: asset.id, from: start, to: end, names: names) { record in
      guard let members = try JSONValue(parsing: record.body)["signals"] else { return }
      let place = Int((record.start - start).nanoseconds / SeriesForecast.step.nanoseconds)
      for (index, signal) in signals.enumerated() {
        guard let entry = members[signal.name], let mean = entry["mean"]?.doubleValue else { continue }
        sums[index][place].sum += mean
        sums[index][place].count += 1
      }
    }
    return sums.map { steps in
      var forecast = SeriesForecast()
      // What lies before the first value is not known; what is not there afterwards is missing.
      for step in steps.drop(while: { $0.count == 0 }) {
        forecast.add(step.count == 0 ? nil : step.sum / Double(step.count))
      }
      return forecast
    }
  }

  /// Four digits: a forecast knows no more.
  private static func figure(_ value: Double) -> String {
    guard value != 0, value.isFinite, abs(value) < 1e12 else { return "0" }
    var places = 3
    var least = abs(value)
    while least < 1, places < 9 {
      least *= 10
      places += 1
    }
    return ScaledInteger(rounding: value, places: places)?.withoutTrailingZeros.description ?? "0"
  }
}
