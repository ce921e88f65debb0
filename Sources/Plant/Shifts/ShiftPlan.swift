import Telemetry

/// When people work at the plant, as the configuration says it: shifts of a usual week, exceptions, planned stops.
///
/// Times are those of the plant's clocks; `ShiftCalendar` makes instants of them. Days are counted since 1970-01-01.
public struct ShiftPlan: Hashable, Sendable {
  /// A shift of the usual week. It belongs to the day on which it begins.
  public struct Shift: Hashable, Sendable {
    public var name: String
    /// Minutes of the day, 0 ..< 1440.
    public var from: Int
    /// Minutes of the day, 1 … 1440. Not later than `from`: on the next day.
    public var to: Int
    /// 0 = Monday … 6 = Sunday, ascending. Empty: on the days only that an exception names.
    public var weekdays: [Int]

    public init(name: String, from: Int, to: Int, weekdays: [Int]) {
      self.name = name
      self.from = from
      self.to = to
      self.weekdays = weekdays
    }

    /// It ends on the day after it began.
    public var endsNextDay: Bool { to <= from }
  }

  /// Days that are not like their weekday: a holiday, a working Saturday.
  public struct Exception: Hashable, Sendable {
    /// Of the first and the last day.
    public var first: Int
    public var last: Int
    /// Names of the shifts that begin on these days; empty = nobody works.
    public var shifts: [String]
    /// What day it is: `National Day`; empty = not said.
    public var name: String

    public init(first: Int, last: Int, shifts: [String], name: String) {
      self.first = first
      self.last = last
      self.shifts = shifts
      self.name = name
    }
  }

  /// Time in which production is meant to stand still.
  public struct Stop: Hashable, Sendable {
    public enum Time: Hashable, Sendable {
      /// In each of these shifts (empty = in all), at these minutes of the day: a break.
      case daily(from: Int, to: Int, shifts: [String])
      /// Once, from a local time to another one: a maintenance.
      case once(from: LocalTime, to: LocalTime)
    }
    public var name: String
    public var time: Time

    public init(name: String, time: Time) {
      self.name = name
      self.time = time
    }
  }

  /// What the plant's clocks show.
  public struct LocalTime: Hashable, Sendable, Comparable {
    /// Since 1970-01-01.
    public var day: Int
    /// Of the day, 0 … 1440.
    public var minute: Int

    public init(day: Int, minute: Int) {
      self.day = day
      self.minute = minute
    }

    public static func < (one: LocalTime, other: LocalTime) -> Bool {
      (one.day, one.minute) < (other.day, other.minute)
    }
  }

  public var shifts: [Shift]
  /// A later one wins over an earlier one.
  public var exceptions: [Exception]
  public var stops: [Stop]

  public init(shifts: [Shift], exceptions: [Exception] = [], stops: [Stop] = []) {
    self.shifts = shifts
    self.exceptions = exceptions
    self.stops = stops
  }

  /// The exception that a day is in.
  public func exception(day: Int) -> Exception? { exceptions.last { $0.first <= day && day <= $0.last } }

  /// Nobody works although it is no usual day of rest.
  public func isHoliday(day: Int) -> Bool { exception(day: day)?.shifts.isEmpty ?? false }

  /// The shifts that begin on a day, in the order of their beginning.
  public func shifts(day: Int) -> [Shift] {
    let today: [Shift]
    if let exception = exception(day: day) {
      today = shifts.filter { exception.shifts.contains($0.name) }
    } else {
      let weekday = Self.weekday(day: day)
      today = shifts.filter { $0.weekdays.contains(weekday) }
    }
    // Sorting is stable: of two that begin together the first of the configuration stays first.
    return today.sorted { $0.from < $1.from }
  }

  /// 0 = Monday; 1970-01-01 was a Thursday.
  public static func weekday(day: Int) -> Int { ((day + 3) % 7 + 7) % 7 }
}
