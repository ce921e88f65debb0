import Plant
import Telemetry
import Testing

@Suite struct PlantPeriodTests {
  private let zone: PlantZone
  /// A Saturday: 2026-11-21T01:30+08:00, when it is still Friday in UTC.
  private let now: Timestamp

  init() throws {
    zone = try PlantZone(identifier: "Asia/Shanghai")
    now = try #require(Timestamp(rfc3339: "2026-11-20T17:30:00Z"))
  }

  @Test(arguments: [
    ("today", "2026-11-21T00:00:00+08:00", "2026-11-22T00:00:00+08:00"),
    ("day", "2026-11-21T00:00:00+08:00", "2026-11-22T00:00:00+08:00"),
    ("yesterday", "2026-11-20T00:00:00+08:00", "2026-11-21T00:00:00+08:00"),
    ("week", "2026-11-16T00:00:00+08:00", "2026-11-23T00:00:00+08:00"),
    ("month", "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"),
    ("year", "2026-01-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
    ("2025", "2025-01-01T00:00:00+08:00", "2026-01-01T00:00:00+08:00"),
    ("2024-02", "2024-02-01T00:00:00+08:00", "2024-03-01T00:00:00+08:00"),
    ("2026-12", "2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
    ("2024-02-29", "2024-02-29T00:00:00+08:00", "2024-03-01T00:00:00+08:00"),
    ("2026-10-01..2026-10-07", "2026-10-01T00:00:00+08:00", "2026-10-08T00:00:00+08:00"),
    ("2026-10..2026-11", "2026-10-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"),
    ("2026-10-01T08:00:00+08:00..2026-10-01T16:00:00+08:00", "2026-10-01T08:00:00+08:00", "2026-10-01T16:00:00+08:00"),
  ])
  func names(text: String, start: String, end: String) throws {
    let period = try PlantPeriod(text, now: now, zone: zone)
    #expect(zone.rfc3339(period.start) == start)
    #expect(zone.rfc3339(period.end) == end)
  }

  @Test(arguments: [
    "", "tomorrow", "2026-13", "2026-02-30", "26-01", "2026-1", "2026-10-08..2026-10-01", "..", "2026-10-01..",
    "9999", "2026-10-01T08:00..2026-10-02", "٢٠٢٦",
  ])
  func refuses(text: String) {
    #expect(throws: PlantPeriod.Mistake.self) { try PlantPeriod(text, now: now, zone: zone) }
  }

  /// Days that are 23 and 25 hours long belong whole to their period.
  @Test func daylightSaving() throws {
    let berlin = try PlantZone(identifier: "Europe/Berlin")
    let march = try PlantPeriod("2026-03-29", now: now, zone: berlin)
    #expect((march.end - march.start) == .hours(23))
    let october = try PlantPeriod("2026-10-25", now: now, zone: berlin)
    #expect((october.end - october.start) == .hours(25))
  }
}
