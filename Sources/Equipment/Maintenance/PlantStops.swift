import Plant
import Telemetry

extension MaintenancePlanner.Stop {
  /// The stops of a plant by its calendar: what is planned as a stop, and the time between the shifts.
  public static func stops(_ calendar: ShiftCalendar, in range: Range<Timestamp>) -> [Self] {
    let planned = calendar.plannedStops(in: range).map { Self(name: $0.name, start: $0.start, end: $0.end) }
    var free: [Self] = []
    var end = range.lowerBound
    for part in calendar.plannedTime(in: range) + [range.upperBound..<range.upperBound] {
      if end < part.lowerBound {
        // A stop that reaches over a gap names it.
        let inside = planned.filter { $0.start < part.lowerBound && end < $0.end }
        free.append(
          Self(
            name: inside.count == 1 ? inside[0].name : "no shift", start: end, end: part.lowerBound))
      }
      end = max(end, part.upperBound)
    }
    return free
  }
}
