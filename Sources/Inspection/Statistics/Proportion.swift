/// A share that was counted, and what the count proves.
public struct Proportion: Hashable, Sendable {
  public var count: Int
  public var total: Int

  public init(_ count: Int, of total: Int) {
    self.count = count
    self.total = total
  }

  /// Nil of nothing: missing is not zero.
  public var share: Double? { total > 0 ? Double(count) / Double(total) : nil }

  /// Wilson's score interval; nil of nothing.
  public func interval(confidence: Double = 0.95) -> ClosedRange<Double>? {
    guard total > 0 else { return nil }
    let z = NormalDistribution.quantile(0.5 + confidence / 2)
    let n = Double(total)
    let p = Double(count) / n
    let scale = 1 + z * z / n
    let centre = (p + z * z / (2 * n)) / scale
    let width = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
    return (count == 0 ? 0 : max(0, centre - width))...(count == total ? 1 : min(1, centre + width))
  }

  /// Newcombe's interval of other − self, from the two Wilson intervals (1998, method 10); nil if either is of nothing.
  public func difference(to other: Proportion, confidence: Double = 0.95) -> ClosedRange<Double>? {
    guard let before = interval(confidence: confidence), let after = other.interval(confidence: confidence),
      let p = share, let q = other.share
    else { return nil }
    func root(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
    let below = root(q - after.lowerBound, before.upperBound - p)
    let above = root(after.upperBound - q, p - before.lowerBound)
    return (q - p - below)...(q - p + above)
  }
}
