import Equipment
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import TestSupport
import Testing

@Suite struct LimitRuleTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func bench() throws -> Bench {
    let site = try LimitEvaluatorTests.site()
    return try Bench(site: site, factories: [LimitRule.factory(zone: PlantZone(identifier: site.zone))])
  }

  private func at(_ minutes: Int64) -> Timestamp { start + .minutes(minutes) }

  /// Class, air, process, speed, torque, wear.
  private func row(_ bench: inout Bench, _ minute: Int64, _ values: [Double], order: [Int] = [0, 1, 2, 3, 4, 5]) throws
  {
    for signal in order { try bench.sample(signal, at: at(minute), values[signal]) }
  }

  private let good: [Double] = [0, 298, 309, 1500, 40, 10]
  private let strained: [Double] = [0, 298, 309, 1500, 60, 190]

  @Test func aFindingStandsAsLongAsTheLimitIsCrossed() throws {
    var bench = try bench()
    try bench.mark(start)
    for (minute, values) in [(0, good), (1, strained), (2, strained), (3, good)] as [(Int64, [Double])] {
      try row(&bench, minute, values)
      try bench.mark(at(minute) + .seconds(30))
      if minute == 1 { try bench.restart() }
    }
    let findings = bench.output.findings.filter { $0.key == "fault/mill-1/overstrain" }
    #expect(findings.map(\.closed) == [nil, at(3)] && findings.allSatisfy { $0.opened == at(1) })
    #expect(findings[0].severity == .critical && findings[0].rule == "fault")
    #expect(findings[0].summary.contains("tool-wear * torque = 11400 min·Nm, above 11000 min·Nm"))
    #expect(findings[0].evidence.contains { $0.name == "name_zh" } && !findings[0].advice.isEmpty)
    #expect(findings[1].summary == findings[0].summary && findings[1].evidence == findings[0].evidence)
  }

  @Test func theLimitGoesByTheProductClass() throws {
    var bench = try bench()
    try bench.mark(start)
    for (minute, product) in [(0, 2.0), (1, 1), (2, 0)] as [(Int64, Double)] {
      var values = strained
      values[0] = product
      try row(&bench, minute, values)
    }
    try bench.mark(at(5))
    let findings = bench.output.findings.filter { $0.key.hasSuffix("/overstrain") }
    #expect(findings.map(\.opened) == [at(2)])
  }

  @Test func theOrderOfArrivalChangesNothing() throws {
    var random = SplitMix64(seed: 9)
    let rows = (0..<40).map { _ in
      [0, 298, 298 + 8 + 2 * random.unit(), 1300 + 200 * random.unit(), 70 * random.unit(), 250 * random.unit()]
    }
    var expected: [Finding]?
    for _ in 0..<4 {
      var bench = try bench()
      try bench.mark(start)
      var waiting: [(Int64, Int)] = []
      for (minute, values) in rows.enumerated() {
        waiting = (0..<6).map { (Int64(minute), $0) }.shuffled(using: &random)
        for (minute, signal) in waiting { try bench.sample(signal, at: at(minute), values[signal]) }
        try bench.mark(at(Int64(minute)) + .seconds(40))
      }
      #expect(!bench.output.findings.isEmpty)
      if let expected { #expect(bench.output.findings == expected) } else { expected = bench.output.findings }
    }
  }

  @Test func whatIsOldIsNotUsed() throws {
    var bench = try bench()
    try bench.mark(start)
    try row(&bench, 0, good)
    try bench.mark(at(10))
    try bench.sample(5, at: at(10), 900)
    try bench.mark(at(20))
    #expect(!bench.output.findings.contains { $0.key.hasSuffix("/overstrain") })
    #expect(bench.output.findings.contains { $0.key.hasSuffix("/tool-life") && $0.severity == .info })
  }

  @Test func aMachineWithoutLimitsHasNoRule() throws {
    let site = Sites.one([Sites.gauge("temperature")])
    #expect(LimitRule(asset: site.assets[0], site: site, zone: try PlantZone(identifier: site.zone)) == nil)
  }

  /// By a speed that says whether it runs, in place of a state.
  @Test func whatTheConfigurationSaysOfRunningCounts() throws {
    var site = try LimitEvaluatorTests.site()
    site.assets[0].production.runState = .threshold(signal: "speed", running: ScaledInteger(1000), idle: nil)
    var bench = try Bench(site: site, factories: [LimitRule.factory(zone: PlantZone(identifier: site.zone))])
    try bench.mark(start)
    var standing = strained
    standing[3] = 500
    for (minute, values) in [(0, good), (1, standing), (2, strained), (3, standing)] as [(Int64, [Double])] {
      try row(&bench, minute, values)
    }
    try bench.mark(at(5))
    let findings = bench.output.findings.filter { $0.key == "fault/mill-1/overstrain" }
    #expect(findings.map(\.opened) == [at(2), at(2)] && findings.last?.closed == at(3))
  }
}
