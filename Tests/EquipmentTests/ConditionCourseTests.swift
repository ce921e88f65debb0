import Equipment
import Journal
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// A pump that is learnt, and then fails slowly, through a real engine.
@Suite struct ConditionCourseTests {
  private static let start = Timestamp(rfc3339: "2026-03-01T00:00:00+08:00")!
  private static let step = Span64.minutes(10)
  /// Days that it is well, and that it takes to fail.
  private static let well = 8
  private static let course = 10

  private static let leak = FaultModel.Fault(
    id: "leak", name: .init("Internal leakage", "内部泄漏"),
    symptoms: [
      .init(role: "discharge-pressure", direction: .down, weight: 2, isNeeded: true),
      .init(role: "flow", direction: .down, weight: 2, isNeeded: true),
      .init(role: "vibration-velocity", direction: .steady),
    ],
    cause: .init("Worn rings", "口环磨损"), checks: [.init("Measure the play of the rings", "测量口环间隙")],
    parts: [.init("Wear rings", "口环")], leadTime: .days(21),
    criterion: .init(role: "flow", change: -0.3, isRelative: true, spread: 0.3), provenance: "test")

  private static func site() -> Site {
    let signals = [("discharge-pressure", "bar"), ("flow", "m³/h"), ("vibration", "mm/s")].map { name, unit in
      var signal = Sites.gauge(name, every: step)
      signal.unit = unit
      return signal
    }
    var site = Sites.one(signals)
    site.assets[0].faultModel = "pump"
    site.faultModels = [FaultModel(name: "pump", title: .init("Pump", "泵"), faults: [leak])]
    return site
  }

