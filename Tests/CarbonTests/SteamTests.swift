import Energy
import Plant
import RuleBench
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Carbon

/// A steam meter that counts mass and heat counts one flow.
@Suite struct SteamTests {
  /// 860 GJ × 0.11 tCO2/GJ, as heat is counted; the 300 t beside it are the same steam.
  @Test func massAndHeatAreCountedOnce() throws {
    let devices = try TemporaryDirectory()
    try devices.write(
      """
      template: steam-and-heat
      summary: Steam meter with a register of heat
      timestamp: { path: ts, format: epoch-ms }
      signals:
        steam: { kind: register, counts: steam-mass, unit: kg, path: m, range: [0, 1000000000], resolution: 0.01, expected-interval: 5 min }
        heat: { kind: register, counts: heat-energy, unit: GJ, path: q, range: [0, 1000000], resolution: 0.01, expected-interval: 5 min }
      """, to: "steam-and-heat.yaml")
    var plant = try CarbonTests.Plant(
      carbon: """
        carbon: { subdivision: CN-CQ, methods: [ghgp_location], steam: saturated_steam_1_7_MPa }
        budgets:
          - { name: steam, period: month, limit: 1000 t, assets: [steam] }
        """,
      assets: "  - { id: steam, place: cq/steam, template: steam-and-heat, topic: m/steam }",
      devices: [devices.path])
    let steam = 3
    try plant.mark(plant.month)
    try plant.read(steam, at: plant.month, 0, signal: "steam")
    try plant.read(steam, at: plant.month, 0, signal: "heat")
    try plant.mark(plant.next)
    try plant.read(steam, at: plant.next, 30_000_000, signal: "steam")
    try plant.read(steam, at: plant.next, 86_000, signal: "heat")
    try plant.mark(plant.next + .minutes(30))
    let inventory = try plant.inventory()
    #expect(inventory["methods"]?["ghgp_location"]?["total_kg"] == "94600")
    #expect(inventory["sources"]?.arrayValue?.map { $0["quantity"] } == ["heat-energy"])
    let month = try #require(try plant.bench.bodies(.carbonMonth)["steam/\(plant.month.rfc3339UTC)"])
    #expect(month["methods"]?["ghgp_location"]?["total_kg"] == "94600")
    let report = try #require(try EmissionReport(site: plant.bench.site, zone: plant.zone, recalculations: nil))
    let sums = try report.sums(
      .location, amounts: [steam: [.steamMass: ExactDecimal(300_000), .heatEnergy: ExactDecimal(860)]], group: [steam],
      entries: [], period: plant.month..<plant.next)
    #expect(try sums.total()?.description == "94600")
  }
}
