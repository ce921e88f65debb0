import Factors
import Telemetry
import Testing

@testable import Templates

private let plant = """
  gateway: { id: g }
  zone: Asia/Shanghai
  broker: { host: h }
  assets: []
  tariff: { table: none, currency: CNY, prices: { flat: 0.60 } }
  products:
    - { id: X200, price: 412.50 CNY }
    - id: Y1
      price: [ { amount: 10 CNY }, { from: 2026-07-01, amount: 9.80 CNY } ]

  """

@Suite("Prices of products") struct ProductPriceTests {
  @Test func theyAreReadAndWritten() throws {
    let site = try load(plant)
    #expect(site.products[0].prices == [.init(amount: try #require(ExactDecimal("412.5")))])
    let dated = site.products[1]
    func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }
    #expect(dated.price(on: try day("2026-06-30")) == ExactDecimal(10))
    #expect(dated.price(on: try day("2026-07-01")) == ExactDecimal("9.8"))
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    let later = try load(plant.replacing("{ amount: 10 CNY }, ", with: ""))
    #expect(later.products[1].price(on: try day("2026-06-30")) == nil, "nobody said what it was worth then")
    #expect(try SiteLoader.load(canonicalText: later.canonicalText) == later)
    #expect(!(try load(baseConfiguration)).canonicalText.contains("\"price\""))
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake("currency", "412.50 CNY", "§412.50 EUR", "in EUR", "412.5 CNY"),
      Mistake("no currency", "412.50 CNY", "§412.50", "must be money", "412.50 CNY"),
      Mistake("negative", "412.50 CNY", "§-1 CNY", "must be money", "412.50 CNY"),
      Mistake("no tariff", "412.50 CNY", "§412.50 CNY", "nothing is counted in", "Without `tariff:`"),
      Mistake("order", "from: 2026-07-01, ", "", "does not begin after", "from: 2026-07-01"),
      Mistake("date", "from: 2026-07-01", "from: §2026-07", "must be a date", "2026-01-31"),
      Mistake("no amount", ", amount: 9.80 CNY", "", "\"amount\" is missing", "412.50 CNY"),
      Mistake("key", "from: 2026-07-01", "§form: 2026-07-01", "unknown key \"form\"", "\"from\""),
    ])
  func mistakesOfPrices(_ mistake: Mistake) throws {
    let tariff = "tariff: { table: none, currency: CNY, prices: { flat: 0.60 } }\n"
    try mistake.expect(in: mistake.name == "no tariff" ? plant.replacing(tariff, with: "") : plant)
  }
}
