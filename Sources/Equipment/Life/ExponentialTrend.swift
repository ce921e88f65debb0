import Foundation

/// Growth by a constant share: ln y = a + k·t, fitted robustly (`TheilSen` over the logarithms).
public struct ExponentialTrend: Hashable, Sendable {
  /// Of ln y.
  public var line: TheilSen

  /// - Parameter y: all above zero.
  /// - Returns: nil for fewer than three points, or if a value has no logarithm.
  public init?(_ t: [Double], _ y: [Double]) {
    guard y.allSatisfy({ $0 > 0 }), let line = TheilSen(t, y.map { log($0) }) else { return nil }
    self.line = line
  }

  public func value(at t: Double) -> Double { exp(line.value(at: t)) }

  /// (ln θ − a)/k − t; nil if it is never reached.
  public func time(to threshold: Double, from t: Double) -> Double? {
    threshold > 0 ? line.time(to: log(threshold), from: t) : nil
  }
}
