import Equipment
import Journal
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// A device that is expected every minute: it is missed after three.
@Suite struct SilenceTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func bench(
    _ criticality: Asset.Criticality = .normal, clock: ClockSource = .system, drained: Bool = true
  ) throws -> Bench {
    let site = Sites.one(
      [Sites.gauge("temperature", every: .seconds(60))], clock: clock, criticality: criticality)
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site, drained: drained,
      factories: [RuleFactory(name: "silence") { asset, _ in SilenceRule(asset: asset, zone: zone) }])
  }

  private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

  @Test func silenceOpensOnceAndTheNextSampleCloses() throws {
    var bench = try bench()
    try bench.sample(0, at: start, 20)
    try bench.mark(start)
    try bench.mark(at(179))
    #expect(bench.output.findings.isEmpty)
    try bench.mark(at(180))
    try bench.restart()
    try bench.mark(at(400))
    #expect(bench.output.findings.map(\.key) == ["no-data/m1"])
    #expect(bench.output.findings[0].severity == .warning)
    #expect(bench.output.findings[0].summary.contains("2026-11-21T08:00:00+08:00"))
    #expect(bench.output.findings[0].evidence.contains(Event.Attribute("expected_every_seconds", "60")))
    try bench.sample(0, at: at(401), 21)
    #expect(bench.output.findings.count == 2)
    #expect(bench.output.findings[1].closed == at(400))
    #expect(bench.output.findings[1].opened == at(180))
  }

  @Test func aDeviceNeverHeardOfIsMissedToo() throws {
    var bench = try bench(.safety)
    #expect(bench.nextDeadline != nil)
    try bench.mark(start)
    try bench.mark(at(200))
    #expect(bench.output.findings.map(\.severity) == [.critical])
  }

  @Test func aDeviceNeverHeardOfIsMissedAfterARestartToo() throws {
    var bench = try bench(.safety)
    try bench.restart()
    #expect(bench.nextDeadline != nil)
    try bench.mark(start)
    try bench.restart()
    try bench.mark(at(200))
    #expect(bench.output.findings.map(\.opened) == [at(200)])
  }

  @Test(
    "no outage makes a finding; who stays silent behind it is found",
    arguments: [10, 170, 300, 7200, 90_000, 400_000] as [Int64])
  func outage(seconds: Int64) throws {
    for (restarts, hasBacklog) in [(false, false), (true, false), (false, true), (true, true)] {
      var bench = try bench()
      try bench.mark(start)
      try bench.sample(0, at: start, 20)
      try bench.mark(at(20))
      try bench.connection(.down)
      for second in stride(from: 30, to: seconds, by: 50) { try bench.mark(at(second)) }
      if restarts {
        try bench.restart()
        try bench.connection(.down)
      }
      let back = 20 + seconds
      try bench.mark(at(back))
      try bench.connection(.up)
      if hasBacklog { try bench.sample(0, at: at(back - 5), 21) }
      try bench.mark(at(back + 1))
      try bench.connection(.drained)
      #expect(bench.output.findings.isEmpty)
      try bench.mark(at(back + 10))
      if restarts { try bench.restart() }
      try bench.mark(at(back + 189))
      #expect(bench.output.findings.isEmpty)
      try bench.mark(at(back + 190))
      #expect(bench.output.findings.map(\.opened) == [at(back + 190)])
    }
  }

  @Test func theGatewayStartsAndTheBrokerIsLongInComing() throws {
    var bench = try bench(drained: false)
    for second in stride(from: 0, through: 200_000, by: 1000) { try bench.mark(at(Int64(second))) }
    try bench.connection(.up)
    try bench.sample(0, at: at(200_000), 20)
    try bench.connection(.drained)
    try bench.mark(at(200_010))
    try bench.mark(at(200_189))
    #expect(bench.output.findings.isEmpty)
    try bench.mark(at(200_190))
    #expect(bench.output.findings.count == 1)
  }

  @Test func withMarksAmongTheDataOutagesMakeNoDifference() throws {
    func run(_ disturbed: Bool) throws -> [Finding] {
      var bench = try bench(clock: .messages)
      for second in stride(from: 0, to: 2000, by: 10) as StrideTo<Int64> {
        if second % 60 == 0, !(300..<700).contains(second) { try bench.sample(0, at: at(second), 20) }
        if disturbed, second % 150 == 0 {
          for change in [.down, .up, .drained] as [Batch.ConnectionChange] { try bench.connection(change) }
          try bench.restart()
        }
        try bench.mark(at(second))
      }
      return bench.output.findings
    }
    let findings = try run(false)
    #expect(findings.count == 2)
    #expect(try run(true) == findings)
  }
}
