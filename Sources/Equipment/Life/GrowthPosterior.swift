import Foundation

/// Where the course of an indicator leads, with its uncertainty.
///
/// The indicator is 0 while nothing is wrong and follows y(t) = A·g((t − t₀)/L) from a change point t₀ on, where
/// g(u) = (e^(k·u) − 1)/(e^k − 1): a straight line for k → 0, exponential growth for large k. It fails at t₀ + L, when y
/// reaches A, which is the stated limit with its own uncertainty. How probable each change point, curvature and end is
/// after the data follows from Bayes' rule on a fixed grid, A integrated in closed form; so the quantiles widen by
/// themselves where little is known. Deterministic, about 0.2 ms for 40 points.
struct GrowthPosterior {
  /// Values above are as probable as each other before the data.
  static let curvatures: [Double] = [0.02, 1, 2, 3, 4.5]
  private static let ends = 36
  private static let starts = 10

  /// Ascending ends (hours after the last point) with their probability.
  private(set) var ends: [(hours: Double, weight: Double)] = []
  /// Mean squared residual of the best curve, in units of the expected noise.
  private(set) var misfit = Double.infinity

  /// - Parameters:
  ///   - t, y: ascending t in hours; y ≥ 0 grows towards the limit.
  ///   - limit: the value at the failure; `spread`: its relative standard deviation.
  ///   - noise: standard deviation of a point of y; `wander`: what the course itself wanders, as a share of y.
  ///   - onset: the earliest change point that is considered, in the scale of t.
  init(t: [Double], y: [Double], limit: Double, spread: Double, noise: Double, wander: Double, onset: Double) {
    guard let now = t.last, t.count == y.count, limit > 0, now > onset else { return }
    let weights = y.map { value -> Double in
      let deviation = (noise * noise + wander * wander * value * value).squareRoot()
      return 1 / max(1e-12, deviation * deviation)
    }
    let syy = zip(weights, y).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    let scatter = spread * limit
    let prior = 1 / (scatter * scatter)
    let history = now - onset
    let shortest = max(1, history / 200)
    let ratio = pow(20 * history / shortest, 1 / Double(Self.ends - 1))
    var logs: [[Double]] = Array(repeating: [], count: Self.ends)
    var remaining = shortest
    var grid: [Double] = []
    var g = Array(repeating: 0.0, count: t.count)
    for end in 0..<Self.ends {
      grid.append(remaining)
      for step in 0..<Self.starts {
        let start = onset + history * Double(step) / Double(Self.starts) * 0.9
        let life = now + remaining - start
        for curvature in Self.curvatures {
          let whole = expm1(curvature)
          var sgg = 0.0
          var sgy = 0.0
          for index in t.indices {
            let u = (t[index] - start) / life
            g[index] = u <= 0 ? 0 : expm1(curvature * u) / whole
            sgg += weights[index] * g[index] * g[index]
            sgy += weights[index] * g[index] * y[index]
          }
          let joined = prior + sgg
          let mean = sgy + prior * limit
          let quadratic = syy + prior * limit * limit - mean * mean / joined
          logs[end].append(0.5 * log(prior / joined) - 0.5 * quadratic)
          misfit = min(
            misfit, (syy - 2 * sgy * mean / joined + sgg * (mean / joined) * (mean / joined)) / Double(t.count))
        }
      }
      remaining *= ratio
    }
    let best = logs.joined().max() ?? 0
    // Points of one course are not independent of each other: what they say together counts for less.
    let tempered = logs.map { $0.reduce(0) { $0 + exp(Self.tempering * ($1 - best)) } }
    let sum = tempered.reduce(0, +)
    guard sum > 0, sum.isFinite else { return }
    ends = zip(grid, tempered).map { ($0, $1 / sum) }
  }

  /// Share of the likelihood that counts (residuals are autocorrelated).
  private static let tempering = 0.5

  /// Hours after the last point by which the end has come with this probability.
  func quantile(_ p: Double) -> Double? {
    guard let first = ends.first else { return nil }
    var sum = 0.0
    var before = (hours: 0.0, sum: 0.0)
    for end in ends {
      sum += end.weight
      if sum >= p {
        let share = end.weight > 0 ? (p - before.sum) / end.weight : 1
        return before.hours + share * (end.hours - before.hours)
      }
      before = (end.hours, sum)
    }
    return ends.last?.hours ?? first.hours
  }
}
