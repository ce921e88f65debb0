import Plant
import Telemetry

extension MaintenancePlanner.Stop {
  /// The stops of a plant by its calendar: what is planned as a stop, and the time between the shifts.
  public static func stops(_ calendar: ShiftCalendar, in range: Range<Timestamp>) -> [Self] {
    calendar.stops(in: range).map { Self(name: $0.name, start: $0.start, end: $0.end) }
  }
}
