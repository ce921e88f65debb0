/// What is usual for a count of defectives or defects: the centre of a chart, and from it the limits for any subgroup.
///
/// Made of the points of phase I and then frozen; another one is another phase.
public struct AttributeBaseline: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Share of defectives, subgroups of any size.
    case p
    /// Number of defectives, subgroups of one size.
    case np
    /// Number of defects in an area or amount that is always the same.
    case c
    /// Defects per unit.
    case u
    /// Share of defectives where the share itself wanders from subgroup to subgroup (Laney 2002).
    case laney = "p-prime"
  }

  /// One subgroup.
  public struct Point: Hashable, Sendable {
    /// Defectives (p, np, p′) or defects (c, u).
    public var count: Int
    /// Units; 1 for c.
    public var size: Int
    public init(count: Int, size: Int) {
      self.count = count
      self.size = size
    }
  }

  public var kind: Kind
  /// All counted / all inspected: p̄, c̄ or ū. Never the mean of the shares.
  public var rate: Double
  /// σ_z of Laney: by how much the points scatter more than the binomial distribution says; else 1.
  public var dispersion: Double
  /// How many points it was made of, and of how many units.
  public var points: Int
  public var units: Int

  public init(kind: Kind, rate: Double, dispersion: Double = 1, points: Int, units: Int) {
    self.kind = kind
    self.rate = rate
    self.dispersion = dispersion
    self.points = points
    self.units = units
  }

  /// Nil without a unit, or (p′) with fewer than two points.
  public init?(_ kind: Kind, _ points: [Point]) {
    let units = points.reduce(0) { $0 + $1.size }
    guard units > 0 else { return nil }
    let rate = Double(points.reduce(0) { $0 + $1.count }) / Double(units)
    self.init(kind: kind, rate: rate, points: points.count, units: units)
    guard kind == .laney else { return }
    guard let range = Self.meanMovingRange(points.filter { $0.size > 0 }.map { z($0) }) else { return nil }
    // The moving range, not the standard deviation of z: a slow wandering must not hide a step.
    dispersion = range / ControlConstants.two.d2
  }

  /// Mean of |x_i − x_(i−1)|; nil for fewer than two.
  public static func meanMovingRange(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    return zip(values, values.dropFirst()).reduce(0) { $0 + abs($1.1 - $1.0) } / Double(values.count - 1)
  }

  /// What the chart shows of a point: a share, a number or defects per unit.
  public func value(_ point: Point) -> Double {
    switch kind {
    case .np, .c: Double(point.count)
    case .p, .u, .laney: Double(point.count) / Double(max(1, point.size))
    }
  }

  /// The centre line for a subgroup of a size, in the chart's unit.
  public func centre(size: Int) -> Double { kind == .np ? rate * Double(size) : rate }

  /// Standard deviation of a point by the distribution, times the dispersion.
  public func sigma(size: Int) -> Double {
    let n = Double(max(1, size))
    let variance =
      switch kind {
      case .p, .laney: rate * (1 - rate) / n
      case .np: rate * (1 - rate) * n
      case .c: rate
      case .u: rate / n
      }
    return max(0, variance).squareRoot() * dispersion
  }

  /// The limits at 3σ; the lower one is at least 0, that of a share at most 1.
  public func limits(size: Int) -> (lower: Double, upper: Double) {
    let centre = centre(size: size)
    let width = 3 * sigma(size: size)
    let largest =
      switch kind {
      case .p, .laney: 1.0
      case .np: Double(size)
      case .c, .u: Double.infinity
      }
    return (max(0, centre - width), min(largest, centre + width))
  }

  /// Distance from the centre in standard deviations. 0 where nothing can scatter and nothing did.
  public func z(_ point: Point) -> Double {
    let sigma = sigma(size: point.size)
    let distance = value(point) - centre(size: point.size)
    guard sigma > 0 else { return distance == 0 ? 0 : distance > 0 ? .infinity : -.infinity }
    return distance / sigma
  }

  /// By how much the distance of a new subgroup from the centre scatters more, since the centre is known from a sample
  /// only: √(1 + n/N).
  public func uncertainty(size: Int) -> Double {
    units > 0 ? (1 + Double(size) / Double(units)).squareRoot() : 1
  }

  /// How many are expected in a subgroup: below 5 the limits at 3σ and the run rules promise too much.
  public func expected(size: Int) -> Double { kind == .c ? rate : rate * Double(size) }
}

/// A chart of a series of subgroups: each point with its limits and the rules that it breaks.
public struct AttributeChart: Hashable, Sendable {
  public struct Point: Hashable, Sendable {
    public var value: Double
    public var lower: Double
    public var upper: Double
    public var z: Double
    public var signals: [RunRule]
  }

  public var baseline: AttributeBaseline
  public var points: [Point]

  /// - Parameter baseline: frozen; the rules begin anew with the first point.
  public init(_ points: [AttributeBaseline.Point], baseline: AttributeBaseline, rules: [RunRule] = [.nelson1]) {
    self.baseline = baseline
    var watch = RunRuleWatch(rules)
    self.points = points.map { point in
      let limits = baseline.limits(size: point.size)
      let z = baseline.z(point)
      return Point(
        value: baseline.value(point), lower: limits.lower, upper: limits.upper, z: z, signals: watch.add(z))
    }
  }

  /// Positions (from 0) of the points with a signal.
  public var signals: [Int] { points.indices.filter { !points[$0].signals.isEmpty } }
}
