import Telemetry

/// A main meter against the sum of its sub-meters in one window, of one carrier.
public struct MeterBalance: Hashable, Sendable {
  /// What a meter counted, and how well.
  public struct Part: Hashable, Sendable {
    public var asset: String
    /// In the quantity's unit; nil = no data.
    public var amount: ExactDecimal?
    /// Limit of error, percent of the reading; nil = not known.
    public var accuracy: ExactDecimal?

    public init(asset: String, amount: ExactDecimal?, accuracy: ExactDecimal?) {
      self.asset = asset
      self.amount = amount
      self.accuracy = accuracy
    }
  }

  public enum Verdict: String, Hashable, Sendable {
    /// The difference is no larger than the meters' uncertainty.
    case balanced
    /// More goes in than the sub-meters count: losses, unmetered users, a leak.
    case unexplained
    /// The sub-meters count more than goes in: wrong ratio, wrong feeder, wrong sign.
    case excess
    /// A meter without data: nothing can be said.
    case incomplete
    /// An accuracy is not known, so the difference cannot be judged.
    case unjudged
  }

  public let main: Part
  public let subMeters: [Part]
  /// Main − Σ sub-meters; nil if one of them has no data.
  public let difference: ExactDecimal?
  /// Difference / main; nil also where the main meter counted nothing.
  public let share: ExactDecimal?
  /// Root of the sum of squares of each meter's limit of error, in the quantity's unit; nil if one is not known.
  public let uncertainty: Double?
  public let verdict: Verdict
  /// Sub-meters without data.
  public var missing: [String] { subMeters.filter { $0.amount == nil }.map(\.asset) }

  public init(main: Part, subMeters: [Part]) throws(DecimalError) {
    self.main = main
    self.subMeters = subMeters
    var sum = ExactDecimal.zero
    var squares: Double? = 0
    for part in [main] + subMeters {
      if let amount = part.amount, let accuracy = part.accuracy {
        let error = amount.doubleValue * accuracy.doubleValue / 100
        squares = squares.map { $0 + error * error }
      } else {
        squares = nil
      }
    }
    for part in subMeters { sum = try sum + (part.amount ?? .zero) }
    guard let whole = main.amount, subMeters.allSatisfy({ $0.amount != nil }) else {
      difference = nil
      share = nil
      uncertainty = nil
      verdict = .incomplete
      return
    }
    let difference = try whole - sum
    self.difference = difference
    share = whole.isZero ? nil : try difference / whole
    uncertainty = squares.map { $0.squareRoot() }
    guard let uncertainty else {
      verdict = .unjudged
      return
    }
    if difference.magnitude.doubleValue <= uncertainty {
      verdict = .balanced
    } else {
      verdict = difference.isNegative ? .excess : .unexplained
    }
  }
}
