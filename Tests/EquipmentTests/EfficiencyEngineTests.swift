import Energy
import Equipment
import Foundation
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// From the registers of a compressor through the days of the energy rule to the loss of its efficiency, in a real engine.
@Suite struct EfficiencyEngineTests {
  private static let text = """
    gateway: { id: test, data: data }
    zone: Asia/Shanghai
    broker: { host: localhost }
    assets:
      - id: air-1
        place: cq/hall
        template: compressor
        topic: "t/{id}"
        expected-interval: 1 h
    """
  private static let devices = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Devices").path
  private static let start = Timestamp(rfc3339: "2026-03-01T00:00:00+08:00")!
  /// From this day on it takes one per cent more each day, until it is repaired.
  private static let worsens: Int64 = 24
  private static let repaired: Int64 = 44

  /// What it has taken (0.1 kWh) and made (Nm³) on a day: half at the weekend, and it takes some whatever it makes.
  private static func use(_ day: Int64) -> (energy: Int64, air: Int64) {
    let air: Int64 = day % 7 < 5 ? 4800 : 2400
    let worse = (worsens..<repaired).contains(day) ? day - worsens + 1 : 0
    return (((800 + air * 12 / 10) * (100 + worse) + (day * 7 % 5 - 2) * 500) / 100, air)
  }

  @Test(arguments: [false, true])
  func aCompressorThatTakesMoreForItsAirIsToldOfUntilItIsRepaired(restarts: Bool) throws {
    let site = try SiteLoader.load(
      text: Self.text, file: "test.yaml", devices: [Self.devices], checkFiles: false)
    let zone = try PlantZone(identifier: site.zone)
    var bench = try Bench(
      site: site,
      factories: [
        SignalSummaryRule.factory(zone: zone), EnergyRule.factory(zone: zone), ConditionRule.factory(zone: zone),
      ])
    func place(_ name: String) throws -> Int {
      try #require(site.assets[0].signals.firstIndex { $0.name == name })
    }
    let (energy, air) = (try place("active-energy"), try place("air"))
    var counted = (energy: Int64(0), air: Int64(0))
    for day in 0..<(Self.repaired + 24) {
      let use = Self.use(day)
      for hour in 0..<24 as Range<Int64> {
        let time = Self.start + .days(day) + .hours(hour)
        try bench.mark(time)
        let energyNow = counted.energy + use.energy * hour / 24
        try bench.sample(energy, at: time, .scaled(ScaledInteger(energyNow, exponent: -1)))
        try bench.sample(air, at: time, .scaled(ScaledInteger(counted.air + use.air * hour / 24)))
        try bench.mark(time + .seconds(61))
      }
      counted = (counted.energy + use.energy, counted.air + use.air)
      if day == Self.repaired - 1 {
        let time = (Self.start + .days(Self.repaired) - .minutes(1)).rfc3339UTC
        try bench.command(
          SiteCommand(
            name: MaintenanceRecord.command,
            members: [
              "id": "r1", "asset": "air-1", "kind": "done", "person": "Li Wei", "time": .string(time),
              "entered": .string(time),
            ]))
      }
      if restarts, day % 5 == 2 { try bench.restart() }
    }
    let told = bench.output.findings.filter { $0.rule == "efficiency-loss" }
    let first = try #require(told.first)
    #expect(first.key == "efficiency-loss/air-1" && first.severity == .warning && first.closed == nil)
    let day = (first.opened - Self.start).seconds / 86_400
    #expect((Double(Self.worsens) + 5...Double(Self.worsens) + 14).contains(day), "on day \(day)")
    #expect(first.evidence.contains { $0.name == "specific_now" && $0.value.hasSuffix("kWh/Nm³") }, "\(first.evidence)")
    // The record ends it, and the new baseline is not taken for a loss.
    let last = try #require(told.last)
    #expect(last.closed != nil && told.count { $0.closed != nil } == 1, "\(told.map(\.summary))")
    #expect(last.summary.contains("Li Wei"))
    let report = try #require(bench.view.assets[0].condition)
    #expect(report.parts.allSatisfy { !$0.what.contains("efficiency") }, "\(report.parts)")
  }
}
