import Telemetry
import TestSupport
import Testing

enum Vectors {
  static let path = "rules/vectors/alarms.json"

  /// Vectors whose name begins with one of the words.
  static func named(_ words: String...) throws -> [JSONValue] {
    let document = try JSONValue(parsing: ReferenceData.bytes(path))
    let all = try #require(document["vectors"]?.arrayValue)
    return all.filter { vector in words.contains { vector["name"]?.stringValue?.hasPrefix($0) ?? false } }
  }
}

extension Timestamp {
  /// Seconds on the tests' own axis.
  static func at(_ seconds: Double) -> Timestamp { Timestamp(nanoseconds: Int64((seconds * 1e9).rounded())) }
}
