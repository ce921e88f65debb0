import Foundation
import Telemetry

/// How long an indicator takes to its limit: from its course since it began to change.
///
/// Points are medians of equal spans of running hours; when there are too many, the spans double, so the memory is
/// bounded and the course since the change stays whole. A gap or a stop costs nothing: the scale is running hours.
public struct RemainingLife: Hashable, Sendable {
  /// What is asked of the evidence.
  public struct Demands: Hashable, Sendable {
    /// Points since the change began, at least.
    public var points = 8
    /// Largest mean squared residual, in units of what is expected.
    public var misfit = 6.0
    /// The median may be this many times as long as what was seen.
    public var horizon = 2.0
    public init() {}
  }

  /// What "failed" means for the indicator.
  public struct Criterion: Hashable, Sendable {
    /// In the indicator's unit, above 0.
    public var limit: Double
    /// Relative standard deviation of the limit: how alike failures are.
    public var spread: Double
    public init(limit: Double, spread: Double) {
      self.limit = limit
      self.spread = spread
    }
  }

  /// At most; then the spans double.
  private static let capacity = 96

  /// Running hours of a point.
  public private(set) var span: Double
  /// Ends of the spans, in running hours, and what was measured in each.
  private var hours: [Double] = []
  private var medians: [Double] = []
  private var open: [Double] = []
  private var openSince = 0.0
  /// Running hours that were seen in all.
  public private(set) var runningHours = 0.0
  /// How many points there are.
  public var points: Int { hours.count }

  /// - Parameter span: running hours of a point, at first.
  public init(span: Double = 4) { self.span = span }

  /// Adds what the indicator was over some running hours.
  /// - Parameter value: 0 = as it should be; nil = not known.
  public mutating func add(_ value: Double?, hours length: Double) {
    runningHours += length
    if let value, value.isFinite { open.append(value) }
    guard runningHours - openSince >= span else { return }
    if !open.isEmpty {
      hours.append(runningHours)
      medians.append(TheilSen.median(open))
    }
    open.removeAll(keepingCapacity: true)
    openSince = runningHours
    if hours.count > Self.capacity { halve() }
  }

  private mutating func halve() {
    var joined: [(hours: Double, value: Double)] = []
    var index = 0
    while index < hours.count {
      let next = min(index + 1, hours.count - 1)
      joined.append((hours[next], (medians[index] + medians[next]) / 2))
      index += 2
    }
    hours = joined.map(\.hours)
    medians = joined.map(\.value)
    span *= 2
  }

  /// - Parameters:
  ///   - criterion: nil = nobody has said when it fails.
  ///   - noise: standard deviation of a point when nothing is wrong; nil = from the points before the change.
  /// - Returns: quantiles in running hours, or what is missing.
  public func estimate(
    _ criterion: Criterion?, noise: Double? = nil, demands: Demands = Demands()
  ) -> LifeEstimate {
    guard let criterion, criterion.limit > 0 else { return .refused([.noCriterion]) }
    let change = changePoint()
    let since = hours.count - change
    guard since >= demands.points else { return .refused([.fewPoints(have: since, needed: demands.points)]) }
    let t = Array(hours[change...])
    let y = Array(medians[change...])
    guard let trend = TheilSen(t, y), trend.slopeInterval.lowerBound > 0 else { return .refused([.noTrend]) }
    if let last = y.last, last >= criterion.limit * 1.5 {
      return .estimate(LifeEstimate.Quantiles(p10: 0, p50: 0, p90: span), method: .trend)
    }
    let scatter = noise ?? restlessness(before: change, trend, t, y)
    // The change point may lie before the first point of the trend: what is there says where the ground is.
    let first = max(0, change - 6)
    let onset = first < change ? hours[first] : max(0, t[0] - 4 * span)
    let posterior = GrowthPosterior(
      t: Array(hours[first...]), y: medians[first...].map { max(0, $0) }, limit: criterion.limit,
      spread: criterion.spread, noise: max(scatter, 0.01 * criterion.limit), wander: 0.1, onset: onset)
    guard posterior.misfit <= demands.misfit else { return .refused([.poorFit]) }
    guard let p10 = posterior.quantile(0.1), let p50 = posterior.quantile(0.5), let p90 = posterior.quantile(0.9)
    else { return .refused([.poorFit]) }
    let history = t[t.count - 1] - onset
    guard p50 <= demands.horizon * history else { return .refused([.beyondHistory(horizon: p50, history: history)]) }
    return .estimate(LifeEstimate.Quantiles(p10: p10, p50: p50, p90: p90), method: .trend)
  }

  /// Position of the first point of the course that leads to the present value: before it nothing was changing.
  ///
  /// The least sum of absolute residuals of "level, then a line from there on", over all positions: a fall behind a repair
  /// ends an older course as well.
  private func changePoint() -> Int {
    let count = medians.count
    guard count > 4 else { return 0 }
    // A step down by half of what stood before is a repair: nothing before it belongs to the course.
    var ground = 0
    if count > 8 {
      for index in 4..<(count - 2) {
        let before = TheilSen.median(Array(medians[max(ground, index - 4)..<index]))
        let after = TheilSen.median(Array(medians[index..<min(count, index + 3)]))
        let reach = (medians[max(ground, index - 12)..<index].max() ?? 0)
        if before > 0, after < 0.4 * before, before >= 0.6 * reach, index - ground >= 4 { ground = index }
      }
    }
    var best = (cost: Double.infinity, position: ground)
    for position in stride(from: ground, through: count - 4, by: max(1, count / 48)) {
      let level = position > ground ? TheilSen.median(Array(medians[ground..<position])) : max(0, medians[ground])
      let origin = hours[position]
      let reach = hours[count - 1] - origin
      guard reach > 0 else { continue }
      // Straight and bent courses: the better one counts.
      for power in [1.0, 2, 3] {
        var top = 0.0
        var bottom = 0.0
        for index in position..<count {
          let x = pow((hours[index] - origin) / reach, power)
          top += x * (medians[index] - level)
          bottom += x * x
        }
        let slope = max(0, bottom > 0 ? top / bottom : 0)
        var cost = 0.0
        for index in ground..<count {
          let x = index < position ? 0 : pow((hours[index] - origin) / reach, power)
          cost += abs(medians[index] - level - slope * x)
        }
        if cost < best.cost { best = (cost, position) }
      }
    }
    return best.position
  }

  private func restlessness(before change: Int, _ trend: TheilSen, _ t: [Double], _ y: [Double]) -> Double {
    let quiet = medians[..<change]
    if quiet.count >= 6 {
      let middle = TheilSen.median(Array(quiet))
      return 1.4826 * TheilSen.median(quiet.map { abs($0 - middle) })
    }
    return 1.4826 * TheilSen.median(zip(t, y).map { abs($1 - trend.value(at: $0)) })
  }

  // MARK: State

  public func encode(into writer: inout ByteWriter) {
    writer.double(span)
    writer.double(runningHours)
    writer.double(openSince)
    for list in [hours, medians, open] {
      writer.varint(list.count)
      for value in list { writer.double(value) }
    }
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    span = try reader.double()
    runningHours = try reader.double()
    openSince = try reader.double()
    hours = try Self.list(&reader)
    medians = try Self.list(&reader)
    open = try Self.list(&reader)
    guard span > 0, hours.count == medians.count else {
      throw ByteReaderError(offset: reader.offset, expected: "as many points as ends of spans")
    }
  }

  private static func list(_ reader: inout ByteReader) throws(ByteReaderError) -> [Double] {
    var list: [Double] = []
    for _ in 0..<(try reader.count()) { list.append(try reader.double()) }
    return list
  }
}
