import Control
import Telemetry
import Testing

@testable import Gateway

@Suite struct ProductReportTests {
  private func body(_ order: String, _ product: String, good: String, kilograms: JSONValue) -> JSONValue {
    [
      "order": .string(order), "product": .string(product), "batch": .null, "status": "final", "good": .string(good),
      "scrap": "1", "declared_unit": "piece", "declared_units": .string(good), "kgco2e": kilograms,
      "kgco2e_upstream": "10",
      "energy": [
        [
          "carrier": "active-energy-import", "unit": "kWh", "amount": "8", "by_basis": ["machine-time": "8"],
          "kgco2e": kilograms, "factor": "half",
        ]
      ], "materials": [], "allocation": ["sub-meter: …"],
    ]
  }

  private func table(_ bodies: [JSONValue], _ name: String?) throws -> ReportTable {
    try ProductReport.table(bodies, name: name, start: "a", end: "b")
  }

  @Test func ordersOfAProductAddUp() throws {
    let bodies = [
      body("A", "X", good: "4", kilograms: "4"), body("B", "X", good: "12", kilograms: "2"),
      body("C", "Y", good: "1", kilograms: "9"),
    ]
    let found = try table(bodies, "X")
    #expect(found.rows.map(\.name) == ["A", "B"])
    #expect(found.total?.figures == ["16", "2", "16", "6", "20", "0.375", "1.25"])
    #expect(try table(bodies, nil).rows.count == 3)
    #expect(try table(bodies, "C").rows.map(\.figures) == [["8", "9"]])
  }

  @Test func whatHasNoFigureHasNoSum() throws {
    let found = try table(
      [body("A", "X", good: "4", kilograms: "4"), body("B", "X", good: "0", kilograms: .null)], "X")
    #expect(found.total?.figures == ["4", "2", "16", nil, "20", nil, "5"])
    #expect(found.rows[1].figures[6] == nil, "nothing good was made")
  }

  @Test func anUnknownNameIsToldWithTheNearest() throws {
    let error = #expect(throws: ControlRefusal.self) {
      try table([body("A-1001", "X", good: "4", kilograms: "4")], "A-1002")
    }
    #expect(error?.description.contains("A-1001") == true)
  }
}
