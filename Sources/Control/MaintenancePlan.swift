/// What maintenance is proposed, and when: made when it is asked for, from what is predicted then.
public struct MaintenancePlan: Codable, Hashable, Sendable {
  /// What is done at one time on one machine, or in one line.
  public struct Visit: Codable, Hashable, Sendable {
    /// With the plant's offset, as all times here.
    public var start: String
    /// The planned stop that it lies in; nil = an extra stop has to be made.
    public var stop: String?
    public var end: String?
    /// `site/area/line` of the machines; empty = they are in no line.
    public var line: String
    public var jobs: [Job]

    public init(start: String, stop: String?, end: String?, line: String, jobs: [Job]) {
      self.start = start
      self.stop = stop
      self.end = end
      self.line = line
      self.jobs = jobs
    }
  }

  public struct Job: Codable, Hashable, Sendable {
    public var asset: String
    /// Id of the fault, and its name in English and Chinese.
    public var fault: String
    public var name: String
    public var chinese: String
    /// `plan`, `order-now`, `parts-late`, `now` or `inspect`.
    public var action: String
    /// What is to be done, for a person.
    public var advice: String
    /// 0 … 1; nil = by age.
    public var score: Double?
    /// Key of the finding that says it.
    public var finding: String?
    /// `trend` or `age`; nil = it is not known when it fails, for the reason in `refusal`.
    public var method: String?
    public var p10: String?
    public var p50: String?
    public var p90: String?
    public var refusal: String?
    public var parts: [String]
    public var leadTimeHours: Double?
    public var orderBy: String?
    /// That it fails before the visit, 0 … 1.
    public var risk: Double?
    /// The stop after the visit, and that it fails before that one.
    public var nextStop: String?
    public var nextRisk: Double?
    /// What waiting for the next stop costs by expectation: in `costUnit`, money, or money for each hour of a stop.
    public var waitingCost: Double?
    public var costUnit: String?
    /// Where the cost of a stop is from.
    public var costSource: String?
    /// What to look at, in this order.
    public var checks: [String]
    public var checksChinese: [String]
    /// What the failure does to the lines that the machine is a station of; empty without `lines:`.
    public var lineEffects: [String] = []

    public init(
      asset: String, fault: String, name: String, chinese: String, action: String, advice: String, score: Double?,
      finding: String?, method: String?, p10: String?, p50: String?, p90: String?, refusal: String?, parts: [String],
      leadTimeHours: Double?, orderBy: String?, risk: Double?, nextStop: String?, nextRisk: Double?,
      waitingCost: Double?, costUnit: String?, costSource: String?, checks: [String], checksChinese: [String]
    ) {
      self.asset = asset
      self.fault = fault
      self.name = name
      self.chinese = chinese
      self.action = action
      self.advice = advice
      self.score = score
      self.finding = finding
      self.method = method
      self.p10 = p10
      self.p50 = p50
      self.p90 = p90
      self.refusal = refusal
      self.parts = parts
      self.leadTimeHours = leadTimeHours
      self.orderBy = orderBy
      self.risk = risk
      self.nextStop = nextStop
      self.nextRisk = nextRisk
      self.waitingCost = waitingCost
      self.costUnit = costUnit
      self.costSource = costSource
      self.checks = checks
      self.checksChinese = checksChinese
    }
  }

  /// When it was made.
  public var now: String
  /// The next first.
  public var visits: [Visit]
  /// What the reader must know.
  public var notes: [String]
  /// How good the predictions were so far.
  public var quality: MaintenanceReport.Quality

  public init(now: String, visits: [Visit], notes: [String], quality: MaintenanceReport.Quality) {
    self.now = now
    self.visits = visits
    self.notes = notes
    self.quality = quality
  }
}
