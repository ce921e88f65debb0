import Equipment
import Plant
import Rules
import Telemetry
import Templates
import Testing

@Suite struct SilenceTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func bench(_ criticality: Asset.Criticality = .normal) throws -> RuleBench {
    let site = try Sites.one([Sites.gauge("temperature", every: .seconds(60))], criticality: criticality)
    let zone = try PlantZone(identifier: site.zone)
    return try RuleBench(
      site: site, factories: [RuleFactory(name: "silence") { asset, _ in SilenceRule(asset: asset, zone: zone) }])
  }

  @Test func silenceOpensOnceAndTheNextSampleCloses() throws {
    var bench = try bench()
    try bench.sample(0, at: start, 20)
    try bench.mark(start)
    try bench.mark(start + .seconds(179))
    #expect(bench.output.findings.isEmpty)
    try bench.mark(start + .seconds(180))
    try bench.restart()
    try bench.mark(start + .seconds(400))
    #expect(bench.output.findings.map(\.key) == ["no-data/m1"])
    #expect(bench.output.findings[0].severity == .warning)
    #expect(bench.output.findings[0].summary.contains("2026-11-21T08:00:00+08:00"))
    try bench.sample(0, at: start + .seconds(401), 21)
    #expect(bench.output.findings.count == 2)
    #expect(bench.output.findings[1].closed == start + .seconds(400))
    #expect(bench.output.findings[1].opened == start + .seconds(180))
  }

  @Test func aDeviceNeverHeardOfIsMissedToo() throws {
    var bench = try bench(.safety)
    try bench.mark(start)
    try bench.mark(start + .seconds(200))
    #expect(bench.output.findings.map(\.severity) == [.critical])
  }
}
