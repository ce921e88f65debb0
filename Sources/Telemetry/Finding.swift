/// A rule's result that a person should know of, with its evidence. Open until the rule closes it.
public struct Finding: Hashable, Sendable {
  public enum Severity: UInt8, Hashable, Sendable, Comparable, CaseIterable {
    case info = 0
    case warning = 1
    case critical = 2
    public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
    public var word: String {
      switch self {
      case .info: "info"
      case .warning: "warning"
      case .critical: "critical"
      }
    }
  }

  /// Unique while open: rule and subject, for example `counter-reset/meter-12/energy`.
  public var key: String
  /// The rule's name, a word of a closed set per module: `counter-reset`, `no-data`, `future-clock` …
  public var rule: String
  /// Asset id, destination name or `gateway`.
  public var subject: String
  public var severity: Severity
  public var opened: Timestamp
  public var closed: Timestamp?
  /// One sentence for a person: what, how much, since when.
  public var summary: String
  /// What to do next.
  public var advice: String
  /// Names and values of the evidence, in a fixed order.
  public var evidence: [Event.Attribute]

  public init(
    key: String, rule: String, subject: String, severity: Severity, opened: Timestamp, closed: Timestamp? = nil,
    summary: String, advice: String, evidence: [Event.Attribute] = []
  ) {
    self.key = key
    self.rule = rule
    self.subject = subject
    self.severity = severity
    self.opened = opened
    self.closed = closed
    self.summary = summary
    self.advice = advice
    self.evidence = evidence
  }
}
