import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

@Suite("Meters against their baselines, by day")
struct PerformanceRuleTests {
  private func start(_ day: Int) throws -> Timestamp { try time("2026-01-01T00:00:00+08:00") + .days(Int64(day)) }

  private let plant = [
    MeterSites.asset("main"), MeterSites.asset("press", fedBy: "main", line: "l1"),
    MeterSites.asset("oven", fedBy: "main", line: "l1"),
    MeterSites.asset("counter", [.productionCount, .rejectCount], line: "l1"),
    MeterSites.asset("weather", [], gauges: ["temperature"]),
  ]

  private func bench(_ change: (inout Site) -> Void = { _ in }) throws -> SiteBench<EnergyPerformanceRule> {
    var site = MeterSites.site(plant)
    site.energy.analysis.baselineDays = 14
    change(&site)
    return try SiteBench(site) { EnergyPerformanceRule(site: $0, zone: $1) }
  }

  /// Pieces of a day: they vary, and no day is like the one before.
  private func pieces(_ day: Int) -> Int { 100 + 37 * (day % 5) + 11 * (day % 3) }
  /// A deviation of a few kWh, the same for each test.
  private func noise(_ day: Int) -> Int { (day * 7919 % 13) - 6 }

  private func count(
    _ bench: inout SiteBench<EnergyPerformanceRule>, _ id: String, _ day: Int, _ amounts: [Signal.Quantity: String],
    revision: Int = 0
  ) throws {
    try bench.count(
      id, .day, start: try start(day), end: try start(day + 1), revision: revision, amounts)
  }

  /// press = 50 + 2 a piece, oven = 200 + 1 a piece; the main meter counts both.
  private func run(
    _ bench: inout SiteBench<EnergyPerformanceRule>, _ days: Range<Int>, extra: Int = 0, except: Set<Int> = []
  ) throws {
    for day in days {
      let press = 50 + 2 * pieces(day) + noise(day) + extra
      let oven = 200 + pieces(day) + noise(day + 3)
      if !except.contains(day) { try count(&bench, "press", day, [.activeEnergyImport: String(press)]) }
      try count(&bench, "oven", day, [.activeEnergyImport: String(oven)])
      try count(&bench, "main", day, [.activeEnergyImport: String(press + oven)])
      try count(&bench, "counter", day, [.productionCount: String(pieces(day)), .rejectCount: "10"])
      try bench.mark(try start(day + 1) + .minutes(2))
    }
  }

  @Test func planFindsTheCountersNextToAMeter() {
    let plan = PerformancePlan(plant)
    #expect(plan.meters.map(\.asset) == [0, 1, 2])
    #expect(plan.meters.allSatisfy { $0.counters == [3] })
    var lines = plant
    lines.append(MeterSites.asset("other", [.goodCount], line: "l2"))
    lines.append(MeterSites.asset("drill", line: "l2"))
    #expect(PerformancePlan(lines).meters.map(\.counters) == [[3, 5], [3], [3], [5]])
  }

  /// An office wing without a counter: 300 kWh on working days, 80 on others, and a few more or less.
  @Test(arguments: [false, true])
  func workingDaysAreADriverWhereTheyExplainMuch(hasCalendar: Bool) throws {
    var bench = try bench { site in
      site.assets = [MeterSites.asset("wing")]
      site.energy.analysis.baselineDays = 21
      // The other way round than the week: by it alone the data would mean nothing.
      guard hasCalendar else { return }
      site.shifts = ShiftPlan(shifts: [.init(name: "day", from: 480, to: 960, weekdays: [1, 2, 5, 6])])
    }
    bench.restarts = true
    for day in 0..<28 {
      let weekday = ShiftPlan.weekday(day: 20_454 + day)
      let works = hasCalendar ? [1, 2, 5, 6].contains(weekday) : weekday < 5
      try count(&bench, "wing", day, [.activeEnergyImport: String((works ? 300 : 80) + noise(day))])
      try bench.mark(try start(day + 1) + .minutes(2))
    }
    let bodies = try bench.bodies(.energyPerformance)
    #expect(bodies.count == 7 && bench.findings.isEmpty)
    let body = try #require(bodies.first)
    #expect(abs(try number(body["baseline"]?["slopes"]?["working-day"]) - 220) < 8)
    #expect(body["drivers"]?["working-day"] == "1.000" || body["drivers"]?["working-day"] == "0.000")
  }

