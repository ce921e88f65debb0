/// How long something will last, or why that cannot be said.
public enum LifeEstimate: Hashable, Sendable {
  case estimate(Quantiles, method: Method)
  case refused([Refusal])

  /// Hours from the last point on: with a probability of 10, 50 and 90 % it is over by then.
  public struct Quantiles: Hashable, Sendable {
    public var p10: Double
    public var p50: Double
    public var p90: Double
    public init(p10: Double, p50: Double, p90: Double) {
      self.p10 = p10
      self.p50 = p50
      self.p90 = p90
    }

    public func scaled(_ factor: Double) -> Quantiles {
      Quantiles(p10: p10 * factor, p50: p50 * factor, p90: p90 * factor)
    }
  }

  public enum Method: String, Hashable, Sendable {
    /// The course of an indicator, to a stated limit.
    case trend
    /// Age alone, by recorded failures.
    case age
  }

  /// What is missing.
  public enum Refusal: Hashable, Sendable {
    /// Not enough points since the change began.
    case fewPoints(have: Int, needed: Int)
    /// It does not surely move towards its limit.
    case noTrend
    /// It moves, but nothing says how far it may go.
    case noCriterion
    /// It is said how far something may go that nothing of the machine measures: its role.
    case notMeasured(String)
    /// The course fits no growth that is known.
    case poorFit
    /// What is forecast is longer than what was seen.
    case beyondHistory(horizon: Double, history: Double)
    /// Too few failures of this kind of machine are recorded.
    case fewFailures(have: Int, needed: Int)
    /// The recorded lives say nothing of how they differ.
    case noSpread(lives: Int)
    /// Nobody has recorded since when it runs.
    case unknownAge

    public var text: String {
      switch self {
      case .fewPoints(let have, let needed):
        "only \(have) of \(needed) points since the change began: wait for more data"
      case .noTrend: "the indicator does not surely move towards its limit"
      case .noCriterion:
        "nothing says when it counts as failed: give this fault a `criterion:` (what is measured, and how far it may go) "
          + "under `fault-models:` in the configuration"
      case .notMeasured(let role):
        "it counts as failed by its \(role), which no signal of this machine measures: add one, or give the fault another "
          + "`criterion:` under `fault-models:` in the configuration"
      case .poorFit: "the course of the indicator is too irregular to be continued"
      case .beyondHistory(let horizon, let history):
        "it would take about \(Int(horizon.rounded())) h, longer than the \(Int(history.rounded())) h that were seen: "
          + "wait for more data"
      case .fewFailures(let have, let needed):
        "\(have) of \(needed) lives to this fault are recorded: enter what is done with `weir maintenance record`"
      case .noSpread(let lives):
        "\(lives) lives to this fault are recorded, but they are too alike to say how lives differ: wait for more"
      case .unknownAge:
        "its age is not known: enter when it was new with `weir maintenance record … --replaced --at`; before the gateway "
          + "knew it, it is taken to have run as it does now, once a day of that is known"
      }
    }
  }
}
