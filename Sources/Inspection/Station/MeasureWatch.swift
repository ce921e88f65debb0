import Telemetry

/// A measured value of a station (the torque of a joint, a gap) against its limits and against what is usual.
///
/// Phase I learns mean and scatter (of neighbours, so that a slow wandering does not widen it); then the means of the
/// windows go into a CUSUM with the usual k = 0.5 and h = 5, which finds a shift of one standard error of a window's mean
/// in ten windows and alarms falsely once in 465 (Montgomery, table 9.3).
public struct MeasureWatch: Hashable, Sendable {
  /// Of phase I.
  static let learntValues = 100
  static let reference = 0.5
  static let threshold = 5.0

  /// Everything of this phase together.
  public private(set) var total = InspectionTally.Measure()
  /// Mean and standard deviation, when phase I is over.
  public private(set) var mean: Double?
  public private(set) var sigma = 0.0
  public private(set) var high = 0.0
  public private(set) var low = 0.0
  public private(set) var since: Timestamp?
  public private(set) var isShifted = false
  /// z of the newest windows.
  public private(set) var points: [Double] = []

  public init() {}

  mutating func add(_ measure: InspectionTally.Measure, start: Timestamp) {
    guard measure.count > 0 else { return }
    if let mean, sigma > 0 {
      let z = (measure.mean - mean) / (sigma / Double(measure.count).squareRoot())
      points.append(z)
      if points.count > RateWatch.keptSubgroups { points.removeFirst() }
      if high == 0, low == 0 { since = start }
      let most = 2 * Self.threshold
      high = min(max(0, high + z - Self.reference), most)
      low = min(max(0, low - z - Self.reference), most)
      if high == 0, low == 0 {
        since = nil
        isShifted = false
      } else if max(high, low) >= Self.threshold {
        isShifted = true
      }
    }
    total.merge(measure)
    guard mean == nil, total.count >= Self.learntValues, total.rangeCount > 1 else { return }
    mean = total.mean
    sigma = total.ranges / Double(total.rangeCount) / ControlConstants.two.d2
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
    writer.boolean(mean != nil)
    writer.double(mean ?? 0)
    for value in [sigma, high, low] { writer.double(value) }
    writer.boolean(since != nil)
    if let since { writer.timestamp(since) }
    writer.boolean(isShifted)
    writer.varint(points.count)
    for point in points { writer.double(point) }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    total = try InspectionTally.Measure(from: &reader)
    let isKnown = try reader.boolean()
    let value = try reader.double()
    mean = isKnown ? value : nil
    sigma = try reader.double()
    high = try reader.double()
    low = try reader.double()
    if try reader.boolean() { since = try reader.timestamp() }
    isShifted = try reader.boolean()
    for _ in 0..<(try reader.count()) { points.append(try reader.double()) }
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
