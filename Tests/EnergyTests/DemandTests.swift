import Factors
import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

@Suite("The demand of a running window")
struct DemandTests {
  private static let start = Timestamp(seconds: 1_767_571_200)
  private static func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

  /// Readings every `step` seconds at a constant power from some time before the window.
  private func register(
    kW: Double, from: Int64 = -60, to: Int64, step: Int64 = 10
  ) -> [DemandProjection.Point] {
    stride(from: from, through: to, by: Int(step)).map {
      DemandProjection.Point(time: Self.at($0), value: 1000 + kW * Double($0) / 3600)
    }
  }

  private func projection(
    _ register: [DemandProjection.Point], powers: [DemandProjection.Point] = [], limit: Double = 600, now: Int64
  ) -> DemandProjection? {
    DemandProjection(register: register, powers: powers, window: .minutes(15), limit: limit, now: Self.at(now))
  }

  @Test func constantPower() throws {
    let found = try #require(projection(register(kW: 660, to: 300), now: 305))
    #expect(abs(found.soFar - 55) < 1e-9 && abs(found.power - 660) < 1e-6 && abs(found.projected - 660) < 1e-6)
    #expect(abs(found.minutesLeft - 10) < 1e-9)
    // 60 kW too much on the mean of 15 minutes, and ten of them left.
    #expect(abs(found.toShed - 90) < 1e-6 && found.isAvoidable)
    // With that much less the limit is met exactly.
    #expect(abs((found.soFar + (found.power - found.toShed) * 10 / 60) * 4 - 600) < 1e-6)
    let calm = try #require(projection(register(kW: 500, to: 300), now: 305))
    #expect(calm.toShed == 0 && calm.isAvoidable)
  }

  @Test func aRisingLoadIsSeenByItsLastMinutes() throws {
    var points = register(kW: 300, to: 300)
    let base = points.last?.value ?? 0
    points += (1...30).map {
      DemandProjection.Point(time: Self.at(300 + $0 * 10), value: base + 900 * Double($0) / 360)
    }
    let found = try #require(projection(points, now: 600))
    #expect(abs(found.power - 900) < 1 && abs(found.soFar - 100) < 1e-6)
    #expect(abs(found.projected - 700) < 1)
  }

  @Test func theGaugeTellsWhereTheRegisterIsSlow() throws {
    // A register each five minutes: too slow for a trend.
    let slow = [-300, 0, 300].map { DemandProjection.Point(time: Self.at($0), value: 10 + 400 * Double($0) / 3600) }
    let powers = (0..<12).map { DemandProjection.Point(time: Self.at(250 + $0 * 10), value: $0 % 2 == 0 ? 790 : 810) }
    let found = try #require(projection(slow, powers: powers, now: 370))
    #expect(abs(found.power - 800) < 1e-6)
    let alone = try #require(projection(slow, now: 370))
    #expect(abs(alone.power - 400) < 1e-6)
  }

  @Test func nothingIsToldWithoutReadings() {
    #expect(projection([], now: 300) == nil)
    #expect(projection(register(kW: 600, from: 100, to: 300), now: 300) == nil, "the window's start is not known")
    #expect(projection(register(kW: 600, to: 60), now: 500) == nil, "nothing of late")
    #expect(projection(register(kW: 600, to: 0), now: 0) == nil)
  }

  @Test func opensOnceAndCloses() throws {
    var watch = DemandWatch()
    func judge(_ kW: Double, _ now: Int64) -> DemandWatch.Change? {
      watch.judge(projection(register(kW: kW, to: now), now: now), now: Self.at(now), length: .minutes(15))
    }
    #expect(judge(700, 60) == nil, "too early to tell")
    guard case .opened = judge(700, 180) else {
      Issue.record("not opened")
      return
    }
    #expect(judge(700, 210) == nil)
    #expect(judge(590, 240) == nil, "near the limit it stays")
    guard case .closed(.some) = judge(500, 270) else {
      Issue.record("not closed")
      return
    }
    guard case .opened = judge(650, 600) else {
      Issue.record("not opened again")
      return
    }
    // So much has flowed that the limit cannot be kept.
    guard case .worsened(let found) = judge(800, 720) else {
      Issue.record("not worsened")
      return
    }
    #expect(!found.isAvoidable)
    #expect(judge(800, 750) == nil)
    #expect(watch.judge(nil, now: Self.at(880), length: .minutes(15)) == nil)
    #expect(watch.judge(nil, now: Self.at(900), length: .minutes(15)) == .closed(nil))
  }

  // MARK: Shed list

  private func asset(
    _ id: String, fedBy: String? = nil, essential: Bool? = nil, criticality: Asset.Criticality = .normal
  ) -> Asset {
    var asset = Asset(
      id: id, name: id, site: "", area: "", line: "", cell: "", template: "", criticality: criticality, connection: "",
      topics: [], signals: [], ratedPower: nil)
    asset.metering.fedBy = fedBy
    asset.metering.essential = essential
    return asset
  }

