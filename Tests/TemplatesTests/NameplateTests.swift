import Telemetry
import Templates
import Testing

@Suite("Plates of machines and limits of their condition")
struct NameplateTests {
  private func site(_ plate: String, _ top: String = "") throws -> Site {
    try load(
      baseConfiguration.replacing("criticality: high", with: "criticality: high\n    \(plate)") + top,
      devices: [shippedTemplates])
  }

  private func slips(of plate: String, _ top: String = "") -> [ConfigurationError] {
    mistakes(
      baseConfiguration.replacing("criticality: high", with: "criticality: high\n    \(plate)") + top,
      devices: [shippedTemplates])
  }

  @Test("without a plate there are no limits, and the canonical text is as before")
  func absent() throws {
    let site = try load(baseConfiguration)
    #expect(site.condition == nil)
    #expect(!site.canonicalText.contains("condition"))
    #expect(!site.canonicalText.contains("nameplate"))
  }

  @Test("a plate and the shipped limits are read back from the canonical text")
  func roundTrip() throws {
    let site = try site(
      "nameplate: { power: 0.09 MW, shaft-height: 28 cm, support: flexible, speed: 1485 rpm, current: 160 A, "
        + "voltage: 0.4 kV, insulation: F, bearing: \"6205\" }\n    learning: off")
    let asset = try #require(site.assets.first { !$0.nameplate.isEmpty })
    #expect(asset.nameplate.power == ScaledInteger(90))
    #expect(asset.nameplate.shaftHeight == ScaledInteger(280))
    #expect(asset.nameplate.voltage == ScaledInteger(400))
    #expect(asset.learning == false)
    #expect(!site.watches(asset))
    #expect(site.condition?.vibration?.zones.count == 4)
    #expect(try load(site.canonicalText, devices: []) == site)
  }

  @Test(
    "mistakes name what is right",
    arguments: [
      ("nameplate: { power: 90 }", "power"), ("nameplate: { suport: rigid }", "support"),
      ("nameplate: { support: soft }", "kind of support"), ("nameplate: { insulation: C }", "insulation class"),
      ("nameplate: { shaft-height: 280 kW }", "280 mm"),
    ])
  func mistakesOfPlates(plate: String, word: String) {
    let found = slips(of: plate)
    #expect(found.count == 1)
    #expect(found.contains { ($0.message + $0.suggestion).contains(word) }, "\(found)")
  }

  @Test("what a signal measures, and the ladder of horizons, are read back from the canonical text")
  func rolesAndHorizons() throws {
    let text = baseConfiguration.replacing(
      "resolution: 0.001, modulus: 1000000 }",
      with: "resolution: 0.001, modulus: 1000000 }\n      current-1: { role: current-unbalance }\n    learning: on")
    let site = try load(
      text + "\nmaintenance: { horizons: [24 h, 7 d, 30 d, 60 d] }", devices: [shippedTemplates])
    let asset = try #require(site.assets.first { $0.learning == true })
    #expect(site.watches(asset))
    #expect(asset.signals.contains { $0.role == "current-unbalance" })
    #expect(site.maintenance.horizons.last == .days(60))
    #expect(try load(site.canonicalText, devices: []) == site)
  }

  @Test("meters are watched only if somebody asks for it; horizons grow; a role is one that is known")
  func mistakesOfWatching() throws {
    let site = try load(baseConfiguration, devices: [shippedTemplates])
    #expect(site.assets.filter { site.watches($0) }.allSatisfy { $0.template == "rotating-machine" })
    #expect(
      slips(of: "learning: on", "\nmaintenance: { horizons: [15 d, 48 h, 30 d, 90 d] }").contains {
        $0.message.contains("grow")
      })
    let text = baseConfiguration.replacing(
      "modulus: 1000000 }", with: "modulus: 1000000 }\n      current-1: { role: curent }")
    #expect(mistakes(text, devices: [shippedTemplates]).contains { $0.suggestion.contains("\"current\"") })
  }

  @Test("an unknown table, and numbers that do not grow")
  func tables() {
    #expect(slips(of: "learning: on", "\ncondition: machine").contains { $0.suggestion.contains("machines") })
    let found = slips(
      of: "learning: on",
      "\ncondition: { unbalance: { document: own, voltage: [5, 2], current: [10, 20] } }")
    #expect(found.contains { $0.message.contains("numbers that grow") })
  }
}
