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

  /// 1 on a day on which people work, else 0.
  static let workingDay = "working-day"
  /// Whether people work is a driver only if it makes the adjusted R² larger by so much and is significant at this level,
  /// with so many days of each kind: any number explains something by chance. Product choices.
  static let leastGain = 0.01
  static let significance = 0.05
  static let leastDays = 3

  /// Nil where too few days differ. A driver that does not vary, or that others determine, is left out.
  init?(_ days: [DayObservation], zone: PlantZone) {
    guard let first = days.first, let last = days.last else { return nil }
    let names = first.drivers.map(\.name)
    let others = names.filter { $0 != Self.workingDay }
    guard var best = Self.fit(days, others) else { return nil }
    let working = days.count { $0.drivers.contains { $0.name == Self.workingDay && $0.value > 0 } }
    if others != names, Self.leastDays <= working, Self.leastDays <= days.count - working,
      let full = Self.fit(days, names), let place = full.drivers.firstIndex(of: Self.workingDay),
      full.pValues[place] < Self.significance, best.adjustedR2 + Self.leastGain <= full.adjustedR2
    {
      best = full
    }
    baseline = best
    from = first.start
    to = zone.nextDay(after: last.start)
  }

  private static func fit(_ days: [DayObservation], _ drivers: [String]) -> EnergyBaseline? {
    var names = drivers
    while true {
      let wanted = names
      let rows = days.map { period($0, wanted) }
      do throws(EnergyBaseline.Problem) {
        return try EnergyBaseline(drivers: names, observations: rows)
      } catch {
        guard case .dependent(let driver) = error, names.contains(driver) else { return nil }
        names.removeAll { $0 == driver }
      }
    }
  }

  func period(_ day: DayObservation) -> EnergyBaseline.Observation { Self.period(day, baseline.drivers) }

  private static func period(_ day: DayObservation, _ names: [String]) -> EnergyBaseline.Observation {
    EnergyBaseline.Observation(
      energy: day.energy.doubleValue, drivers: day.drivers.filter { names.contains($0.name) }.map(\.value))
  }
}
