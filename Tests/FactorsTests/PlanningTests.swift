import Telemetry
import Testing

@testable import Factors

@Suite struct PlanningTests {
  @Test func pathOfTheTarget() throws {
    let target = CarbonTarget(
      baseYear: 2024, base: ExactDecimal(1000), method: .location, scopes: [1, 2],
      path: [
        CarbonTarget.Milestone(year: 2026, percent: ExactDecimal(90)),
        CarbonTarget.Milestone(year: 2030, percent: ExactDecimal(50)),
      ])
    let years = [2023, 2024, 2025, 2026, 2027, 2030, 2040]
    #expect(
      try years.map { try target.allowance(in: $0, base: nil)?.description }
        == [nil, "1000", "950", "900", "800", "500", "500"])
    var open = target
    open.base = nil
    #expect(try open.allowance(in: 2026, base: nil) == nil)
    #expect(try open.allowance(in: 2026, base: ExactDecimal(10))?.description == "9")
  }

  @Test func budget() throws {
    let budget = CarbonBudget(
      name: "month", period: .month, limit: ExactDecimal(300), method: .location, scopes: [1, 2], assets: ["*"])
    #expect(try budget.state(used: ExactDecimal(100), elapsed: 10, length: 30) == (.within, ExactDecimal(300)))
    #expect(try budget.state(used: ExactDecimal(101), elapsed: 10, length: 30).state == .projected)
    #expect(try budget.state(used: ExactDecimal(301), elapsed: 30, length: 30).state == .exceeded)
    #expect(try budget.state(used: ExactDecimal(300), elapsed: 30, length: 30).state == .within)
    #expect(try budget.state(used: .zero, elapsed: 0, length: 30) == (.within, nil))
  }

  @Test func hourlySeries() throws {
    let text = """
      time,factor
      2026-01-01T00:00:00+08:00,0.6
      2026-01-01T01:00:00+08:00,0.5

      """
    let series = try HourlySeries(csv: text, nature: .measured, source: "grid")
    let start = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00+08:00"))
    #expect(series.factor(at: start + .minutes(59))?.description == "0.6")
    #expect(series.factor(at: start + .minutes(60))?.description == "0.5")
    #expect(series.factor(at: start + .hours(2)) == nil && series.factor(at: start - .minutes(1)) == nil)
    let loads = [
      (hour: start, kilowattHours: ExactDecimal(10)), (hour: start + .hours(1), kilowattHours: ExactDecimal(4)),
    ]
    #expect(try series.emissions(loads, isInventory: true).description == "8")
    #expect(throws: FactorProblem.self) {
      try series.emissions([(hour: start + .hours(2), kilowattHours: .one)], isInventory: false)
    }
    // A model's factors are for planning only.
    let model = try HourlySeries(csv: text, nature: .projected, source: "model")
    #expect(try model.emissions(loads, isInventory: false).description == "8")
    let refused = try problem { _ = try model.emissions(loads, isInventory: true) }
    #expect(refused.message.contains("projected, not measured"))
  }

  @Test(
    arguments: [
      "2026-01-01T00:00:00+08:00,0.6\n2026-01-01T00:00:00+08:00,0.5", "2026-01-01T00:00:00+08:00,0.6\nx,0.5",
      "2026-01-01T00:30:00+08:00,0.6", "2026-01-01T00:00:00+08:00,-1", "2026-01-01T00:00:00+08:00,0.6,1",
    ])
  func badSeries(_ text: String) {
    #expect(throws: FactorProblem.self) { try HourlySeries(csv: text, nature: .measured, source: "x") }
  }

  @Test func productShares() throws {
    func product(_ id: String, metered: Int?, seconds: Int?, pieces: Int, good: Int) -> ProductAllocation.Product {
      ProductAllocation.Product(
        id: id, metered: metered.map { ExactDecimal($0) }, machineSeconds: seconds.map { ExactDecimal($0) },
        pieces: pieces, good: good)
    }
    let all = [
      product("a", metered: 10, seconds: 100, pieces: 50, good: 40),
      product("b", metered: 30, seconds: 100, pieces: 150, good: 0),
    ]
    let metered = try #require(try ProductAllocation.divide(ExactDecimal(100), among: all))
    #expect(metered.basis == .meter && metered.shares.map(\.kilograms.description) == ["25", "75"])
    // Scrap burdens the good pieces; without any the burden has no piece to stand on.
    #expect(metered.shares.map { $0.kilogramsByGoodPiece?.description } == ["0.625", nil])
    var some = all
    some[1].metered = nil
    #expect(try ProductAllocation.divide(ExactDecimal(100), among: some)?.basis == .machineTime)
    some[0].machineSeconds = nil
    let pieces = try #require(try ProductAllocation.divide(ExactDecimal(100), among: some))
    #expect(pieces.basis == .pieces && pieces.shares.map(\.kilograms.description) == ["25", "75"])
    #expect(try ProductAllocation.divide(.one, among: []) == nil)
  }
}
