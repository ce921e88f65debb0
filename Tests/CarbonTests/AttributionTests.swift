import Factors
import Plant
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Carbon

/// Certificates of the site in reports of its parts: by their share of the electricity.
@Suite struct AttributionTests {
  private func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }

  @Test func aPartHasItsShareAndNeverMoreThanItUsed() throws {
    let day = try #require(CivilDate("2026-01-01"))
    let certificates = ["a", "b"].map {
      Certificate(id: $0, kind: .gec, kilowattHours: ExactDecimal(400), validFrom: day, validTo: day, source: "r")
    }
    func line(_ amount: String, _ certificate: String?) -> JSONValue {
      var members: [String: JSONValue] = ["category": "electricity", "unit": "kWh", "amount": .string(amount)]
      members["certificate"] = certificate.map { .string($0) }
      return .object(members)
    }
    func attribution(_ metered: String, entered: String = "0", _ lines: [JSONValue]) throws
      -> EmissionReport.Attribution?
    {
      try EmissionReport.Attribution(
        inventory: [
          "methods": ["ghgp_market": ["lines": .array(lines)]],
          "sources": [
            ["quantity": "active-energy-import", "unit": "kWh", "amount": .string(metered)],
            ["quantity": "active-energy-generation", "unit": "kWh", "amount": "77"],
          ],
          "entries": [
            ["label": "electricity purchased ordinary", "unit": "MWh", "amount": .string(entered)],
            ["label": "electricity purchased non-fossil", "unit": "MWh", "amount": "7"],
          ],
        ], .market, certificates: certificates)
    }
    let lines = [line("400", "a"), line("100", "b"), line("500", nil)]
    let half = try #require(try attribution("900", entered: "0.1", lines))
    #expect(try half.shares(of: ExactDecimal(300)).map(\.kilowattHours) == [ExactDecimal(120), ExactDecimal(30)])
    // All of the site is covered: a third of it is, to the last place.
    let all = try #require(try attribution("300", [line("200", "a"), line("100", "b")]))
    let third = try decimal("33.333333333333")
    let shares = try all.shares(of: third)
    #expect(try shares[0].kilowattHours + shares[1].kilowattHours <= third)
    #expect(try attribution("500", [line("500", nil)]) == nil)
  }

  /// 100 MWh from the grid, 20 MWh of the roof, certificates for 40: the whole site by parts is what it is by scope.
  @Test func whatIsMadeOnSiteLeavesTheSharesAsTheyAre() throws {
    var plant = try CarbonTests.Plant(
      carbon: """
        carbon:
          subdivision: CN-CQ
          methods: [ghgp_market]
          certificates:
            - { id: GEC-1, mwh: 40, valid-from: 2026-01-01, valid-to: 2026-12-31, source: registry }
        """, assets: "  - { id: pv, place: cq/roof, template: pv-inverter, topic: m/pv, role: generation }")
    let pv = 3
    try plant.mark(plant.month)
    let made = try #require(
      plant.bench.site.assets[pv].signals.first { $0.kind.quantity == .activeEnergyGeneration }?.name)
    try plant.read(CarbonTests.Plant.main, at: plant.month, 0, signal: "active-energy")
    try plant.read(pv, at: plant.month, 0, signal: made)
    try plant.mark(plant.next)
    try plant.read(CarbonTests.Plant.main, at: plant.next, 10_000_000, signal: "active-energy")
    try plant.read(pv, at: plant.next, 2_000_000, signal: made)
    try plant.mark(plant.next + .minutes(2))
    let inventory = try plant.inventory()
    let settings = try #require(plant.bench.site.carbon)
    let attribution = try #require(
      try EmissionReport.Attribution(inventory: inventory, .market, certificates: settings.certificates))
    #expect(try attribution.shares(of: ExactDecimal(100_000)).map(\.kilowattHours) == [ExactDecimal(40_000)])
    let report = try #require(try EmissionReport(site: plant.bench.site, zone: plant.zone, recalculations: nil))
    let sums = try report.sums(
      .market,
      amounts: [0: [.activeEnergyImport: ExactDecimal(100_000)], pv: [.activeEnergyGeneration: ExactDecimal(20_000)]],
      group: Set(plant.bench.site.assets.indices), entries: [], period: plant.month..<plant.next,
      attribution: attribution)
    let whole = inventory["methods"]?["ghgp_market"]?["total_kg"]?.stringValue
    #expect(try sums.total()?.description == whole && whole != nil)
  }
}
