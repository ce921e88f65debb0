import Telemetry
import TestSupport
import Testing

/// The known answers of `rules/vectors/maintenance.json`.
enum MaintenanceVectors {
  static func vector(_ name: String) throws -> JSONValue {
    let document = try JSONValue(parsing: ReferenceData.bytes("rules/vectors/maintenance.json"))
    return try #require(document["vectors"]?.arrayValue?.first { $0["name"]?.stringValue == name })
  }

  static func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.arrayValue).map { try #require($0.doubleValue) }
  }

  static func number(_ value: JSONValue?) throws -> Double { try #require(value?.doubleValue) }
}
