import Glibc

/// When reviews prove that a station's verdicts are right less often than they must be.
///
/// The wrong verdicts are counted from the beginning of a series of `horizon` reviews, and what the limit allows is
/// taken off: 5 % of the reviews so far. If this surplus ever reaches the bound, the accuracy is below the limit. The
/// bound is such that a station exactly at the limit reaches it within the series with the probability `significance`
/// (calculated exactly from the binomial distribution), so it may be looked at after every review; intervals that are
/// calculated again and again would alarm sooner or later whatever the accuracy is. A series that ends without an alarm
/// is followed by the next, so that good reviews of last year do not hide what happens now.
public struct AccuracyBound: Hashable, Sendable {
  /// Accuracy below which it must alarm, in (0, 1).
  public let limit: Double
  /// Probability of an alarm within a series although the accuracy is at the limit.
  public let significance: Double
  /// Reviews of a series.
  public let horizon: Int
  /// Wrong verdicts above what the limit allows.
  public let surplus: Double

  public init(limit: Double, significance: Double = 0.05, horizon: Int = 2000) {
    self.limit = limit
    self.significance = significance
    self.horizon = horizon
    let allowed = 1 - limit
    var low = 0.0
    var high = 5 * (Double(horizon) * allowed * limit).squareRoot() + 5
    // A hundredth of a verdict changes nothing that anybody could see.
    while high - low > 0.01 {
      let middle = (low + high) / 2
      if Self.alarm(accuracy: limit, limit: limit, surplus: middle, within: horizon) > significance {
        low = middle
      } else {
        high = middle
      }
    }
    surplus = high
  }

  /// Probability of an alarm within so many reviews if the accuracy is this; exact.
  public func alarm(accuracy: Double, within reviews: Int) -> Double {
    Self.alarm(accuracy: accuracy, limit: limit, surplus: surplus, within: reviews)
  }

  /// Fewest wrong verdicts among so many reviews that alarm.
  func threshold(_ reviews: Int) -> Int { Self.threshold(reviews, limit: limit, surplus: surplus) }

  private static func threshold(_ reviews: Int, limit: Double, surplus: Double) -> Int {
    Int((surplus + (1 - limit) * Double(reviews)).rounded(.up))
  }

  private static func alarm(accuracy: Double, limit: Double, surplus: Double, within reviews: Int) -> Double {
    let wrong = 1 - accuracy
    let states = threshold(reviews, limit: limit, surplus: surplus) + 1
    var chances = [Double](repeating: 0, count: states)
    chances[0] = 1
    var alarm = 0.0
    // States above `top` cannot be reached yet, those from the threshold on have alarmed.
    for review in 1...max(1, reviews) {
      let bound = threshold(review, limit: limit, surplus: surplus)
      let top = min(review, states - 1)
      for state in stride(from: top, through: 1, by: -1) {
        chances[state] = chances[state] * accuracy + chances[state - 1] * wrong
      }
      chances[0] *= accuracy
      if bound <= top {
        for state in bound...top {
          alarm += chances[state]
          chances[state] = 0
        }
      }
    }
    return alarm
  }
}

/// The reviews of a series so far.
public struct AccuracyTest: Hashable, Sendable {
  public enum Verdict: Hashable, Sendable {
    /// Nothing is proved.
    case open
    /// The accuracy is below the limit.
    case below
    /// The series ended without an alarm.
    case held
  }

  public private(set) var reviews = 0
  public private(set) var wrong = 0

  public init(reviews: Int = 0, wrong: Int = 0) {
    self.reviews = reviews
    self.wrong = wrong
  }

  /// What is wrong beyond what the limit allows.
  public func surplus(_ bound: AccuracyBound) -> Double { Double(wrong) - (1 - bound.limit) * Double(reviews) }

  /// Reviews that came together; after `below` and `held` a new series begins with the next ones.
  public mutating func add(reviews more: Int, wrong moreWrong: Int, _ bound: AccuracyBound) -> Verdict {
    if reviews >= bound.horizon { self = AccuracyTest() }
    reviews += more
    wrong += moreWrong
    // The series of those that came together may be a little longer; a longer one has the bound of its own length.
    if wrong >= bound.threshold(reviews) { return .below }
    return reviews >= bound.horizon ? .held : .open
  }
}
