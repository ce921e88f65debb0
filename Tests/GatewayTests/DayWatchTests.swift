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
    let end1 = watch.ended(at: nil)
    #expect(end1 == nil)
    for clock in ["2026-11-21T10:00:00+08:00", "2026-11-21T09:00:00+08:00", "2026-11-21T23:59:59.999+08:00"] {
      let end2 = watch.ended(at: time(clock))
      #expect(end2 == nil)
    }
    let ended = watch.ended(at: time("2026-11-22T00:00:00+08:00"))
    let day = try #require(ended)
    #expect(day.day == "2026-11-21" && day.reason == .day)
    #expect(day.start == time("2026-11-21T00:00:00+08:00") && day.end == time("2026-11-22T00:00:00+08:00"))
    let end3 = watch.ended(at: time("2026-11-22T00:00:01+08:00"))
    #expect(end3 == nil)
    let end4 = watch.ended(at: time("2026-11-21T12:00:00+08:00"))
    #expect(end4 == nil)
    // A leap over days: one head for all of them.
    let end5 = watch.ended(at: time("2026-11-25T08:00:00+08:00"))?.day
    #expect(end5 == "2026-11-24")
  }

  @Test func aRestartGoesOnFromTheLastHead() throws {
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    var sealed = DayWatch(
      zone: zone, sealedUntil: time("2026-11-22T00:00:00+08:00"), clock: time("2026-11-21T23:59:00+08:00"))
    let end6 = sealed.ended(at: time("2026-11-22T00:00:01+08:00"))
    #expect(end6 == nil, "the head is there, and the batch comes again")
    let end7 = sealed.ended(at: time("2026-11-23T00:00:00+08:00"))?.day
    #expect(end7 == "2026-11-22")
    var unsealed = DayWatch(zone: zone, sealedUntil: nil, clock: time("2026-11-21T23:59:00+08:00"))
    let end8 = unsealed.ended(at: time("2026-11-22T00:00:01+08:00"))?.day
    #expect(end8 == "2026-11-21")
  }

  @Test func daysOfSummerTime() throws {
    let zone = try PlantZone(identifier: "Europe/Berlin")
    var watch = DayWatch(zone: zone, sealedUntil: nil, clock: time("2026-03-29T01:00:00+01:00"))
    let end9 = watch.ended(at: time("2026-03-29T23:59:59+02:00"))
    #expect(end9 == nil)
    let ended = watch.ended(at: time("2026-03-30T00:00:00+02:00"))
    let short = try #require(ended)
    #expect(short.end - short.start == .hours(23))
    let today = DayWatch.today(at: time("2026-03-30T05:00:00+02:00"), zone: zone)
    #expect(today.reason == .request && today.day == "2026-03-30" && today.start == short.end)
  }
}
