import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("Stations that watch over people") struct SafetyVisionTests {
  private static let start = Timestamp(seconds: 1_780_000_000)

  private static func bench(_ criticality: Asset.Criticality = .safety) throws -> Bench {
    var site = Sites.one([Sites.events], criticality: criticality)
    site.alarms = AlarmPlant.settings
    return try Bench(site: site, factories: [SafetyVisionRule.factory()])
  }

  private static func see(
    _ bench: inout Bench, at seconds: Int64, _ verdict: String, _ code: String = "", step: String = "gate"
  ) throws {
    try bench.event(
      at: start + .seconds(seconds), id: UInt64(seconds),
      [.init("verdict", verdict), .init("defect", code), .init("step", step)])
  }

  @Test("a rejection is told with its event, before any mark; only a good verdict of the same step ends it")
  func told() throws {
    var bench = try Self.bench()
    try Self.see(&bench, at: 1, "OK")
    #expect(bench.output.findings.isEmpty)
    try Self.see(&bench, at: 2, "NG", "person-in-zone")
    let finding = try #require(bench.output.findings.last)
    #expect(finding.rule == "safety-vision" && finding.severity == .critical)
    #expect(finding.opened == Self.start + .seconds(2) && finding.summary.contains("(gate): person-in-zone"))
    // Tests/AlarmsTests/SafetyVisionTests.swift
    let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let shipped = try SiteLoader.load(path: package + "/Config/engine-line.yaml", devices: [package + "/Devices"])
    #expect(shipped.alarms?.class(of: finding.rule)?.category == .safety)
    try Self.see(&bench, at: 3, "NG", "person-in-zone")
    try Self.see(&bench, at: 4, "OK", step: "press")
    try Self.see(&bench, at: 5, "unsure")
    #expect(bench.output.findings.count == 1)
    try bench.restart()
    // Older than the last word.
    try bench.event(
      at: Self.start + .seconds(2), id: 99, [.init("verdict", "OK"), .init("step", "gate")])
    #expect(bench.output.findings.count == 1)
    try Self.see(&bench, at: 6, "OK")
    #expect(bench.output.findings.last?.closed == Self.start + .seconds(6))
  }

  @Test("what is seen again and again without a good verdict is told again, once a minute")
  func again() throws {
    var bench = try Self.bench()
    for second in [1, 30, 59, 62, 90, 130] as [Int64] {
      try Self.see(&bench, at: second, "NG", "person-in-zone")
      if second == 59 { try bench.restart() }
    }
    #expect(bench.output.findings.count == 3)
    let opened = Self.start + .seconds(1)
    #expect(bench.output.findings.allSatisfy { $0.opened == opened && $0.closed == nil })
    #expect(bench.output.findings.last?.evidence.last?.name == "seen again")
  }

  @Test("stations of other criticality have no such rule", arguments: [Asset.Criticality.low, .normal, .high])
  func others(criticality: Asset.Criticality) throws {
    var bench = try Self.bench(criticality)
    try Self.see(&bench, at: 1, "NG")
    #expect(bench.output.findings.isEmpty)
  }
}
