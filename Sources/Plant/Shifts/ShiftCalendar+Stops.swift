import Telemetry

extension ShiftCalendar {
  /// When the plant stands still by its plan: planned stops, and the time between the shifts (`no shift`), ascending.
  public func stops(in range: Range<Timestamp>) -> [PlannedStop] {
    let planned = plannedStops(in: range)
    var free: [PlannedStop] = []
    var end = range.lowerBound
    for part in plannedTime(in: range) + [range.upperBound..<range.upperBound] {
      if end < part.lowerBound {
        // A stop that reaches over a gap names it.
        let inside = planned.filter { $0.start < part.lowerBound && end < $0.end }
        free.append(
          PlannedStop(name: inside.count == 1 ? inside[0].name : "no shift", start: end, end: part.lowerBound))
      }
      end = max(end, part.upperBound)
    }
    return free
  }
}
