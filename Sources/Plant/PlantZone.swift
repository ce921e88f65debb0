import Foundation
import Telemetry

/// The plant's time zone: days and months are counted in it, and times are printed with its offset.
///
/// The offsets of 1970…2100 are tabulated once, so that a question afterwards is a short binary search without locks
/// and without Foundation. A day of a zone with daylight saving may have 23 or 25 hours.
public struct PlantZone: Sendable {
  /// There is no such IANA zone.
  public struct UnknownZone: Error, Hashable, CustomStringConvertible {
    public var identifier: String
    public var description: String {
      "unknown time zone \"\(identifier)\"; use an IANA name such as Asia/Shanghai or Europe/Berlin"
    }
  }

  private struct Segment: Sendable {
    /// First second since 1970 of this offset.
    var start: Int64
    /// Seconds east of UTC.
    var offset: Int64
  }

  public let identifier: String
  private let segments: [Segment]

  public init(identifier: String) throws(UnknownZone) {
    guard !identifier.isEmpty, let zone = TimeZone(identifier: identifier) else {
      throw UnknownZone(identifier: identifier)
    }
    self.identifier = identifier
    func offset(_ second: Int64) -> Int64 {
      Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }
    // No zone has kept an offset for less than four weeks (Ramadan in Morocco); a step of a week sees every change.
    let step: Int64 = 7 * 86400
    let end: Int64 = 130 * 366 * 86400
    var found = [Segment(start: .min, offset: offset(0))]
    var second: Int64 = 0
    while second < end {
      let next = second + step
      if offset(next) != found[found.count - 1].offset {
        var low = second
        var high = next
        while high - low > 1 {
          let middle = low + (high - low) / 2
          if offset(middle) == found[found.count - 1].offset { low = middle } else { high = middle }
        }
        found.append(Segment(start: high, offset: offset(high)))
      }
      second = next
    }
    segments = found
  }

  /// Seconds east of UTC at `time`.
  public func offsetSeconds(at time: Timestamp) -> Int { Int(segments[index(Self.seconds(time))].offset) }

  /// RFC 3339 with the zone's offset at that time: `2018-11-22T09:30:00+08:00`.
  public func rfc3339(_ time: Timestamp) -> String { time.rfc3339(offsetSeconds: offsetSeconds(at: time)) }

  /// The instant that the plant's clocks show as this local time, given as if it were UTC. Of a time that occurs twice,
  /// when the clocks are put back, the first; nil for a time that is skipped, when they are put forward.
  public func firstInstant(ofLocal local: Timestamp) -> Timestamp? {
    let second = Self.seconds(local)
    // No offset reaches beyond 26 hours; whatever segment the instant lies in begins in these days.
    let first = index(second - 2 * 86400)
    let last = index(second + 2 * 86400)
    for place in first...last {
      let instant = second - segments[place].offset
      let isBefore = place + 1 < segments.count && instant >= segments[place + 1].start
      if instant >= segments[place].start, !isBefore {
        return Timestamp(seconds: instant) + (local - Timestamp(seconds: second))
      }
    }
    return nil
  }

  /// The first instant of the plant-local day that contains `time`.
  public func startOfDay(containing time: Timestamp) -> Timestamp {
    let second = Self.seconds(time)
    let place = index(second)
    let segment = segments[place]
    let midnight = Self.floor(second + segment.offset, 86400) * 86400
    if midnight - segment.offset >= segment.start { return Timestamp(seconds: midnight - segment.offset) }
    // The offset changed since midnight: midnight was under the one before, or the change skipped it.
    let before = segments[place - 1].offset
    return Timestamp(seconds: min(segment.start, midnight - before))
  }

  /// The start of the day after the one that starts at `start`.
  public func nextDay(after start: Timestamp) -> Timestamp { startOfDay(containing: start + .hours(36)) }

  /// The first instant of the plant-local month that contains `time`.
  public func startOfMonth(containing time: Timestamp) -> Timestamp {
    let date = localDate(time)
    return startOfDay(Timestamp.days(year: date.year, month: date.month, day: 1))
  }

  /// The start of the month after the one that starts at `start`.
  public func nextMonth(after start: Timestamp) -> Timestamp {
    let date = localDate(start)
    let next = date.month == 12 ? (date.year + 1, 1) : (date.year, date.month + 1)
    return startOfDay(Timestamp.days(year: next.0, month: next.1, day: 1))
  }

  /// The calendar date at the plant.
  public func localDate(_ time: Timestamp) -> (year: Int, month: Int, day: Int) {
    let second = Self.seconds(time)
    return Timestamp.civil(days: Int(Self.floor(second + segments[index(second)].offset, 86400)))
  }

  /// The start of a local day by its number since 1970-01-01: the start of the day that its noon lies in.
  private func startOfDay(_ day: Int) -> Timestamp {
    let noon = Int64(day) * 86400 + 43200
    return startOfDay(containing: Timestamp(seconds: noon - segments[index(noon)].offset))
  }

  private func index(_ second: Int64) -> Int {
    var low = 0
    var high = segments.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if segments[middle].start <= second { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private static func seconds(_ time: Timestamp) -> Int64 { floor(time.nanoseconds, 1_000_000_000) }

  private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
    value / divisor - (value % divisor < 0 ? 1 : 0)
  }
}
