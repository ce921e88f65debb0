/// What `weir alarms` and `weir incidents` show.
public struct AlarmReport: Codable, Hashable, Sendable {
  /// The plant clock of the answer.
  public var now: String
  /// Active, unacknowledged or silenced; the most urgent first.
  public var alarms: [AlarmLine]
  /// Open ones; safety first.
  public var incidents: [IncidentLine]
  /// More alarms than people can see to: the less urgent ones are joined.
  public var isFlood: Bool

  public init(now: String, alarms: [AlarmLine], incidents: [IncidentLine], isFlood: Bool) {
    self.now = now
    self.alarms = alarms
    self.incidents = incidents
    self.isFlood = isFlood
  }
}

/// An alarm as people see it. Times carry the plant's offset.
public struct AlarmLine: Codable, Hashable, Sendable {
  /// Number of the occurrence; 0: it has not occurred, but is silenced. `weir ack` names it.
  public var occurrence: Int
  /// Its key: rule and subject.
  public var alarm: String
  /// `unacknowledged`, `acknowledged`, `returned`, `latched`, `normal`.
  public var state: String
  public var priority: String
  public var priorityReason: String
  public var subject: String
  public var place: String
  /// Since when its condition holds.
  public var since: String?
  public var raised: String?
  public var acknowledged: String?
  public var acknowledgedBy: String?
  public var returned: String?
  public var shelvedUntil: String?
  /// Who silenced it and why; nil = it is not silenced.
  public var silenced: String?
  /// Nothing is known of its condition since then.
  public var noDataSince: String?
  public var summary: String
  public var advice: String
  public var evidence: [Named]
  /// The incident that it belongs to.
  public var incident: Int?
  /// What to know and to do, heading by heading, in the language that was asked for.
  public var guidance: [GuidanceLine] = []
  /// The last hour of the signals that it speaks of; where one alarm was asked for.
  public var charts: [AssetDetail.SignalDetail]?

  public struct Named: Codable, Hashable, Sendable {
    public var name: String
    public var value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    occurrence: Int, alarm: String, state: String, priority: String, priorityReason: String, subject: String,
    place: String, summary: String, advice: String, evidence: [Named]
  ) {
    self.occurrence = occurrence
    self.alarm = alarm
    self.state = state
    self.priority = priority
    self.priorityReason = priorityReason
    self.subject = subject
    self.place = place
    self.summary = summary
    self.advice = advice
    self.evidence = evidence
  }
}

/// A heading with what stands under it.
public struct GuidanceLine: Codable, Hashable, Sendable {
  public var heading: String
  public var texts: [String]
  public init(heading: String, texts: [String]) {
    self.heading = heading
    self.texts = texts
  }
}

/// An incident as people see it.
public struct IncidentLine: Codable, Hashable, Sendable {
  public var number: Int
  public var kind: String
  public var state: String
  public var priority: String
  public var cause: String
  public var summary: String
  public var advice: String
  public var onset: String
  public var detected: String
  public var diagnosed: String?
  public var announced: String?
  public var acknowledged: String?
  public var recovered: String?
  public var closed: String?
  public var mergedInto: Int?
  public var recurrences: Int
  /// Alarms of it that are active, and all of them.
  public var active: Int
  public var alarms: Int
  /// Occurrences that nobody has acknowledged.
  public var waiting: [Int]
  /// All that is active in it is silenced.
  public var isSilenced: Bool
  public var secondsToDetect: Double
  public var secondsToAcknowledge: Double?
  public var secondsToResolve: Double?
  /// Empty in lists.
  public var members: [Member]
  public var steps: [Step]
  /// Of the alarm that stands first.
  public var guidance: [GuidanceLine] = []
  /// The last hour of the signals that the alarm in front speaks of.
  public var charts: [AssetDetail.SignalDetail]?
  /// Whom people were told through, and whether it arrived; empty in lists.
  public var told: [NotificationLine] = []

  public struct Member: Codable, Hashable, Sendable {
    public var alarm: String
    public var occurrence: Int
    public var subject: String
    public var role: String
    public var priority: String
    public var summary: String
    public var raised: String
    public var acknowledged: String?
    public var returned: String?

    public init(
      alarm: String, occurrence: Int, subject: String, role: String, priority: String, summary: String, raised: String,
      acknowledged: String?, returned: String?
    ) {
      self.alarm = alarm
      self.occurrence = occurrence
      self.subject = subject
      self.role = role
      self.priority = priority
      self.summary = summary
      self.raised = raised
      self.acknowledged = acknowledged
      self.returned = returned
    }
  }

  public struct Step: Codable, Hashable, Sendable {
    public var time: String
    public var text: String
    public init(time: String, text: String) {
      self.time = time
      self.text = text
    }
  }

  public init(
    number: Int, kind: String, state: String, priority: String, cause: String, summary: String, advice: String,
    onset: String, detected: String, secondsToDetect: Double
  ) {
    self.number = number
    self.kind = kind
    self.state = state
    self.priority = priority
    self.cause = cause
    self.summary = summary
    self.advice = advice
    self.onset = onset
    self.detected = detected
    self.secondsToDetect = secondsToDetect
    recurrences = 0
    active = 0
    alarms = 0
    waiting = []
    isSilenced = false
    members = []
    steps = []
  }
}