  /// What production explains already, and what is chance, is no reason for another driver.
  @Test func workingDaysAreLeftOutWhereTheyExplainNothing() throws {
    var bench = try bench()
    try run(&bench, 0..<20)
    for body in try bench.bodies(.energyPerformance) {
      #expect(body["baseline"]?["slopes"]?["working-day"] == nil && body["drivers"]?["working-day"] == nil)
    }
  }

  @Test func learnsAndThenJudges() throws {
    var bench = try bench()
    bench.restarts = true
    try run(&bench, 0..<14)
    #expect(bench.records.isEmpty)
    try run(&bench, 14..<20)
    #expect(try bench.bodies(.energyPerformance).count == 18 && bench.findings.isEmpty)
    let press = try #require(try bench.bodies(.energyPerformance).first { $0["asset"] == "press" })
    #expect(press["unit"] == "kWh" && press["level"] == "normal" && press["baseline"]?["days"] == 14)
    #expect(abs(try number(press["baseline"]?["slopes"]?["production"]) - 2) < 0.2)
    #expect(press["production"] == .string(String(pieces(14))))
    #expect(press["good"] == .string(String(pieces(14) - 10)))
    // Specific energy: kWh by good piece, exact.
    let actual = try exact(press["actual"])
    #expect(try exact(press["specific"]) == (try actual / ExactDecimal(pieces(14) - 10)))
    #expect(try number(press["baseline"]?["r2"]) > 0.99)
  }

