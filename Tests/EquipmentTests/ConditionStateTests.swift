import Engine
import Journal
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Equipment

/// What survives a change of the configuration, and what is said of the rest.
@Suite struct ConditionStateTests {
  private static let start = Timestamp(rfc3339: "2026-03-01T00:00:00+08:00")!

  private static func gauge(_ name: String, _ unit: String, every interval: Span64) -> Signal {
    var signal = Sites.gauge(name, every: interval)
    signal.unit = unit
    return signal
  }

  private static func site(every interval: Span64 = .minutes(10), more: [Signal] = []) -> Site {
    var site = Sites.one(
      [
        gauge("speed", "rpm", every: interval), gauge("vibration", "mm/s", every: interval),
        gauge("bearing-temperature", "°C", every: interval),
      ] + more)
    site.assets[0].learning = true
    return site
  }

  private static func bench(_ site: Site) throws -> Bench {
    try Bench(site: site, factories: factories(site))
  }

  private static func factories(_ site: Site) throws -> [RuleFactory] {
    let zone = try PlantZone(identifier: site.zone)
    return [SignalSummaryRule.factory(zone: zone), ConditionRule.factory(zone: zone)]
  }

  /// Values each so many minutes, and marks behind them.
  private static func run(
    _ bench: inout Bench, hours: Range<Int>, every minutes: Int = 10, vibration: Double = 2, speed: Double = 1480,
    more: Int = 0
  ) throws {
    var random = Seeded(state: UInt64(hours.lowerBound + 1))
    for minute in stride(from: hours.lowerBound * 60, to: hours.upperBound * 60, by: minutes) {
      let time = start + .minutes(Int64(minute))
      let noise = Double.random(in: -1...1, using: &random)
      try bench.mark(time)
      try bench.sample(0, at: time + .seconds(1), speed * (1 + 0.01 * noise))
      try bench.sample(1, at: time + .seconds(1), vibration * (1 + 0.03 * Double.random(in: -1...1, using: &random)))
      try bench.sample(2, at: time + .seconds(1), 55 + noise)
      for signal in 0..<more { try bench.sample(3 + signal, at: time + .seconds(1), 10) }
      try bench.mark(time + .seconds(75))
    }
  }

