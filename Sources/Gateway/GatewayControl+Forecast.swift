import Control
import Energy
import Store
import Telemetry
import Templates

/// The load to come, forecast when it is asked for: from the windows of the last weeks in the Store.
extension GatewayControl {
  /// As far back as a forecast looks.
  private static let past = Span64.days(70)

  func forecast(asset id: String, hours: Int) throws -> ReportTable {
    guard let asset = site.assets.first(where: { $0.id == id }) else { throw Self.unknownAsset(id, in: site) }
    let forecast: LoadForecast
    do {
      forecast = try loadForecast(asset, hours: hours)
    } catch let error as LoadForecastRefusal {
      throw ControlRefusal(.badRequest, "\(asset.id): \(error).")
    }
    let rows = forecast.hours.enumerated().map { place, hour in
      ReportTable.Row(
        name: text(ofLocalHour: forecast.firstHour + place),
        figures: [hour.point, hour.low, hour.high].map(Self.text))
    }
    let sum = forecast.hours.reduce(0) { $0 + $1.point }
    return ReportTable(
      title: "Load of \(asset.id), forecast", by: "hour", start: text(ofLocalHour: forecast.firstHour),
      end: text(ofLocalHour: forecast.firstHour + forecast.hours.count),
      columns: [
        .init("energy", title: "energy", unit: "kWh", places: 2, hasBar: true),
        .init("low", title: "low", unit: "kWh", places: 2), .init("high", title: "high", unit: "kWh", places: 2),
      ], rows: rows, total: .init(name: "sum", figures: [Self.text(sum), nil, nil]),
      notes: [
        "\(forecast.evidence)",
        "the forecasts of the next 24 h missed by \(Self.text(forecast.usualError)) kWh an hour",
      ])
  }

  /// - Throws: `LoadForecastRefusal`, or what ails the store.
  func loadForecast(_ asset: Asset, hours: Int) throws -> LoadForecast {
    var load = HourlyLoad(zone: zone)
    try store.visitBodies(
      kind: .energyInterval, asset: asset.id, from: plantNow - Self.past, to: .distantFuture, names: names
    ) { try load.add($0) }
    let plan = site.shifts
    var forecaster = LoadForecaster()
    for hour in load.hours {
      let day = hour.hour >= 0 ? hour.hour / 24 : (hour.hour - 23) / 24
      forecaster.add(hour: hour.hour, value: hour.value, isHoliday: plan?.isHoliday(day: day) ?? false)
    }
    return try forecaster.forecast(hours: hours) { plan?.isHoliday(day: $0) ?? false }
  }

  private func text(ofLocalHour hour: Int) -> String {
    let local = Timestamp(seconds: Int64(hour) * 3600)
    // An hour that daylight saving time skips is named as if there were none.
    return zone.firstInstant(ofLocal: local).map(zone.rfc3339) ?? local.rfc3339UTC
  }

  /// Three places: a forecast knows no more.
  private static func text(_ value: Double) -> String { FigureText.text(value, places: 3) }
}
