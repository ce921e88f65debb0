/// Unbalance of three line voltages (or currents), in percent.
public enum PowerQuality {
  /// NEMA MG-1: 100 × largest deviation from the mean / mean. Nil without a positive mean.
  ///
  /// (max − min) / mean is another figure and larger.
  public static func unbalanceNEMA(_ a: Double, _ b: Double, _ c: Double) -> Double? {
    let mean = (a + b + c) / 3
    guard mean > 0, mean.isFinite else { return nil }
    return 100 * max(abs(a - mean), abs(b - mean), abs(c - mean)) / mean
  }

  /// IEC: negative by positive sequence, from the magnitudes of the line voltages:
  /// 100 √((1 − √(3 − 6β)) / (1 + √(3 − 6β))), β = ΣV⁴ / (ΣV²)².
  ///
  /// Nil for magnitudes that cannot be the sides of a triangle (one line voltage is the difference of the others).
  public static func unbalanceIEC(_ a: Double, _ b: Double, _ c: Double) -> Double? {
    let squares = [a * a, b * b, c * c]
    let sum = squares.reduce(0, +)
    guard sum > 0, sum.isFinite else { return nil }
    let beta = squares.reduce(0) { $0 + $1 * $1 } / (sum * sum)
    // Of equal voltages β is 1/3, and rounding may carry 3 − 6β a little above 1.
    let inner = 3 - 6 * beta
    guard inner >= 0 else { return nil }
    let root = min(1, inner.squareRoot())
    return 100 * ((1 - root) / (1 + root)).squareRoot()
  }

  /// A derating of motors by the unbalance of their supply: (percent, factor), ascending, from a table of the site.
  ///
  /// - Returns: the factor by linear interpolation; 1 below the table; nil above it, where a motor should not run.
  public static func derating(unbalance: Double, table: [(percent: Double, factor: Double)]) -> Double? {
    guard let first = table.first, unbalance > first.percent else { return table.first?.factor ?? 1 }
    for (low, high) in zip(table, table.dropFirst()) where unbalance <= high.percent {
      let share = (unbalance - low.percent) / (high.percent - low.percent)
      return low.factor + (high.factor - low.factor) * share
    }
    return nil
  }
}
