import Telemetry

/// What people are shown of a machine's condition.
public struct ConditionReport: Hashable, Sendable {
  /// What makes the health less than 100.
  public struct Part: Hashable, Sendable {
    public var what: String
    public var points: Double
    public init(what: String, points: Double) {
      self.what = what
      self.points = points
    }
  }

  /// A signal against what is expected of it.
  public struct Indicator: Hashable, Sendable {
    public var signal: String
    public var unit: String
    public var value: Double
    /// Nil if nothing is known yet.
    public var expected: Double?
    /// Robust standard deviations.
    public var z: Double?
    /// By a standard.
    public var zone: String?
    /// Of vibration, mm/s, by what is usual: where an alarm stands, where a trip may stand at most, and whether the change from
    /// the usual matters.
    public var alarm: Double?
    public var trip: Double?
    public var hasChanged: Bool?
    public init(signal: String, unit: String, value: Double, expected: Double?, z: Double?, zone: String?) {
      self.signal = signal
      self.unit = unit
      self.value = value
      self.expected = expected
      self.z = z
      self.zone = zone
    }
  }

  /// A fault that may be behind what is seen.
  public struct Fault: Hashable, Sendable {
    public var id: String
    public var name: String
    public var chinese: String
    /// 0 … 1
    public var score: Double
    /// What speaks for it, and against it.
    public var supporting: String
    public var opposing: String
    public init(id: String, name: String, chinese: String, score: Double, supporting: String, opposing: String) {
      self.id = id
      self.name = name
      self.chinese = chinese
      self.score = score
      self.supporting = supporting
      self.opposing = opposing
    }
  }

  /// When the machine has failed with 10, 50 and 90 %, by its first fault.
  public struct Life: Hashable, Sendable {
    public var fault: String
    public var p10: Timestamp?
    public var p50: Timestamp?
    public var p90: Timestamp?
    /// What is missing, if there is no time.
    public var refusal: String?
    public init(fault: String, p10: Timestamp?, p50: Timestamp?, p90: Timestamp?, refusal: String?) {
      self.fault = fault
      self.p10 = p10
      self.p50 = p50
      self.p90 = p90
      self.refusal = refusal
    }
  }

  /// Of the machine: running, stopped …
  public var run: String
  /// `learning` or `watching`.
  public var learning: String
  /// Hours of data that were learnt from, and that are needed.
  public var hours: Double
  public var neededHours: Double
  public var regimes: Int
  /// Of the deviation: 1 = alarm level; nil while nothing is judged.
  public var score: Double?
  /// 0…100; nil while nothing is known.
  public var health: Double?
  public var parts: [Part]
  public var indicators: [Indicator]
  /// The worst zone; nil without one, with the reason.
  public var zone: String?
  public var zoneReason: String?
  /// Of the last two days, one a half hour, the newest last; −1 = nothing judged.
  public var trend: [Float]
  /// End of the last minute that was looked at.
  public var time: Timestamp?
  /// Hours that it ran, and how often it started, since the gateway knows it.
  public var runHours = 0.0
  public var starts = 0
  /// While it stands out, best first.
  public var faults: [Fault] = []
  public var life: Life?

  public init(
    run: String, learning: String, hours: Double, neededHours: Double, regimes: Int, score: Double?, health: Double?,
    parts: [Part], indicators: [Indicator], zone: String?, zoneReason: String?, trend: [Float], time: Timestamp?
  ) {
    self.run = run
    self.learning = learning
    self.hours = hours
    self.neededHours = neededHours
    self.regimes = regimes
    self.score = score
    self.health = health
    self.parts = parts
    self.indicators = indicators
    self.zone = zone
    self.zoneReason = zoneReason
    self.trend = trend
    self.time = time
  }
}
