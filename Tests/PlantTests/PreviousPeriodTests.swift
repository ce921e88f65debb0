import Plant
import Telemetry
import Testing

/// What a period is compared with, and the last complete ones.
@Suite struct PreviousPeriodTests {
  @Test(arguments: [
    // A Saturday.
    ("last-week", "2026-11-09T00:00:00+08:00", "2026-11-16T00:00:00+08:00", "2026-11-02T00:00:00+08:00"),
    ("last-month", "2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00", "2026-09-01T00:00:00+08:00"),
    ("month", "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00", "2026-10-01T00:00:00+08:00"),
    ("today", "2026-11-21T00:00:00+08:00", "2026-11-22T00:00:00+08:00", "2026-11-20T00:00:00+08:00"),
    ("2026-03", "2026-03-01T00:00:00+08:00", "2026-04-01T00:00:00+08:00", "2026-02-01T00:00:00+08:00"),
    ("2026", "2026-01-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00", "2025-01-01T00:00:00+08:00"),
    (
      "2026-10-01T08:00:00+08:00..2026-10-01T16:00:00+08:00", "2026-10-01T08:00:00+08:00",
      "2026-10-01T16:00:00+08:00", "2026-10-01T00:00:00+08:00"
    ),
  ])
  func periods(text: String, start: String, end: String, before: String) throws {
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    let now = try #require(Timestamp(rfc3339: "2026-11-20T17:30:00Z"))
    let period = try PlantPeriod(text, now: now, zone: zone)
    #expect(zone.rfc3339(period.start) == start && zone.rfc3339(period.end) == end)
    let previous = period.previous(zone: zone)
    #expect(zone.rfc3339(previous.start) == before && previous.end == period.start)
  }

  /// A week with a change of the clocks is compared with the seven days before it.
  @Test func daylightSaving() throws {
    let zone = try PlantZone(identifier: "Europe/Berlin")
    let now = try #require(Timestamp(rfc3339: "2026-04-01T12:00:00Z"))
    let week = try PlantPeriod("last-week", now: now, zone: zone)
    #expect((week.end - week.start) == .hours(167))
    #expect(zone.rfc3339(week.previous(zone: zone).start) == "2026-03-16T00:00:00+01:00")
  }
}
