import Telemetry

/// The plan of shifts on the time axis.
///
/// Local times that the clocks skip are those at which they go on; of times that occur twice the first is meant. So
/// shifts that follow each other do so on every night of the year, and one may be an hour shorter or longer.
public struct ShiftCalendar: Sendable {
  /// One shift of one day; half-open.
  public struct Interval: Hashable, Sendable {
    public var shift: String
    /// On which it begins, days since 1970-01-01.
    public var day: Int
    public var start: Timestamp
    public var end: Timestamp

    public init(shift: String, day: Int, start: Timestamp, end: Timestamp) {
      self.shift = shift
      self.day = day
      self.start = start
      self.end = end
    }
  }

  /// A planned stop on the time axis; half-open.
  public struct PlannedStop: Hashable, Sendable {
    public var name: String
    public var start: Timestamp
    public var end: Timestamp

    public init(name: String, start: Timestamp, end: Timestamp) {
      self.name = name
      self.start = start
      self.end = end
    }
  }

  public let plan: ShiftPlan
  public let zone: PlantZone

  public init(_ plan: ShiftPlan, zone: PlantZone) {
    self.plan = plan
    self.zone = zone
  }

  /// The day at the plant, since 1970-01-01.
  public func day(of time: Timestamp) -> Int {
    let date = zone.localDate(time)
    return Timestamp.days(year: date.year, month: date.month, day: date.day)
  }

  /// What the plant's clocks show for the first time as this minute of a day (1440: the day's end), or when they go on
  /// if they skip it.
  public func instant(day: Int, minute: Int) -> Timestamp {
    let local = Timestamp(seconds: Int64(day) * 86_400 + Int64(minute) * 60)
    // No zone has skipped more than a day.
    for later in 0...1500 {
      if let instant = zone.firstInstant(ofLocal: local + .minutes(Int64(later))) { return instant }
    }
    return local
  }

  /// The shifts that begin on a day, in the order of their beginning.
  public func shifts(day: Int) -> [Interval] {
    plan.shifts(day: day).compactMap { shift in
      let start = instant(day: day, minute: shift.from)
      let end = instant(day: shift.endsNextDay ? day + 1 : day, minute: shift.to)
      // One that lies wholly in a skipped hour does not take place.
      return start < end ? Interval(shift: shift.name, day: day, start: start, end: end) : nil
    }
  }

  /// The shifts that a range touches, each whole, by their beginning.
  public func shifts(touching range: Range<Timestamp>) -> [Interval] {
    guard range.lowerBound < range.upperBound else { return [] }
    // What began the day before may last until now.
    let first = day(of: range.lowerBound) - 1
    let last = day(of: Timestamp(nanoseconds: range.upperBound.nanoseconds - 1))
    guard first <= last else { return [] }
    return (first...last).flatMap(shifts(day:)).filter { $0.start < range.upperBound && range.lowerBound < $0.end }
  }

  /// What lies in a range of the shifts, by their beginning. Shifts may overlap each other (a hand-over).
  public func intervals(in range: Range<Timestamp>) -> [Interval] {
    shifts(touching: range).map { shift in
      Interval(
        shift: shift.shift, day: shift.day, start: max(shift.start, range.lowerBound),
        end: min(shift.end, range.upperBound))
    }
  }

  /// What lies in a range of the planned stops, by their beginning. A maintenance counts outside of shifts too.
  public func plannedStops(in range: Range<Timestamp>) -> [PlannedStop] {
    guard range.lowerBound < range.upperBound, !plan.stops.isEmpty else { return [] }
    var found: [PlannedStop] = []
    func add(_ name: String, _ start: Timestamp, _ end: Timestamp) {
      let stop = PlannedStop(name: name, start: max(start, range.lowerBound), end: min(end, range.upperBound))
      if stop.start < stop.end, !found.contains(stop) { found.append(stop) }
    }
    for stop in plan.stops {
      if case .once(let from, let to) = stop.time {
        add(stop.name, instant(day: from.day, minute: from.minute), instant(day: to.day, minute: to.minute))
      }
    }
    for shift in shifts(touching: range) {
      for stop in plan.stops {
        guard case .daily(let from, let to, let names) = stop.time, names.isEmpty || names.contains(shift.shift) else {
          continue
        }
        // A shift over midnight has its break on either day, and a break may lie over midnight itself.
        for day in [shift.day - 1, shift.day, shift.day + 1] {
          let start = instant(day: day, minute: from)
          let end = instant(day: to <= from ? day + 1 : day, minute: to)
          add(stop.name, max(start, shift.start), min(end, shift.end))
        }
      }
    }
    // Sorting is stable: the order of the configuration decides what begins together.
    return found.sorted { $0.start < $1.start }
  }

  /// The time of a range in which production is planned: in a shift and in no planned stop, without overlaps, ascending.
  public func plannedTime(in range: Range<Timestamp>) -> [Range<Timestamp>] {
    var planned = Self.union(intervals(in: range).map { $0.start..<$0.end })
    for stop in plannedStops(in: range) {
      planned = planned.flatMap { part -> [Range<Timestamp>] in
        guard stop.start < part.upperBound, part.lowerBound < stop.end else { return [part] }
        return [
          part.lowerBound..<max(part.lowerBound, stop.start), min(part.upperBound, stop.end)..<part.upperBound,
        ].filter { !$0.isEmpty }
      }
    }
    return planned
  }

  /// Ascending by their beginning.
  private static func union(_ ranges: [Range<Timestamp>]) -> [Range<Timestamp>] {
    var union: [Range<Timestamp>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = union.last, range.lowerBound <= last.upperBound {
        union[union.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        union.append(range)
      }
    }
    return union
  }
}
