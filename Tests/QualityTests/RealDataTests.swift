import RuleBench
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Quality

/// Public data of real plants through the detectors with the product's thresholds: few findings, and each of them says
/// something true about the data.
@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
struct RealDataTests {
  private func lines(_ path: String) throws -> [[Substring]] {
    String(decoding: try ReferenceData.bytes(path), as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(whereSeparator: { $0 == "," || $0 == "\t" })
    }
  }

  private func findings(_ values: [(Timestamp, Double)], every interval: Span64, unit: String) -> [Transition] {
    var signal = Sites.gauge("value", every: interval)
    signal.unit = unit
    var last = Timestamp.distantPast
    var readings: [Reading] = []
    for (time, value) in values where time > last {
      readings.append(Reading(time: time, signal: 0, value: value))
      last = time
    }
    return transitions(readings, signals: [signal], settings: .standard).filter { $0.kind == .opened }
  }

  private func describe(_ found: [Transition]) -> [String] {
    found.map { "\($0.reason.word) \($0.time.rfc3339UTC)" }
  }

  @Test func machineTemperature() throws {
    let values = try lines("data/machine_temperature_system_failure.csv").map { fields in
      let stamp = String(fields[0]).replacing(" ", with: "T") + "Z"
      return (try #require(Timestamp(rfc3339: stamp)), try #require(Double(fields[1])))
    }
    #expect(values.count == 22_695)
    let found = findings(values, every: .minutes(5), unit: "°F")
    #expect(describe(found) == [])
  }

  /// The plant stands still on Sundays and holidays. It is told when it comes out of its first shutdown, and when it has
  /// stood still for more than twice as long as ever before; in a year that is eight findings of five signals.
  @Test(arguments: [
    (
      1, "kWh",
      [
        "noise-change 2018-01-08T12:15:00Z", "noise-change 2018-01-09T12:15:00Z", "flat-line 2018-03-18T23:45:00Z",
        "flat-line 2018-04-01T04:30:00Z", "flat-line 2018-08-03T21:30:00Z",
      ]
    ),
    (
      2, "kvarh",
      ["noise-change 2018-01-08T16:15:00Z", "flat-line 2018-02-16T15:00:00Z", "flat-line 2018-04-01T17:00:00Z"]
    ), (3, "kvarh", []), (5, "%", []), (6, "%", []),
  ])
  func steel(column: Int, unit: String, expected: [String]) throws {
    let start = try #require(Timestamp(rfc3339: "2018-01-01T00:15:00+08:00"))
    let values = try lines("data/steel-energy.csv").enumerated().map { index, fields in
      (start + .minutes(15 * Int64(index)), try #require(Double(fields[column])))
    }
    #expect(values.count == 35_040)
    #expect(describe(findings(values, every: .minutes(15), unit: unit)) == expected)
  }

  @Test(arguments: [(3, "K"), (4, "K"), (5, "rpm"), (6, "Nm")])
  func milling(column: Int, unit: String) throws {
    let start = try #require(Timestamp(rfc3339: "2020-01-01T00:00:00Z"))
    let values = try lines("data/ai4i2020.csv").enumerated().map { index, fields in
      (start + .minutes(Int64(index)), try #require(Double(fields[column])))
    }
    #expect(values.count == 10_000)
    #expect(describe(findings(values, every: .minutes(1), unit: unit)) == [])
  }
}