  @Test func shedList() {
    let assets = [
      asset("main"), asset("feeder", fedBy: "main"), asset("chiller", fedBy: "main", essential: false),
      asset("furnace", fedBy: "feeder", essential: true), asset("fan", fedBy: "feeder", essential: false),
      asset("charger", fedBy: "feeder", essential: false), asset("unknown", fedBy: "main"),
      asset("exhaust", fedBy: "main", essential: false, criticality: .safety),
      asset("bank", fedBy: "main", essential: false), asset("server", fedBy: "bank", essential: true),
      asset("lamps", fedBy: "bank", essential: false), asset("other"),
      asset("elsewhere", fedBy: "other", essential: false),
      asset("block", fedBy: "main", essential: false), asset("inner", fedBy: "block", essential: false),
    ]
    let powers: [Double?] = [900, 300, 50, 200, 20, 30, 500, 400, 60, 40, 10, 800, 800, nil, 15]
    let topology = MeterTopology(assets)
    func list(_ required: Double) -> ShedList {
      ShedList(meter: 0, required: required, assets: assets, topology: topology) { powers[$0] }
    }
    func names(_ list: ShedList) -> [String] { list.entries.map { assets[$0.asset].id } }
    // Essential, unknown, safety and what feeds something essential are never in it; nor what another meter feeds.
    let all = list(10_000)
    #expect(names(all) == ["chiller", "charger", "fan", "inner", "lamps"])
    #expect(!all.suffices && all.total == 125)
    #expect(names(list(60)) == ["chiller", "charger"] && list(60).suffices)
    #expect(names(list(0)).isEmpty && list(0).suffices)
  }

  // MARK: The rule

  private func rule(limit: String?, contract: String?, role: Asset.EnergyRole = .gridImport) throws -> (
    DemandRule?, Bench
  ) {
    var settings = TariffRecordTests.settings()
    settings.contractDemand = contract.flatMap { ExactDecimal($0) }
    settings.demandLimit = limit.flatMap { ExactDecimal($0) }
    let bench = try Bench(rated: "2000", expected: .seconds(10), tariff: settings, role: role)
    return (DemandRule(asset: bench.asset, site: bench.site, zone: bench.zone), bench)
  }

  @Test func onlyMetersOfTheGridWithALimit() throws {
    #expect(try rule(limit: nil, contract: "600").0 != nil)
    #expect(try rule(limit: "500", contract: nil).0 != nil)
    #expect(try rule(limit: nil, contract: nil).0 == nil)
    #expect(try rule(limit: "500", contract: nil, role: .distribution).0 == nil)
  }

  @Test func warnsBeforeTheWindowCloses() throws {
    let (made, bench) = try rule(limit: nil, contract: "600")
    var rule = try #require(made)
    var findings: [Finding] = []
    var closedAt: [Timestamp] = []
    var count = 0.0
    // Two quiet windows, one that grows too large, one quiet one. A reset of the register in the second.
    for second in stride(from: Int64(0), through: 3600, by: 10) {
      let kW: Double = (1800..<2700).contains(second) ? 720 : 400
      if second == 1200 { count = 0 }
      let value = ScaledInteger(Int64((count * 100).rounded()), exponent: -2)
      _ = bench.services.insert(
        Sample(series: SeriesID(0), time: Self.at(second), value: .scaled(value)), signal: 0)
      count += kW * 10 / 3600
      let now = Self.at(second)
      while let deadline = rule.deadline, deadline <= now {
        var context = RuleContext(clock: now, output: EngineOutput(), services: bench.services)
        try rule.close(now: now, context: &context)
        findings += context.output.findings
        if context.output.findings.contains(where: { $0.closed != nil }) { closedAt.append(now) }
        // A restart changes nothing.
        var writer = ByteWriter()
        rule.encodeState(into: &writer)
        var again = try #require(DemandRule(asset: bench.asset, site: bench.site, zone: bench.zone))
        var reader = ByteReader(writer.bytes)
        try again.restoreState(from: &reader)
        #expect(reader.isAtEnd)
        rule = again
      }
    }
    let opened = try #require(findings.first)
    #expect(findings.allSatisfy { $0.key == "demand-projected/meter-1" })
    #expect(opened.opened >= Self.at(1980) && opened.opened <= Self.at(2040))
    #expect(opened.closed == nil && opened.severity == .warning)
    let evidence = Dictionary(uniqueKeysWithValues: opened.evidence.map { ($0.name, $0.value) })
    #expect(evidence["limit_kw"] == "600" && evidence["power_kw"] == "720.0")
    #expect(
      evidence["projected_kw"] == "720.0" && evidence["minutes_left"] == "12.0" && evidence["to_shed_kw"] == "150.0")
    #expect(evidence["so_far_kwh"] == "36.0")
    #expect(opened.summary.contains("above the contract demand of 600 kW"))
    #expect(findings.contains { $0.severity == .critical && $0.closed == nil })
    #expect(findings.last?.closed == Self.at(2700) && closedAt == [Self.at(2700)])
  }
}
