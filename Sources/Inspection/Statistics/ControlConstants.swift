import Glibc

/// Constants of the range of n normal values: d2 = E[range] / σ and d3 = σ(range) / σ. Exact mathematics, in the three
/// digits in which every handbook prints them, so that limits agree with other programs (ISO 7870-2:2023, table A;
/// ASTM MNL 7, table 49).
public struct ControlConstants: Hashable, Sendable {
  public let size: Int
  public let d2: Double
  public let d3: Double

  /// n = 2 … 10; larger subgroups use the standard deviation, not the range.
  private static let table: [(d2: Double, d3: Double)] = [
    (1.128, 0.853), (1.693, 0.888), (2.059, 0.880), (2.326, 0.864), (2.534, 0.848), (2.704, 0.833), (2.847, 0.820),
    (2.970, 0.808), (3.078, 0.797),
  ]

  public static let sizes = 2...10
  /// Of the moving range of two neighbours.
  public static let two = ControlConstants(size: 2, d2: table[0].d2, d3: table[0].d3)

  /// Nil for a size outside 2 … 10.
  public init?(size: Int) {
    guard Self.sizes.contains(size) else { return nil }
    self.init(size: size, d2: Self.table[size - 2].d2, d3: Self.table[size - 2].d3)
  }

  private init(size: Int, d2: Double, d3: Double) {
    self.size = size
    self.d2 = d2
    self.d3 = d3
  }

  /// Limits of the means: x̿ ± A2·R̄.
  public var a2: Double { 3 / (d2 * Double(size).squareRoot()) }
  /// Limits of the ranges: D3·R̄ and D4·R̄.
  public var lower: Double { max(0, 1 - 3 * d3 / d2) }
  public var upper: Double { 1 + 3 * d3 / d2 }

  /// E[s] / σ of the standard deviation of n normal values: √(2/(n−1)) · Γ(n/2) / Γ((n−1)/2). Nil for fewer than two.
  public static func c4(_ size: Int) -> Double? {
    guard size > 1 else { return nil }
    let n = Double(size)
    return (2 / (n - 1)).squareRoot() * exp(lgamma(n / 2) - lgamma((n - 1) / 2))
  }
}
