import Factors
import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

@Suite("Idle use of machines, by day")
struct IdleRuleTests {
  private func start() throws -> Timestamp { try time("2026-01-05T00:00:00+08:00") }

  private func machine(_ id: String, area: String = "hall", pieces: Bool = false) -> Asset {
    var asset = MeterSites.asset(
      id, pieces ? [.activeEnergyImport, .productionCount] : [.activeEnergyImport], area: area)
    asset.metering.idle = Asset.IdleThresholds(
      standbyTarget: ExactDecimal(2), offBelow: .one, producingFrom: ExactDecimal(30), minimumIdle: .minutes(30))
    return asset
  }

  private func bench(_ assets: [Asset], _ change: (inout Site) -> Void = { _ in }) throws -> SiteBench<IdleUseRule> {
    var site = MeterSites.site(assets)
    change(&site)
    return try SiteBench(site) { try IdleUseRule(site: $0, zone: $1) }
  }

  /// kWh of each window of a day: 8 h production at 40 kW, the rest idle at 6 kW or off.
  private func day(
    _ bench: inout SiteBench<IdleUseRule>, _ id: String, _ day: Int, idle: Bool, skip: Range<Int> = 0..<0,
    marks: Bool = true
  ) throws {
    for quarter in 0..<96 where !skip.contains(quarter) {
      let start = try start() + .minutes(Int64(15 * (96 * day + quarter)))
      let kWh = (32..<64).contains(quarter) ? "10" : idle ? "1.5" : "0"
      try bench.count(id, start: start, [.activeEnergyImport: kWh])
      if marks { try bench.mark(start + .minutes(17)) }
    }
  }

  @Test func aDayOfAMachine() throws {
    var bench = try bench([machine("press")]) { site in
      var tariff = TariffRecordTests.settings()
      tariff.contractDemand = nil
      site.tariff = tariff
    }
    bench.restarts = true
    try day(&bench, "press", 0, idle: true)
    // 16 h at 6 kW, of which 4 are above the target.
    let body = try #require(try bench.bodies(.energyIdle).first)
    #expect(body["waste_kwh"] == "64" && body["idle_kwh"] == "96" && body["energy_kwh"] == "416")
    #expect(body["idle_seconds"] == "57600" && body["producing_seconds"] == "28800" && body["off_seconds"] == "0")
    #expect(body["always_on"] == true && body["windows"] == 96 && body["windows_with_data"] == 96)
    #expect(body["start"] == "2026-01-05T00:00:00+08:00" && body["waste_kg"] == .null && body["gas"] == .null)
    let found = try #require(bench.findings.first)
    #expect(bench.findings.count == 1 && found.key == "idle-waste/press" && found.severity == .info)
    #expect(found.summary.contains("idled 16 h on 2026-01-05") && found.summary.contains("64 kWh"))
    #expect(found.summary.contains("15.4 %") && found.summary.contains("never off"))
    // Another idle day is told again, with its own figures; a good one closes it.
    try day(&bench, "press", 1, idle: true)
    #expect(bench.findings.count == 2 && bench.open == ["idle-waste/press"])
    try day(&bench, "press", 2, idle: false)
    #expect(bench.open.isEmpty && bench.findings.count == 3)
    #expect(try bench.bodies(.energyIdle).count == 3)
  }

