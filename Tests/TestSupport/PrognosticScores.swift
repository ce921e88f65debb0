import Foundation

/// Published scores of predictions of remaining life, for judging.
public enum PrognosticScores {
  /// PHM 2008 challenge: d = predicted − true; late predictions cost more. The sum of the scores is to be small.
  public static func phm2008(_ d: Double) -> Double { d < 0 ? exp(-d / 13) - 1 : exp(d / 10) - 1 }

  /// Error in percent of the true remaining life: 100·(actual − estimate)/actual.
  public static func errorPercent(actual: Double, estimate: Double) -> Double { 100 * (actual - estimate) / actual }

  /// IEEE PHM 2012 challenge: accuracy of one prediction in (0, 1], from its error in percent. The score is the mean.
  public static func phm2012(errorPercent error: Double) -> Double {
    error <= 0 ? exp(-log(0.5) * error / 5) : exp(log(0.5) * error / 20)
  }
}
