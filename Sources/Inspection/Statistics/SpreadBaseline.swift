/// What is usual for the means and the standard deviations of subgroups: an X̄-S chart, for subgroups of any size.
///
/// For values of which only number, mean and standard deviation of each subgroup are kept. σ is the pooled standard
/// deviation within subgroups by c4 (Montgomery, Introduction to Statistical Quality Control, 6.3.2: variable sizes).
public struct SpreadBaseline: Hashable, Sendable {
  /// A subgroup.
  public struct Group: Hashable, Sendable {
    public var count: Int
    public var mean: Double
    /// Sample standard deviation (n − 1); nil of a single value.
    public var deviation: Double?

    public init(count: Int, mean: Double, deviation: Double?) {
      self.count = count
      self.mean = mean
      self.deviation = deviation
    }
  }

  /// Mean of all values.
  public var mean: Double
  /// Of single values, within subgroups.
  public var sigma: Double
  /// Subgroups and values that it was made of.
  public var groups: Int
  public var values: Int

  public init(mean: Double, sigma: Double, groups: Int, values: Int) {
    self.mean = mean
    self.sigma = sigma
    self.groups = groups
    self.values = values
  }

  /// Nil without a subgroup of at least two values.
  public init?(_ groups: [Group]) {
    let known = groups.filter { $0.count > 0 }
    let values = known.reduce(0) { $0 + $1.count }
    var squares = 0.0
    var freedom = 0
    for group in known {
      guard group.count > 1, let deviation = group.deviation else { continue }
      squares += deviation * deviation * Double(group.count - 1)
      freedom += group.count - 1
    }
    guard let constant = ControlConstants.c4(freedom + 1) else { return nil }
    self.init(
      mean: known.reduce(0) { $0 + $1.mean * Double($1.count) } / Double(values),
      sigma: (squares / Double(freedom)).squareRoot() / constant, groups: known.count, values: values)
  }

  /// Limits of the mean of so many values.
  public func limits(size: Int) -> (lower: Double, upper: Double) {
    let width = 3 * sigma / Double(max(1, size)).squareRoot()
    return (mean - width, mean + width)
  }

  /// Distance of the mean of so many values in standard deviations of it.
  public func z(_ value: Double, size: Int) -> Double {
    let width = sigma / Double(max(1, size)).squareRoot()
    guard width > 0 else { return value == mean ? 0 : value > mean ? .infinity : -.infinity }
    return (value - mean) / width
  }

  /// Limits and centre of the standard deviation of so many values: c4·σ ± 3σ·√(1 − c4²); nil for one value.
  public func spread(size: Int) -> (lower: Double, centre: Double, upper: Double)? {
    guard let constant = ControlConstants.c4(size) else { return nil }
    let width = 3 * sigma * max(0, 1 - constant * constant).squareRoot()
    return (max(0, constant * sigma - width), constant * sigma, constant * sigma + width)
  }
}
