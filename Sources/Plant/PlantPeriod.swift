import Telemetry

/// A stretch of plant time that a person names: `today`, `2026-10`, `2026-10-01..2026-10-08`.
public struct PlantPeriod: Hashable, Sendable {
  /// Half-open.
  public var start: Timestamp
  public var end: Timestamp
  /// As it was asked for.
  public var name: String

  public init(start: Timestamp, end: Timestamp, name: String) {
    self.start = start
    self.end = end
    self.name = name
  }

  /// What can be asked for.
  public static let forms =
    "today, yesterday, week (since Monday), last-week, month, last-month, year, 2026, 2026-10, 2026-10-05, or a..b with dates or times "
    + "(the last date is included, 2026-10-01..2026-10-07); where the plant has shifts: " + ShiftCalendar.forms

  /// A text that names no period: what is wrong with it.
  public struct Mistake: Error, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// - Parameters:
  ///   - now: for the periods that are named by today; those under way end with their last day, so that two questions of
  ///     one day have the same period.
  ///   - shifts: for the periods that are shifts; nil = the plant has none.
  public init(_ text: String, now: Timestamp, zone: PlantZone, shifts: ShiftCalendar? = nil) throws(Mistake) {
    if ShiftCalendar.isShift(text) {
      guard let shifts else {
        throw Mistake(
          description: "the plant has no shifts; describe them under `shifts:` in its configuration to ask for one")
      }
      let shift = try shifts.shift(text, now: now)
      self.init(start: shift.start, end: shift.end, name: text)
      return
    }
    let today = zone.startOfDay(containing: now)
    let start: Timestamp
    let end: Timestamp
    switch text {
    case "today", "day": (start, end) = (today, zone.nextDay(after: today))
    case "yesterday":
      (start, end) = (zone.startOfDay(containing: Timestamp(nanoseconds: today.nanoseconds - 1)), today)
    case "week":
      start = zone.day(today, moved: -Self.weekday(today, zone))
      end = zone.day(start, moved: 7)
    case "last-week":
      end = zone.day(today, moved: -Self.weekday(today, zone))
      start = zone.day(end, moved: -7)
    case "last-month":
      end = zone.startOfMonth(containing: now)
      start = zone.startOfMonth(containing: Timestamp(nanoseconds: end.nanoseconds - 1))
    case "month":
      start = zone.startOfMonth(containing: now)
      end = zone.nextMonth(after: start)
    case "year":
      let year = zone.localDate(now).year
      (start, end) = (try Self.date(year, 1, 1, text, zone), try Self.date(year + 1, 1, 1, text, zone))
    default:
      if let range = text.firstRange(of: "..") {
        start = try Self.bound(text[..<range.lowerBound], text, zone).start
        end = try Self.bound(text[range.upperBound...], text, zone).end
      } else {
        (start, end) = try Self.bound(text[...], text, zone)
      }
    }
    guard start < end else { throw Mistake(description: "the period \"\(text)\" ends before it begins") }
    self.init(start: start, end: end, name: text)
  }

  /// 0 = Monday.
  private static func weekday(_ day: Timestamp, _ zone: PlantZone) -> Int {
    let date = zone.localDate(day)
    let days = Timestamp.days(year: date.year, month: date.month, day: date.day)
    // 1970-01-01 was a Thursday.
    return ((days + 3) % 7 + 7) % 7
  }

  /// A year, month, day or instant, as the interval that it is.
  private static func bound(
    _ part: Substring, _ text: String, _ zone: PlantZone
  ) throws(Mistake) -> (start: Timestamp, end: Timestamp) {
    if part.contains("T") {
      guard let instant = Timestamp(rfc3339: String(part)) else {
        throw Mistake(description: "\"\(part)\" in the period \"\(text)\" is no time with an offset")
      }
      return (instant, instant)
    }
    let numbers = part.split(separator: "-", omittingEmptySubsequences: false)
    let widths = numbers.map(\.utf8.count)
    let values = numbers.compactMap { $0.utf8.allSatisfy { (48...57).contains($0) } ? Int($0) : nil }
    guard values.count == numbers.count else { throw unknown(text) }
    switch widths {
    case [4]: return (try date(values[0], 1, 1, text, zone), try date(values[0] + 1, 1, 1, text, zone))
    case [4, 2]:
      let start = try date(values[0], values[1], 1, text, zone)
      return (start, zone.nextMonth(after: start))
    case [4, 2, 2]:
      let start = try date(values[0], values[1], values[2], text, zone)
      return (start, zone.nextDay(after: start))
    default: throw unknown(text)
    }
  }

  private static func unknown(_ text: String) -> Mistake {
    Mistake(description: "\"\(text)\" is no period; there are: \(forms)")
  }

  private static func date(
    _ year: Int, _ month: Int, _ day: Int, _ text: String, _ zone: PlantZone
  ) throws(Mistake) -> Timestamp {
    let days = Timestamp.days(year: year, month: month, day: day)
    guard (1970...2116).contains(year), (1...12).contains(month), Timestamp.civil(days: days) == (year, month, day)
    else {
      throw Mistake(description: "there is no such date in the period \"\(text)\"")
    }
    // Noon is in the day in every zone.
    guard let noon = zone.firstInstant(ofLocal: Timestamp(seconds: Int64(days) * 86_400 + 43_200)) else {
      throw Mistake(description: "there is no such date in the period \"\(text)\"")
    }
    return zone.startOfDay(containing: noon)
  }
}
