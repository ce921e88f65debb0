/// Why a message or a sample was set aside. The set is closed: it is a metric label and a column of reports.
public enum QuarantineReason: UInt8, Hashable, Sendable, CaseIterable {
  // Messages: decided while decoding, stored with the payload.
  case notJSON = 1
  case missingField = 2
  case wrongType = 3
  case unknownTopic = 4
  case tooLarge = 5
  case badTimestamp = 6
  /// Not in the payload format that the mapping names (CSV, SenML …).
  case malformed = 10
  /// The message names another unit than the mapping.
  case wrongUnit = 11
  /// More than the rate limit of its connection lets through.
  case rateLimited = 12
  // Sparkplug B.
  case notSparkplug = 20
  case outOfSequence = 21
  // Samples: decided at the door or by the engine.
  case outOfRange = 32
  case notANumber = 33
  case futureTimestamp = 34
  case tooOld = 35
  case conflict = 36
  case implausible = 37
  case badQuality = 38

  /// The word for logs, metrics, records and the command line.
  public var word: String {
    switch self {
    case .notJSON: "not-json"
    case .missingField: "missing-field"
    case .wrongType: "wrong-type"
    case .unknownTopic: "unknown-topic"
    case .tooLarge: "too-large"
    case .badTimestamp: "bad-timestamp"
    case .malformed: "malformed"
    case .wrongUnit: "wrong-unit"
    case .rateLimited: "rate-limited"
    case .notSparkplug: "not-sparkplug"
    case .outOfSequence: "out-of-sequence"
    case .outOfRange: "out-of-range"
    case .notANumber: "not-a-number"
    case .futureTimestamp: "future-timestamp"
    case .tooOld: "too-old"
    case .conflict: "conflict"
    case .implausible: "implausible"
    case .badQuality: "bad-quality"
    }
  }
}
