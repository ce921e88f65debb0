import Rules
import Telemetry

/// Saved state in a dictionary; no history.
final class FakeServices: RuleServices {
  var states: [String: [UInt8]] = [:]
  func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample] { [] }
  func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample? { nil }
  func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample? { nil }
  func load(_ key: String) throws -> [UInt8]? { states[key] }
  func save(_ key: String, _ bytes: [UInt8]?) { states[key] = bytes }
}
