/// Why the data of a signal is doubted. The set is closed: it is a part of records, of findings and of reports.
public enum QualityReason: UInt8, Hashable, Sendable, Comparable, CaseIterable {
  /// Exactly the same value for much longer than this signal ever keeps one.
  case stuckValue = 0
  /// Hardly any variation left where there used to be some.
  case flatLine = 1
  /// Single values far away from their neighbours.
  case spike = 2
  /// Samples are missing although the device reports.
  case gap = 3
  /// Much more variation than usual.
  case noiseChange = 4
  /// Values outside the physical range of the template.
  case outOfRange = 5
  /// A change faster than the configured rate.
  case rateOfChange = 6
  /// Other values than signals that measure the same.
  case siblingDisagreement = 7
  /// The values look as before, times the ratio of two units.
  case unitChange = 8
  /// Two sources publish as this signal.
  case duplicatePublisher = 9

  /// The word in records, findings and the command line.
  public var word: String {
    switch self {
    case .stuckValue: "stuck-value"
    case .flatLine: "flat-line"
    case .spike: "spike"
    case .gap: "gap"
    case .noiseChange: "noise-change"
    case .outOfRange: "out-of-range"
    case .rateOfChange: "rate-of-change"
    case .siblingDisagreement: "sibling-disagreement"
    case .unitChange: "unit-change"
    case .duplicatePublisher: "duplicate-publisher"
    }
  }

  public init?(word: String) {
    guard let found = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = found
  }

  public static func < (a: QualityReason, b: QualityReason) -> Bool { a.rawValue < b.rawValue }
}
