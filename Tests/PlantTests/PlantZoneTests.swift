import Plant
import Telemetry
import Testing

@Suite struct PlantZoneTests {
  private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

  @Test(arguments: [
    // zone, instant, its day starts, the next day starts
    ("Asia/Shanghai", "2018-11-22T09:30:00+08:00", "2018-11-22T00:00:00+08:00", "2018-11-23T00:00:00+08:00"),
    ("Asia/Shanghai", "2018-01-01T00:00:00+08:00", "2018-01-01T00:00:00+08:00", "2018-01-02T00:00:00+08:00"),
    ("Asia/Shanghai", "2017-12-31T23:59:59+08:00", "2017-12-31T00:00:00+08:00", "2018-01-01T00:00:00+08:00"),
    // 23 hours and 25 hours
    ("Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
    ("Europe/Berlin", "2026-10-25T12:00:00+01:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
    // Midnight does not exist on this day: the clock goes from 23:59:59 to 01:00:00.
    ("America/Sao_Paulo", "2018-11-04T12:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"),
    // The clock goes back at midnight: 23:00 to 24:00 comes twice and belongs to the day before.
    ("America/Sao_Paulo", "2018-02-17T23:30:00-03:00", "2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00"),
    ("Asia/Kolkata", "2026-06-01T03:00:00+05:30", "2026-06-01T00:00:00+05:30", "2026-06-02T00:00:00+05:30"),
    ("UTC", "2026-06-01T03:00:00Z", "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"),
  ])
  func days(_ identifier: String, _ instant: String, _ start: String, _ next: String) throws {
    let zone = try PlantZone(identifier: identifier)
    let day = zone.startOfDay(containing: try time(instant))
    #expect(zone.rfc3339(day) == start)
    #expect(zone.rfc3339(zone.nextDay(after: day)) == next)
  }

  @Test(arguments: [
    ("Asia/Shanghai", "2018-02-28T23:59:59+08:00", "2018-02-01T00:00:00+08:00", "2018-03-01T00:00:00+08:00"),
    ("Asia/Shanghai", "2018-12-31T16:00:00Z", "2019-01-01T00:00:00+08:00", "2019-02-01T00:00:00+08:00"),
    ("Europe/Berlin", "2026-03-31T23:59:59+02:00", "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
    ("Europe/Berlin", "2026-10-01T00:00:00+02:00", "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00"),
  ])
  func months(_ identifier: String, _ instant: String, _ start: String, _ next: String) throws {
    let zone = try PlantZone(identifier: identifier)
    let month = zone.startOfMonth(containing: try time(instant))
    #expect(zone.rfc3339(month) == start)
    #expect(zone.rfc3339(zone.nextMonth(after: month)) == next)
  }

  @Test(arguments: ["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca"])
  func everyInstantLiesInItsDay(_ identifier: String) throws {
    let zone = try PlantZone(identifier: identifier)
    var day = zone.startOfDay(containing: try time("2018-01-01T12:00:00Z"))
    for _ in 0..<800 {
      let next = zone.nextDay(after: day)
      #expect((.hours(23)...Span64.hours(25)).contains(next - day))
      #expect(zone.startOfDay(containing: day) == day)
      #expect(zone.startOfDay(containing: Timestamp(nanoseconds: next.nanoseconds - 1)) == day)
      let date = zone.localDate(day)
      #expect(zone.localDate(Timestamp(nanoseconds: next.nanoseconds - 1)) == date)
      #expect(zone.localDate(next) != date)
      day = next
    }
  }

  @Test func unknownZone() {
    #expect(throws: PlantZone.UnknownZone.self) { try PlantZone(identifier: "Asia/Chungking2") }
    #expect(throws: PlantZone.UnknownZone.self) { try PlantZone(identifier: "") }
  }
}
