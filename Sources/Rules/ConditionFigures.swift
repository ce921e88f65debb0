import Telemetry

/// What the rule of a machine's condition says of it, told whenever one of these figures changes, and once a plant-local day.
public struct ConditionFigures: Hashable, Sendable {
  /// A fault that the machine is moving towards.
  public struct Prognosis: Hashable, Sendable {
    /// Of the fault model: model and fault.
    public var model: String
    public var fault: String
    /// 0 … 1.
    public var score: Double
    /// The finding that says it.
    public var finding: String
    /// When it has failed with 10, 50 and 90 %; nil with a reason in `refusal`.
    public var p10: Timestamp?
    public var p50: Timestamp?
    public var p90: Timestamp?
    public var refusal: String?

    public init(
      model: String, fault: String, score: Double, finding: String, p10: Timestamp?, p50: Timestamp?, p90: Timestamp?,
      refusal: String?
    ) {
      self.model = model
      self.fault = fault
      self.score = score
      self.finding = finding
      self.p10 = p10
      self.p50 = p50
      self.p90 = p90
      self.refusal = refusal
    }
  }

  /// End of the window that says it.
  public var time: Timestamp
  /// `running`, `stopped` …: a word of `MachineState`.
  public var run: String
  /// `learning` or `watching`.
  public var learning: String
  /// 0 … 100 in tenths; nil while nothing is known.
  public var health: ScaledInteger?
  /// Hours that it ran, and how often it started, since the gateway knows it.
  public var runHours: Double
  public var starts: Int
  /// Of the machine, the first fault first; empty while it is as usual.
  public var prognoses: [Prognosis]

  public init(
    time: Timestamp, run: String, learning: String, health: ScaledInteger?, runHours: Double, starts: Int,
    prognoses: [Prognosis]
  ) {
    self.time = time
    self.run = run
    self.learning = learning
    self.health = health
    self.runHours = runHours
    self.starts = starts
    self.prognoses = prognoses
  }
}
