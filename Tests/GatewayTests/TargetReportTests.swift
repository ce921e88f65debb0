import Control
import Factors
import Plant
import Telemetry
import Testing

@testable import Gateway

/// The way down, from the months of the inventory.
@Suite struct TargetReportTests {
  private let zone: PlantZone
  private let target = CarbonTarget(
    baseYear: 2025, base: nil, method: .location, scopes: [1, 2],
    path: [CarbonTarget.Milestone(year: 2030, percent: ExactDecimal(50))])

  init() throws { zone = try PlantZone(identifier: "Asia/Shanghai") }

  /// Months of a year, 100 kg each in scope 2, 10 in scope 1, and 1000 in scope 3, which is not part of the target.
  private func bodies(_ year: Int, _ months: ClosedRange<Int>) -> [JSONValue] {
    months.map { month in
      func first(_ year: Int, _ month: Int) -> JSONValue {
        .string("\(year)-\(month < 10 ? "0" : "")\(month)-01T00:00:00+08:00")
      }
      return [
        "start": first(year, month), "end": month == 12 ? first(year + 1, 1) : first(year, month + 1),
        "methods": ["ghgp_location": ["scope_1_kg": "10", "scope_2_kg": "100", "scope_3_kg": "1000"]],
      ]
    }
  }

  private func table(_ bodies: [JSONValue], _ target: CarbonTarget? = nil, now: String) throws -> ReportTable {
    try TargetReport(target ?? self.target, bodies: bodies, zone: zone).table(
      now: #require(Timestamp(rfc3339: now)))
  }

  @Test func theYearUnderWayIsProjected() throws {
    let table = try table(bodies(2025, 1...12) + bodies(2026, 1...6), now: "2026-07-10T00:00:00+08:00")
    #expect(table.rows.map(\.name) == ["2025", "2026", "2030"])
    #expect(table.rows[0].figures == ["100", "1320", "1320", nil, "100"])
    // 90 % of the base; 660 kg in 181 of 365 days.
    #expect(table.rows[1].figures == ["90", "1188", "660", "1330.939226519337", "100.83"])
    #expect(table.rows[2].figures == ["50", "660", nil, nil, nil])
    #expect(table.notes.contains("2026: will miss the target if it goes on like this"))
    #expect(table.notes.contains("2026: 6 of 12 months have a figure"))
  }

  /// A past year is judged when all of its months are there.
  @Test func aPastYearIsJudged() throws {
    let now = "2027-03-01T00:00:00+08:00"
    let whole = try table(bodies(2025, 1...12) + bodies(2026, 1...12), now: now)
    #expect(whole.notes.contains("2026: above the target"))
    let part = try table(bodies(2025, 1...12) + bodies(2026, 1...10), now: now)
    #expect(part.notes == ["2026: 10 of 12 months have a figure"])
  }

  /// Without a whole base year there is nothing to measure by, unless the configuration says what it emitted.
  @Test func theBaseYearMustBeKnown() throws {
    let months = bodies(2025, 3...12) + bodies(2026, 1...6)
    let unknown = try table(months, now: "2026-07-10T00:00:00+08:00")
    #expect(unknown.rows[1].figures[1] == nil && unknown.notes.first?.contains("10 of 12 months") == true)
    var known = target
    known.base = ExactDecimal(2000)
    let table = try table(months, known, now: "2026-07-10T00:00:00+08:00")
    #expect(table.rows[1].figures[1] == "1800")
    #expect(table.notes.contains("2026: on the way to the target"))
  }

  @Test func budgetsAreListedWithTheirState() throws {
    let status: [JSONValue] = [
      [
        "name": "month", "period": "2026-07", "unit": "kWh", "limit": "100", "state": "exceeded", "used": "120",
        "projected": "300", "at": "2026-07-10T00:00:00+08:00",
      ]
    ]
    let table = BudgetReport.table(status, start: "", end: "")
    #expect(table.rows.map(\.figures) == [["100", "120", "300"]] && table.rows[0].name == "month 2026-07 (kWh)")
    #expect(table.notes.first?.contains("EXCEEDED") == true)
  }
}
