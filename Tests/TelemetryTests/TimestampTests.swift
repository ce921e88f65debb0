import Telemetry
import Testing

@Suite struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", Int64(0), "1970-01-01T00:00:00Z"),
      ("2018-11-22T09:30:00+08:00", 1_542_850_200_000_000_000, "2018-11-22T01:30:00Z"),
      ("2024-02-29 23:59:59.5-0330", 1_709_263_799_500_000_000, "2024-03-01T03:29:59.500Z"),
      ("1969-12-31T23:59:59.999999999Z", -1, "1969-12-31T23:59:59.999999999Z"),
      ("2026-01-01T00:00+08", 1_767_196_800_000_000_000, "2025-12-31T16:00:00Z"),
    ] as [(String, Int64, String)])
  func readsAndPrintsRFC3339(text: String, nanoseconds: Int64, printed: String) throws {
    let time = try #require(Timestamp(rfc3339: text))
    #expect(time.nanoseconds == nanoseconds)
    #expect(time.rfc3339UTC == printed)
  }

  @Test(arguments: [
    "", "2026-11-21", "2026-11-21T08:15:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z",
    "2026-11-21T08:15:00+25:00", "2026-11-21T08:15:00Zx", "20261121T081500Z", "2026-11-21T08:15:00.Z",
    "9999-01-01T00:00:00Z", "2026-11-21T08:15:00.000000000000000000000000000Z",
  ])
  func refusesAmbiguousOrImpossibleTimes(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func civilDatesAreInverseOverCenturies() {
    for day in stride(from: -200_000, through: 200_000, by: 37) {
      let date = Timestamp.civil(days: day)
      #expect(Timestamp.days(year: date.year, month: date.month, day: date.day) == day)
    }
  }

  @Test func offsetsArePrinted() {
    #expect(Timestamp(seconds: 0).rfc3339(offsetSeconds: 8 * 3600) == "1970-01-01T08:00:00+08:00")
    #expect(Timestamp(seconds: 0).rfc3339(offsetSeconds: -12600) == "1969-12-31T20:30:00-03:30")
  }

  @Test func windowsAreHalfOpenAlsoBeforeTheEpoch() {
    let quarter = Span64.minutes(15)
    #expect(Timestamp(seconds: 900).windowStart(quarter) == Timestamp(seconds: 900))
    #expect(Timestamp(seconds: 899).windowStart(quarter) == Timestamp(seconds: 0))
    #expect(Timestamp(nanoseconds: -1).windowStart(quarter) == Timestamp(seconds: -900))
  }

  @Test func arithmeticSaturates() {
    #expect(Timestamp.distantFuture + .days(1) == .distantFuture)
    #expect(Timestamp.distantPast - .days(1) == .distantPast)
    #expect(Timestamp(seconds: .max) == .distantFuture)
  }
}
