/// What people recorded of the maintenance of machines, and how good the predictions were.
public struct MaintenanceReport: Codable, Hashable, Sendable {
  public struct Record: Codable, Hashable, Sendable {
    public var id: String
    public var asset: String
    /// `done`, `inspected` or `replaced`.
    public var kind: String
    /// With the plant's offset, as all times here.
    public var time: String
    public var person: String
    public var fault: String?
    public var finding: String?
    /// `yes`, `no`, `other:…`; nil = not said.
    public var found: String?
    /// When the machine had failed by itself.
    public var failed: String?
    /// The service that was done.
    public var service: String?
    public var parts: [String]
    public var note: String
    /// Id of the record that this one corrects, and of the one that corrects this one.
    public var supersedes: String?
    /// Why it corrects that one.
    public var reason: String?
    public var supersededBy: String?
    /// What it says of predictions.
    public var verdicts: [Verdict]

    public init(
      id: String, asset: String, kind: String, time: String, person: String, fault: String?, finding: String?,
      found: String?, failed: String?, service: String?, parts: [String], note: String, supersedes: String?,
      reason: String?, supersededBy: String?, verdicts: [Verdict]
    ) {
      self.id = id
      self.asset = asset
      self.kind = kind
      self.time = time
      self.person = person
      self.fault = fault
      self.finding = finding
      self.found = found
      self.failed = failed
      self.service = service
      self.parts = parts
      self.note = note
      self.supersedes = supersedes
      self.reason = reason
      self.supersededBy = supersededBy
      self.verdicts = verdicts
    }
  }

  public struct Verdict: Codable, Hashable, Sendable {
    public var fault: String
    /// `hit`, `early`, `late`, `false` or `missed`.
    public var verdict: String
    /// From the first warning to the failure or the work, hours.
    public var noticeHours: Double?
    /// The window that had been predicted.
    public var p10: String?
    public var p90: String?

    public init(fault: String, verdict: String, noticeHours: Double?, p10: String?, p90: String?) {
      self.fault = fault
      self.verdict = verdict
      self.noticeHours = noticeHours
      self.p10 = p10
      self.p90 = p90
    }
  }

  /// How good the predictions were. Shares are 0 … 1, and nil where nothing was checked.
  public struct Quality: Codable, Hashable, Sendable {
    public var hits: Int
    public var early: Int
    public var late: Int
    public var falseAlarms: Int
    public var missed: Int
    /// Over, or past their time, and nobody has recorded whether they were right.
    public var unchecked: Int
    public var precision: Double?
    public var recall: Double?
    public var inTime: Double?
    /// Median.
    public var noticeHours: Double?

    public init(
      hits: Int, early: Int, late: Int, falseAlarms: Int, missed: Int, unchecked: Int, precision: Double?,
      recall: Double?, inTime: Double?, noticeHours: Double?
    ) {
      self.hits = hits
      self.early = early
      self.late = late
      self.falseAlarms = falseAlarms
      self.missed = missed
      self.unchecked = unchecked
      self.precision = precision
      self.recall = recall
      self.inTime = inTime
      self.noticeHours = noticeHours
    }
  }

  /// The newest work first.
  public var records: [Record]
  /// Of the machine that was asked for, else of the site.
  public var quality: Quality

  public init(records: [Record], quality: Quality) {
    self.records = records
    self.quality = quality
  }
}
