import Factors
import Foundation
import Telemetry
import Testing

@testable import Templates

/// `budgets:`, the hours of `carbon: hourly-series:`, the file of a recalculation, and the limit of an order feed.
@Suite("Budgets, hours and choices of factors") struct BudgetTests {
  private static let text = """
    carbon: { subdivision: CN-CQ, methods: [ghgp_location, ghgp_market] }
    tariff: { table: chongqing, prices: { flat: 0.5, valley: 0.3 } }
    budgets:
      - { name: kwh, period: month, limit: 1.5 MWh }
      - { name: money, period: day, limit: 1800 CNY, place: cq/hall-1 }
      - { name: co2, period: year, limit: 12 t, assets: ["press-*"], method: ghgp_market, scopes: [2], warn-from: 20 % }

    """

  private func site(_ text: String) throws(ConfigurationErrors) -> Site {
    try SiteLoader.load(
      text: baseConfiguration + text, file: "test.yaml", devices: [packageRoot + "/Devices"], checkFiles: false)
  }

  @Test func everythingIsRead() throws {
    let site = try site(Self.text)
    #expect(site.budgets.map(\.limit.description) == ["1500", "1800", "12000"])
    #expect(site.budgets.map(\.measure) == [.energy, .cost, .emissions(.market, scopes: [2])])
    #expect(site.budgets.map(\.place) == [nil, "cq/hall-1", nil] && site.budgets[2].assets == ["press-*"])
    #expect(site.budgets.map(\.warnFrom.description) == ["10", "10", "20"])
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site && again.canonicalText == site.canonicalText)
    let without = try self.site("")
    #expect(!without.canonicalText.contains("budgets"))
  }

  static let slips: [(old: String, new: String, message: String, remedy: String)] = [
    ("1.5 MWh", "1500", "an amount with its unit", "90000 kWh"),
    ("1800 CNY", "1800 EUR", "in EUR, which nothing is counted in", "CNY"),
    ("cq/hall-1", "cq/hall-9", "nothing stands at \"cq/hall-9\"", "hall-1"),
    ("press-*", "pres-*", "no asset matches", "press"),
    ("ghgp_market, scopes", "pcf, scopes", "not one of the site's", "methods:"),
    ("20 %", "120 %", "a percentage", "10 %"), ("name: co2", "name: kwh", "two budgets are named", "of its own"),
    ("limit: 1.5 MWh", "limit: 1.5 MWh, scopes: [1]", "says how emissions are counted", "Leave it out"),
    ("period: day", "period: week", "a period", "day"),
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

  @Test func withoutATariffThereIsNoMoney() throws {
    let errors = #expect(throws: ConfigurationErrors.self) {
      try site("budgets: [{ name: money, period: day, limit: 5 CNY }]\n")
    }
    #expect(errors?.errors.first?.suggestion.contains("Without `tariff:`") == true)
  }

  @Test func hoursStandInTheCanonicalText() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-hours-\(UUID().uuidString).csv").path
    try "hour,kg\n2026-01-01T00:00:00+08:00,0.5321\n2026-01-01T02:00:00+08:00,0.5\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let text =
      "carbon: { subdivision: CN-CQ, hourly-series: { file: \(file), nature: measured, source: grid, missing: warn } }\n"
    let site = try SiteLoader.load(
      text: baseConfiguration + text, file: "test.yaml", devices: [packageRoot + "/Devices"])
    let series = try #require(site.carbon?.hourlySeries)
    #expect(series.missing == .warn && series.methods == [.location] && series.counts)
    #expect(series.series?.factors.map(\.description) == ["0.5321", "0.5"])
    #expect(site.canonicalText.contains("0.5321 - 0.5"))
    // Without the file.
    try FileManager.default.removeItem(atPath: file)
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    let errors = #expect(throws: ConfigurationErrors.self) {
      try SiteLoader.load(text: baseConfiguration + text, file: "test.yaml", devices: [packageRoot + "/Devices"])
    }
    #expect(errors?.errors.count == 1)
  }

  @Test func aChoiceOfFactorsIsAFile() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-change-\(UUID().uuidString).yaml")
      .path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try """
    data-year: 2022
    gwp: AR6
    overrides:
      - { factor: density/diesel, value: 0.85, unit: kg/L, author: Li Na, date: 2026-01-15, reason: test report }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let change = try FactorChangeFile.load(path: file)
    #expect(change.dataYear == 2022 && change.gwp == "AR6" && change.overrides.map(\.factor) == ["density/diesel"])
    try "data-yaer: 2022\n".write(toFile: file, atomically: true, encoding: .utf8)
    let errors = #expect(throws: ConfigurationErrors.self) { try FactorChangeFile.load(path: file) }
    #expect(errors?.errors.first?.suggestion.contains("data-year") == true)
  }

  @Test func anOrderFeedMayHaveALimit() throws {
    let feed = "  - { id: mes, place: cq/hall-1/press, template: order-feed, topic: t/mes, order-limit: 14 d }\n"
    func site(_ feed: String) throws(ConfigurationErrors) -> Site {
      try SiteLoader.load(
        text: """
          gateway: { id: test }
          zone: Asia/Shanghai
          broker: { host: h }
          assets:
          \(feed)
          """, file: "test.yaml", devices: [packageRoot + "/Devices"], checkFiles: false)
    }
    let read = try site(feed)
    #expect(read.assets[0].production.orderLimit == .days(14))
    #expect(try SiteLoader.load(canonicalText: read.canonicalText) == read)
    let errors = #expect(throws: ConfigurationErrors.self) {
      try site(feed.replacing("order-feed", with: "three-phase-meter"))
    }
    #expect(errors?.errors.first?.message.contains("tells of no orders") == true)
  }
}
