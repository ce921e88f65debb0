/// How well a process keeps its limits: Cp, Cpk of the scatter within subgroups, Pp, Ppk of all of it.
public struct Capability: Hashable, Sendable {
  /// (upper − lower) / 6σ; nil with one limit only.
  public var cp: Double?
  /// Distance of the mean from the nearer limit / 3σ.
  public var cpk: Double
  public var pp: Double?
  public var ppk: Double
  public var mean: Double
  /// Within subgroups, and of all values (n − 1).
  public var within: Double
  public var overall: Double
  public var count: Int
  /// Below it lies the true Cpk with 5 % (Bissell 1990): what a sample of this size proves.
  public var provenCpk: Double

  public enum Refusal: String, Error, Hashable, Sendable {
    case noLimits = "there is no limit to compare with"
    case limitsReversed = "the lower limit is not below the upper one"
    case tooFew = "fewer than two values"
    case noScatter = "all values are equal: the resolution of the measurement is too coarse, or it does not measure"
  }

  /// - Parameters:
  ///   - values: in the order in which they were made.
  ///   - within: standard deviation within subgroups; nil = from the moving range of two.
  public init(_ values: [Double], lower: Double?, upper: Double?, within: Double? = nil) throws(Refusal) {
    guard let baseline = MeasurementBaseline(values: values) else {
      try Self.check(lower, upper)
      throw .tooFew
    }
    let mean = baseline.mean
    let overall = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    try self.init(
      mean: mean, within: within ?? baseline.sigma, overall: overall, count: values.count, lower: lower, upper: upper)
  }

  /// Of what is known of the values where they themselves are not kept.
  ///
  /// - Parameters:
  ///   - within: standard deviation within subgroups, or from moving ranges.
  ///   - overall: of all values (n − 1).
  public init(
    mean: Double, within: Double, overall: Double, count: Int, lower: Double?, upper: Double?
  ) throws(Refusal) {
    try Self.check(lower, upper)
    guard count > 1 else { throw .tooFew }
    guard overall > 0, within > 0 else { throw .noScatter }
    func index(_ sigma: Double) -> Double {
      min(upper.map { ($0 - mean) / (3 * sigma) } ?? .infinity, lower.map { (mean - $0) / (3 * sigma) } ?? .infinity)
    }
    func potential(_ sigma: Double) -> Double? {
      guard let lower, let upper else { return nil }
      return (upper - lower) / (6 * sigma)
    }
    cp = potential(within)
    cpk = index(within)
    pp = potential(overall)
    ppk = index(overall)
    self.mean = mean
    self.within = within
    self.overall = overall
    self.count = count
    provenCpk = Self.proven(cpk, count: count)
  }

  private static func check(_ lower: Double?, _ upper: Double?) throws(Refusal) {
    guard lower != nil || upper != nil else { throw .noLimits }
    if let lower, let upper, lower >= upper { throw .limitsReversed }
  }

  /// Below it lies the true Cpk with 5 %.
  static func proven(_ cpk: Double, count: Int) -> Double {
    let n = Double(count)
    return cpk - NormalDistribution.quantile(0.95) * (1 / (9 * n) + cpk * cpk / (2 * (n - 1))).squareRoot()
  }
}
