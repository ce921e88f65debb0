import Factors
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Templates

/// The tables that ship, against the known answers.
@Suite("Shipped tariffs and coefficients", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
struct ShippedTableTests {
  private func vector(_ name: String) throws -> (inputs: JSONValue, expected: JSONValue) {
    let document = try JSONValue(parsing: try ReferenceData.bytes("rules/vectors/energy.json"))
    let vector = try #require(document["vectors"]?.arrayValue?.first { $0["name"]?.stringValue == name })
    return (try #require(vector["inputs"]), try #require(vector["expected"]))
  }

  private func decimal(_ value: JSONValue?) throws -> ExactDecimal {
    let text = try #require(value?.stringValue)
    return try #require(ExactDecimal(text))
  }

  private func site(_ tariff: String) throws -> Site {
    try load(TariffTests.configuration(tariff), devices: [shippedTemplates])
  }

  @Test("power factor tables", arguments: ["90", "85", "80"])
  func powerFactor(standard: String) throws {
    let (inputs, expected) = try vector("power-factor-table-\(standard)")
    let table = try #require(
      try site(
        "tariff: { table: none, currency: CNY, prices: { flat: 1 }, power-factor: { standard: 0.\(standard) } }"
      ).tariff?.powerFactor)
    let keys = try #require(inputs["keys"]?.arrayValue?.compactMap { $0.integerValue })
    let percents = try #require(expected["percent"]?.arrayValue)
    #expect(keys.count == percents.count && !keys.isEmpty)
    for (key, percent) in zip(keys, percents) {
      #expect(try table.percent(key: Int(key))?.text(places: 2) == percent.stringValue, "\(key)")
    }
  }

  @Test("percent of the steel plant's months, with lagging energy only and with both")
  func months() throws {
    let table = try #require(
      try site("tariff: { table: none, currency: CNY, prices: { flat: 1 }, power-factor: { standard: 0.90 } }").tariff?
        .powerFactor)
    for month in try #require(try vector("steel-power-factor-monthly").expected["months"]?.arrayValue) {
      for which in ["lag", "abs"] {
        let key = try #require(month["key_\(which)"]?.integerValue)
        #expect(.string(try #require(try table.percent(key: Int(key))).text(places: 2)) == month["percent_\(which)"])
      }
    }
  }

  @Test("Chongqing's windows give the known bands and hours")
  func chongqing() throws {
    let set = try #require(
      try site("tariff: { table: chongqing, prices: { flat: 0.5435, valley: 0.3308 } }").tariff?.tariff.periods.first?
        .ruleSet)
    let (inputs, expected) = try vector("tou-band-boundaries")
    for (time, band) in zip(
      try #require(inputs["local_times"]?.arrayValue), try #require(expected["bands"]?.arrayValue))
    {
      let digits = try #require(time.stringValue).split(whereSeparator: { "-T:".contains($0) }).compactMap { Int($0) }
      let second = digits[3] * 3600 + digits[4] * 60 + digits[5]
      #expect(set.band(month: digits[1], second: second)?.rawValue == band.stringValue, "\(time)")
    }
    for name in ["tou-hours-common-year", "tou-hours-leap-year"] {
      let (inputs, expected) = try vector(name)
      let hours = set.hours(year: Int(try #require(inputs["year"]?.integerValue)))
      for band in set.bands {
        #expect(hours[band]?.description == expected[band.rawValue]?.integerValue.map(String.init))
      }
    }
  }

  @Test("standard coal of the worked month, calorific value")
  func standardCoal() throws {
    let table = try #require(try site("energy: { standard-coal: true }").energy.standardCoal)
    let (inputs, expected) = try vector("standard-coal-month")
    let diesel = try decimal(inputs["diesel_l"]) * decimal(inputs["diesel_density"])
    let parts: [(String, String, ExactDecimal)] = [
      ("electricity", "electricity_calorific", try decimal(inputs["electricity_kwh"])),
      ("natural_gas", "natural_gas", try decimal(inputs["natural_gas_m3"])), ("diesel", "diesel", diesel),
      ("heat", "heat", try decimal(inputs["heat_mj"])),
    ]
    var total = ExactDecimal.zero
    for (name, id, amount) in parts {
      let coefficient = try #require(table.coefficient(id))
      #expect(coefficient.basis == .calorific)
      #expect(coefficient.value == (try decimal(inputs["coefficients"]?[name])))
      let part = try #require(try coefficient.kgce(amount))
      #expect(part == (try decimal(expected["parts_kgce"]?[name])))
      total = try total + part
    }
    #expect(total == (try decimal(expected["total_kgce"])))
    #expect(total.description == "64337.443841")
    // The same through what meters count: kWh, Nm³ of a fuel, GJ.
    #expect(
      try table.kgce(decimal(inputs["electricity_kwh"]), counts: "active-energy-import", fuel: nil, basis: .calorific)
        == decimal(expected["parts_kgce"]?["electricity"]))
    #expect(
      try table.kgce(
        decimal(inputs["natural_gas_m3"]), counts: "gas-volume-normal", fuel: "natural_gas", basis: .calorific)
        == decimal(expected["parts_kgce"]?["natural_gas"]))
    #expect(
      try table.kgce(ExactDecimal(860), counts: "heat-energy", fuel: nil, basis: .calorific)
        == decimal(expected["parts_kgce"]?["heat"]))
    #expect(try table.kgce(.one, counts: "gas-volume-normal", fuel: "biogas", basis: .calorific) == nil)
    // Its equivalent value has no default.
    #expect(try table.kgce(.one, counts: "active-energy-import", fuel: nil, basis: .equivalent) == nil)
  }

  @Test("new water: the 2020 edition, three times the one of 2008")
  func water() throws {
    let table = try #require(try site("energy: { standard-coal: standard-coal }").energy.standardCoal)
    let (inputs, expected) = try vector("standard-coal-water-editions")
    let tonnes = try decimal(inputs["new_water_t"])
    #expect(try table.coefficient("new_water")?.kgce(tonnes) == decimal(expected["kgce_2020"]))
    #expect(try table.coefficient("new_water_2008")?.kgce(tonnes) == decimal(expected["kgce_2008"]))
    #expect(table.coefficient(counts: "water-volume", fuel: nil, basis: .calorific)?.id == "new_water")
  }

  @Test("every shipped value keeps the status of the reference table")
  func statuses() throws {
    func rows(_ path: String, _ list: String) throws -> [YAMLNode] {
      let diagnostics = Diagnostics()
      let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
      let root = try #require(YAMLDocument.parse(SourceText(file: path, text: text), diagnostics))
      return try #require(root.entries?.first { $0.key == list }?.value.items)
    }
    func word(_ node: YAMLNode, _ key: String) -> String? { node.entries?.first { $0.key == key }?.value.text }
    let shipped = try rows(packageRoot + "/Config/coefficients/standard-coal.yaml", "coefficients")
    let reference = try rows(ReferenceData.path("rules/tables/standard-coal.yaml"), "coefficients")
    for row in reference where word(row, "range") == nil && row.entries?.contains(where: { $0.key == "range" }) == false
    {
      let own = try #require(shipped.first { word($0, "id") == word(row, "id") }, "\(word(row, "id") ?? "")")
      #expect(word(own, "status") == word(row, "status"))
      let value = word(row, "value").flatMap { ExactDecimal($0) }
      #expect(word(own, "value").flatMap { ExactDecimal($0) } == value)
    }
  }
}
