import Factors
import RuleBench
import Rules
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Carbon

/// Emissions that are counted again with other factors.
@Suite struct RecalculationTests {
  private static let location = """
    energy: { window: 1 h }
    carbon: { subdivision: CN-CQ, methods: [ghgp_location], gwp: AR5 }
    """
  private typealias Plant = CarbonTests.Plant

  private static func recalculation(
    _ id: String, _ plant: Plant, _ change: FactorChange, end: Timestamp? = nil, windows: Bool = true
  ) -> Recalculation {
    Recalculation(
      id: id, start: plant.month, end: end, person: "Li Na", reason: "auditor's finding 7",
      entered: plant.next + .hours(1), change: change, includesWindows: windows)
  }

  /// The month with its entries, counted again with the data of 2022 and AR6, and back.
  private static func played(restarts: Bool) throws -> Plant {
    var plant = try Plant(carbon: location, restarts: restarts)
    try plant.meterTheMonth()
    try plant.enter("d1", "diesel", "2500", "L")
    try plant.enter("r1", "refrigerant:R-410A", "3.2", "kg")
    let change = FactorChange(dataYear: 2022, gwp: "AR6")
    try plant.recompute(recalculation("c1", plant, change, end: plant.next))
    for minute in 3..<9 { try plant.mark(plant.next + .minutes(Int64(minute))) }
    return plant
  }

