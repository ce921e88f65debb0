import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Equipment

/// What a record of maintenance ends, by when the work was done.
@Suite struct ConditionRecordTests {
  private static let start = Timestamp(rfc3339: "2026-03-01T00:00:00+08:00")!

  private static func bench() throws -> Bench {
    func gauge(_ name: String, _ unit: String) -> Signal {
      var signal = Sites.gauge(name, every: .minutes(10))
      signal.unit = unit
      return signal
    }
    var site = Sites.one([gauge("speed", "rpm"), gauge("vibration", "mm/s"), gauge("bearing-temperature", "°C")])
    site.assets[0].learning = true
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site, factories: [SignalSummaryRule.factory(zone: zone), ConditionRule.factory(zone: zone)],
      siteFactories: [MaintenanceRule.factory])
  }

  private static func run(_ bench: inout Bench, hours: Range<Int>, vibration: Double = 2) throws {
    var random = Seeded(state: UInt64(hours.lowerBound + 1))
    for step in hours.lowerBound * 6..<hours.upperBound * 6 {
      let time = start + .minutes(Int64(10 * step))
      func noise(_ size: Double) -> Double { size * Double.random(in: -1...1, using: &random) }
      try bench.mark(time)
      for (signal, value) in [1480 + noise(15), vibration * (1 + noise(0.03)), 55 + noise(1)].enumerated() {
        try bench.sample(signal, at: time + .seconds(1), value)
      }
      try bench.mark(time + .seconds(75))
    }
  }

  private static func record(
    _ bench: inout Bench, _ id: String, _ kind: String = "replaced", at time: Timestamp, entered: Int,
    corrects: String? = nil
  ) throws {
    var members: [String: JSONValue] = [
      "id": .string(id), "asset": "m1", "kind": .string(kind), "time": .string(time.rfc3339UTC), "person": "Li",
      "entered": .string((start + .hours(Int64(entered))).rfc3339UTC),
    ]
    if let corrects { (members["supersedes"], members["reason"]) = (.string(corrects), "typing error") }
    try bench.command(SiteCommand(name: MaintenanceRecord.command, members: members))
  }

  private static func report(_ bench: Bench) throws -> ConditionReport { try #require(bench.view.assets[0].condition) }

  private static func open(_ bench: Bench) -> [String] {
    Dictionary(grouping: bench.output.findings.filter { $0.subject == "m1" }, by: \.key).compactMap { $0.value.last }
      .filter { $0.closed == nil }.map(\.key).sorted()
  }

  @Test func workBeforeItWasLearntEndsNothing() throws {
    var bench = try Self.bench()
    try Self.run(&bench, hours: 0..<100)
    try Self.run(&bench, hours: 100..<125, vibration: 9)
    let before = try Self.report(bench)
    let open = Self.open(bench)
    #expect(open.contains("condition-change/m1") && before.learning == "watching")
    try Self.record(&bench, "r1", at: Self.start - .days(30), entered: 125)
    #expect(try Self.report(bench).hours == before.hours)
    #expect(Self.open(bench) == open)
    try bench.restart()
    try Self.run(&bench, hours: 125..<126, vibration: 9)
    #expect(try Self.report(bench).learning == "watching")
    // Yesterday's work ends what was learnt before it.
    try Self.record(&bench, "r2", "done", at: Self.start + .hours(120), entered: 126)
    #expect(try Self.report(bench).learning == "learning")
    #expect(Self.open(bench).isEmpty)
    try Self.run(&bench, hours: 126..<130)
    let young = try Self.report(bench)
    #expect(young.hours > 1)
    // What is entered of the same work again ends nothing.
    try Self.record(&bench, "r3", at: Self.start + .hours(120), entered: 130)
    #expect(try Self.report(bench).hours == young.hours)
  }

  @Test func aCorrectedTimeTakesBackWhatTheWrongOneEnded() throws {
    var bench = try Self.bench()
    try Self.run(&bench, hours: 0..<90)
    let before = try Self.report(bench)
    try Self.record(&bench, "r1", at: Self.start + .hours(90), entered: 90)
    #expect(try Self.report(bench).hours == 0)
    try bench.restart()
    try Self.run(&bench, hours: 90..<92)
    // It was in February.
    try Self.record(&bench, "r2", at: Self.start - .days(20), entered: 92, corrects: "r1")
    let after = try Self.report(bench)
    #expect(after.learning == "watching" && after.hours == before.hours)
    try Self.run(&bench, hours: 92..<93)
    try Self.record(&bench, "r3", at: Self.start - .days(10), entered: 93)
    #expect(try Self.report(bench).learning == "watching")
  }

  // MARK: Efficiency

  private static func day(_ day: Int, energy: Double) -> Published {
    let start = start + .days(Int64(day))
    func scaled(_ value: Double) -> ScaledInteger { ScaledInteger(rounding: value, places: 3) ?? ScaledInteger(0) }
    return .meter(
      MeterFigures(
        period: .day, start: start, end: start + .days(1),
        amounts: [
          .init(quantity: .activeEnergyImport, value: scaled(energy)),
          .init(quantity: .compressedAirVolumeNormal, value: scaled(1000)),
        ], maximum: nil, maximumStart: nil, shares: .init(covered: 86_400_000_000_000, uncertain: 0, estimated: 0),
        key: "k", revision: 0, cause: nil))
  }

  /// A baseline that a repair has ended stays so after a start, and comes back when the record is taken back.
  @Test func theBaselineOfEfficiencyGoesAndComesWithTheRecord() throws {
    let bench = try Self.bench()
    let zone = try PlantZone(identifier: bench.site.zone)
    let memory = RuleMemory()
    let output = OutputCollector()
    func rule() throws -> ConditionRule {
      try #require(ConditionRule(asset: bench.site.assets[0], site: bench.site, zone: zone))
    }
    func restarted(_ old: ConditionRule) throws -> ConditionRule {
      var writer = ByteWriter()
      old.encodeState(into: &writer)
      var new = try rule()
      var reader = ByteReader(writer.bytes)
      try new.restoreState(from: &reader)
      var context = RuleContext(clock: Self.start + .days(22), collector: output, services: memory)
      try new.read(&context)
      return new
    }
    func enter(_ rule: inout ConditionRule, _ id: String, _ kind: String, corrects: String? = nil) throws {
      let time = Self.start + .days(22)
      var members: [String: JSONValue] = [
        "id": .string(id), "asset": "m1", "kind": .string(kind), "time": .string(time.rfc3339UTC), "person": "Li",
        "entered": .string(time.rfc3339UTC),
      ]
      if let corrects { (members["supersedes"], members["reason"]) = (.string(corrects), "typing error") }
      var context = RuleContext(clock: time, collector: output, services: memory)
      try rule.heard(SiteCommand(name: MaintenanceRecord.command, members: members), context: &context)
    }
    var machine = try rule()
    for number in 0..<22 {
      var context = RuleContext(clock: Self.start + .days(Int64(number + 1)), collector: output, services: memory)
      try machine.heard(Self.day(number, energy: number < 14 ? 120 : 150), context: &context)
    }
    #expect(output.output.findings.last?.rule == "efficiency-loss" && output.output.findings.last?.closed == nil)
    let loss = try #require(machine.efficiency.loss)
    #expect(abs(loss - 0.25) < 0.01)
    try enter(&machine, "r1", "done")
    #expect(machine.efficiency.loss == nil && machine.efficiency.days == 0)
    machine = try restarted(machine)
    #expect(machine.efficiency.days == 0, "it does not come back by itself")
    try enter(&machine, "r2", "inspected", corrects: "r1")
    #expect(machine.efficiency.loss == loss)
    machine = try restarted(machine)
    #expect(machine.efficiency.loss == loss)
  }
}
