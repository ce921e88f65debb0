import Glibc

/// Mean number of points until a chart signals, from its beginning: by the chain of the states of its sum (Brook and
/// Evans 1972).
public enum RunLength {
  /// Of a Shewhart chart: each point signals with this probability.
  public static func shewhart(_ probability: Double) -> Double { 1 / probability }

  /// Of one side of a CUSUM of normal z. Both sides together: `bothSides`.
  ///
  /// - Parameter shift: of the mean, in standard deviations.
  public static func cusum(reference: Double, threshold: Double, shift: Double, states: Int = 100) -> Double {
    // Cells of equal width, the first around 0 half as wide, as Brook and Evans have it.
    let width = 2 * threshold / Double(2 * states - 1)
    return mean(states: states) { from, chain in
      let value = Double(from) * width
      var before = 0.0
      for to in 0..<states {
        let edge = (Double(to) + 0.5) * width
        let below = NormalDistribution.cumulative(edge - value + reference - shift)
        chain[to] = below - before
        before = below
      }
    }
  }

  /// The threshold at which a two-sided CUSUM of normal z signals once in `inControl` points although nothing has changed,
  /// by Siegmund's approximation of its run length (1985): (e^2kb − 2kb − 1) / 2k² for one side, b = h + 1.166.
  public static func threshold(reference: Double, inControl: Double) -> Double {
    var low = 0.0
    var high = 100.0 / reference
    while high - low > 1e-6 {
      let middle = (low + high) / 2
      let exponent = 2 * reference * middle
      if (exp(exponent) - exponent - 1) / (2 * reference * reference) < 2 * inControl {
        low = middle
      } else {
        high = middle
      }
    }
    return max(0.1, high - 1.166)
  }

  /// Kemp's relation for the two sides of a CUSUM.
  public static func bothSides(_ one: Double, _ other: Double) -> Double { 1 / (1 / one + 1 / other) }

  /// Of an EWMA of normal z with limits of the final width.
  public static func ewma(lambda: Double, width: Double, shift: Double, states: Int = 101) -> Double {
    let limit = width * (lambda / (2 - lambda)).squareRoot()
    let cell = 2 * limit / Double(states)
    let lengths = lengths(states: states) { from, chain in
      let kept = (1 - lambda) * (-limit + (Double(from) + 0.5) * cell)
      var before = NormalDistribution.cumulative((-limit - kept) / lambda - shift)
      for to in 0..<states {
        let edge = -limit + Double(to + 1) * cell
        let below = NormalDistribution.cumulative((edge - kept) / lambda - shift)
        chain[to] = below - before
        before = below
      }
    }
    return lengths[states / 2]
  }

  /// Of a `RateCusum` with windows of one size.
  ///
  /// - Parameter rate: the true one.
  public static func rate(_ cusum: RateCusum, size: Int, rate: Double, states: Int = 80) -> Double {
    let counts = counts(cusum.model, size: size, rate: rate)
    let width = cusum.threshold / Double(states)
    return mean(states: states) { from, chain in
      for (count, probability) in counts {
        let value = max(0, Double(from) * width + cusum.step(count: count, size: size))
        guard value < cusum.threshold else { continue }
        // Between two states, so that the mean is kept: a window may take away less than the width of a cell.
        let place = value / width
        let cell = min(Int(place), states - 1)
        let share = cell + 1 < states ? place - Double(cell) : 0
        chain[cell] += probability * (1 - share)
        if share > 0 { chain[cell + 1] += probability * share }
      }
    }
  }

  /// The threshold at which a `RateCusum` signals once in `inControl` windows of `size` units although nothing has
  /// changed; nil if the rates cannot be told apart.
  public static func threshold(
    _ model: RateCusum.Model, usual: Double, changed: Double, size: Int, inControl: Double
  ) -> Double? {
    guard RateCusum(model, usual: usual, changed: changed, threshold: 1) != nil else { return nil }
    func length(_ threshold: Double) -> Double {
      RateCusum(model, usual: usual, changed: changed, threshold: threshold)
        .map { rate($0, size: size, rate: usual, states: 80) } ?? 0
    }
    // The mean run length grows like e^h: h = log(inControl) is beyond it, but for the overshoot.
    var low = 0.05
    var high = log(max(inControl, 2)) + 2
    for _ in 0..<24 where high - low > 0.005 {
      let middle = (low + high) / 2
      if length(middle) < inControl { low = middle } else { high = middle }
    }
    return high
  }

  /// How many of `size` units are counted, and how probable that is; what is rarer than 1 in 10¹² is left out.
  static func counts(_ model: RateCusum.Model, size: Int, rate: Double) -> [(count: Int, probability: Double)] {
    let mean = Double(size) * rate
    let reach = 8 * (mean + 1).squareRoot() + 8
    let from = max(0, Int(mean - reach))
    var upTo = Int(mean + reach)
    if model == .defectives { upTo = min(upTo, size) }
    guard from <= upTo else { return [] }
    return (from...upTo).map { count in
      let k = Double(count)
      let n = Double(size)
      let logarithm: Double
      switch model {
      case .defectives:
        let ways: Double = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        logarithm = ways + k * log(rate) + (n - k) * log1p(-rate)
      case .defects: logarithm = k * log(mean) - mean - lgamma(k + 1)
      }
      return (count, exp(logarithm))
    }
  }

  private static func mean(states: Int, _ fill: (Int, inout [Double]) -> Void) -> Double {
    lengths(states: states, fill)[0]
  }

  /// Solves (I − Q) L = 1 by elimination; Q's rows are filled by `fill`.
  private static func lengths(states: Int, _ fill: (Int, inout [Double]) -> Void) -> [Double] {
    var rows: [[Double]] = []
    var lengths = [Double](repeating: 1, count: states)
    for from in 0..<states {
      var row = [Double](repeating: 0, count: states)
      fill(from, &row)
      for to in 0..<states { row[to] = (from == to ? 1 : 0) - row[to] }
      rows.append(row)
    }
    // Diagonally dominant: no pivoting is needed.
    for pivot in 0..<states {
      for row in (pivot + 1)..<max(states, pivot + 1) where rows[row][pivot] != 0 {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        for column in pivot..<states { rows[row][column] -= factor * rows[pivot][column] }
        lengths[row] -= factor * lengths[pivot]
      }
    }
    for row in stride(from: states - 1, through: 0, by: -1) {
      var sum = lengths[row]
      for column in (row + 1)..<max(states, row + 1) { sum -= rows[row][column] * lengths[column] }
      lengths[row] = sum / rows[row][row]
    }
    return lengths
  }
}
