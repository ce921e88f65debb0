/// Level and trend, smoothed (Holt 1957): l = αx + (1−α)(l + b), b = β(l − l′) + (1−β)b; l₀ = x₀, b₀ = x₁ − x₀.
public struct HoltSmoothing: Hashable, Sendable {
  public let alpha: Double
  public let beta: Double
  /// Nil before the second value.
  public private(set) var trend: Double?
  /// Nil before the first value.
  public private(set) var level: Double?

  /// - Parameters: shares in (0, 1] that the newest value and the newest change have.
  public init(alpha: Double, beta: Double) {
    self.alpha = alpha
    self.beta = beta
  }

  public mutating func add(_ x: Double) {
    guard let level else {
      self.level = x
      return
    }
    let before = trend ?? (x - level)
    let next = alpha * x + (1 - alpha) * (level + before)
    trend = beta * (next - level) + (1 - beta) * before
    self.level = next
  }

  /// The value so many steps ahead.
  public func forecast(_ steps: Double) -> Double? { level.map { $0 + (trend ?? 0) * steps } }
}
