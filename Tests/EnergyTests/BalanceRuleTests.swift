import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

@Suite("Balances and leaks of a site")
struct BalanceRuleTests {
  private func bench(_ assets: [Asset], _ change: (inout Site) -> Void = { _ in }) throws -> SiteBench<
    EnergyBalanceRule
  > {
    var site = MeterSites.site(assets)
    change(&site)
    return try SiteBench(site) { EnergyBalanceRule(site: $0, zone: $1) }
  }

  private let plant = [
    MeterSites.asset("main", accuracy: "0.5"), MeterSites.asset("press", fedBy: "main"),
    MeterSites.asset("oven", fedBy: "main"),
  ]
  private func start() throws -> Timestamp { try time("2026-01-05T00:00:00+08:00") }

  /// Windows in which the sub-meters count 60 and `oven` of the main meter's 100.
  private func run(
    _ bench: inout SiteBench<EnergyBalanceRule>, oven: [String?], from first: Int = 0, estimated: Bool = false
  ) throws {
    for (place, oven) in oven.enumerated() {
      let start = try start() + .minutes(Int64(15 * (first + place)))
      try bench.count("main", start: start, [.activeEnergyImport: "100"])
      try bench.count("press", start: start, [.activeEnergyImport: "60"])
      if let oven { try bench.count("oven", start: start, estimated: estimated, [.activeEnergyImport: oven]) }
      try bench.mark(start + .minutes(17))
    }
  }

  @Test func aDifferenceThatPersistsIsToldOnceAndClosed() throws {
    var bench = try bench(plant)
    bench.restarts = true
    try run(&bench, oven: Array(repeating: "30", count: 12))
    #expect(bench.open == ["energy-imbalance/main"] && bench.findings.count == 1)
    let found = try #require(bench.findings.first)
    #expect(found.severity == .warning && found.subject == "main")
    #expect(found.summary.contains("10 %") || found.summary.contains("10.0 %"))
    #expect(found.summary.contains("its 2 sub-meters") && found.advice.contains("fed-by: main"))
    #expect(bench.evidence("energy-imbalance/main", "since") == "2026-01-05T00:00:00+08:00")
    try run(&bench, oven: Array(repeating: "40", count: 40), from: 12)
    #expect(bench.open.isEmpty && bench.findings.count == 2 && bench.findings[1].closed != nil)
  }

  @Test func windowsThatAreLeftOutAreSaid() throws {
    var bench = try bench(plant)
    try run(&bench, oven: Array(repeating: "38", count: 2))
    try run(&bench, oven: Array(repeating: "38", count: 2), from: 2, estimated: true)
    try run(&bench, oven: Array(repeating: "38", count: 30), from: 4)
    #expect(bench.evidence("energy-imbalance/main", "windows_left_out") == "2")
    #expect(bench.findings.first?.summary.contains("2 windows since then are not in it") == true)
  }

  @Test func subMetersThatCountTooMuch() throws {
    var bench = try bench(plant)
    try run(&bench, oven: Array(repeating: "55", count: 12))
    #expect(bench.evidence("energy-imbalance/main", "side") == "excess")
    #expect(bench.last("energy-imbalance/main")?.advice.contains("direction") == true)
  }

  @Test func whatIsEstimatedOrMissingSaysNothing() throws {
    var guessed = try bench(plant)
    try run(&guessed, oven: Array(repeating: "10", count: 30), estimated: true)
    #expect(guessed.findings.isEmpty)
    var missing = try bench(plant)
    try run(&missing, oven: Array(repeating: nil, count: 30))
    #expect(missing.findings.isEmpty)
    var unknown = try bench(
      plant.map { asset in
        var asset = asset
        asset.metering.accuracy = nil
        return asset
      })
    try run(&unknown, oven: Array(repeating: "10", count: 30))
    #expect(unknown.findings.isEmpty)
  }

  @Test func lateWindowsAreFoldedAgain() throws {
    var bench = try bench(plant)
    bench.restarts = true
    try run(&bench, oven: Array(repeating: "30", count: 12))
    #expect(bench.open == ["energy-imbalance/main"])
    // The oven's gateway was down and its meter catches up: every window balances after all.
    for place in 0..<12 {
      try bench.count(
        "oven", start: try start() + .minutes(Int64(15 * place)), revision: 1, [.activeEnergyImport: "40"])
    }
    #expect(bench.open == ["energy-imbalance/main"])
    try bench.mark(bench.clock + .minutes(3))
    #expect(bench.open.isEmpty)
  }

