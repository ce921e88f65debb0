import Telemetry

extension PlantZone {
  /// The start of the day that is so many days after (or before) the one that starts at `start`.
  func day(_ start: Timestamp, moved days: Int) -> Timestamp {
    var day = start
    for _ in 0..<days.magnitude {
      day = days > 0 ? nextDay(after: day) : startOfDay(containing: Timestamp(nanoseconds: day.nanoseconds - 1))
    }
    return day
  }
}

extension PlantPeriod {
  /// The period before this one that it is compared with: as many months before whole months, as many days before whole
  /// days, else the same time directly before it.
  public func previous(zone: PlantZone) -> PlantPeriod {
    let name = "before \(name)"
    if zone.startOfMonth(containing: start) == start, zone.startOfMonth(containing: end) == end {
      var first = start
      for _ in zone.months(touching: start..<end) {
        first = zone.startOfMonth(containing: Timestamp(nanoseconds: first.nanoseconds - 1))
      }
      return PlantPeriod(start: first, end: start, name: name)
    }
    if zone.startOfDay(containing: start) == start, zone.startOfDay(containing: end) == end {
      var days = 0
      var day = start
      while day < end {
        day = zone.nextDay(after: day)
        days += 1
      }
      return PlantPeriod(start: zone.day(start, moved: -days), end: start, name: name)
    }
    return PlantPeriod(start: start - (end - start), end: start, name: name)
  }
}
