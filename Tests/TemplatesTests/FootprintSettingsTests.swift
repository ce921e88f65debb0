import Telemetry
import Testing

@testable import Templates

private let key = String(repeating: "ab", count: 32)

private let plant = """
  gateway: { id: g }
  zone: Asia/Shanghai
  broker: { host: h }
  assets: []
  products:
    - id: X200
      fossil-carbon: 250 g
      exempted: { percent: 1.50, reason: screws }
      materials:
        - { name: casting, amount: 14 kg, supplier-product: "urn:mill:casting" }
        - { name: screws, amount: 12 pcs, footprint: 0.01, source: table 4, primary: no }
  footprint:
    company: Works
    company-ids: ["urn:company:example:works"]
    standards: [ISO14067, GHGP-Product]
    valid-years: 2
    trusted-issuers:
      - { name: Mill, key: "\(key)" }
    data-quality: { years: [0, 2, 4, 8], country: 3 }

  """

@Suite struct FootprintSettingsTests {
  @Test func theyAreReadAndWritten() throws {
    let site = try load(plant, devices: [shippedTemplates])
    let footprint = try #require(site.footprint)
    #expect(footprint.company == "Works" && footprint.standards == ["ISO14067", "GHGP-Product"])
    #expect(footprint.companyIDs == ["urn:company:example:works"] && footprint.validYears == 2)
    #expect(footprint.issuers == [.init(name: "Mill", key: key)])
    #expect(footprint.ratings.years == [0, 2, 4, 8] && footprint.ratings.country == 3)
    #expect([-1, 0, 1, 2, 3, 4, 8, 9].map(footprint.ratings.temporal) == [1, 1, 2, 2, 3, 3, 4, 5])
    let product = try #require(site.products.first)
    #expect(product.fossilCarbon == ExactDecimal("0.25"))
    #expect(product.exempted == .init(percent: ExactDecimal("1.5") ?? .zero, reason: "screws"))
    #expect(product.materials.map(\.supplierProduct) == ["urn:mill:casting", nil])
    #expect(product.materials.map(\.footprint) == [nil, ExactDecimal("0.01")])
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test func withoutItNothingIsWritten() throws {
    let text = try load(baseConfiguration).canonicalText
    for word in ["footprint", "fossil-carbon", "exempted"] { #expect(!text.contains("\"\(word)\"")) }
    #expect(try load(baseConfiguration + "\nfootprint: {}\n").footprint == FootprintSettings())
  }

  @Test func whatChangedIsTold() throws {
    let old = try load(plant, devices: [shippedTemplates])
    let new = try load(plant.replacing("company: Works", with: "company: Plant"), devices: [shippedTemplates])
    #expect(SiteDifference(from: old, to: new).lines == ["footprint:", "  ~ company: Works → Plant"])
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake("key", "valid-years: 2", "§valid-yaers: 2", "unknown key \"valid-yaers\"", "\"valid-years\""),
      Mistake("years", "valid-years: 2", "valid-years: §0", "whole number from 1 to 50", "at least 1"),
      Mistake("urn", "[\"urn:company:example:works\"]", "[§works]", "must be a URN", "urn:company"),
      Mistake("twice", "[ISO14067, GHGP-Product]", "[ISO14067, §ISO14067]", "is there twice", "Keep only one"),
      Mistake("issuer key", "\"\(key)\"", "§\"abc\"", "must be an Ed25519 public key", "another way"),
      Mistake("no issuer", "name: Mill, ", "", "\"name\" is missing", "supplier's name"),
      Mistake("ages", "[0, 2, 4, 8]", "§[0, 2, 8, 4]", "four numbers that do not fall", "years: [1, 3, 6, 10]"),
      Mistake("rating", "country: 3", "country: §6", "whole number from 1 to 5", "at most 5"),
      Mistake("carbon", "250 g", "§some", "must be the fossil carbon", "0 kg"),
      Mistake("percent", "percent: 1.50", "percent: §101", "percent from 0 to 100", "1.5"),
      Mistake("no reason", ", reason: screws", "", "\"reason\" is missing", "what is left out"),
      Mistake(
        "two footprints", "supplier-product: \"urn:mill:casting\"",
        "supplier-product: \"urn:mill:casting\", §footprint: 2", "both", "Keep"),
      Mistake("supplier", "\"urn:mill:casting\"", "§casting", "must be a URN", "urn:"),
      Mistake("no footprint", ", supplier-product: \"urn:mill:casting\"", "", "\"footprint\" is missing", "supplier"),
    ])
  func mistakesOfFootprints(_ mistake: Mistake) throws {
    try mistake.expect(in: plant, devices: [shippedTemplates])
  }
}
