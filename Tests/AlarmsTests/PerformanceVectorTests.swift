import Telemetry
import TestSupport
import Testing

@testable import Alarms

@Suite("Alarm system: known answers", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
struct PerformanceVectorTests {
  private func close(_ a: Double, _ b: Double?, _ tolerance: Double) -> Bool { abs(a - (b ?? .nan)) <= tolerance }

  @Test func floods() throws {
    let vectors = try Vectors.named("alarm-flood")
    #expect(vectors.count == 3)
    for vector in vectors {
      let counts = try #require(vector["inputs"]?["counts_per_10min"]?.arrayValue).compactMap { $0.integerValue }
      let expected = try #require(vector["expected"])
      let floods = AlarmFloods(counts: counts.map(Int.init), startAbove: 10, endBelow: 5)
      let found: [JSONValue] = floods.floods.map { flood in
        [
          "first_interval": .integer(Int64(flood.firstInterval)), "last_interval": .integer(Int64(flood.lastInterval)),
          "alarms": .integer(Int64(flood.alarms)), "peak": .integer(Int64(flood.peak)),
          "minutes": .integer(Int64(flood.intervals * 10)),
        ]
      }
      #expect(found == expected["floods"]?.arrayValue)
      #expect(close(floods.percentOfTime, expected["percent_time_in_flood"]?.doubleValue, 1e-4))
      #expect(close(floods.percentAbove, expected["percent_intervals_above_10"]?.doubleValue, 1e-4))
      #expect(floods.maximum == expected["maximum_in_10min"]?.integerValue.map(Int.init))
    }
  }

  @Test func rates() throws {
    let vector = try #require(try Vectors.named("alarm-rates").first)
    let rates = AlarmFigures.Rates(alarms: 4536, days: 30, operators: 1)
    #expect(close(rates.perDay, vector["expected"]?["per_day"]?.doubleValue, 1e-9))
    #expect(close(rates.perHour, vector["expected"]?["per_hour"]?.doubleValue, 1e-9))
    #expect(close(rates.perTenMinutes, vector["expected"]?["per_10min"]?.doubleValue, 1e-9))
    let grade = AlarmFigures.grade(rates.perDay, acceptable: 150, manageable: 300)
    #expect(grade == vector["expected"]?["class_per_day"]?.stringValue)
  }

  @Test func chattering() throws {
    let vectors = try Vectors.named("chattering")
    #expect(vectors.count == 3)
    for vector in vectors {
      let times = try #require(vector["inputs"]?["active_at"]?.arrayValue).compactMap { $0.doubleValue }
      let found = AlarmFigures.chattering(times.map(Timestamp.at), count: 3, window: .seconds(60))
      #expect((found != nil) == vector["expected"]?["chattering"]?.booleanValue)
      #expect(found.map { $0.nanoseconds / 1_000_000_000 } == vector["expected"]?["detected_at"]?.integerValue)
    }
  }

  @Test func staleDistributionAndTopTen() throws {
    let stale = try #require(try Vectors.named("stale").first)
    let since = try #require(stale["inputs"]?["active_since_h"]?.arrayValue).compactMap { $0.doubleValue }
    let flags = since.map {
      AlarmFigures.isStale(since: .at($0 * 3600), now: .at(100 * 3600), limit: .hours(24))
    }
    let expected = try #require(stale["expected"]?["stale"]?.arrayValue).compactMap { $0.booleanValue }
    #expect(flags == expected)
    #expect(flags.count { $0 } == stale["expected"]?["count"]?.integerValue.map(Int.init))

    let priorities = try #require(try Vectors.named("priority").first)
    let percent = try #require(priorities["expected"]?["percent"]?.arrayValue)
    for (found, wanted) in zip(AlarmFigures.percent([812, 131, 57]), percent) {
      #expect(close(found, wanted.doubleValue, 1e-9))
    }
    let top = try #require(try Vectors.named("top").first)
    let counts = try #require(top["inputs"]?["counts"]?.arrayValue).compactMap { $0.integerValue }
    #expect(
      close(
        AlarmFigures.topTenShare(counts.map(Int.init)), top["expected"]?["top10_share_percent"]?.doubleValue, 1e-4))
  }
}