  private func number(_ value: JSONValue?) throws -> Double { try #require(value?.stringValue.flatMap { Double($0) }) }

  @Test func abnormalUseNamesTheMeterBelow() throws {
    var bench = try bench()
    try run(&bench, 0..<20)
    try run(&bench, 20..<21, extra: 120)
    // One finding: the press is named in that of the main meter.
    #expect(bench.open == ["energy-abnormal/main"])
    let found = try #require(bench.last("energy-abnormal/main"))
    #expect(found.severity == .critical && found.summary.contains("press (+1"))
    #expect(found.summary.contains("production \(pieces(20))") && found.advice.contains("Begin at press"))
    try run(&bench, 21..<22)
    #expect(bench.open.isEmpty)
  }

  @Test func whatComesLateRevisesItsDay() throws {
    var bench = try bench()
    bench.restarts = true
    try run(&bench, 0..<17)
    try run(&bench, 17..<18, extra: 200)
    #expect(bench.open == ["energy-abnormal/main"])
    // The press was read wrongly that day, and so was what feeds it.
    let press = 50 + 2 * pieces(17) + noise(17)
    try count(&bench, "press", 17, [.activeEnergyImport: String(press)], revision: 1)
    try count(&bench, "main", 17, [.activeEnergyImport: String(press + 200 + pieces(17) + noise(20))], revision: 1)
    try bench.mark(bench.clock + .minutes(10))
    #expect(bench.open.isEmpty)
    let revised = bench.records.filter { $0.revision == 1 }
    #expect(revised.map(\.asset) == ["main", "press"] && revised.allSatisfy { $0.cause?.reason == .late })
    var straight = try self.bench()
    try run(&straight, 0..<18)
    #expect(try straight.bodies(.energyPerformance) == bench.bodies(.energyPerformance))
  }

  @Test func aDayOfTheBaselineThatIsRevisedTeachesAgain() throws {
    var late = try bench()
    try run(&late, 0..<16, except: [5])
    // The day was missing: the fifteenth took its place. Now it comes, but the days of the baseline stay.
    try count(&late, "press", 5, [.activeEnergyImport: String(50 + 2 * pieces(5) + noise(5))])
    try run(&late, 16..<17)
    let body = try #require(try late.bodies(.energyPerformance).last { $0["asset"] == "press" })
    #expect(body["baseline"]?["days"] == 15)
  }

  @Test func aPeriodOfTheConfiguration() throws {
    var bench = try bench { site in
      site.energy.analysis.baselineFrom = .init("2026-01-03")
      site.energy.analysis.baselineTo = .init("2026-01-13")
    }
    bench.restarts = true
    try run(&bench, 0..<14)
    let bodies = try bench.bodies(.energyPerformance)
    #expect(bodies.count == 6 && bodies.allSatisfy { $0["baseline"]?["days"] == 10 })
    #expect(bodies.first?["baseline"]?["from"] == "2026-01-03T00:00:00+08:00")
  }

  @Test func theWeatherExplains() throws {
    var bench = try bench { site in
      site.energy.analysis.temperature = .init(asset: "weather", signal: "temperature")
      site.energy.analysis.heatingBelow = ScaledInteger(15)
    }
    for day in 0..<20 {
      let milli = Int64(-2000 + (day * 7919 % 20) * 1100)
      let heating = max(0, 15 - Double(milli) / 1000)
      let kWh = 100.0 + Double(pieces(day)) + 8 * heating
      let text = ScaledInteger(Int64((kWh * 100).rounded()), exponent: -2).description
      try count(&bench, "main", day, [.activeEnergyImport: text])
      try count(&bench, "counter", day, [.productionCount: String(pieces(day)), .rejectCount: "0"])
      try bench.hear(
        .climate(
          ClimateFigures(
            start: try start(day), end: try start(day + 1), temperature: ScaledInteger(milli, exponent: -3), cause: nil)
        ),
        "weather")
      try bench.mark(try start(day + 1) + .minutes(2))
    }
    let body = try #require(try bench.bodies(.energyPerformance).last { $0["asset"] == "main" })
    let slope = try number(body["baseline"]?["slopes"]?["heating-degree-days"])
    #expect(abs(slope - 8) < 0.05, "\(slope)")
    #expect(body["drivers"]?["heating-degree-days"]?.stringValue != nil)
  }

  @Test func savingsOfManyDaysAndMeters() throws {
    // Two days at the mean of the drivers: the sum of the one way is that of the other.
    let days = (0..<12).map { (day: Int) -> EnergyBaseline.Observation in
      let energy = 100 + (3 * day) % 7
      return EnergyBaseline.Observation(energy: Double(energy), drivers: [Double(day % 4)])
    }
    let baseline = try EnergyBaseline(drivers: ["production"], observations: days)
    let periods = [90.0, 95].map { EnergyBaseline.Observation(energy: $0, drivers: [1.5]) }
    let whole = EnergyPerformance(baseline, periods: periods, confidence: 0.9)
    var sum = PerformanceSum()
    for period in periods {
      sum.add(
        meter: "m", actual: period.energy, expected: baseline.expected(period.drivers),
        standardError: baseline.standardError, predictionError: baseline.predictionError(period.drivers),
        freedom: baseline.degreesOfFreedom)
    }
    #expect(abs(sum.saving - whole.saving) < 1e-9 && abs((sum.ratio ?? 0) - (whole.ratio ?? 1)) < 1e-12)
    #expect(abs(sum.uncertainty(confidence: 0.9) - whole.uncertainty) < 1e-9)
    #expect(PerformanceSum().uncertainty(confidence: 0.9) == 0)
  }

  @Test func aDaysMeanIsThatOfItsHours() throws {
    var site = MeterSites.site(plant)
    site.energy.analysis.temperature = .init(asset: "weather", signal: "temperature")
    let zone = try PlantZone(identifier: site.zone)
    var rule = try #require(DayMeanRule(asset: plant[4], site: site, zone: zone))
    #expect(DayMeanRule(asset: plant[0], site: site, zone: zone) == nil)
    let collector = OutputCollector()
    var context = RuleContext(clock: .distantPast, collector: collector, services: FakeServices())
    func sample(_ time: Timestamp, _ value: Double, _ rule: inout DayMeanRule) throws {
      try rule.accepted(
        Sample(series: SeriesID(0), time: time, value: .double(value)), signal: 0, inOrder: true, context: &context)
    }
    // One sample an hour of 10 °C, and sixty of 20 °C in each hour of the afternoon.
    for hour in 0..<24 {
      for minute in 0..<(hour >= 12 ? 60 : 1) {
        try sample(try start(0) + .hours(Int64(hour)) + .minutes(Int64(minute)), hour >= 12 ? 20 : 10, &rule)
      }
    }
    context.clock = try start(1) + .minutes(2)
    try rule.close(now: context.clock, context: &context)
    func means() -> [ScaledInteger] {
      collector.published.compactMap { if case .climate(let figures) = $0.what { figures.temperature } else { nil } }
    }
    #expect(means() == [ScaledInteger(15000, exponent: -3)])
    var writer = ByteWriter()
    rule.encodeState(into: &writer)
    var again = try #require(DayMeanRule(asset: plant[4], site: site, zone: zone))
    var reader = ByteReader(writer.bytes)
    try again.restoreState(from: &reader)
    #expect(reader.isAtEnd)
    // A late sample corrects the day.
    try sample(try start(0) + .minutes(30), 34, &again)
    context.clock = context.clock + .minutes(5)
    try again.close(now: context.clock, context: &context)
    #expect(means().last == ScaledInteger(15500, exponent: -3))
  }
}
