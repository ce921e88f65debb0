import Foundation

/// Exponentially weighted moving average with limits that widen from the start (Roberts 1959; Montgomery).
public struct EWMAChart: Hashable, Sendable {
  public let mean: Double
  public let sigma: Double
  public let lambda: Double
  public let width: Double
  public private(set) var value: Double
  private var shrink = 1.0

  /// - Parameter width: of the limits, in standard deviations of the average (L).
  public init(mean: Double, sigma: Double, lambda: Double, width: Double) {
    self.mean = mean
    self.sigma = sigma
    self.lambda = lambda
    self.width = width
    value = mean
  }

  /// Distance of the limits from the mean now.
  public var limit: Double { width * sigma * (lambda / (2 - lambda) * (1 - shrink)).squareRoot() }

  /// - Returns: whether the average is out of control.
  public mutating func add(_ x: Double) -> Bool {
    value = lambda * x + (1 - lambda) * value
    shrink *= (1 - lambda) * (1 - lambda)
    return abs(value - mean) > limit
  }
}

/// Tabular cumulative sums (Page 1954; Montgomery): small shifts that last.
public struct CUSUMChart: Hashable, Sendable {
  public let mean: Double
  /// Slack and alarm level, in the unit of the values.
  public let slack: Double
  public let level: Double
  public private(set) var above = 0.0
  public private(set) var below = 0.0
  /// Values since each sum was 0: the change began so long ago.
  public private(set) var runAbove = 0
  public private(set) var runBelow = 0

  /// - Parameter headStart: of both sums, as a share of the level: 0.5 = fast initial response.
  public init(mean: Double, sigma: Double, k: Double, h: Double, headStart: Double = 0) {
    self.mean = mean
    slack = k * sigma
    level = h * sigma
    above = headStart * level
    below = above
  }

  /// - Returns: whether one of the sums is beyond the level.
  public mutating func add(_ x: Double) -> Bool {
    above = max(0, x - (mean + slack) + above)
    below = max(0, (mean - slack) - x + below)
    runAbove = above > 0 ? runAbove + 1 : 0
    runBelow = below > 0 ? runBelow + 1 : 0
    return above > level || below > level
  }
}

/// Page–Hinkley in its classic form: alarm when S − min S > λ. Variants that clip S or compare S itself give other
/// results on the same stream.
public struct PageHinkley: Hashable, Sendable {
  public let delta: Double
  public let lambda: Double
  public let alpha: Double
  public let minimum: Int
  public private(set) var sum = 0.0
  private var least = 0.0
  private var mean = 0.0
  private var count = 0

  public init(delta: Double = 0.005, lambda: Double = 50, alpha: Double = 0.9999, minimum: Int = 30) {
    self.delta = delta
    self.lambda = lambda
    self.alpha = alpha
    self.minimum = minimum
  }

  /// What is compared with λ.
  public var statistic: Double { sum - least }

  /// - Returns: whether the mean has risen. All is forgotten then, but `statistic` stays until the next value.
  public mutating func add(_ x: Double) -> Bool {
    if isSpent { self = PageHinkley(delta: delta, lambda: lambda, alpha: alpha, minimum: minimum) }
    count += 1
    mean += (x - mean) / Double(count)
    sum = alpha * sum + (x - mean - delta)
    least = min(least, sum)
    guard count >= minimum, statistic > lambda else { return false }
    isSpent = true
    return true
  }

  private var isSpent = false
}