  private static func report(_ bench: Bench) throws -> ConditionReport { try #require(bench.view.assets[0].condition) }

  private static func failures(_ bench: Bench) -> [String] {
    bench.output.findings.filter { $0.rule == "rule-failed" }.map(\.summary)
  }

  private static func plate() -> Asset.Nameplate {
    var plate = Asset.Nameplate()
    plate.power = ScaledInteger(90)
    plate.support = .rigid
    return plate
  }

  // MARK: Limits

  @Test func aPlateThatComesAndGoesCostsNothingThatWasLearnt() throws {
    let table = try ConditionTests.table()
    var bench = try Self.bench(Self.site())
    try Self.run(&bench, hours: 0..<80, vibration: 5)
    let before = try Self.report(bench)
    #expect(before.learning == "watching" && before.zone == nil && before.score != nil)
    try bench.restart { site in
      site.assets[0].nameplate = Self.plate()
      site.condition = table
      site.hash = "with a plate"
    }
    try Self.run(&bench, hours: 80..<82, vibration: 5)
    let with = try Self.report(bench)
    #expect(with.learning == "watching" && with.hours > before.hours && with.runHours > before.runHours)
    #expect(with.zone == "D")
    let opened = try #require(bench.output.findings.last { $0.rule == "condition-zone" })
    #expect(opened.key == "condition-zone/m1/vibration" && opened.closed == nil)
    // Another number of limits: that of the vibration goes on.
    var other = Self.plate()
    other.insulation = .f
    try bench.restart { site in
      site.assets[0].nameplate = other
      site.hash = "with another plate"
    }
    try Self.run(&bench, hours: 82..<84, vibration: 5)
    #expect(bench.output.findings.filter { $0.rule == "condition-zone" }.count == 1, "it is told already")
    try bench.restart { site in
      site.assets[0].nameplate = .init()
      site.hash = "without"
    }
    try Self.run(&bench, hours: 84..<86, vibration: 5)
    let without = try Self.report(bench)
    #expect(without.learning == "watching" && without.hours > with.hours && without.zone == nil)
    let closed = try #require(bench.output.findings.last { $0.rule == "condition-zone" })
    #expect(closed.closed != nil && closed.opened == opened.opened && closed.summary.contains("no limit any more"))
    #expect(Self.failures(bench).isEmpty)
    #expect(!bench.output.findings.contains { $0.rule == "rule-restarted" })
  }

  // MARK: Pace

  @Test func anotherPaceKeepsWhatWasLearntOrBeginsAnewButNeverDies() throws {
    var bench = try Self.bench(Self.site(every: .minutes(1)))
    try Self.run(&bench, hours: 0..<80)
    let before = try Self.report(bench)
    #expect(before.learning == "watching")
    func pace(_ interval: Span64) throws {
      try bench.restart { site in
        for place in site.assets[0].signals.indices { site.assets[0].signals[place].expectedInterval = interval }
        site.hash = "\(interval)"
      }
    }
    try pace(.hours(1))
    try Self.run(&bench, hours: 80..<90, every: 60)
    let hourly = try Self.report(bench)
    #expect(hourly.learning == "watching" && hourly.hours > before.hours && hourly.score != nil)
    try pace(.minutes(10))
    try Self.run(&bench, hours: 90..<95)
    let again = try Self.report(bench)
    #expect(again.learning == "watching" && again.hours > hourly.hours && again.score != nil)
    // Time constants of days are others: what is usual is learnt anew.
    try pace(.days(1))
    try Self.run(&bench, hours: 95..<145, every: 24 * 60)
    let daily = try Self.report(bench)
    #expect(daily.learning == "learning" && daily.runHours > again.runHours)
    #expect(Self.failures(bench).isEmpty)
  }

  @Test func aFaultModelThatTellsMoreCostsNothingThatWasLearnt() throws {
    var bench = try Self.bench(Self.site(more: [Self.gauge("flow", "m³/h", every: .minutes(10))]))
    try Self.run(&bench, hours: 0..<30, more: 1)
    let before = try Self.report(bench)
    #expect(before.hours > 4)
    let fault = FaultModel.Fault(
      id: "wear", name: .init("Bearing wear", "轴承磨损"),
      symptoms: [
        .init(role: "vibration-velocity", direction: .up, weight: 2, isNeeded: true),
        .init(role: "bearing-temperature", direction: .up, weight: 1),
      ], cause: .init("Fatigue", "疲劳"), checks: [.init("Listen", "听")], parts: [], leadTime: nil, criterion: nil,
      provenance: "test")
    try bench.restart { site in
      site.assets[0].faultModel = "own"
      site.faultModels = [FaultModel(name: "own", title: .init("Own", "自有"), faults: [fault])]
      site.hash = "with faults"
    }
    try Self.run(&bench, hours: 30..<34, more: 1)
    let after = try Self.report(bench)
    #expect(after.hours > before.hours && after.runHours > before.runHours)
    #expect(Self.failures(bench).isEmpty)
  }

  // MARK: Signals

  @Test func anotherSignalBeginsLearningAnewAndKeepsRunHoursAndEndsFindings() throws {
    var bench = try Self.bench(Self.site())
    try Self.run(&bench, hours: 0..<100)
    try Self.run(&bench, hours: 100..<130, vibration: 9)
    let before = try Self.report(bench)
    #expect(before.runHours > 129)
    let open = try #require(bench.output.findings.last { $0.rule == "condition-change" })
    #expect(open.closed == nil)
    try bench.restart { site in
      site.assets[0].signals[2].unit = "K"
      site.hash = "in kelvin"
    }
    try Self.run(&bench, hours: 130..<131, vibration: 9)
    let after = try Self.report(bench)
    #expect(after.learning == "learning" && after.hours < 2)
    #expect(after.runHours > before.runHours && after.starts == before.starts)
    let closed = try #require(bench.output.findings.last { $0.rule == "condition-change" })
    #expect(closed.closed != nil && closed.opened == open.opened && closed.key == open.key)
    #expect(closed.summary.contains("learnt anew") && closed.summary.contains("signals"))
    let restarted = bench.output.findings.filter { $0.rule == "rule-restarted" }
    #expect(restarted.map(\.key) == Array(repeating: "rule-restarted/m1/condition", count: 2))
    #expect(restarted.last?.closed != nil && restarted.last?.summary.contains("signals") == true)
    try bench.restart()
    try Self.run(&bench, hours: 131..<132, vibration: 9)
    #expect(bench.output.findings.filter { $0.rule == "rule-restarted" }.count == 2, "it is told once")
    #expect(Self.failures(bench).isEmpty)
  }

  @Test(arguments: ["condition/frame", "condition/rows"])
  func whatCannotBeReadBeginsAnewAndSaysSo(part: String) throws {
    var bench = try Self.bench(Self.site())
    try Self.run(&bench, hours: 0..<80)
    try bench.restart()
    let key = try #require(bench.savedKeys(containing: part).first)
    let bytes = try #require(try bench.store.state(key))
    bench.store.commit(
      Checkpoint(
        position: 0, state: [(key, Array(bytes.prefix(bytes.count / 2)))], history: [], counts: bench.counts,
        oldestBlock: 0))
    try bench.restart()
    try Self.run(&bench, hours: 80..<82)
    let after = try Self.report(bench)
    #expect(after.learning == "learning" && after.runHours > 81)
    let told = bench.output.findings.filter { $0.rule == "rule-restarted" }
    #expect(told.count == 2 && told.allSatisfy { $0.severity == .warning }, "\(told)")
    try bench.restart()
    try Self.run(&bench, hours: 82..<100)
    #expect(try Self.report(bench).hours > after.hours)
    #expect(bench.output.findings.filter { $0.rule == "rule-restarted" }.count == 2)
    #expect(Self.failures(bench).isEmpty)
  }

  // MARK: The form without parts

  private static func rule(_ site: Site) throws -> ConditionRule {
    try #require(ConditionRule(asset: site.assets[0], site: site, zone: PlantZone(identifier: site.zone)))
  }

  private static func feed(
    _ rule: inout ConditionRule, _ minutes: Range<Int64>, _ memory: RuleMemory, _ output: OutputCollector
  ) throws {
    var random = Seeded(state: UInt64(minutes.lowerBound + 1))
    for step in minutes {
      let time = start + .minutes(10 * step)
      var figures = SummaryFigures(start: time, end: time + .minutes(1))
      for (signal, value) in [1480.0, 2, 55].enumerated() {
        let mean = value * (1 + 0.02 * Double.random(in: -1...1, using: &random))
        figures.gauges.append(
          .init(signal: signal, count: 6, good: 6, mean: mean, minimum: mean, maximum: mean, standardDeviation: 0))
      }
      var context = RuleContext(clock: figures.end, collector: output, services: memory)
      try rule.heard(.summary(figures), context: &context)
    }
  }

  /// The state as it was written before it lay in parts.
  private static func old(_ rule: ConditionRule, _ memory: RuleMemory) -> [UInt8] {
    var writer = ByteWriter()
    writer.fixed64(rule.signalsHash)
    writer.byte(rule.state.rawValue)
    writer.boolean(rule.day != nil)
    rule.day?.encode(into: &writer)
    writer.boolean(rule.isDayOver)
    writer.optional(rule.lastDay)
    writer.boolean(rule.isKept)
    writer.boolean(rule.hasEfficiency)
    // Of the state: the largest speed, and that of the vibration.
    writer.boolean(false)
    writer.varint(2)
    writer.double(1510)
    writer.double(2.04)
    rule.runHours.encode(into: &writer)
    writer.varint(0)
    rule.gatherer.encode(into: &writer)
    rule.told.encode(into: &writer)
    writer.fixed64(rule.figuresHash)
    writer.optional(rule.figuresDay)
    rule.brief.encode(into: &writer)

    var model = ByteWriter()
    rule.assessor.model.encode(into: &model)
    // Two counts of a byte each; then time constants and rhythms.
    model.bytes.removeSubrange(2..<(3 + 8 * rule.assessor.model.scales.count + rule.assessor.model.judged.count))
    var frame = ByteWriter()
    frame.optional(rule.trendStart)
    frame.varint(rule.trend.count)
    for value in rule.trend { frame.float(value) }
    for count in rule.failing { frame.varint(count) }
    frame.boolean(false)
    frame.optional(nil as Timestamp?)
    frame.boolean(rule.last != nil)
    rule.last?.encode(into: &frame)
    for byte in model.bytes { frame.byte(byte) }
    frame.fixed64(rule.faultsHash)
    rule.assessor.encode(into: &frame)
    memory.states[ConditionRule.frameKey] = frame.bytes
    return writer.bytes
  }

  @Test func whatWasWrittenBeforeIsReadAndAPlateMayComeWithTheNewGateway() throws {
    let site = Self.site()
    let memory = RuleMemory()
    let output = OutputCollector()
    var rule = try Self.rule(site)
    try Self.feed(&rule, 0..<600, memory, output)
    let before = try #require(rule.conditionReport)
    #expect(before.learning == "watching" && before.hours > 90)
    let bytes = Self.old(rule, memory)
    var with = site
    with.assets[0].nameplate = Self.plate()
    with.condition = try ConditionTests.table()
    for site in [site, with] {
      var new = try Self.rule(site)
      var reader = ByteReader(bytes)
      try new.restoreState(from: &reader)
      try Self.feed(&new, 600..<612, memory, output)
      let after = try #require(new.conditionReport)
      #expect(after.learning == "watching" && after.hours > before.hours + 1 && after.runHours > before.runHours + 1)
      #expect(after.trend.count == before.trend.count + 4 || after.trend.count == ConditionRule.spots)
      #expect(after.run == "running")
    }
    // Of other signals the hours are kept.
    var others = site
    others.assets[0].signals[1].unit = "m/s²"
    var new = try Self.rule(others)
    var reader = ByteReader(bytes)
    try new.restoreState(from: &reader)
    #expect(new.conditionReport?.runHours == before.runHours)
    try Self.feed(&new, 600..<612, memory, output)
    let after = try #require(new.conditionReport)
    #expect(after.learning == "learning" && after.runHours > before.runHours + 1)
    // Nonsense costs what was learnt, never the rule.
    for length in stride(from: 0, to: bytes.count, by: 7) {
      var new = try Self.rule(site)
      var reader = ByteReader(Array(bytes.prefix(length)))
      try new.restoreState(from: &reader)
      try Self.feed(&new, 600..<602, memory, output)
      #expect(new.conditionReport?.run == "running")
    }
  }

  // MARK: What people see after a start

  @Test func aSilentMachineIsShownAsItWasAfterAStart() throws {
    var bench = try Self.bench(Self.site())
    try Self.run(&bench, hours: 0..<90)
    let before = try Self.report(bench)
    try bench.restart()
    let first = try Self.report(bench)
    #expect(first.learning == "watching" && first.hours == before.hours && first.runHours == before.runHours)
    #expect(first.score == before.score && first.health == before.health && first.time == before.time)
    #expect(first.indicators.map(\.value) == before.indicators.map(\.value))
    // With the next mark it is complete.
    try bench.mark(Self.start + .hours(90) + .minutes(5))
    #expect(try Self.report(bench) == before)
  }

  // MARK: Predictions

  private static func assessment(isAlarmed: Bool) -> Assessor.Assessment {
    Assessor.Assessment(
      deviation: nil, isAlarmed: isAlarmed, isNoticed: isAlarmed, faults: [], sensors: [nil, nil, nil], match: 0.6)
  }

  private static func outlook(_ days: Double?, at time: Timestamp) -> Outlook {
    let estimate: LifeEstimate =
      days.map { .estimate(.init(p10: 12 * $0, p50: 24 * $0, p90: 36 * $0), method: .trend) } ?? .refused([.noTrend])
    return Outlook(fault: "wear", score: 0.8, estimate: estimate, at: time)
  }

  @Test(arguments: [(30.0, 72.0), (1, 24)])
  func aPredictionThatNothingSupportsEnds(days: Double, ends: Double) throws {
    var rule = try Self.rule(Self.site())
    rule.outlook = Self.outlook(days, at: Self.start)
    rule.outlookTime = Self.start
    // Something else is first for now, such as a sensor.
    for hour in stride(from: 1.0, to: ends, by: 1) {
      rule.look(Self.assessment(isAlarmed: true), at: Self.start + .minutes(Int64(hour * 60)))
      #expect(rule.outlook != nil, "\(hour) h")
    }
    rule.look(Self.assessment(isAlarmed: true), at: Self.start + .minutes(Int64(ends * 60)))
    #expect(rule.outlook == nil && rule.outlookTime == nil)
  }

  @Test func aTimeThatIsNotKnownNowIsNoPredictionThatWasTakenBack() throws {
    var rule = try Self.rule(Self.site())
    let key = "remaining-life/m1/wear"
    let time = Self.start + .hours(1)
    let output = OutputCollector()
    var context = RuleContext(clock: time, collector: output, services: RuleMemory())
    let deviation = Deviation(
      time: time, score: 3, joint: 0, contributions: [], evidence: rule.assessor.model.evidence)
    for outlook in [Self.outlook(nil, at: time), nil] {
      _ = rule.told.tell(key, .warning, mark: "", at: Self.start)
      rule.outlook = outlook
      rule.tell(Self.assessment(isAlarmed: true), deviation, at: time, &context)
    }
    let closed = output.output.findings.filter { $0.key == key }
    #expect(closed.map(\.closed) == [time, time])
    #expect(closed.first?.summary.contains("not known now: the indicator does not surely move") == true)
    #expect(closed.last?.summary.contains("not predicted any more") == true)
  }
}
