import Energy
import Plant
import Store
import Telemetry

/// Energy by plant-local hour, from the records of a meter's windows; only hours of which every window has data.
struct HourlyLoad {
  /// Ascending; kWh.
  private(set) var hours: [(hour: Int, value: Double)] = []

  init(_ records: [IssuedRecord], window: Span64, zone: PlantZone) throws {
    var sums: [Int: (kwh: Double, covered: Int64)] = [:]
    for record in records {
      let body = try JSONValue(parsing: record.json)["body"]
      guard let kwh = body?["energy_kwh"]?.stringValue.flatMap({ Double($0) }), body?["quality"] != "no-data" else {
        continue
      }
      let hour = LoadForecaster.localHour(record.start, offsetSeconds: zone.offsetSeconds(at: record.start))
      sums[hour, default: (0, 0)].kwh += kwh
      sums[hour, default: (0, 0)].covered += (record.end - record.start).nanoseconds
    }
    // An hour that occurs twice, when the clocks are put back, is covered twice.
    hours = sums.filter { $0.value.covered >= Span64.hours(1).nanoseconds }.sorted { $0.key < $1.key }.map {
      (hour: $0.key, value: $0.value.kwh * Double(Span64.hours(1).nanoseconds) / Double($0.value.covered))
    }
  }
}
