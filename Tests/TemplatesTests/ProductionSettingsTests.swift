import Telemetry
import Testing

@testable import Templates

private let plant = """
  gateway: { id: g }
  zone: Asia/Shanghai
  broker: { host: h }
  assets:
    - { id: mes, place: s/h/l, template: order-feed, topic: "t/{id}" }
    - { id: "counter-{n}", count: 2, place: s/h/x, template: production-counter, topic: "t/{id}", serves: s/h/l }
    - id: press
      place: s/h/l
      template: cnc-machine
      topic: "t/{id}"
      run-state: { signal: active-power, running-above: 5000 W, idle-above: 0.5 kW }
      counts-pieces: yes
    - { id: lights, place: s/h/l, template: three-phase-meter, topic: "t/{id}", serves: none, run-state: none }
  products:
    - id: X200
      name: Pump X200
      summary: Pump of 2 kW
      mass: 12400 g
      gtin: "04012345678901"
      identifiers: ["urn:company:example:X200"]
      declared-unit: kilogram
      materials:
        - { name: casting, amount: 14.0 kg, footprint: 2.50, source: EPD 7, primary: true, rating: [1, 2, 3] }
        - { name: screws, amount: 12 pcs, footprint: 0.01, source: table 4, primary: no }
    - { id: Y }

  """

@Suite struct ProductionSettingsTests {
  @Test func theyAreReadAndWritten() throws {
    let site = try load(plant, devices: [shippedTemplates])
    let ids = site.assets.map(\.id)
    #expect(ids == ["mes", "counter-1", "counter-2", "press", "lights"])
    #expect(site.assets.map(\.production.serves) == [nil, "s/h/l", "s/h/l", nil, nil])
    #expect(site.assets[4].production.servesNone && site.assets[4].production.runState == .off)
    #expect(
      site.assets[3].production.runState
        == .threshold(signal: "active-power", running: ScaledInteger(5), idle: ScaledInteger(5, exponent: -1)))
    #expect(site.assets[3].production.countsPieces == true)
    #expect(site.assets.map { $0.orderSignal } == [0, nil, nil, nil, nil])
    let product = try #require(site.products.first)
    #expect(product.mass == ExactDecimal("12.4") && product.declaredUnit == .kilogram)
    #expect(product.identifiers == ["urn:gtin:04012345678901", "urn:company:example:X200"])
    #expect(product.materials.map(\.amount) == [ExactDecimal(14), ExactDecimal(12)])
    #expect(product.materials[0].rating == .init(technological: 1, geographical: 2, temporal: 3))
    #expect(product.materials[1].rating == nil && !product.materials[1].isPrimary)
    #expect(site.products[1] == Product(id: "Y", name: "Y"))
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test func withoutThemNothingIsWritten() throws {
    let text = try load(baseConfiguration).canonicalText
    for word in ["products", "serves", "run-state", "counts-pieces"] { #expect(!text.contains("\"\(word)\"")) }
  }

  @Test func whatChangedIsTold() throws {
    let old = try load(plant, devices: [shippedTemplates])
    let new = try load(plant.replacing("mass: 12400 g", with: "mass: 13 kg"), devices: [shippedTemplates])
    #expect(SiteDifference(from: old, to: new).lines == ["products:", "  ~ X200: mass: 12.4 kg → 13 kg"])
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake(
        "unknown line", "serves: s/h/l", "serves: §s/h/m", "no order feed speaks for a line at \"s/h/m\"", "s/h/l"),
      Mistake("no place", "serves: s/h/l", "serves: §s//l", "is not the place of a line", "up to four levels"),
      Mistake(
        "no such gauge", "signal: active-power", "signal: §activ-power", "is no gauge or state", "\"active-power\""),
      Mistake(
        "state with threshold", "signal: active-power, running", "signal: state, §running", "is a state", "Remove"),
      Mistake("another dimension", "5000 W", "§5 bar", "must be a value in kW", "5 kW"),
      Mistake("no running", "running-above: 5000 W, ", "", "\"running-above\" is missing", "Add `running-above"),
      Mistake("idle above running", "idle-above: 0.5 kW", "idle-above: §6 kW", "not below running", "running-above"),
      Mistake(
        "run key", "signal: active-power, ", "signal: active-power, §runing-above: 5 kW, ", "unknown key",
        "running-above"),
      Mistake("counts", "counts-pieces: yes", "counts-pieces: §some", "must be true or false", "true"),
      Mistake("product key", "summary: Pump of 2 kW", "§sumary: Pump", "unknown key \"sumary\"", "\"summary\""),
      Mistake("no id", "- { id: Y }", "- §{ name: Y }", "\"id\" is missing in product", "id: X200"),
      Mistake("twice", "- { id: Y }", "- { id: §X200 }", "is there twice (first in line 15)", "Keep one"),
      Mistake("mass", "12400 g", "§12 lb", "must be a mass", "12.4 kg"),
      Mistake("no mass", "    mass: 12400 g\n", "", "needs the mass of a piece", "mass: 12.4 kg"),
      Mistake("gtin", "\"04012345678901\"", "§\"04012345678902\"", "check digit", "bar code"),
      Mistake("urn", "\"urn:company:example:X200\"", "§\"X200\"", "must be a URN", "urn:company"),
      Mistake("unit", "declared-unit: kilogram", "declared-unit: §kilo", "must be a declared unit", "piece"),
      Mistake("amount", "14.0 kg", "§14 stone", "must be an amount for one piece", "13.1 kg"),
      Mistake("footprint", "footprint: 2.50", "footprint: §much", "must be a number of kgCO2e", "2.1"),
      Mistake("no source", ", source: table 4", "", "\"source\" is missing", "document"),
      Mistake("no primary", ", primary: no", "", "\"primary\" is missing", "primary: true"),
      Mistake("rating", "[1, 2, 3]", "§[1, 2]", "three numbers", "rating: [1, 2, 2]"),
      Mistake("rating range", "[1, 2, 3]", "[1, 2, §7]", "whole number from 1 to 5", "at most 5"),
      Mistake("no list", "products:\n", "products: §none-of-it\nremoved:\n", "must be a list", "- id: X200"),
    ])
  func mistakesOfProduction(_ mistake: Mistake) throws {
    try mistake.expect(in: plant, devices: [shippedTemplates])
  }
}
