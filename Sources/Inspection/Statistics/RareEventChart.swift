import Glibc

/// What lies between two rare defects: units (g chart) or time (t chart). Probability limits, since both are far from
/// normal (Benneyan 2001; Nelson 1994).
public struct RareEventChart: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    /// Good units between two defective ones.
    case g
    /// Time between two defects, in any unit.
    case t
  }

  public let kind: Kind
  /// Mean of what lies between.
  public let mean: Double

  /// Nil without a gap.
  public init?(_ kind: Kind, gaps: [Double]) {
    guard !gaps.isEmpty else { return nil }
    self.init(kind, mean: gaps.reduce(0, +) / Double(gaps.count))
  }

  public init(_ kind: Kind, mean: Double) {
    self.kind = kind
    self.mean = mean
  }

  /// Probability of a gap that is not longer.
  public func cumulative(_ gap: Double) -> Double {
    switch kind {
    case .g: 1 - pow(mean / (mean + 1), gap.rounded(.down) + 1)
    case .t: mean > 0 ? 1 - exp(-gap / mean) : 1
    }
  }

  /// Quality as z: below −3 the defects come closer together than chance brings them, above +3 farther apart.
  public func z(_ gap: Double) -> Double {
    let notLonger = cumulative(gap)
    if notLonger <= 0.5 { return NormalDistribution.quantile(notLonger) }
    let shorter = kind == .g ? (gap >= 1 ? cumulative(gap - 1) : 0) : notLonger
    return max(0, NormalDistribution.quantile(shorter))
  }

  /// Gaps at which z is −3 and 3.
  public var limits: (lower: Double, upper: Double) {
    func gap(_ probability: Double) -> Double {
      switch kind {
      case .g: mean > 0 ? max(0, (log1p(-probability) / log(mean / (mean + 1))).rounded(.up) - 1) : 0
      case .t: -mean * log1p(-probability)
      }
    }
    return (gap(NormalDistribution.cumulative(-3)), gap(NormalDistribution.cumulative(3)))
  }
}
