import Energy
import Plant
import Store
import Telemetry

/// Energy by plant-local hour, from the records of a meter's windows; only hours of which every window has data.
struct HourlyLoad {
  private var sums: [Int: (kwh: Double, covered: Int64)] = [:]
  private let zone: PlantZone

  init(zone: PlantZone) { self.zone = zone }

  /// - Parameter record: `energy-interval` of the meter.
  mutating func add(_ record: StoredBody) throws {
    let body = try JSONValue(parsing: record.body)
    guard let kwh = body["energy_kwh"]?.stringValue.flatMap({ Double($0) }), body["quality"] != "no-data" else {
      return
    }
    let hour = LoadForecaster.localHour(record.start, offsetSeconds: zone.offsetSeconds(at: record.start))
    sums[hour, default: (0, 0)].kwh += kwh
    sums[hour, default: (0, 0)].covered += (record.end - record.start).nanoseconds
  }

  /// Ascending; kWh.
  var hours: [(hour: Int, value: Double)] {
    // An hour that occurs twice, when the clocks are put back, is covered twice.
    sums.filter { $0.value.covered >= Span64.hours(1).nanoseconds }.sorted { $0.key < $1.key }.map {
      (hour: $0.key, value: $0.value.kwh * Double(Span64.hours(1).nanoseconds) / Double($0.value.covered))
    }
  }
}