  private static func bench(_ site: Site) throws -> Bench {
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site, factories: [SignalSummaryRule.factory(zone: zone), ConditionRule.factory(zone: zone)])
  }

  /// What it shows in step n.
  private static func values(_ step: Int, _ random: inout Seeded) -> [Double] {
    let steps = Int(Span64.days(1).nanoseconds / Self.step.nanoseconds)
    let way = max(0, Double(step - well * steps) / Double(course * steps))
    func noise() -> Double { Double.random(in: -1...1, using: &random) }
    return [8 * (1 - 0.3 * way * way) + 0.05 * noise(), 100 * (1 - 0.3 * way * way) + noise(), 2 + 0.1 * noise()]
  }

  private static func run(
    _ bench: inout Bench, steps: Range<Int>, _ random: inout Seeded,
    between: (Int, inout Bench) throws -> Void = { _, _ in }
  ) throws {
    for step in steps {
      let time = start + Span64(nanoseconds: Self.step.nanoseconds * Int64(step))
      try bench.mark(time)
      for (signal, value) in values(step, &random).enumerated() {
        try bench.sample(signal, at: time + .seconds(1), value)
      }
      try bench.mark(time + .minutes(2))
      try between(step, &bench)
    }
  }

  private static let perDay = 144

  @Test func aFaultIsToldWithItsNameAndItsEndAndLearningWakesNobody() throws {
    var bench = try Self.bench(Self.site())
    var random = Seeded(state: 7)
    try Self.run(&bench, steps: 0..<3 * Self.perDay, &random)
    #expect(bench.output.findings.allSatisfy { $0.severity == .info }, "\(bench.output.findings.map(\.summary))")
    #expect(bench.view.assets[0].condition?.learning == "learning")
    try Self.run(&bench, steps: 3 * Self.perDay..<Self.well * Self.perDay, &random)
    #expect(bench.view.assets[0].condition?.learning == "watching")
    #expect(bench.output.findings.allSatisfy { $0.severity == .info }, "\(bench.output.findings.map(\.summary))")
    try Self.run(&bench, steps: Self.well * Self.perDay..<(Self.well + 9) * Self.perDay, &random)
    let change = try #require(
      bench.output.findings.last { $0.key == "condition-change/m1" && $0.severity == .warning })
    #expect(change.evidence.contains(Event.Attribute("fault_1_id", "leak")))
    #expect(change.evidence.contains(Event.Attribute("part", "Wear rings")))
    #expect(change.evidence.contains(Event.Attribute("lead_time", "21.0 d")))
    let life = try #require(bench.output.findings.last { $0.key == "remaining-life/m1/leak" })
    #expect(life.closed == nil)
    let report = try #require(bench.view.assets[0].condition)
    #expect(report.faults.first?.id == "leak")
    let left = try #require(report.life)
    let p10 = try #require(left.p10)
    let p90 = try #require(left.p90)
    let p50 = try #require(left.p50)
    #expect(p10 < p50 && p50 < p90)
    // It fails when the flow has fallen by 30 %: at the end of the course.
    let failure = Self.start + .days(Int64(Self.well + Self.course))
    #expect(p10 < failure + .days(1) && p90 > failure - .days(1), "\(left)")

    // After the repair it is a machine that nobody knows.
    let now = Self.start + .days(Int64(Self.well + 9))
    let command = SiteCommand(
      name: MaintenanceRecord.command,
      members: [
        "id": "r1", "asset": "m1", "kind": "done", "time": .string(now.rfc3339UTC), "person": "Li",
        "entered": .string(now.rfc3339UTC),
      ])
    try bench.command(command)
    let open = Dictionary(grouping: bench.output.findings, by: \.key).compactMap { $0.value.last }.filter {
      $0.closed == nil
    }
    #expect(open.isEmpty, "\(open.map(\.key))")
    #expect(bench.view.assets[0].condition?.learning == "learning")
    #expect(bench.view.assets[0].condition?.life == nil)
  }

  @Test func aCorrectionTakesBackThatTheMachineIsLearntAnew() throws {
    var bench = try Self.bench(Self.site())
    var random = Seeded(state: 7)
    let days = Self.well - 2
    try Self.run(&bench, steps: 0..<days * Self.perDay, &random)
    let known = try #require(bench.view.assets[0].condition)
    #expect(known.learning == "watching")
    let now = (Self.start + .days(Int64(days))).rfc3339UTC
    func record(_ id: String, _ kind: String, asset: String = "m1", corrects: String? = nil) throws {
      var members: [String: JSONValue] = [
        "id": .string(id), "asset": .string(asset), "kind": .string(kind), "time": .string(now), "person": "Li",
        "entered": .string(now),
      ]
      if let corrects { (members["supersedes"], members["reason"]) = (.string(corrects), "typing error") }
      try bench.command(SiteCommand(name: MaintenanceRecord.command, members: members))
    }
    try record("r1", "done")
    #expect(bench.view.assets[0].condition?.hours == 0)
    try bench.restart()
    // It was changed all the same: what is learnt anew stays so.
    try record("r2", "replaced", corrects: "r1")
    try Self.run(&bench, steps: days * Self.perDay..<days * Self.perDay + 6, &random)
    #expect(bench.view.assets[0].condition?.learning == "learning")
    // Somebody had only looked at it, or it was another machine.
    try record("r3", "done", asset: "m2", corrects: "r2")
    try Self.run(&bench, steps: days * Self.perDay + 6..<days * Self.perDay + 12, &random)
    let back = try #require(bench.view.assets[0].condition)
    #expect(back.learning == "watching" && back.hours > known.hours - 0.1 && back.score != nil)
    // Service leaves it as it was known.
    var service = SiteCommand(
      name: MaintenanceRecord.command,
      members: [
        "id": "r4", "asset": "m1", "kind": "done", "service": "oil-change", "time": .string(now), "person": "Li",
        "entered": .string(now),
      ])
    try bench.command(service)
    #expect(bench.view.assets[0].condition?.learning == "watching")
    service.members["id"] = "r5"
    service.members["kind"] = "replaced"
    try bench.command(service)
    #expect(bench.view.assets[0].condition?.learning == "learning")
  }

  @Test func aRestartBetweenAnyTwoStepsChangesNothing() throws {
    let days = Self.well + 7
    var plain = try Self.bench(Self.site())
    var random = Seeded(state: 11)
    try Self.run(&plain, steps: 0..<days * Self.perDay, &random)
    var interrupted = try Self.bench(Self.site())
    random = Seeded(state: 11)
    var chance = Seeded(state: 5)
    try Self.run(&interrupted, steps: 0..<days * Self.perDay, &random) { step, bench in
      // What people see after a restart is complete with the next minute.
      if step < days * Self.perDay - 1, Int.random(in: 0..<8, using: &chance) == 0 { try bench.restart() }
    }
    #expect(plain.output.findings == interrupted.output.findings)
    let records = plain.output.records.filter { $0.kind == .equipmentHealth }
    #expect(records == interrupted.output.records.filter { $0.kind == .equipmentHealth })
    #expect(records.count == days - 1)
    for record in records {
      #expect(RecordSchema.body(.equipmentHealth).validate(try JSONValue(parsing: record.body)).isEmpty)
    }
    #expect(!plain.output.findings.isEmpty)
    #expect(plain.view.assets[0].condition == interrupted.view.assets[0].condition)
  }

  @Test func aLateRevisionChangesTheRecordButNotWhatWasLearnt() throws {
    let days = Self.well + 6
    var plain = try Self.bench(Self.site())
    var random = Seeded(state: 3)
    try Self.run(&plain, steps: 0..<days * Self.perDay, &random)
    var late = try Self.bench(Self.site())
    random = Seeded(state: 3)
    try Self.run(&late, steps: 0..<days * Self.perDay, &random) { step, bench in
      guard step % 50 == 40 else { return }
      let time = Self.start + Span64(nanoseconds: Self.step.nanoseconds * Int64(step - 30))
      try bench.sample(0, at: time + .seconds(7), 1)
    }
    #expect(late.output.records.contains { $0.revision > 0 })
    #expect(plain.output.findings == late.output.findings)
    #expect(plain.view.assets[0].condition == late.view.assets[0].condition)
  }

  @Test func whoIsWatched() throws {
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    var site = Self.site()
    #expect(ConditionRule(asset: site.assets[0], site: site, zone: zone) != nil)
    site.assets[0].learning = false
    #expect(ConditionRule(asset: site.assets[0], site: site, zone: zone) == nil)
    site.assets[0].learning = nil
    site.faultModels[0].isLearnt = false
    #expect(ConditionRule(asset: site.assets[0], site: site, zone: zone) == nil)
    site.assets[0].learning = true
    #expect(ConditionRule(asset: site.assets[0], site: site, zone: zone) != nil)
    site.assets[0].faultModel = nil
    site.assets[0].learning = nil
    #expect(ConditionRule(asset: site.assets[0], site: site, zone: zone) == nil)
  }
}
