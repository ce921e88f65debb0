import Carbon
import Factors
import Rules
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

/// Standard coal beside energy, of meters and of invoices.
@Suite struct StandardCoalTests {
  private func part(_ what: String, _ amount: String, _ unit: String) throws -> StandardCoalReport.Part {
    let entry = try EnteredActivity(
      SiteCommand(
        name: EnteredActivity.command,
        members: [
          "id": "e1", "what": .string(what), "amount": .string(amount), "unit": .string(unit),
          "start": "2026-01-01T00:00:00+08:00", "end": "2026-02-01T00:00:00+08:00", "person": "Li Na",
          "document": "1", "entered": "2026-02-02T00:00:00+08:00",
        ]))
    return StandardCoalReport.Part(entry: entry, amount: entry.activity.amount)
  }

  /// rules/energy.md: the worked month, 64 337.443841 kgce.
  @Test func theWorkedMonth() throws {
    let site = try SiteLoader.load(
      text: """
        gateway: { id: works }
        zone: Asia/Shanghai
        broker: { host: localhost }
        energy: { standard-coal: true }
        carbon: { subdivision: CN-CQ, methods: [ghgp_location], fuel-set: gbt32151-2024 }
        assets:
          - { id: main, place: cq/s, template: three-phase-meter, topic: m/main, role: grid-import }
          - { id: hall, place: cq/h, template: three-phase-meter, topic: m/hall, fed-by: main }
          - { id: gas, place: cq/g, template: gas-meter, topic: m/gas, fuel: natural_gas }
          - { id: air, place: cq/h, template: compressor, topic: m/air, fed-by: hall }
        destinations: []
        """, file: "works.yaml", devices: [ReferenceDevices.folder], checkFiles: false)
    func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }
    let report = try #require(
      try StandardCoalReport(
        site: site,
        amounts: [
          0: [.activeEnergyImport: try decimal("126238.29")], 1: [.activeEnergyImport: ExactDecimal(50_000)],
          2: [.gasVolumeNormal: try decimal("12345.6"), .gasVolume: ExactDecimal(5000)],
          3: [.activeEnergyImport: ExactDecimal(9000), .compressedAirVolumeNormal: ExactDecimal(70_000)],
        ]))
    let parts = [
      try part("diesel", "2500", "L"), try part("heat", "860", "GJ"), try part("refrigerant:R-410A", "3", "kg"),
    ]
    let all = Set(site.assets.indices)
    #expect(try report.sum(all, parts)?.description == "64337.443841")
    #expect(try report.metered(.gasVolumeNormal, all)?.description == "16419.648")
    #expect(parts.map { report.entered($0).kgce?.description } == ["3059.91", "29343.2", nil])
    #expect(try report.sum([1], [], isWhole: false)?.description == "6145")
    // No coefficient of its own: by the calorific value, 1 kgce = 29.3076 MJ.
    let coal = report.entered(try part("anthracite", "1", "t"))
    let fuel = try #require(site.carbon).library.fuel("anthracite", set: "gbt32151-2024")
    let kilograms = try fuel.calorificValue.value * ExactDecimal(1000) / StandardCoal.megajoules
    #expect(coal.kgce == kilograms, "\(coal)")
  }
}
