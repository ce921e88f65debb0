import Telemetry

/// A measured value of a station (the torque of a joint, a gap) against its limits and against what is usual.
public struct MeasureWatch: Hashable, Sendable {
  /// Before anything is judged.
  static let learntValues = 100

  /// Everything of this phase together.
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
    total.merge(measure)
  }

  /// Of all values of this phase; nil before there are enough, without limits and without scatter.
  public var capability: (cpk: Double, ppk: Double, proven: Double)? {
    guard total.count >= Self.learntValues, total.rangeCount > 0, total.lower != nil || total.upper != nil else {
      return nil
    }
    let within = total.ranges / Double(total.rangeCount) / ControlConstants.two.d2
    let overall = (total.squares / Double(total.count - 1)).squareRoot()
    guard within > 0, overall > 0 else { return nil }
    func index(_ sigma: Double) -> Double {
      min(
        total.upper.map { ($0 - total.mean) / (3 * sigma) } ?? .infinity,
        total.lower.map { (total.mean - $0) / (3 * sigma) } ?? .infinity)
    }
    let cpk = index(within)
    return (cpk, index(overall), Capability.proven(cpk, count: total.count))
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
    lower = other.lower ?? lower
    upper = other.upper ?? upper
    outside += other.outside
  }
}
