import Foundation

/// A robust straight line: the slope is the median of the slopes between all pairs of points (Theil 1950, Sen 1968).
///
/// Half of the points less a few may be wild without moving it. The intercept is the median of y − slope·t.
public struct TheilSen: Hashable, Sendable {
  public var slope: Double
  public var intercept: Double
  /// Interval of the slope at the confidence asked for, by the variance of Kendall's score (Sen 1968).
  public var slopeInterval: ClosedRange<Double>

  /// - Parameters:
  ///   - t, y: of the same length; the order does not matter.
  ///   - normalQuantile: of the two-sided confidence, 1.96 = 95 %.
  /// - Returns: nil for fewer than three points, or if all stand at one t.
  public init?(_ t: [Double], _ y: [Double], normalQuantile: Double = 1.96) {
    let count = min(t.count, y.count)
    guard count >= 3 else { return nil }
    var slopes: [Double] = []
    slopes.reserveCapacity(count * (count - 1) / 2)
    for i in 0..<count {
      for j in (i + 1)..<count where t[j] != t[i] { slopes.append((y[j] - y[i]) / (t[j] - t[i])) }
    }
    guard !slopes.isEmpty else { return nil }
    slopes.sort()
    let slope = Self.median(sorted: slopes)
    self.slope = slope
    intercept = Self.median((0..<count).map { y[$0] - slope * t[$0] })
    let n = Double(count)
    let reach = normalQuantile * (n * (n - 1) * (2 * n + 5) / 18).squareRoot()
    let middle = Double(slopes.count)
    let low = Int(((middle - reach) / 2).rounded(.down))
    let high = Int(((middle + reach) / 2).rounded(.up))
    slopeInterval = slopes[min(slopes.count - 1, max(0, low))]...slopes[min(slopes.count - 1, max(0, high))]
  }

  public func value(at t: Double) -> Double { intercept + slope * t }

  /// From `t` until the line reaches the threshold; nil if it goes the other way.
  public func time(to threshold: Double, from t: Double) -> Double? {
    guard slope != 0 else { return nil }
    let reach = (threshold - intercept) / slope - t
    return reach >= 0 && reach.isFinite ? reach : nil
  }

  static func median(_ values: [Double]) -> Double { median(sorted: values.sorted()) }

  static func median(sorted values: [Double]) -> Double {
    values.isEmpty ? .nan : Robust.median(sorted: values)
  }
}
