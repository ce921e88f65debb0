import Equipment
import Foundation
import Journal
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import TestSupport
import Testing

/// From samples through the summaries to findings, in a real engine.
@Suite struct ConditionRuleTests {
  private static let start = Timestamp(rfc3339: "2026-03-01T00:00:00+08:00")!

  private func bench(_ signals: [Signal], plate: Asset.Nameplate = .init(), table: ConditionTable? = nil) throws
    -> Bench
  {
    var site = Sites.one(signals)
    site.assets[0].nameplate = plate
    site.assets[0].learning = true
    site.condition = table
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site, factories: [SignalSummaryRule.factory(zone: zone), ConditionRule.factory(zone: zone)])
  }

  private func gauge(_ name: String, _ unit: String) -> Signal {
    var signal = Sites.gauge(name, every: .seconds(60))
    signal.unit = unit
    return signal
  }

  @Test func aZoneIsToldOfAMachineThatRunsAndEndsWhenItIsBetter() throws {
    let table = try ConditionTests.table()
    var plate = Asset.Nameplate()
    plate.power = ScaledInteger(90)
    plate.support = .rigid
    var bench = try bench(
      [gauge("vibration", "mm/s"), Sites.state(["running", "stopped"], holds: .minutes(5))], plate: plate, table: table)
    var minute: Int64 = 0
    func run(_ values: [Double], state: Double) throws {
      for value in values {
        let time = Self.start + .minutes(minute)
        try bench.sample(0, at: time + .seconds(1), value)
        try bench.sample(1, at: time + .seconds(1), state)
        minute += 1
        try bench.mark(Self.start + .minutes(minute) + .seconds(15))
      }
    }
    // Standing still, whatever shakes it says nothing of it.
    try run([9, 9, 9, 9], state: 1)
    #expect(bench.output.findings.isEmpty)
    try run([2, 2, 2, 2], state: 0)
    #expect(bench.output.findings.isEmpty)
    #expect(bench.view.assets[0].condition?.zone == "B")
    try run([3, 3, 3], state: 0)
    #expect(bench.output.findings.map(\.key) == ["condition-zone/m1/vibration"])
    #expect(bench.output.findings.last?.severity == .warning)
    try bench.restart()
    try run([5, 5, 5], state: 0)
    #expect(bench.output.findings.count == 2)
    #expect(bench.output.findings.last?.severity == .critical)
    #expect(bench.view.assets[0].condition?.health == 30)
    try run([2, 2, 2], state: 0)
    #expect(bench.output.findings.count == 3)
    #expect(bench.output.findings.last?.closed != nil)
    #expect(bench.output.findings.last?.opened == bench.output.findings.first?.opened)
  }

  @Test func withoutAPlateThereIsNoZoneAndAReason() throws {
    var bench = try bench([gauge("vibration", "mm/s")])
    for minute in 0..<5 as Range<Int64> {
      try bench.sample(0, at: Self.start + .minutes(minute), 9)
      try bench.mark(Self.start + .minutes(minute + 1) + .seconds(15))
    }
    #expect(bench.output.findings.isEmpty)
    #expect(bench.view.assets[0].condition?.zone == nil)
    #expect(bench.view.assets[0].condition?.zoneReason?.contains("nameplate") == true)
  }

  /// The public series of a machine's temperature, five minutes a sample, through the engine with restarts.
  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func allFourFailuresOfTheMachineTemperature() throws {
    var signal = Sites.gauge("temperature", every: .minutes(5))
    signal.unit = "°C"
    var bench = try bench([signal])
    var opened: [Int] = []
    var since: Set<Timestamp> = []
    var seen = 0
    let rows = try MachineTemperatureTests.rows()
    var now = Timestamp.distantPast
    for (row, reading) in rows.enumerated() {
      try bench.sample(0, at: reading.time, (reading.value - 32) / 1.8)
      now = max(now, reading.time + .seconds(75))
      try bench.mark(now)
      for finding in bench.output.findings.dropFirst(seen)
      where finding.rule == "condition-change" && since.insert(finding.opened).inserted { opened.append(row) }
      seen = bench.output.findings.count
      if row % 5003 == 5002 { try bench.restart() }
    }
    let windows = MachineTemperatureTests.windows
    for window in windows { #expect(opened.contains { window.contains($0) }, "\(window): \(opened)") }
    #expect(opened.count { row in row >= 750 && !windows.contains { $0.contains(row) } } <= 2, "\(opened)")
    #expect(bench.view.assets[0].condition?.learning == "watching")
    #expect(bench.output.findings.contains { $0.evidence.contains { $0.name == "temperature" } })
  }
}
