import Telemetry
import Testing

@testable import Templates

private let plant =
  baseConfiguration + """

    inspection:
      accuracy: { limit: 97.5 %, significance: 1 %, reviews: 500 }
      charts: { change: 100 %, run-length: 5000, windows: 40, defects: 20, classes: 12, rules: western-electric, tests: [4, 1] }
      capability: 1.33
      interception: { held: 7 d }

    """

@Suite("Thresholds of inspection") struct InspectionSettingsTests {
  @Test func theyAreReadAndWritten() throws {
    let site = try load(plant)
    let settings = site.inspection
    #expect(settings.accuracyLimit == ScaledInteger(975, exponent: -3) && settings.reviews == 500)
    #expect(settings.significance == ScaledInteger(1, exponent: -2) && settings.change == ScaledInteger(1))
    #expect(settings.rules == .westernElectric && settings.tests == [1, 4] && settings.classes == 12)
    #expect(settings.capability == ScaledInteger(133, exponent: -2) && settings.held == .days(7))
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    let off = try load(baseConfiguration + "\ninspection: { interception: off, charts: { tests: [] } }\n")
    #expect(!off.inspection.interception && off.inspection.tests.isEmpty)
    #expect(try SiteLoader.load(canonicalText: off.canonicalText) == off)
  }

  @Test func withoutThemNothingIsWritten() throws {
    let site = try load(baseConfiguration)
    #expect(site.inspection == .standard && !site.canonicalText.contains("inspection\": { \"accuracy"))
    #expect(try load(baseConfiguration + "\ninspection: { accuracy: { limit: 95.0 % } }\n") == site)
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake("key", "accuracy:", "§acuracy:", "unknown key \"acuracy\"", "\"accuracy\""),
      Mistake("limit outside", "  capability: 1.33", "  §limit: 95 %", "unknown key \"limit\"", "accuracy: { limit"),
      Mistake("no unit", "limit: 97.5 %", "limit: §97.5", "must be a share", "50 %"),
      Mistake("too high", "limit: 97.5 %", "limit: §100 %", "must be a share", "50 %"),
      Mistake("reviews", "reviews: 500", "reviews: §5", "whole number from 20", "at least 20"),
      Mistake("set", "rules: western-electric", "rules: §western", "must be a set of rules", "western-electric"),
      Mistake("test", "tests: [4, 1]", "tests: [4, §5]", "whole number from 1 to 4", "at most 4"),
      Mistake("Cpk", "capability: 1.33", "capability: §high", "a number from 0 to 10", "1"),
      Mistake("held", "held: 7 d", "held: §7", "a length of time", "30 s"),
    ])
  func mistakes(_ mistake: Mistake) throws {
    try mistake.expect(in: plant)
  }

  private static let line = """
    gateway: { id: g }
    zone: UTC
    broker: { host: h }
    inspection:
      units:
        size: 20 MB
        routes: [ { line: engines, products: [K19-*], stations: [glue-*] } ]
    lines: [ { name: engines, stations: [glue-1, eol] } ]
    assets:
      - { id: glue-1, place: s/a, template: ai-vision-station, topic: "x/{id}" }
      - { id: eol, place: s/a, template: end-of-line-tester, topic: "x/{id}" }

    """

  @Test func routesOfProducts() throws {
    let site = try SiteLoader.load(text: Self.line, file: "t.yaml", devices: [shippedTemplates])
    #expect(site.inspection.units?.routes == [.init(line: "engines", products: ["K19-*"], stations: ["glue-*"])])
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test(
    "mistakes in routes",
    arguments: [
      ("line: engines, products", "line: engine, products", "no line is named", "engines"),
      ("[glue-*] }", "[glu-*] }", "no station of engines matches", "glue-1"),
      ("products: [K19-*], ", "", "\"products\" is missing", "K19"),
      (", stations: [glue-*]", "", "\"stations\" is missing", "stations"),
      ("routes: [ {", "routes: { x: {", "must be a list", "dash"),
    ])
  func routeMistakes(old: String, new: String, problem: String, remedy: String) {
    var text = Self.line.replacing(old, with: new)
    if new.hasPrefix("routes: {") { text = text.replacing("[glue-*] } ]", with: "[glue-*] } }") }
    do {
      _ = try SiteLoader.load(text: text, file: "t.yaml", devices: [shippedTemplates])
      Issue.record("it was taken")
    } catch {
      #expect("\(error)".contains(problem) && "\(error)".contains(remedy), "\(error)")
    }
  }

  private static let lots = """
    gateway: { id: g }
    zone: UTC
    broker: { host: h }
    inspection:
      lots:
        table: iso2859-1
        plans:
          - { name: shells, stations: [shell-*], aql: 0.65, level: II, lot: batch, size: 500, switching: supplier }
          - { name: cracks, stations: [shell-1], products: [k19-*], defects: [crack], aql: 1, lot: order, reduced: off }
    assets:
      - { id: shell-1, place: s/a, template: ai-vision-station, topic: "x/{id}" }

    """

  @Test func plansForLots() throws {
    let site = try SiteLoader.load(text: Self.lots, file: "t.yaml", devices: [shippedTemplates])
    let lots = try #require(site.inspection.lots)
    #expect(lots.table == (try SamplingTableFile.load(shippedTemplates + "/../Config/sampling/iso2859-1.yaml")))
    #expect(lots.plans.map(\.name) == ["shells", "cracks"] && lots.plans.map(\.limit) == ["0.65", "1.0"])
    #expect(lots.plans[0].size == 500 && lots.plans[0].series == .supplier && lots.plans[0].source == .batch)
    #expect(lots.plans[1].defects == ["crack"] && lots.plans[1].products == ["k19-*"] && lots.plans[1].source == .order)
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    #expect(
      site.hash
        != (try SiteLoader.load(
          text: Self.lots.replacing("size: 500", with: "size: 501"), file: "t.yaml", devices: [shippedTemplates])).hash)
  }

  @Test(
    "mistakes in plans for lots",
    arguments: [
      ("aql: 0.65", "aql: 0.7", "acceptance quality limit of the table", "0.65"),
      ("[shell-*]", "[shall-*]", "no asset matches", "shell-1"),
      ("reduced: off", "reduced: on", "no plans for reduced inspection", "copy the plans"),
      ("name: cracks", "name: shells", "two plans are named", "name of its own"),
      ("table: iso2859-1", "table: iso2859", "there is no table", "iso2859-1"),
      ("level: II", "level: IV", "must be a level", "Did you mean \"I"),
    ])
  func mistakesInLots(_ old: String, _ new: String, _ problem: String, _ remedy: String) throws {
    let text = Self.lots.replacing(old, with: new)
    #expect {
      _ = try SiteLoader.load(text: text, file: "t.yaml", devices: [shippedTemplates])
    } throws: { error in
      "\(error)".contains(problem) && "\(error)".contains(remedy)
    }
  }
}
