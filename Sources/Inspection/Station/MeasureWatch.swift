import Telemetry

/// A measured value of a station (the torque of a joint, a gap) against its limits and against what is usual.
public struct MeasureWatch: Hashable, Sendable {
  /// Before anything is judged.
  static let learntValues = 100

  /// Everything of this phase with the limits of the last windows.
  public private(set) var total = InspectionTally.Measure()
  /// The windows' means.
  public private(set) var level = LevelWatch()

  public init() {}

  public var mean: Double? { level.mean }
  public var sigma: Double { level.sigma }
  public var since: Timestamp? { level.since }
  public var isShifted: Bool { level.isShifted }

  mutating func add(_ measure: InspectionTally.Measure, start: Timestamp, plan: InspectionPlan) {
    guard measure.count > 0 else { return }
    level.add(
      mean: measure.mean, values: measure.count, ranges: measure.ranges, rangeCount: measure.rangeCount, start: start,
      least: Self.learntValues, plan: plan)
    // Values against other limits (of another product) are another population.
    if total.hasOtherLimits(than: measure) { total = InspectionTally.Measure() }
    total.merge(measure)
  }

  /// Too few values with the limits of now, for example after a change of the product.
  var isUndecided: Bool { total.count < Self.learntValues }

  /// Of all values of this phase; nil before there are enough, without common limits and without scatter.
  public var capability: Capability? {
    guard !isUndecided, total.rangeCount > 0 else { return nil }
    return try? Capability(
      mean: total.mean, within: total.ranges / Double(total.rangeCount) / ControlConstants.two.d2,
      overall: total.deviation ?? 0, count: total.count, lower: total.lower, upper: total.upper)
  }

  func encode(into writer: inout ByteWriter) {
    total.encode(into: &writer)
    level.encode(into: &writer)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    total = try InspectionTally.Measure(from: &reader)
    level = try LevelWatch(from: &reader)
  }
}

extension InspectionTally.Measure {
  /// Of the sample (n − 1); nil of fewer than two values.
  public var deviation: Double? { count > 1 ? (max(0, squares) / Double(count - 1)).squareRoot() : nil }

  /// Whether both are known to have limits, and not the same ones for all.
  func hasOtherLimits(than other: Self) -> Bool {
    guard hasMixedLimits == other.hasMixedLimits else { return count > 0 && other.count > 0 }
    return Self.differ(lower, other.lower) || Self.differ(upper, other.upper)
  }

  private static func differ(_ a: Double?, _ b: Double?) -> Bool { a != nil && b != nil && a != b }

  /// Limits that a result names.
  mutating func see(_ lower: Double?, _ upper: Double?) {
    guard !hasMixedLimits else { return }
    if Self.differ(self.lower, lower) || Self.differ(self.upper, upper) {
      hasMixedLimits = true
      (self.lower, self.upper) = (nil, nil)
    } else {
      self.lower = lower ?? self.lower
      self.upper = upper ?? self.upper
    }
  }

  /// Values that came after these; the pair at the seam is no neighbour.
  mutating func merge(_ other: Self) {
    let all = count + other.count
    guard all > 0 else { return }
    let distance = other.mean - mean
    squares += other.squares + distance * distance * Double(count) * Double(other.count) / Double(all)
    mean += distance * Double(other.count) / Double(all)
    count = all
    ranges += other.ranges
    rangeCount += other.rangeCount
    last = other.last
    if other.hasMixedLimits {
      hasMixedLimits = true
      (lower, upper) = (nil, nil)
    }
    see(other.lower, other.upper)
    outside += other.outside
  }
}
