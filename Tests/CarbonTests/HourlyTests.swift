import Factors
import Foundation
import Rules
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Carbon

/// Electricity with the factor of each hour.
@Suite struct HourlyTests {
  private typealias Plant = CarbonTests.Plant

  /// All hours of January but one have 0.4 by night and 0.6 by day (in UTC); written out, so that no file is needed.
  private static func settings(_ more: String = "", gap: Int? = nil, methods: String = "[ghgp_location]") -> String {
    let values = (0..<745).map { hour in hour == gap ? "-" : (hour % 24 < 12 ? "0.4" : "0.6") }
    return """
      energy: { window: 30 min }
      carbon:
        subdivision: CN-CQ
        methods: \(methods)
        hourly-series:
          nature: measured
          source: grid operator
          first: 2025-12-31T16:00:00Z
          values: \(values.joined(separator: " "))
      \(more.isEmpty ? "" : "    \(more)")
      """
  }

  /// 12 kWh in the first twelve hours of each day, 6 in the others; a reading an hour.
  private func meter(_ plant: inout Plant, hours: Range<Int64>) throws {
    for hour in hours {
      let day = hour / 24
      let inDay = hour % 24
      let kWh = day * 216 + min(inDay, 12) * 12 + max(0, inDay - 12) * 6
      let time = plant.month + .hours(hour)
      try plant.mark(time)
      try plant.read(Plant.main, at: time, kWh * 100, signal: "active-energy")
      try plant.mark(time + .minutes(5))
    }
  }

  private func lines(_ body: JSONValue?, _ method: String = "ghgp_location") -> [JSONValue] {
    body?["methods"]?[method]?["lines"]?.arrayValue ?? []
  }

  @Test(arguments: [false, true])
  func windowsDaysAndTheMonthHaveTheirHours(restarts: Bool) throws {
    var plant = try Plant(carbon: Self.settings(), restarts: restarts)
    try plant.mark(plant.month)
    try meter(&plant, hours: 0..<49)
    let windows = try plant.bench.bodies(.carbonInterval)
    let window = try #require(lines(windows["main/\((plant.month + .hours(30)).rfc3339UTC)"]).first)
    let day = try #require(try plant.bench.bodies(.carbonDay)["main/\((plant.month + .days(1)).rfc3339UTC)"])
    // 144 kWh × 0.4 + 72 kWh × 0.6
    #expect(lines(day).map { $0["kg"]?.stringValue } == ["100.8"])
    #expect(lines(day).first?["formula"]?.stringValue?.hasPrefix("Σ over 24 h of kWh") == true)
    let first = try #require(lines(windows["main/\(plant.month.rfc3339UTC)"]).first)
    for line in [window, first] {
      let factor = try #require(line["factor"])
      #expect(factor["value"] == "0.4" && factor["label"]?.stringValue?.hasPrefix("factor of the hour from") == true)
    }
    // The rest of the month in one stretch, 9 kWh an hour: 201.6 kg for the first two days, 108 for each of the others.
    try plant.mark(plant.next)
    try plant.read(Plant.main, at: plant.next, 6696 * 100, signal: "active-energy")
    try plant.mark(plant.next + .minutes(30))
    let month = try #require(try plant.bench.bodies(.carbonMonth)["main/\(plant.month.rfc3339UTC)"])
    #expect(month["methods"]?["ghgp_location"]?["total_kg"] == "3333.6")
    #expect(try plant.inventory()["methods"]?["ghgp_location"]?["total_kg"] == "3333.6")
    #expect(lines(try plant.inventory()).first?["formula"]?.stringValue?.hasPrefix("Σ over 744 h") == true)
    for record in plant.bench.output.records {
      let mistakes = try RecordSchema.body(record.kind).validate(JSONValue(parsing: record.body))
      #expect(mistakes.isEmpty, "\(record.kind) \(record.key)")
    }
  }

  /// A reading that comes late moves energy from one hour to another: day, month and inventory follow, each once.
  @Test(arguments: [false, true])
  func lateDataMovesEnergyBetweenHours(restarts: Bool) throws {
    var plant = try Plant(carbon: Self.settings(), restarts: restarts)
    try plant.mark(plant.month)
    try plant.read(Plant.main, at: plant.month, 0, signal: "active-energy")
    try plant.mark(plant.month + .hours(24))
    try plant.read(Plant.main, at: plant.month + .hours(24), 24_000, signal: "active-energy")
    try plant.mark(plant.next + .minutes(30))
    // Evenly: 120 kWh × 0.4 + 120 kWh × 0.6
    #expect(try plant.inventory()["methods"]?["ghgp_location"]?["total_kg"] == "120")
    let before = plant.bench.output.records.count
    try plant.read(Plant.main, at: plant.month + .hours(12), 24_000, signal: "active-energy")
    try plant.mark(plant.next + .minutes(60))
    #expect(try plant.inventory()["methods"]?["ghgp_location"]?["total_kg"] == "96")
    let inventories = plant.bench.output.records[before...].filter { $0.kind == .carbonInventory }
    #expect(inventories.count == 1 && inventories.first?.cause?.reason != nil)
  }

  /// A budget of emissions counts as the records do, while the month is under way and when late data comes.
  @Test(arguments: [false, true])
  func budgetsCountByTheHour(restarts: Bool) throws {
    var plant = try Plant(
      carbon: Self.settings() + "\n  budgets: [{ name: month, period: month, limit: 1 t }]", restarts: restarts)
    func used() throws -> String? {
      let bytes = try #require(plant.bench.view.shared[BudgetRule.statusKey])
      return try JSONValue(parsing: bytes).arrayValue?.first?["used"]?.stringValue
    }
    try plant.mark(plant.month)
    try meter(&plant, hours: 0..<13)
    #expect(try used() == "57.6", "twelve hours of the night")
    try meter(&plant, hours: 13..<49)
    #expect(try used() == "201.6", "days as their records have it")
    // Half an hour more.
    try plant.mark(plant.month + .minutes(48 * 60 + 30))
    try plant.read(Plant.main, at: plant.month + .minutes(48 * 60 + 30), 43_800, signal: "active-energy")
    try plant.mark(plant.month + .minutes(48 * 60 + 35))
    #expect(try used() == "204")
  }

