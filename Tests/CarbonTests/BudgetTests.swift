import Factors
import Plant
import Rules
import Telemetry
import TestSupport
import Testing

@testable import Carbon

/// What a period may use, and what is told when it uses more.
@Suite struct BudgetTests {
  private typealias Plant = CarbonTests.Plant

  private static func settings(_ budgets: String) -> String {
    """
    energy: { window: 1 h }
    carbon: { subdivision: CN-CQ, methods: [ghgp_location], gwp: AR5 }
    budgets:
    \(budgets)
    """
  }

  private func told(_ plant: Plant, _ rule: String) -> [(key: String, isClosed: Bool)] {
    plant.bench.output.findings.filter { $0.rule == rule }.map { ($0.key, $0.closed != nil) }
  }

  private func status(_ plant: Plant) throws -> [JSONValue] {
    let bytes = try #require(plant.bench.view.shared[BudgetRule.statusKey])
    return try #require(try JSONValue(parsing: bytes).arrayValue)
  }

  /// One kilowatt hour a minute would be 44,640 kWh in January.
  private func meter(_ plant: inout Plant, days: ClosedRange<Int64>, hundredthsADay: Int64 = 144_000) throws {
    for day in days {
      try plant.mark(plant.month + .days(day))
      try plant.read(
        Plant.main, at: plant.month + .days(day), day * hundredthsADay, signal: "active-energy")
      try plant.mark(plant.month + .days(day) + .minutes(10))
    }
  }

  @Test(arguments: [false, true])
  func aMonthWarnsBeforeItIsExceeded(restarts: Bool) throws {
    var plant = try Plant(
      carbon: Self.settings("  - { name: month, period: month, limit: 40000 kWh, assets: [main, hall] }"),
      restarts: restarts)
    try plant.mark(plant.month)
    try meter(&plant, days: 0...3)
    #expect(told(plant, "budget-projected").isEmpty, "a tenth of the month has not passed")
    try meter(&plant, days: 4...4)
    #expect(told(plant, "budget-projected").map(\.key) == ["budget-projected/month/2026-01-01"])
    let line = try #require(try status(plant).first)
    #expect(line["state"] == "projected" && line["used"] == "5760" && line["projected"] == "44640")
    try meter(&plant, days: 5...27)
    #expect(told(plant, "budget-exceeded").isEmpty)
    try meter(&plant, days: 28...28)
    #expect(told(plant, "budget-exceeded").map(\.key) == ["budget-exceeded/month/2026-01-01"])
    #expect(told(plant, "budget-projected").map(\.isClosed) == [false, true])
    #expect(try status(plant).first?["state"] == "exceeded")
    try meter(&plant, days: 29...32)
    #expect(told(plant, "budget-exceeded").map(\.isClosed) == [false, true], "it is closed with its month")
    #expect(try status(plant).first?["period"] == "2026-02")
  }

  /// Working days of 1,000 kWh and still weekends: a week that begins with work is no reason to warn of its month.
  @Test(arguments: [false, true])
  func aMonthIsProjectedByItsWeekdays(restarts: Bool) throws {
    var plant = try Plant(
      carbon: Self.settings("  - { name: month, period: month, limit: 22000 kWh, assets: [main, hall] }"),
      restarts: restarts)
    try plant.mark(plant.month)
    var register: Int64 = 0
    // January 1 is a Thursday; February has twenty working days.
    for day in 0...59 as ClosedRange<Int64> {
      let time = plant.month + .days(day)
      try plant.mark(time)
      try plant.read(Plant.main, at: time, register, signal: "active-energy")
      try plant.mark(time + .minutes(10))
      register += ShiftPlan.weekday(day: 20_454 + Int(day)) < 5 ? 100_000 : 0
      guard day == 36 else { continue }
      let line = try #require(try status(plant).first)
      // A Sunday and four working days were 4,000 kWh; as it began it would be 22,400.
      #expect(line["period"] == "2026-02" && line["used"] == "4000" && line["projected"] == "20000", "\(line)")
      #expect(line["basis"]?.stringValue?.contains("weekdays") == true && line["state"] == "within")
    }
    #expect(told(plant, "budget-projected").allSatisfy { $0.key.hasSuffix("2026-01-01") }, "January had no history")
  }

  /// The day's work is done by four: what is left of it is known from the days before.
  @Test(arguments: [false, true])
  func aDayIsProjectedByItsHours(restarts: Bool) throws {
    var plant = try Plant(
      carbon: Self.settings("  - { name: day, period: day, limit: 1000 kWh }"), restarts: restarts)
    try plant.mark(plant.month)
    for hour in 0...(24 * 15 + 12) as ClosedRange<Int64> {
      let worked = hour / 24 * 8 + min(max(0, hour % 24 - 8), 8)
      let time = plant.month + .hours(hour)
      try plant.mark(time)
      try plant.read(Plant.main, at: time, worked * 10_000, signal: "active-energy")
      try plant.mark(time + .minutes(10))
      if hour == 24 * 14 + 16 {
        let line = try #require(try status(plant).first)
        #expect(line["used"] == "800" && line["projected"] == "800", "1,200 as it began: \(line)")
      }
    }
    let line = try #require(try status(plant).first)
    #expect(line["used"] == "400" && line["projected"] == "800" && line["state"] == "within", "\(line)")
    #expect(line["basis"]?.stringValue?.contains("rest of the day") == true)
    let days = told(plant, "budget-projected").map(\.key)
    #expect(days.contains("budget-projected/day/2026-01-01") && !days.contains("budget-projected/day/2026-01-15"))
  }

