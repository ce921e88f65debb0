import Control
import Plant
import Telemetry
import Templates

/// Periods that people name.
extension GatewayControl {
  /// Nil where the configuration has no shifts.
  var shifts: ShiftCalendar? { site.shifts.map { ShiftCalendar($0, zone: zone) } }

  /// The plant's present.
  var plantNow: Timestamp { board.view?.plantClock ?? PlantClock.system().wall }

  /// - Throws: a refusal that says what can be asked for.
  func plantPeriod(_ text: String) throws -> PlantPeriod {
    do {
      return try PlantPeriod(text, now: plantNow, zone: zone, shifts: shifts)
    } catch {
      throw ControlRefusal(.badRequest, "There is no report: \(error).")
    }
  }

  /// Windows that the period's ends cut are not in it: worth a word.
  func cutWindows(_ period: PlantPeriod) -> [String] {
    let window = site.energy.window
    let isWhole = [period.start, period.end].allSatisfy { $0.windowStart(window) == $0 }
    return isWhole
      ? []
      : [
        "the period does not begin or end with an energy window (\(Int(window.seconds / 60)) min); what lies wholly in "
          + "it is counted"
      ]
  }
}
