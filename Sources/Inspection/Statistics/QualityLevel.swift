import Telemetry

/// Yields and levels of quality. Exact, but for the sigma level.
public enum QualityLevel {
  /// Good the first time / all; nil of nothing.
  public static func firstPassYield(good: Int, of units: Int) throws(DecimalError) -> ExactDecimal? {
    units > 0 ? try ExactDecimal(good) / ExactDecimal(units) : nil
  }

  /// Product of the steps' first-pass yields: the share of units that pass all of them the first time. Rounded to 24 places
  /// on the way: exactly, the yields of a line of fifty stations have hundreds.
  public static func rolledYield(_ steps: [ExactDecimal]) throws(DecimalError) -> ExactDecimal {
    var product = ExactDecimal(1)
    for step in steps { product = try (product * step.rounded(to: 12)).rounded(to: 24) }
    return product
  }

  /// Defects per million opportunities; nil without one.
  public static func dpmo(defects: Int, units: Int, opportunities: Int) throws(DecimalError) -> ExactDecimal? {
    guard units > 0, opportunities > 0 else { return nil }
    return try ExactDecimal(defects) * ExactDecimal(1_000_000) / (ExactDecimal(units) * ExactDecimal(opportunities))
  }

  /// z(1 − DPMO / 10⁶) + 1.5. The shift of 1.5 is a convention: it must be said beside the figure.
  public static func sigmaLevel(dpmo: Double) -> Double { 1.5 - NormalDistribution.quantile(dpmo / 1_000_000) }
}

/// What happens most, and what has moved.
public struct Pareto: Hashable, Sendable {
  public struct Line: Hashable, Sendable {
    public var name: String
    public var count: Int
    /// Of all, and with those before it.
    public var share: Double
    public var cumulative: Double
    /// From 1.
    public var rank: Int
    /// In the period before; nil if it did not occur.
    public var formerRank: Int?
    public var formerCount: Int
  }

  public var lines: [Line]

  /// The most frequent first; what is equal by name.
  public init(_ counts: [String: Int], before: [String: Int] = [:]) {
    func ranked(_ counts: [String: Int]) -> [(key: String, value: Int)] {
      counts.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }
    var former: [String: Int] = [:]
    for (place, entry) in ranked(before).enumerated() { former[entry.key] = place + 1 }
    let total = counts.values.reduce(0, +)
    var sum = 0
    lines = ranked(counts).enumerated().map { place, entry in
      sum += entry.value
      return Line(
        name: entry.key, count: entry.value, share: Double(entry.value) / Double(max(1, total)),
        cumulative: Double(sum) / Double(max(1, total)), rank: place + 1, formerRank: former[entry.key],
        formerCount: before[entry.key] ?? 0)
    }
  }
}
