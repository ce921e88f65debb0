import Glibc

/// The standard normal distribution.
public enum NormalDistribution {
  /// P(Z ≤ z).
  public static func cumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// The z with P(Z ≤ z) = `probability`, by bisection; ±38 for what no double tells apart from 0 and 1.
  public static func quantile(_ probability: Double) -> Double {
    // The lower tail is exact in doubles, the upper one is not.
    if probability > 0.5 { return -quantile(1 - probability) }
    var low = -38.0
    var high = 0.0
    guard probability > cumulative(low) else { return low }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
