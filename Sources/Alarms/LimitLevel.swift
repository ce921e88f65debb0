/// A limit with its deadband: what a value means for the alarm that watches it.
///
/// A value on the limit does not violate it; a value at limit − deadband (of a low limit: + deadband) is clear.
public struct LimitLevel: Hashable, Sendable {
  public enum Side: Hashable, Sendable { case high, low }

  public var side: Side
  public var limit: Double
  /// In the unit of the value, not negative.
  public var deadband: Double

  public init(_ side: Side = .high, limit: Double, deadband: Double) {
    self.side = side
    self.limit = limit
    self.deadband = deadband
  }

  /// NaN means nothing: it is between.
  public func level(_ value: Double) -> AlarmMachine.Level {
    switch side {
    case .high: value > limit ? .violated : value <= limit - deadband ? .clear : .between
    case .low: value < limit ? .violated : value >= limit + deadband ? .clear : .between
    }
  }

  /// The deadband of a measuring range, EEMUA 191: a percentage of the range, not of the limit or of the value.
  public static func deadband(percent: Double, minimum: Double, maximum: Double) -> Double {
    percent / 100 * (maximum - minimum)
  }

  /// A deadband that reaches beyond the value that the plant normally has would keep the alarm active for ever.
  public func isEndless(normal: Double) -> Bool { level(normal) != .clear }
}
