import Telemetry
import TestSupport
import Testing

/// The known answers of `rules/vectors/quality.json`.
struct QualityVector {
  let inputs: JSONValue
  let expected: JSONValue

  static func all() throws -> [JSONValue] {
    let document = try JSONValue(parsing: ReferenceData.bytes("rules/vectors/quality.json"))
    return try #require(document["vectors"]?.arrayValue)
  }

  init(_ name: String) throws {
    let vector = try #require(try Self.all().first { $0["name"]?.stringValue == name })
    inputs = try #require(vector["inputs"])
    expected = try #require(vector["expected"])
  }

  static func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.arrayValue).map { try #require($0.doubleValue) }
  }

  static func integers(_ value: JSONValue?) throws -> [Int] { try numbers(value).map { Int($0) } }
  static func words(_ value: JSONValue?) throws -> [String] {
    try #require(value?.arrayValue).map { try #require($0.stringValue) }
  }

  func number(_ name: String) throws -> Double { try #require(expected[name]?.doubleValue) }
}

/// Equal within an absolute tolerance.
func isClose(_ value: Double?, _ expected: Double?, _ tolerance: Double) -> Bool {
  guard let value, let expected else { return value == nil && expected == nil }
  return abs(value - expected) <= tolerance
}
