import Foundation
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

/// Each known answer of the file stands in a test of the product, so that a new one is not forgotten.
@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct QualityVectorAudit {
  /// The test that checks it, by the name of the vector.
  private static let tests = [
    "p-chart": "ControlChartTests", "laney-p-prime": "ControlChartTests", "p-chart-variable-n": "ControlChartTests",
    "c-chart": "ControlChartTests", "u-chart": "ControlChartTests", "yields": "QualityLevelTests",
    "sigma-level": "QualityLevelTests", "inspection-confusion": "RecognitionTests",
    "wilson-interval": "RecognitionTests", "confidence-band": "RecognitionTests", "aql-lookups": "SamplingTests",
    "aql-code-letters": "SamplingTests", "aql-switching": "SamplingTests", "oee": "../PlantTests/OEETests",
    "oee-edge-cases": "../PlantTests/OEETests",
  ]
  /// All that begin so: `ControlChartTests.runRules` takes each of them.
  private static let family = "nelson-"

  @Test("every vector is claimed by a test that names it")
  func claimed() throws {
    let names = try QualityVector.all().compactMap { $0["name"]?.stringValue }
    #expect(Set(names.filter { !$0.hasPrefix(Self.family) }) == Set(Self.tests.keys))
    // Tests/InspectionTests/QualityVectors.swift
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    for (name, test) in Self.tests.merging([Self.family: "ControlChartTests"], uniquingKeysWith: { own, _ in own }) {
      let source = try String(contentsOfFile: "\(folder)/\(test).swift", encoding: .utf8)
      #expect(source.contains("\"\(name)\""), "\(name) is not in \(test)")
    }
  }
}

/// Equal within an absolute tolerance.
func isClose(_ value: Double?, _ expected: Double?, _ tolerance: Double) -> Bool {
  guard let value, let expected else { return value == nil && expected == nil }
  return abs(value - expected) <= tolerance
}
