import Factors
import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

@Suite("What to switch off when demand grows too high")
struct ShedRuleTests {
  private static let now = Timestamp(seconds: 1_767_571_200)

  private func plant(limit: String? = "600") -> Site {
    var main = MeterSites.asset("main")
    main.metering.role = .gridImport
    func load(_ id: String, essential: Bool?, gauge: Bool = true) -> Asset {
      var asset = MeterSites.asset(id, fedBy: "main", gauges: gauge ? ["power"] : [])
      asset.metering.essential = essential
      return asset
    }
    var site = MeterSites.site([
      main, load("chiller", essential: false), load("charger", essential: false, gauge: false),
      load("oven", essential: true), load("fan", essential: false),
    ])
    var tariff = TariffRecordTests.settings()
    tariff.contractDemand = limit.flatMap { ExactDecimal($0) }
    tariff.demandLimit = nil
    site.tariff = tariff
    return site
  }

  private func warning(_ required: Double, severity: Finding.Severity = .warning, closed: Timestamp? = nil) -> Published
  {
    .demand(
      DemandWarning(
        finding: Finding(
          key: "demand-projected/main", rule: "demand-projected", subject: "main", severity: severity,
          opened: Self.now, closed: closed, summary: "Too much.", advice: "Switch off."), required: required))
  }

  private func bench(_ site: Site) throws -> SiteBench<ShedRule> {
    var bench = try SiteBench(site) { site, _ in ShedRule(site: site) }
    bench.restarts = true
    bench.clock = Self.now
    return bench
  }

  @Test func namesTheLargestLoadsThatAreNotEssential() throws {
    var bench = try bench(plant())
    let just = Self.now - .seconds(20)
    for (id, power) in [("chiller", 80.0), ("fan", 12.5), ("oven", 300)] {
      try bench.hear(.load(LoadFigures(power: power, time: just)), id)
    }
    // Without a gauge: 12 kWh in the last window are 48 kW.
    try bench.count("charger", start: Self.now - .minutes(20), [.activeEnergyImport: "12"])
    try bench.hear(warning(100), "main")
    let found = try #require(bench.findings.first)
    #expect(
      found.advice == "Switch off. Not essential and enough: chiller (80.0 kW), charger (48.0 kW), together 128.0 kW.")
    #expect(bench.evidence("demand-projected/main", "shed_suffices") == "yes")
    // Graver: told again. Then over.
    try bench.hear(warning(500, severity: .critical), "main")
    #expect(bench.findings.count == 2 && bench.findings[1].advice.contains("only 140.5 kW"))
    #expect(bench.findings[1].advice.contains("359.5 kW more must go"))
    try bench.hear(warning(0, closed: Self.now + .minutes(5)), "main")
    #expect(bench.open.isEmpty && bench.findings.last?.closed == Self.now + .minutes(5))
  }

  @Test func whatIsTooOldIsNotProposed() throws {
    var bench = try bench(plant())
    try bench.hear(.load(LoadFigures(power: 80, time: Self.now - .hours(1))), "chiller")
    try bench.hear(warning(50), "main")
    #expect(bench.findings.first?.advice == "Switch off.")
  }

  @Test func onlyForMetersWithALimitAndLoadsBelowThem() throws {
    #expect(ShedRule(site: plant(limit: nil)) == nil)
    var none = plant()
    for place in none.assets.indices { none.assets[place].metering.essential = true }
    #expect(ShedRule(site: none) == nil)
    #expect(ShedPlan(plant()).sheddable == [1, 2, 4] && ShedPlan(plant()).meters == [0])
  }

  @Test func aLoadTellsItsPowerWhenItChanges() throws {
    let site = plant()
    var rule = try #require(LoadRule(asset: site.assets[1]))
    #expect(LoadRule(asset: site.assets[2]) == nil)
    let services = FakeServices()
    let collector = OutputCollector()
    var context = RuleContext(clock: .distantPast, collector: collector, services: services)
    var expected: [Double] = []
    for (place, power) in [80.0, 81, 80, 90, 0, 0.2, 30].enumerated() {
      let now = Self.now + .seconds(Int64(30 * place))
      _ = services.insert(Sample(series: SeriesID(1), time: now, value: .double(power)), signal: 1)
      try rule.close(now: now, context: &context)
      var writer = ByteWriter()
      rule.encodeState(into: &writer)
      var reader = ByteReader(writer.bytes)
      try rule.restoreState(from: &reader)
      #expect(reader.isAtEnd)
    }
    for told in collector.published { if case .load(let figures) = told.what { expected.append(figures.power) } }
    #expect(expected == [80, 90, 0, 30])
  }
}
