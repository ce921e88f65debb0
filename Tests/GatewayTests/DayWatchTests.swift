import Ledger
import Plant
import Store
import Telemetry
import Testing

@testable import Gateway

@Suite struct DayWatchTests {
  private func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? .distantPast }

  @Test func aDayEndsOnce() throws {
    var watch = DayWatch(zone: try PlantZone(identifier: "Asia/Shanghai"), sealedUntil: nil, clock: nil)
    #expect(watch.ended(at: nil) == nil)
    for clock in ["2026-11-21T10:00:00+08:00", "2026-11-21T09:00:00+08:00", "2026-11-21T23:59:59.999+08:00"] {
      #expect(watch.ended(at: time(clock)) == nil)
    }
    let day = try #require(watch.ended(at: time("2026-11-22T00:00:00+08:00")))
    #expect(day.day == "2026-11-21" && day.reason == .day)
    #expect(day.start == time("2026-11-21T00:00:00+08:00") && day.end == time("2026-11-22T00:00:00+08:00"))
    #expect(watch.ended(at: time("2026-11-22T00:00:01+08:00")) == nil)
    #expect(watch.ended(at: time("2026-11-21T12:00:00+08:00")) == nil)
    // A leap over days: one head for all of them.
    #expect(watch.ended(at: time("2026-11-25T08:00:00+08:00"))?.day == "2026-11-24")
  }

  @Test func aRestartGoesOnFromTheLastHead() throws {
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    var sealed = DayWatch(
      zone: zone, sealedUntil: time("2026-11-22T00:00:00+08:00"), clock: time("2026-11-21T23:59:00+08:00"))
    #expect(sealed.ended(at: time("2026-11-22T00:00:01+08:00")) == nil, "the head is there, and the batch comes again")
    #expect(sealed.ended(at: time("2026-11-23T00:00:00+08:00"))?.day == "2026-11-22")
    var unsealed = DayWatch(zone: zone, sealedUntil: nil, clock: time("2026-11-21T23:59:00+08:00"))
    #expect(unsealed.ended(at: time("2026-11-22T00:00:01+08:00"))?.day == "2026-11-21")
  }

  @Test func daysOfSummerTime() throws {
    let zone = try PlantZone(identifier: "Europe/Berlin")
    var watch = DayWatch(zone: zone, sealedUntil: nil, clock: time("2026-03-29T01:00:00+01:00"))
    #expect(watch.ended(at: time("2026-03-29T23:59:59+02:00")) == nil)
    let short = try #require(watch.ended(at: time("2026-03-30T00:00:00+02:00")))
    #expect(short.end - short.start == .hours(23))
    let today = DayWatch.today(at: time("2026-03-30T05:00:00+02:00"), zone: zone)
    #expect(today.reason == .request && today.day == "2026-03-30" && today.start == short.end)
  }
}