  @Test func theOrderOfArrivalMakesNoDifference() throws {
    var seed = SplitMix64(seed: 7)
    for _ in 0..<10 {
      let ovens = (0..<120).map { _ in seed.next() % 3 == 0 ? "29" : "36" }
      var straight = try bench(plant)
      try run(&straight, oven: ovens)
      try straight.mark(try start() + .days(2))
      // Each fourth window of the oven comes hours late; what is open at the end is the same.
      var late = try bench(plant)
      try run(&late, oven: ovens.enumerated().map { $0 % 4 == 0 ? nil : $1 })
      for (place, oven) in ovens.enumerated().reversed() where place % 4 == 0 {
        try late.count(
          "oven", start: try start() + .minutes(Int64(15 * place)), revision: 1, [.activeEnergyImport: oven])
        if seed.next() % 5 == 0 { try late.mark(late.clock + .minutes(3)) }
      }
      try late.mark(try start() + .days(2))
      #expect(straight.open == late.open)
      #expect(
        straight.last("energy-imbalance/main")?.evidence.first == late.last("energy-imbalance/main")?.evidence.first)
    }
  }

  @Test func generatorsAndStorageCountWithTheirSign() throws {
    let assets = [
      MeterSites.asset("main", [.activeEnergyImport, .activeEnergyExport]),
      MeterSites.asset("roof", [.activeEnergyGeneration], fedBy: "main"),
      MeterSites.asset("battery", [.batteryEnergyCharged, .batteryEnergyDischarged], fedBy: "main"),
      MeterSites.asset("hall", fedBy: "main"), MeterSites.asset("press", fedBy: "hall"),
    ]
    let plan = BalancePlan(assets)
    #expect(plan.parents.map(\.asset) == [0, 3])
    let amounts: [Int: [Signal.Quantity: ExactDecimal]] = [
      0: [.activeEnergyImport: ExactDecimal(100), .activeEnergyExport: ExactDecimal(20)],
      1: [.activeEnergyGeneration: ExactDecimal(50)],
      2: [.batteryEnergyCharged: ExactDecimal(15), .batteryEnergyDischarged: ExactDecimal(5)],
      3: [.activeEnergyImport: ExactDecimal(118)],
    ]
    // 100 − 20 + 50 − 15 + 5 = 120 for a hall of 118.
    let balance = try plan.parents[0].balance(assets) { amounts[$0]?[$1] }
    #expect(balance.difference == ExactDecimal(2) && balance.main.amount == ExactDecimal(80))
    #expect(balance.verdict == .unexplained || balance.verdict == .balanced)
  }

  /// Days of a flow with and without a leak; the windows of the night never rest with one.
  private func flow(_ bench: inout SiteBench<EnergyBalanceRule>, _ id: String, leakDays: Range<Int>, days: Int) throws {
    for day in 0..<days {
      for quarter in 0..<96 {
        let hour = quarter / 4
        let use = (6..<22).contains(hour) ? 10 : (quarter % 8 == 0 ? 2 : 0)
        let amount = use + (leakDays.contains(day) ? 3 : 0)
        let start = try start() + .minutes(Int64(15 * (96 * day + quarter)))
        try bench.count(id, start: start, [.compressedAirVolumeNormal: String(amount)])
        try bench.mark(start + .minutes(17))
      }
    }
  }

  @Test func aLeakIsSuspectedAndPriced() throws {
    var bench = try bench([MeterSites.asset("air", [.compressedAirVolumeNormal])]) { site in
      site.energy.analysis.mediaPrices[.compressedAirVolumeNormal] = ExactDecimal("0.15")
    }
    bench.restarts = true
    try flow(&bench, "air", leakDays: 2..<7, days: 10)
    let opened = try #require(bench.findings.first)
    #expect(opened.key == "leak-suspected/air" && opened.closed == nil && bench.findings.count == 2)
    #expect(opened.summary.contains("12 Nm³/h") && opened.summary.contains("288 Nm³, 43.2"))
    #expect(opened.summary.contains("01:00 and 05:00"))
    #expect(bench.evidence("leak-suspected/air", "cost_per_day") == "43.2")
    #expect(bench.open.isEmpty)
  }

  @Test func theMeterNearestToALeakTellsIt() throws {
    var bench = try bench([
      MeterSites.asset("air", [.compressedAirVolumeNormal]),
      MeterSites.asset("hall-air", [.compressedAirVolumeNormal], fedBy: "air"),
    ])
    for day in 0..<5 {
      for quarter in 0..<96 {
        let start = try start() + .minutes(Int64(15 * (96 * day + quarter)))
        for id in ["air", "hall-air"] { try bench.count(id, start: start, [.compressedAirVolumeNormal: "5"]) }
        try bench.mark(start + .minutes(17))
      }
    }
    #expect(bench.open == ["leak-suspected/hall-air"])
  }

  @Test func nothingToDoForAPlantWithoutSubMeters() throws {
    let site = MeterSites.site([MeterSites.asset("main")])
    #expect(EnergyBalanceRule(site: site, zone: try PlantZone(identifier: site.zone)) == nil)
  }
}
