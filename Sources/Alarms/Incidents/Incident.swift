import Telemetry
import Templates

/// Alarms with one cause: what a person gets up for.
public struct Incident: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// One alarm, of which nothing wider is known.
    case alarm
    /// Several alarms of one machine.
    case machine
    /// Many devices of one segment are silent at once.
    case segment
    /// A supply failed, and what lives on it.
    case supply
    /// More alarms than a person can see to.
    case flood
    /// Never joined with anything.
    case safety
  }

  public enum State: String, Hashable, Sendable, CaseIterable {
    case detected
    /// Correlation is done: its kind and cause stand.
    case diagnosed
    /// Some of it has returned.
    case recovering
    case recovered
    /// Recovered, acknowledged, and quiet since.
    case closed
    /// Found to be a part of another one.
    case merged

    public var isOpen: Bool { self != .closed && self != .merged }
  }

  public enum Role: String, Hashable, Sendable, CaseIterable {
    case cause
    case symptom
  }

  public struct Member: Hashable, Sendable {
    public var key: String
    public var occurrence: Int
    public var rule: String
    public var subject: String
    public var category: AlarmSettings.Category
    public var priority: AlarmSettings.Priority
    public var role: Role
    public var summary: String
    public var advice: String
    public var onset: Timestamp
    public var raised: Timestamp
    public var acknowledged: Timestamp?
    public var returned: Timestamp?
    /// A person has shelved it, or it is suppressed: still true, but nobody is to be called.
    public var isMuted = false

    public var isActive: Bool { returned == nil }
  }

  public struct Step: Hashable, Sendable {
    public var time: Timestamp
    public var text: String
  }

  public var number: Int
  public var kind: Kind
  public var state = State.detected
  /// The asset, segment or rule that it is named for.
  public var cause: String
  public var members: [Member] = []
  /// When it was made of its first alarm; its record begins then, whatever joins it.
  public var opened: Timestamp
  /// When the first condition began.
  public var onset: Timestamp
  /// When its first alarm was raised.
  public var detected: Timestamp
  public var diagnosed: Timestamp?
  /// When it was told to people; nil: not yet, or as a part of another one.
  public var announced: Timestamp?
  /// When all its alarms were acknowledged for the first time.
  public var acknowledged: Timestamp?
  public var recovered: Timestamp?
  public var closed: Timestamp?
  public var mergedInto: Int?
  /// How often something of it came back.
  public var recurrences = 0
  /// When it will be announced, if nothing else explains it.
  public var announceAt: Timestamp?
  public var steps: [Step] = []
  /// Further steps that were left out.
  public var stepsLeftOut = 0
  /// For its record.
  public var revision = 0

  /// Steps that are kept.
  static let keptSteps = 100

  public init(number: Int, kind: Kind, cause: String, onset: Timestamp, detected: Timestamp) {
    self.number = number
    self.kind = kind
    self.cause = cause
    self.onset = onset
    self.detected = detected
    opened = detected
  }

  public var isActive: Bool { members.contains(where: \.isActive) }
  public var active: Int { members.count(where: \.isActive) }
  public var priority: AlarmSettings.Priority { members.map(\.priority).max() ?? .low }
  /// Occurrences that nobody has acknowledged.
  public var waiting: [Int] { members.filter { $0.acknowledged == nil }.map(\.occurrence).sorted() }
  /// All that is active is shelved or suppressed.
  public var isMuted: Bool { isActive && members.allSatisfy { !$0.isActive || $0.isMuted } }

  /// The alarm to show first: the cause, else the most urgent, else the oldest.
  public var head: Member? {
    members.min { a, b in
      if (a.role == .cause) != (b.role == .cause) { return a.role == .cause }
      if a.priority != b.priority { return a.priority > b.priority }
      return (a.raised, a.key) < (b.raised, b.key)
    }
  }

  mutating func note(_ time: Timestamp, _ text: String) {
    if steps.count < Self.keptSteps {
      steps.append(Step(time: time, text: text))
    } else {
      stepsLeftOut += 1
    }
  }
}