  @Test func anHourWithoutAFactorIsNeverFilledInSilently() throws {
    var strict = try Plant(carbon: Self.settings(gap: 3))
    try strict.mark(strict.month)
    try meter(&strict, hours: 0..<26)
    let day = try #require(try strict.bench.bodies(.carbonDay)["main/\(strict.month.rfc3339UTC)"])
    #expect(day["methods"]?["ghgp_location"]?["total_kg"] == .null)
    let problem = day["methods"]?["ghgp_location"]?["problems"]?.arrayValue?.first?.stringValue
    #expect(problem?.contains("none for 1 hours, the first is 2025-12-31T19:00:00Z") == true, "\(problem ?? "")")
    #expect(strict.bench.output.findings.contains { $0.key == "carbon-no-figure/main" })

    var lenient = try Plant(carbon: Self.settings("missing: warn", gap: 3))
    try lenient.mark(lenient.month)
    try meter(&lenient, hours: 0..<26)
    let counted = try #require(try lenient.bench.bodies(.carbonDay)["main/\(lenient.month.rfc3339UTC)"])
    // 132 kWh × 0.4 + 72 kWh × 0.6, and 12 kWh with the factor of the year.
    #expect(lines(counted).map { $0["kg"]?.stringValue } == ["96", "6.6972"])
    let warning = lines(counted).last?["warnings"]?.arrayValue?.first?.stringValue
    #expect(warning?.contains("missing-hours") == true && warning?.contains("cn-grid-2023/CN-CQ/average") == true)
  }

  /// An invoice has no hours: what it says is never counted silently with another factor.
  @Test func whatWasEnteredHasNoHours() throws {
    var strict = try Plant(carbon: Self.settings())
    try strict.mark(strict.month)
    try meter(&strict, hours: 0..<745)
    try strict.mark(strict.next + .minutes(30))
    try strict.enter("e1", "electricity", "1", "MWh")
    let problem = try strict.inventory()["methods"]?["ghgp_location"]?["problems"]?.arrayValue?.first?.stringValue
    #expect(problem?.contains("hours of 1000 kWh that were entered") == true, "\(problem ?? "")")
    let entry = try #require(try strict.bench.bodies(.carbonActivity).values.first)
    #expect(entry["methods"]?["ghgp_location"]?["total_kg"] == .null)

    var lenient = try Plant(carbon: Self.settings("missing: warn"))
    try lenient.mark(lenient.month)
    try meter(&lenient, hours: 0..<745)
    try lenient.mark(lenient.next + .minutes(30))
    try lenient.enter("e1", "electricity", "1", "MWh")
    let counted = lines(try lenient.inventory())
    #expect(counted.map { $0["kg"]?.stringValue } == ["3124.8", "558.1"])
    let warning = counted.last?["warnings"]?.arrayValue?.first?.stringValue
    #expect(warning?.contains("hours of 1000 kWh that were entered") == true, "\(warning ?? "")")

    // Where nothing is metered, too.
    var invoices = try Plant(carbon: Self.settings())
    try invoices.mark(invoices.month)
    try invoices.enter("e1", "electricity", "1", "MWh")
    try invoices.mark(invoices.next + .minutes(30))
    #expect(try invoices.inventory()["methods"]?["ghgp_location"]?["total_kg"] == .null)
  }

  /// A site that counts by the hour alone may count again: its new figures are in the records that will be issued.
  @Test func aSiteOfHoursCanBeCountedAgain() throws {
    var plant = try Plant(carbon: Self.settings())
    try plant.mark(plant.month)
    try meter(&plant, hours: 0..<745)
    try plant.mark(plant.next + .minutes(30))
    let recount = try #require(try InventoryRecount(site: plant.bench.site, zone: plant.zone))
    let recalculation = Recalculation(
      id: "c1", start: plant.month, end: nil, person: "Li Na", reason: "r", entered: plant.next,
      change: FactorChange(dataYear: 2022), includesWindows: true)
    let month = try #require(try recount.months([plant.inventory()], entries: [:], recalculation).first)
    #expect(month.new == [nil] && month.isLater == [true] && month.hasFigure)
    #expect(month.problems.contains { $0.contains("counted by the hour") })
  }

  /// Only the methods that are named count by the hour, and what certificates cover is taken from all hours alike.
  @Test func methodsAndCertificates() throws {
    var plant = try Plant(
      carbon: Self.settings(
        "methods: [ghgp_location, ghgp_market]", methods: "[gbt32150, ghgp_location, ghgp_market]")
        + "\n  certificates: [{ id: G1, mwh: 3.348, valid-from: 2026-01-01, valid-to: 2026-12-31, source: registry }]")
    try plant.mark(plant.month)
    try meter(&plant, hours: 0..<745)
    try plant.mark(plant.next + .minutes(30))
    let inventory = try plant.inventory()
    #expect(inventory["methods"]?["ghgp_location"]?["total_kg"] == "3124.8")
    // Half of the energy is covered, so half of the emissions are left.
    #expect(lines(inventory, "ghgp_market").map { $0["kg"]?.stringValue } == ["0", "1562.4"])
    #expect(lines(inventory, "gbt32150").allSatisfy { $0["factor"]?["label"]?.stringValue?.contains("hour") != true })
  }
}
