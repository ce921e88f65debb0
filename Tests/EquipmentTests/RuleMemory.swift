import Rules
import Telemetry

/// What one rule saves, without an engine.
final class RuleMemory: RuleServices {
  var states: [String: [UInt8]] = [:]
  func samples(signal: Int, from: Timestamp, to: Timestamp) -> [Sample] { [] }
  func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) -> Sample? { nil }
  func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) -> Sample? { nil }
  func load(_ key: String) -> [UInt8]? { states[key] }
  func save(_ key: String, _ bytes: [UInt8]?) { states[key] = bytes }
}
