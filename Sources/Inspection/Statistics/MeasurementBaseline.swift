/// What is usual for a measured value (torque, angle, a dimension): I-MR of single values, X̄-R of subgroups.
public struct MeasurementBaseline: Hashable, Sendable {
  /// Values in a subgroup; 1: single values with moving ranges.
  public var size: Int
  /// x̄ or x̿.
  public var mean: Double
  /// Mean moving range or mean range.
  public var meanRange: Double
  /// Subgroups that it was made of.
  public var points: Int

  public init(size: Int, mean: Double, meanRange: Double, points: Int) {
    self.size = size
    self.mean = mean
    self.meanRange = meanRange
    self.points = points
  }

  /// Of single values; nil for fewer than two.
  public init?(values: [Double]) {
    guard let range = AttributeBaseline.meanMovingRange(values) else { return nil }
    self.init(size: 1, mean: values.reduce(0, +) / Double(values.count), meanRange: range, points: values.count)
  }

  /// Of subgroups of one size (2 … 10); nil for others, and for none.
  public init?(subgroups: [[Double]]) {
    guard let size = subgroups.first?.count, ControlConstants.sizes.contains(size),
      subgroups.allSatisfy({ $0.count == size })
    else { return nil }
    let count = Double(subgroups.count)
    self.init(
      size: size, mean: subgroups.reduce(0) { $0 + Self.mean($1) } / count,
      meanRange: subgroups.reduce(0) { $0 + Self.range($1) } / count, points: subgroups.count)
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
  static func range(_ values: [Double]) -> Double { (values.max() ?? 0) - (values.min() ?? 0) }

  private var constants: ControlConstants { ControlConstants(size: size) ?? .two }

  /// Standard deviation within subgroups: R̄ / d2.
  public var sigma: Double { meanRange / constants.d2 }

  /// Limits of a value or a subgroup's mean.
  public var limits: (lower: Double, upper: Double) {
    let width = size == 1 ? 3 * sigma : constants.a2 * meanRange
    return (mean - width, mean + width)
  }

  /// Limits of a range or moving range.
  public var rangeLimits: (lower: Double, upper: Double) { (constants.lower * meanRange, constants.upper * meanRange) }

  /// Distance of a value or a subgroup's mean in standard deviations of it.
  public func z(_ value: Double) -> Double {
    let width = sigma / Double(size).squareRoot()
    guard width > 0 else { return value == mean ? 0 : value > mean ? .infinity : -.infinity }
    return (value - mean) / width
  }
}
