import Telemetry
import Testing

@testable import Templates

@Suite("How maintenance is planned") struct MaintenanceSettingsTests {
  private static let text = """
    maintenance:
      horizons: [24 h, 7 d, 30 d, 60 d]
      notice: 36 h
      services:
        - { service: oil-change, assets: ["press-*"], every: 4000 h, warn: 80 %, parts: [oil filter], source: manual }
        - { service: oil-change, every: 8000 h }
      work: 90 min
      bundling: 3 d
      downtime-cost:
        - { assets: ["press-*"], cost: 3000.50 CNY/h, stop: 6 h, source: "controlling, 2026" }
        - { place: cq/hall-1, cost: 12000 CNY/h }

    """

  private func site(_ text: String) throws(ConfigurationErrors) -> Site {
    try SiteLoader.load(
      text: baseConfiguration + text, file: "test.yaml", devices: [packageRoot + "/Devices"], checkFiles: false)
  }

  @Test func everythingIsReadAndReadAgain() throws {
    let site = try site(Self.text)
    #expect(site.maintenance.horizons == [.hours(24), .days(7), .days(30), .days(60)])
    #expect(site.maintenance.notice == .hours(36))
    for asset in site.assets {
      let services = site.maintenance.services(of: asset)
      #expect(services.map(\.every) == [.hours(asset.id.hasPrefix("press-") ? 4000 : 8000)], "the first holds")
    }
    let first = try #require(site.maintenance.services.first)
    #expect(first.warn == ExactDecimal(80) && first.parts == ["oil filter"] && first.source == "manual")
    #expect(site.maintenance.services[1].warn == ExactDecimal(90))
    let planning = site.maintenance.planning
    #expect(planning.work == .minutes(90) && planning.bundling == .days(3))
    #expect(planning.costs.map(\.hourly.description) == ["3000.5", "12000"])
    #expect(planning.costs.map(\.stop) == [.hours(6), nil])
    #expect(planning.costs[0].source == "controlling, 2026" && planning.costs[1].place == "cq/hall-1")
    for asset in site.assets {
      let expected = asset.id.hasPrefix("press-") ? 0 : asset.place.hasPrefix("cq/hall-1") ? 1 : nil
      #expect(planning.cost(of: asset) == expected.map { planning.costs[$0] }, "\(asset.id)")
    }
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site && again.canonicalText == site.canonicalText)
  }

  /// Templates and assets with services of their own.
  private static let nearer = """
    gateway: { id: g, data: d }
    zone: Asia/Shanghai
    broker: { host: localhost }
    templates:
      air:
        extends: compressor
        services:
          - { service: oil-change, every: 4000 h, warn: 80 %, parts: [oil 10 l], source: "manual, 7.2" }
          - { service: air-filter, every: 2000 h }
      air-small: { extends: air }
      air-sealed: { extends: air, services: none }
    maintenance:
      services:
        - { service: air-filter, assets: ["c1"], every: 1000 h }
        - { service: belt, assets: ["c1", "c3"], every: 500 h }
    assets:
      - { id: c1, template: air, topic: "p/{id}" }
      - { id: c2, template: air-small, topic: "p/{id}", services: [{ service: air-filter, every: 1500 h }] }
      - { id: c3, template: air, topic: "p/{id}", services: none }
      - { id: c4, template: air-sealed, topic: "p/{id}" }
      - { id: c5, template: air-small, topic: "p/{id}" }

    """

  @Test func theNearestServiceHolds() throws {
    let site = try SiteLoader.load(
      text: Self.nearer, file: "test.yaml", devices: [packageRoot + "/Devices"], checkFiles: false)
    func services(_ site: Site) -> [String] {
      site.assets.map { asset in
        site.maintenance.services(of: asset).map { "\($0.service) \(Int($0.every.seconds / 3600))" }
          .joined(separator: ", ")
      }
    }
    #expect(
      services(site) == [
        "air-filter 1000, belt 500, oil-change 4000", "air-filter 1500", "belt 500", "",
        "air-filter 2000, oil-change 4000",
      ])
    let oil = try #require(site.maintenance.services(of: site.assets[0]).last)
    #expect(oil.warn == ExactDecimal(80) && oil.parts == ["oil 10 l"] && oil.source == "manual, 7.2")
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site && again.canonicalText == site.canonicalText && services(again) == services(site))
  }

  static let nearerSlips: [(old: String, new: String, message: String, remedy: String)] = [
    ("service: belt, assets: [\"c1\", \"c3\"], every", "service: belt, assets: [\"c9\"], every", "no asset", "c1"),
    ("air-filter, every: 2000 h", "air-filter, asets: [c1], every: 2000 h", "unknown key \"asets\"", "every"),
    ("air-filter, every: 2000 h", "oil-change, every: 2000 h", "\"oil-change\" stands twice", "id of its own"),
    ("services: none }\n  - { id: c4", "services: oil }\n  - { id: c4", "must be a list", "oil-change, every: 4000 h"),
  ]

  @Test(arguments: nearerSlips)
  func aSlipOfTheNearerNamesTheRemedy(_ slip: (old: String, new: String, message: String, remedy: String)) throws {
    try #require(Self.nearer.contains(slip.old))
    let errors = #expect(throws: ConfigurationErrors.self) {
      try SiteLoader.load(
        text: Self.nearer.replacing(slip.old, with: slip.new, maxReplacements: 1), file: "test.yaml",
        devices: [packageRoot + "/Devices"], checkFiles: false)
    }
    let error = try #require(errors?.errors.first)
    #expect(error.message.contains(slip.message) && error.suggestion.contains(slip.remedy), "\(error)")
  }

  @Test func withoutItNothingIsSaid() throws {
    let site = try site("")
    #expect(site.maintenance == .standard && !site.canonicalText.contains("\"maintenance\":"))
    #expect(site.assets.allSatisfy { site.maintenance.planning.cost(of: $0) == nil })
  }

  static let slips: [(old: String, new: String, message: String, remedy: String)] = [
    ("every: 4000 h", "every: 4000", "\"every\" in service", "30 s"),
    (", every: 8000 h", "", "\"every\" is missing", "4000 h"),
    ("service: oil-change, every", "every", "\"service\" is missing", "oil-change"),
    ("warn: 80 %", "warn: 80", "a share of the interval", "90 %"),
    ("service: oil-change, every", "service: oil-change, template: pres, every", "no asset is of template", "template"),
    ("notice: 36 h", "notice: 36", "\"notice\" in maintenance", "30 s"),
    ("work: 90 min", "work: 90", "\"work\" in maintenance", "30 s"),
    ("bundling", "bundeling", "unknown key \"bundeling\"", "bundling"),
    ("12000 CNY/h", "12000 CNY", "money for an hour", "12000 CNY/h"),
    ("12000 CNY/h", "-1 CNY/h", "money for an hour", "12000 CNY/h"),
    ("12000 CNY/h", "1200 EUR/h", "in CNY and in EUR", "one currency"),
    ("press-*", "pres-*", "no asset matches", "press"),
    ("place: cq/hall-1", "place: cq/hall-7", "nothing stands at", "hall-1"),
    ("30 d, 60 d", "30 d, 20 d", "4 lengths of time that grow", "48 h"),
    (", cost: 12000 CNY/h", "", "\"cost\" is missing", "12000 CNY/h"),
  ]

  @Test(arguments: slips)
  func aSlipNamesTheRemedy(_ slip: (old: String, new: String, message: String, remedy: String)) throws {
    try #require(Self.text.contains(slip.old))
    let errors = #expect(throws: ConfigurationErrors.self) {
      try site(Self.text.replacing(slip.old, with: slip.new, maxReplacements: 1))
    }
    let error = try #require(errors?.errors.first)
    #expect(error.message.contains(slip.message) && error.suggestion.contains(slip.remedy), "\(error)")
  }
}
