import Carbon
import Factors
import Telemetry
import Testing

@testable import Gateway

/// What a report of emissions says beside its figures.
@Suite struct EmissionTableTests {
  /// A month's record by the market: a certificate, the proxy for the rest, diesel, and a refrigerant in CO2e.
  private func recorded() throws -> EmissionReport.Sums {
    func line(_ scope: Int, _ category: String, _ kg: String, gas: String = "CO2", _ more: [String: JSONValue] = [:])
      -> JSONValue
    {
      var members: [String: JSONValue] = [
        "scope": .integer(Int64(scope)), "category": .string(category), "kg": .string(kg), "gas": .string(gas),
      ]
      for (name, value) in more { members[name] = value }
      return .object(members)
    }
    let method: JSONValue = [
      "scope_1_kg": "1006.5", "scope_2_kg": "609.6", "scope_3_kg": "0", "gas": "CO2e", "gwp": "AR5",
      "lines": [
        line(
          2, "electricity", "0",
          ["factor": ["id": "certificate/G1", "label": "gec"], "certificate": "G1"]),
        line(
          2, "electricity", "609.6",
          ["factor": ["id": "cn-grid-2023/CN/without-traded"], "warnings": ["proxy: it is a proxy for a residual mix"]]),
        line(1, "combustion", "6.5", ["factor": ["id": "gbt32151-2024/diesel"]]),
        line(1, "refrigerant", "1000", gas: "CO2e", ["gwp": "AR5", "factor": ["id": "AR5/R-410A"]]),
        line(3, "offset", "5", gas: "CO2e", ["memo": true]),
      ],
    ]
    return try #require(EmissionReport.Sums(recorded: method))
  }

  @Test func recordsAreReadWithTheirWarnings() throws {
    var table = EmissionTable(by: "scope", groups: [""])
    try table.add(recorded(), to: 0)
    try table.add(recorded(), to: 0)
    #expect(table.rows().map(\.figures) == [["2013"], ["1219.2"], ["0"]])
    #expect(table.total()?.figures == ["3232.2"] && table.column.unit == "kgCO2e")
    #expect(table.notes.filter { $0.contains("proxy") } == ["it is a proxy for a residual mix"])
    #expect(table.notes.contains { $0.contains("warming potentials of AR5") })
  }

  @Test func carriersAddUpToTheSum() throws {
    var table = EmissionTable(by: "carrier", groups: [""])
    try table.add(recorded(), to: 0)
    #expect(table.rows().map(\.name) == ["diesel", "electricity", "refrigerant R-410A"])
    #expect(table.rows().map(\.figures) == [["6.5"], ["609.6"], ["1000"]])
    #expect(table.total()?.figures == ["1616.1"])
  }

  @Test func whatIsInNoRowIsSaid() throws {
    var table = EmissionTable(by: "asset", groups: ["m1", "m2"])
    try table.add(recorded(), to: 0)
    var open = try recorded()
    (open.scopes, open.problems) = (nil, ["no factor"])
    try table.add(open, to: 1)
    try table.addUndivided(recorded(), entries: 1)
    #expect(table.rows().map(\.figures) == [["1616.1"], [nil]] && table.total() == nil)
    #expect(table.notes.contains("no factor"))
    #expect(table.notes.contains { $0.hasPrefix("1 entry is not divided: 1616.1 kg") }, "\(table.notes)")
  }
}