  @Test func wasteIsPricedByTheBandOfItsWindow() throws {
    var tariff = TariffRecordTests.settings()
    tariff.contractDemand = nil
    var bench = try bench([machine("press")]) { $0.tariff = tariff }
    try day(&bench, "press", 0, idle: true)
    var cost = ExactDecimal.zero
    for quarter in 0..<96 where !(32..<64).contains(quarter) {
      let price = try #require(
        tariff.tariff.rate(at: try start() + .minutes(Int64(15 * quarter)), zone: bench.zone)?.price)
      cost = try cost + price
    }
    let body = try #require(try bench.bodies(.energyIdle).first)
    #expect(try exact(body["waste_cost"]) == cost && body["currency"] == "CNY")
  }

  @Test func statesAndPiecesTellBetterThanThePower() throws {
    // Pieces come out at low power; and a machine at high power whose state says idle.
    var light = try bench([machine("light", pieces: true)])
    for quarter in 0..<96 {
      let start = try start() + .minutes(Int64(15 * quarter))
      let end = start + .minutes(15)
      try light.count("light", start: start, [.activeEnergyImport: "1.5"])
      if quarter < 48 {
        try light.hear(
          .activity(
            ActivityFigures(
              start: start, end: end, run: [], pieces: [PieceStep(time: start, good: 3, scrap: 0)], cause: nil)),
          "light")
      }
      try light.mark(end + .minutes(2))
    }
    let body = try #require(try light.bodies(.energyIdle).first)
    #expect(body["producing_seconds"] == "43200" && body["idle_seconds"] == "43200" && body["waste_kwh"] == "48")
    var heavy = try bench([machine("heavy")])
    for quarter in 0..<96 {
      let start = try start() + .minutes(Int64(15 * quarter))
      let end = start + .minutes(15)
      let state: RunState = quarter < 24 ? .running : .idle
      // It ran for the first minute of the first idle window: that one counts as production.
      let spans =
        quarter == 24
        ? [
          RunSpan(state: .running, start: start, end: start + .minutes(1)),
          RunSpan(state: .idle, start: start, end: end),
        ]
        : [RunSpan(state: state, start: start, end: end)]
      try heavy.hear(.activity(ActivityFigures(start: start, end: end, run: spans, pieces: [], cause: nil)), "heavy")
      try heavy.count("heavy", start: start, [.activeEnergyImport: "10"])
      try heavy.mark(end + .minutes(2))
    }
    #expect(try heavy.bodies(.energyIdle).first?["producing_seconds"] == "22500")
  }

  @Test func whatComesLateRevisesTheDay() throws {
    var bench = try bench([machine("press")])
    bench.restarts = true
    try day(&bench, "press", 0, idle: true, skip: 64..<96)
    try bench.mark(try start() + .days(1) + .minutes(2))
    #expect(try bench.bodies(.energyIdle).first?["windows_with_data"] == 64)
    for quarter in 64..<96 {
      try bench.count(
        "press", start: try start() + .minutes(Int64(15 * quarter)), revision: 0, [.activeEnergyImport: "1.5"])
    }
    try bench.mark(try start() + .days(1) + .minutes(10))
    #expect(bench.records.map(\.revision) == [0, 1] && bench.records[1].cause?.reason == .late)
    var straight = try self.bench([machine("press")])
    try day(&straight, "press", 0, idle: true)
    #expect(bench.records.last?.body == straight.records.last?.body)
  }

  @Test func fewAreTold() throws {
    let ids = (1...6).map { "m\($0)" }
    var bench = try bench(ids.map { machine($0) } + [machine("good")]) { $0.energy.analysis.idleFindings = 2 }
    for quarter in 0..<96 {
      let start = try start() + .minutes(Int64(15 * quarter))
      for (place, id) in ids.enumerated() { try bench.count(id, start: start, [.activeEnergyImport: "\(1 + place)"]) }
      try bench.count("good", start: start, [.activeEnergyImport: "0.5"])
      try bench.mark(start + .minutes(17))
    }
    #expect(bench.open == ["idle-waste/m5", "idle-waste/m6"])
    #expect(try bench.bodies(.energyIdle).count == 7)
  }

  @Test func areasThatUseMuchForLittle() throws {
    var bench = try bench([machine("a", area: "paint"), machine("b", area: "mill")])
    for quarter in 0..<96 {
      let start = try start() + .minutes(Int64(15 * quarter))
      try bench.count("a", start: start, [.activeEnergyImport: quarter < 8 ? "10" : "5"])
      try bench.count("b", start: start, [.activeEnergyImport: quarter < 40 ? "10" : "0"])
      try bench.mark(start + .minutes(17))
    }
    #expect(bench.open.contains("high-energy-low-use/works/paint"))
    #expect(!bench.open.contains("high-energy-low-use/works/mill"))
  }
}
