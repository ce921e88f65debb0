import Plant
import Telemetry

/// A date of the Gregorian calendar, without time and zone: when a factor was published, for which day it is asked.
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let days: Int

  public init(days: Int) { self.days = days }

  /// Nil for a date that does not exist, as February 30.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    days = Timestamp.days(year: year, month: month, day: day)
    guard Timestamp.civil(days: days) == (year, month, day) else { return nil }
  }

  /// `2026-01-31`, and nothing else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The local date of an instant.
  public init(of time: Timestamp, in zone: PlantZone) {
    let date = zone.localDate(time)
    days = Timestamp.days(year: date.year, month: date.month, day: date.day)
  }

  /// The last local day of a period that ends at `end` (exclusive): January's is the 31st.
  public init(lastDayBefore end: Timestamp, in zone: PlantZone) {
    self.init(of: Timestamp(nanoseconds: end.nanoseconds - 1), in: zone)
  }

  public var year: Int { Timestamp.civil(days: days).year }
  public var month: Int { Timestamp.civil(days: days).month }
  public var day: Int { Timestamp.civil(days: days).day }

  public static func < (one: CivilDate, other: CivilDate) -> Bool { one.days < other.days }

  public var description: String {
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = Timestamp.civil(days: days)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
  }
}
