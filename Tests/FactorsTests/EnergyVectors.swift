import Factors
import Telemetry
import TestSupport
import Testing

/// The known answers of `rules/vectors/energy.json`, by name.
enum EnergyVectors {
  static func named(_ name: String) throws -> (inputs: JSONValue, expected: JSONValue) {
    let document = try JSONValue(parsing: try ReferenceData.bytes("rules/vectors/energy.json"))
    let vector = try #require(document["vectors"]?.arrayValue?.first { $0["name"]?.stringValue == name }, "\(name)")
    return (try #require(vector["inputs"]), try #require(vector["expected"]))
  }

  static func decimal(_ value: JSONValue?) throws -> ExactDecimal {
    let digits = try text(value)
    return try #require(ExactDecimal(digits))
  }

  /// Chongqing's windows, as the shipped table has them.
  static let chongqing = TariffRuleSet(
    id: "cq-tou-2021-14", document: nil, status: .verified,
    windows: [
      TariffRuleSet.Window(band: .peak, start: 660, end: 1020),
      TariffRuleSet.Window(band: .peak, start: 1200, end: 1320),
      TariffRuleSet.Window(band: .flat, start: 480, end: 660),
      TariffRuleSet.Window(band: .flat, start: 1020, end: 1200),
      TariffRuleSet.Window(band: .flat, start: 1320, end: 1440),
      TariffRuleSet.Window(band: .valley, start: 0, end: 480),
      TariffRuleSet.Window(band: .critical, start: 720, end: 840, months: [1, 7, 8, 12], overrides: .peak),
    ])
  static let none = TariffRuleSet(
    id: "no-tou", document: nil, status: .verified, windows: [TariffRuleSet.Window(band: .flat, start: 0, end: 1440)])

  static func text(_ value: JSONValue?) throws -> String { try #require(value?.stringValue) }
  static func integer(_ value: JSONValue?) throws -> Int { Int(try #require(value?.integerValue)) }
}
