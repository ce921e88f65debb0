/// What a reporting period was, against what the baseline expected of it.
public struct EnergyPerformance: Hashable, Sendable {
  public let actual: Double
  public let expected: Double
  /// By period: E − Ê.
  public let differences: [Double]
  /// The running sum of the differences: a change of its slope is a change of performance.
  public let cusum: [Double]
  /// Half the width of the saving's interval at `confidence`: scatter of the periods and of the model.
  public let uncertainty: Double
  public let confidence: Double

  /// Ê − E: positive is saved.
  public var saving: Double { expected - actual }
  /// The indicator E / Ê: below 1 is better than the baseline; nil where nothing was expected.
  public var ratio: Double? { expected == 0 ? nil : actual / expected }
  /// The saving (or loss) is larger than its uncertainty.
  public var isSignificant: Bool { abs(saving) > uncertainty }

  /// - Parameter confidence: 0 … 1, for example 0.9.
  public init(_ baseline: EnergyBaseline, periods: [EnergyBaseline.Observation], confidence: Double) {
    var sum = 0.0
    var differences: [Double] = []
    var cusum: [Double] = []
    var expected = 0.0
    var actual = 0.0
    for period in periods {
      let value = baseline.expected(period.drivers)
      expected += value
      actual += period.energy
      differences.append(period.energy - value)
      sum += period.energy - value
      cusum.append(sum)
    }
    self.actual = actual
    self.expected = expected
    self.differences = differences
    self.cusum = cusum
    self.confidence = confidence
    uncertainty =
      StudentT.quantile(confidence: confidence, freedom: baseline.degreesOfFreedom)
      * baseline.error(ofSum: periods.map(\.drivers))
  }
}

/// When a period's use is abnormal: so many standard errors above what was expected, and by a share that matters.
public struct AbnormalUse: Hashable, Sendable {
  public enum Level: UInt8, Hashable, Sendable, Comparable {
    case normal, warning, alarm
    public static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }
  }

  /// Standard errors of the prediction.
  public var warning: Double
  public var alarm: Double
  /// Less than this share of the expected energy is never told.
  public var minimumShare: Double

  public init(warning: Double, alarm: Double, minimumShare: Double) {
    self.warning = warning
    self.alarm = alarm
    self.minimumShare = minimumShare
  }

  /// A period, judged.
  public struct Judgement: Hashable, Sendable {
    public var level: Level
    public var expected: Double
    /// E − Ê.
    public var excess: Double
    /// The excess in standard errors of the prediction.
    public var deviation: Double
  }

  public func judge(_ period: EnergyBaseline.Observation, _ baseline: EnergyBaseline) -> Judgement {
    let expected = baseline.expected(period.drivers)
    let excess = period.energy - expected
    let error = baseline.predictionError(period.drivers)
    let deviation = error > 0 ? excess / error : (excess > 0 ? .infinity : 0)
    let matters = excess > minimumShare * abs(expected)
    let level: Level = !matters || deviation < warning ? .normal : deviation < alarm ? .warning : .alarm
    return Judgement(level: level, expected: expected, excess: excess, deviation: deviation)
  }

  /// The meters that contribute most to an excess, largest first: (asset, its own excess over its own expectation).
  public static func contributors(_ excesses: [(asset: String, excess: Double)], limit: Int) -> [(
    asset: String, excess: Double
  )] {
    Array(
      excesses.filter { $0.excess > 0 }.sorted { ($1.excess, $0.asset) < ($0.excess, $1.asset) }.prefix(max(0, limit)))
  }
}
