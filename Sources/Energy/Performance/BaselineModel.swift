import Plant
import Telemetry

/// What a meter counted in a day, and what may explain it.
struct DayObservation {
  var start: Timestamp
  /// In the quantity's unit, exact.
  var energy: ScaledInteger
  /// By name, in one order for all days of a meter.
  var drivers: [(name: String, value: Double)] = []
  /// Pieces, good and bad; nil where none are counted.
  var production: Int64?
  var good: Int64?

  init(start: Timestamp, energy: ScaledInteger) {
    self.start = start
    self.energy = energy
  }
}

/// A baseline with the days that it was learnt from.
struct BaselineModel {
  let baseline: EnergyBaseline
  /// Start of the first day, end of the last one.
  let from: Timestamp
  let to: Timestamp

  /// Nil where too few days differ. A driver that does not vary, or that others determine, is left out.
  init?(_ days: [DayObservation], zone: PlantZone) {
    guard let first = days.first, let last = days.last else { return nil }
    var names = first.drivers.map(\.name)
    while true {
      let wanted = names
      let rows = days.map { Self.period($0, wanted) }
      do throws(EnergyBaseline.Problem) {
        baseline = try EnergyBaseline(drivers: names, observations: rows)
        break
      } catch {
        guard case .dependent(let driver) = error, names.contains(driver) else { return nil }
        names.removeAll { $0 == driver }
      }
    }
    from = first.start
    to = zone.nextDay(after: last.start)
  }

  func period(_ day: DayObservation) -> EnergyBaseline.Observation { Self.period(day, baseline.drivers) }

  private static func period(_ day: DayObservation, _ names: [String]) -> EnergyBaseline.Observation {
    EnergyBaseline.Observation(
      energy: day.energy.doubleValue, drivers: day.drivers.filter { names.contains($0.name) }.map(\.value))
  }
}