  @Test func everythingThatChangesIsIssuedAgain() throws {
    let plant = try Self.played(restarts: false)
    let method = try #require(try plant.inventory()["methods"]?["ghgp_location"])
    // Electricity with the data of 2022; gas and diesel as they were; the refrigerant in AR6.
    #expect(method["scope_2_kg"] == "65984.754183")
    #expect(method["scope_1_kg"] == "40412.5283987904")
    #expect(try plant.inventory()["recalculation"] == "c1")
    let records = plant.bench.output.records
    func again(_ kind: RecordKind, _ asset: String = "main") -> [RecordDraft] {
      records.filter { $0.kind == kind && $0.asset == asset && $0.cause?.reason == .recalculated }
    }
    let month = try #require(again(.carbonMonth).last)
    let before = try #require(
      records.last { $0.key == month.key && $0.cause?.reason != .recalculated && $0.kind == month.kind })
    #expect(month.revision == before.revision + 1)
    #expect(
      month.cause
        == RevisionCause(
          asset: "works", signal: "c1", time: plant.next + .hours(1), reason: .recalculated,
          note: "Li Na: auditor's finding 7 (data year 2022, warming potentials AR6)"))
    // Gas has no grid factor and no warming potential: nothing of it changes, so nothing is issued.
    #expect([.carbonInterval, .carbonDay, .carbonMonth].allSatisfy { again($0, "gas").isEmpty })
    #expect(again(.carbonInterval).count == 31 * 24 && again(.carbonDay).count == 31)
    #expect(again(.carbonMonth).count == 1 && again(.carbonInventory, "works").count == 1)
    let entries = records.filter { $0.kind == .carbonActivity && $0.revision == 1 }
    #expect(entries.map(\.key) == ["r1/\(plant.month.rfc3339UTC)"], "diesel is as it was")
    let told = try #require(plant.bench.output.findings.first { $0.rule == "carbon-recalculated" })
    #expect(told.evidence == [Event.Attribute("2026-01 ghgp_location", "109803.7180477904 → 106397.2825817904 kg")])
    for record in records {
      let mistakes = try RecordSchema.body(record.kind).validate(JSONValue(parsing: record.body))
      #expect(mistakes.isEmpty, "\(record.kind) \(record.key)")
    }
  }

  /// A journal that is played again with an engine that is restarted between any two entries gives the same bytes.
  @Test func aReplayGivesTheSame() throws {
    func bodies(_ plant: Plant) -> [String: [UInt8]] {
      var bodies: [String: [UInt8]] = [:]
      for record in plant.bench.output.records {
        bodies["\(record.kind.rawValue)/\(record.key)/\(record.revision)"] = record.body
      }
      return bodies
    }
    let once = try Self.played(restarts: false)
    #expect(bodies(once) == bodies(try Self.played(restarts: true)))
  }

  @Test func lateDataIsCountedWithWhatWasChosen() throws {
    var plant = try Plant(carbon: Self.location, restarts: true)
    try plant.mark(plant.month)
    try plant.read(Plant.main, at: plant.month, 0, signal: "active-energy")
    try plant.mark(plant.next + .minutes(2))
    try plant.recompute(Self.recalculation("c1", plant, FactorChange(dataYear: 2021), end: plant.next))
    try plant.mark(plant.next + .minutes(4))
    try plant.read(Plant.main, at: plant.month + .days(10), 10_000_000, signal: "active-energy")
    try plant.mark(plant.next + .minutes(12))
    let inventory = try plant.inventory()
    #expect(inventory["methods"]?["ghgp_location"]?["total_kg"] == "47430")
    let last = try #require(plant.bench.output.records.last { $0.kind == .carbonInventory })
    #expect(last.cause?.reason == .gapClosed)
    // The next month is counted as configured again.
    try plant.mark(plant.next + .days(1))
    try plant.read(Plant.main, at: plant.next + .days(1), 10_000_100, signal: "active-energy")
    try plant.mark(plant.next + .days(3))
    let day = try #require(
      plant.bench.output.records.last { $0.kind == .carbonDay && $0.asset == "main" && $0.start == plant.next })
    let body = try JSONValue(parsing: day.body)
    #expect(body["recalculation"] == nil)
    let factor = body["methods"]?["ghgp_location"]?["lines"]?.arrayValue?.first?["factor"]
    #expect(factor?["data_year"] == 2023)
  }

  /// Without a change the configuration counts; and what changes nothing issues nothing.
  @Test func theLaterOneHoldsAlone() throws {
    var plant = try Plant(carbon: Self.location, restarts: true)
    try plant.meterTheMonth()
    let override = FactorOverride(
      factor: "cn-grid-2023/CN-CQ/average", value: ExactDecimal(1), unit: "kgCO2/kWh", author: "Li Na",
      date: CivilDate(days: 20_500), reason: "a test")
    try plant.recompute(Self.recalculation("c1", plant, FactorChange(overrides: [override])))
    try plant.mark(plant.next + .minutes(3))
    #expect(try plant.inventory()["methods"]?["ghgp_location"]?["scope_2_kg"] == "126238.29")
    try plant.recompute(Self.recalculation("c2", plant, FactorChange()))
    try plant.mark(plant.next + .minutes(4))
    let back = try plant.inventory()
    #expect(back["methods"]?["ghgp_location"]?["scope_2_kg"] == "70453.589649" && back["recalculation"] == nil)
    for minute in 5..<9 { try plant.mark(plant.next + .minutes(Int64(minute))) }
    let before = plant.bench.output.records.count
    try plant.recompute(Self.recalculation("c3", plant, FactorChange()))
    // Said twice, it is done once.
    try plant.recompute(Self.recalculation("c3", plant, FactorChange(dataYear: 2021)))
    for minute in 9..<13 { try plant.mark(plant.next + .minutes(Int64(minute))) }
    #expect(plant.bench.output.records.count == before)
  }

  /// The configuration has other factors now: months of which the windows are long forgotten are counted again, too.
  @Test func aChangedConfigurationReachesBack() throws {
    var plant = try Plant(carbon: Self.location, restarts: true)
    try plant.meterTheMonth()
    try plant.mark(plant.next + .days(90))
    let records = plant.bench.output.records.count
    try plant.bench.restart({ $0.carbon?.dataYear = 2021 }, rules: Plant.rules)
    #expect(plant.bench.output.records.count == records)
    try plant.recompute(Self.recalculation("c1", plant, FactorChange(), end: plant.next))
    for minute in 1..<9 { try plant.mark(plant.next + .days(90) + .minutes(Int64(minute))) }
    #expect(try plant.inventory()["methods"]?["ghgp_location"]?["scope_2_kg"] == "59874.820947")
    let main = try #require(try plant.bench.bodies(.carbonMonth)["main/\(plant.month.rfc3339UTC)"])
    #expect(main["methods"]?["ghgp_location"]?["total_kg"] == "59874.820947" && main["status"] == "final")
    let again = plant.bench.output.records[records...].filter { $0.cause?.reason == .recalculated }
    // Windows and days are no longer remembered.
    #expect(Set(again.map(\.kind)) == [.carbonMonth, .carbonInventory])
  }

  /// What another program wrote into the journal must not stop the rule.
  @Test func whatMeansNothingIsSaidAndLeft() throws {
    var plant = try Plant(carbon: Self.location)
    try plant.meterTheMonth()
    let before = plant.bench.output.records.count
    for members in [["id": "x"], ["id": "y", "start": "soon"]] as [[String: JSONValue]] {
      try plant.bench.command(SiteCommand(name: Recalculation.command, members: members))
    }
    let unfit = FactorOverride(
      factor: "no/such", value: .one, unit: "kg", author: "A", date: CivilDate(days: 1), reason: "r")
    try plant.recompute(Self.recalculation("z", plant, FactorChange(overrides: [unfit])))
    try plant.mark(plant.next + .minutes(5))
    let refused = plant.bench.output.findings.filter { $0.rule == "carbon-recompute-refused" }
    #expect(refused.map(\.key) == ["carbon-recompute-refused/x", "carbon-recompute-refused/y"])
    #expect(plant.bench.output.records.count > before)
    let method = try #require(try plant.inventory()["methods"]?["ghgp_location"])
    #expect(method["total_kg"] == .null && method["problems"]?.arrayValue?.isEmpty == false)
  }

  @Test func aChangeIsReadBackEqual() throws {
    let override = FactorOverride(
      factor: "density/diesel", value: try #require(ExactDecimal("0.85")), unit: "kg/L", author: "Li Na",
      date: CivilDate(days: 20_500), reason: "test report", evidence: "TR-17")
    let change = FactorChange(
      inventoryDate: CivilDate(days: 20_600), dataYear: 2022, gwp: "AR6", fuelSet: "ndrc-24-guides",
      overrides: [override])
    #expect(try FactorChange(json: change.json) == change)
    #expect(throws: FactorProblem.self) { try FactorChange(json: ["data-year": 2022]) }
    #expect(throws: FactorProblem.self) { try FactorChange(json: ["data_year": 22]) }
  }
}

extension CarbonTests.Plant {
  mutating func recompute(_ recalculation: Recalculation) throws {
    try bench.command(SiteCommand(name: Recalculation.command, members: recalculation.json))
    if restarts { try bench.restart() }
  }
}