  /// Whatever the engine's restarts, the same is told.
  @Test func restartsChangeNothing() throws {
    func findings(_ restarts: Bool) throws -> [Finding] {
      var plant = try Plant(
        carbon: Self.settings(
          "  - { name: day, period: day, limit: 1.3 MWh }\n  - { name: co2, period: month, limit: 20 t }"),
        restarts: restarts)
      try plant.mark(plant.month)
      try meter(&plant, days: 0...33)
      return plant.bench.output.findings.filter { $0.rule.hasPrefix("budget") }
    }
    let once = try findings(false)
    #expect(once == (try findings(true)) && !once.isEmpty)
  }

  /// Emissions: of the hall alone, by the factor of the location; and what is entered belongs to the whole site.
  @Test func emissionsOfAPlaceAndOfTheSite() throws {
    var plant = try Plant(
      carbon: Self.settings(
        """
          - { name: hall, period: month, limit: 1 t, place: cq/hall }
          - { name: site, period: month, limit: 8 t }
        """))
    try plant.mark(plant.month)
    try plant.read(Plant.main, at: plant.month, 0, signal: "active-energy")
    try plant.read(Plant.sub, at: plant.month, 0, signal: "active-energy")
    let day = plant.month + .days(1)
    try plant.mark(day)
    try plant.read(Plant.main, at: day, 400_000, signal: "active-energy")
    try plant.read(Plant.sub, at: day, 200_000, signal: "active-energy")
    try plant.mark(day + .minutes(10))
    #expect(told(plant, "budget-exceeded").map(\.key) == ["budget-exceeded/hall/2026-01-01"])
    #expect(try status(plant).map { $0["used"]?.stringValue } == ["1116.2", "2232.4"])
    try plant.enter("d1", "diesel", "2500", "L")
    try plant.mark(day + .hours(2))
    #expect(try status(plant).map { $0["used"]?.stringValue } == ["1116.2", "8733.8102384"])
    #expect(told(plant, "budget-exceeded").map(\.key).last == "budget-exceeded/site/2026-01-01")
    // The entry was wrong: what was told is taken back.
    try plant.enter("d2", "diesel", "25", "L", more: ["supersedes": "d1", "reason": "two zeros too much"])
    try plant.mark(day + .hours(4))
    let last = try #require(plant.bench.output.findings.last { $0.rule == "budget-exceeded" })
    #expect(last.key == "budget-exceeded/site/2026-01-01" && last.closed != nil)
    #expect(last.summary.contains("kept after all"), "\(last.summary)")
  }

  /// What is entered for a place is not the whole burden of each asset there.
  @Test func anEntryIsChargedWhereAllOfItsPlaceIs() throws {
    var plant = try Plant(
      carbon: Self.settings(
        """
          - { name: main, period: month, limit: 100 t, assets: [main] }
          - { name: hall, period: month, limit: 100 t, assets: [hall] }
          - { name: works, period: month, limit: 100 t, place: cq }
        """))
    try plant.mark(plant.month)
    try plant.read(Plant.main, at: plant.month, 0, signal: "active-energy")
    try plant.enter("d1", "diesel", "2500", "L", more: ["place": "cq"])
    try plant.enter("d2", "diesel", "2500", "L", more: ["place": "cq/hall"])
    try plant.enter("d3", "diesel", "2500", "L", more: ["place": "main"])
    try plant.mark(plant.month + .hours(3))
    #expect(
      try status(plant).map { $0["used"]?.stringValue } == ["6501.4102384", "6501.4102384", "19504.2307152"],
      "nobody knows how much of what the works used the hall did")
  }

  /// A period that is over and turns out to have been exceeded is told, when its readings come.
  @Test(arguments: [false, true])
  func lateDataExceedsAPastDay(restarts: Bool) throws {
    var plant = try Plant(
      carbon: Self.settings("  - { name: day, period: day, limit: 1000 kWh }"), restarts: restarts)
    try plant.mark(plant.month)
    try plant.read(Plant.main, at: plant.month, 0, signal: "active-energy")
    try plant.mark(plant.month + .days(3))
    #expect(told(plant, "budget-exceeded").isEmpty)
    try plant.read(Plant.main, at: plant.month + .days(1), 150_000, signal: "active-energy")
    try plant.read(Plant.main, at: plant.month + .days(2), 240_000, signal: "active-energy")
    try plant.mark(plant.month + .days(3) + .hours(2))
    #expect(told(plant, "budget-exceeded").map(\.key) == Array(repeating: "budget-exceeded/day/2026-01-01", count: 2))
    #expect(told(plant, "budget-exceeded").map(\.isClosed) == [false, true])
  }

  /// With other factors a budget of emissions stands otherwise.
  @Test func recalculationReachesBudgets() throws {
    var plant = try Plant(carbon: Self.settings("  - { name: site, period: month, limit: 2 t }"), restarts: true)
    try plant.mark(plant.month)
    try meter(&plant, days: 0...2)
    #expect(try status(plant).first?["used"] == "1607.328")
    let doubled = FactorOverride(
      factor: "cn-grid-2023/CN-CQ/average", value: ExactDecimal(1), unit: "kgCO2/kWh", author: "Li Na",
      date: CivilDate(days: 20_500), reason: "a test")
    try plant.recompute(
      Recalculation(
        id: "c1", start: plant.month, end: nil, person: "Li Na", reason: "a test", entered: plant.month + .days(2),
        change: FactorChange(overrides: [doubled])))
    try plant.mark(plant.month + .days(2) + .hours(2))
    #expect(try status(plant).first?["used"] == "2880")
    #expect(told(plant, "budget-exceeded").map(\.key) == ["budget-exceeded/site/2026-01-01"])
  }
}
