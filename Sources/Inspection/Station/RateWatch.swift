import Telemetry

/// A rate of a station (its rejects, those of one defect code, what it leaves to people), window by window.
///
/// Phase I learns what is usual; phase II is watched by a CUSUM of the windows, which sees small lasting changes of rare
/// defects, and by a Shewhart chart of subgroups that are large enough for one (n·p̄ ≥ 5), with Laney's limits and the
/// chosen run rules. A baseline of few defects is uncertain, and that counts against an alarm: the CUSUM takes the upper
/// end of the rate's 90 % bound for usual, and the limits of the chart are wider by what the centre may be wrong. While
/// nothing is suspected it goes on learning: whenever it knows twice as many defects the baseline is made anew, until it
/// is known to a few percent and frozen until a new phase begins.
public struct RateWatch: Hashable, Sendable {
  /// What is frozen at the end of phase I.
  public struct Baseline: Hashable, Sendable {
    public var chart: AttributeBaseline
    /// What the CUSUM takes for usual: the upper bound of the rate.
    public var usual: Double
    /// Units of a usual window, for which the CUSUM's run length is calculated.
    public var size: Int
    public var changed: Double
    public var threshold: Double
  }

  /// A subgroup of the Shewhart chart.
  public struct Subgroup: Hashable, Sendable {
    public var start: Timestamp
    public var end: Timestamp
    public var point: AttributeBaseline.Point
    /// By Laney's limits, which the rules use, and by those of the plain p chart.
    public var z: Double
    public var plainZ: Double
    public var signals: [RunRule]
  }

  /// Most subgroups that phase I keeps; then two become one.
  static let learntSubgroups = 64
  static let keptSubgroups = 30
  /// Of nine baselines in ten the usual rate is below the bound: these have at least the run length that was asked for.
  static let bound = 1.2816
  /// Defects of a baseline that is not made anew any more: known to 3 %.
  static let mostDefects = 1000

  /// Phase I so far, or what it was made of.
  public private(set) var learnt: [AttributeBaseline.Point] = []
  /// Windows in each of `learnt`.
  private var learntWindows = 1
  private var learntTail = 0
  public private(set) var windows = 0
  public private(set) var count = 0
  public private(set) var units = 0
  public private(set) var baseline: Baseline?
  /// Evidence of the CUSUM.
  public private(set) var sum = 0.0
  /// Since when it grows, and what was counted since.
  public private(set) var since: Timestamp?
  public private(set) var recent = AttributeBaseline.Point(count: 0, size: 0)
  private var recentWindows = 0
  /// The CUSUM has signalled and has not come back to 0.
  public private(set) var isChanged = false
  private var open: Subgroup?
  /// The newest ones.
  public private(set) var subgroups: [Subgroup] = []

  public init() {}

  public var rate: Double? { baseline?.chart.rate }

  /// - Parameter before: units that were looked at in this phase before the code was first named.
  init(unitsBefore: Int, windowsBefore: Int) {
    units = unitsBefore
    windows = windowsBefore
    if unitsBefore > 0 { learnt = [AttributeBaseline.Point(count: 0, size: unitsBefore)] }
  }

  mutating func add(_ point: AttributeBaseline.Point, start: Timestamp, end: Timestamp, plan: InspectionPlan) {
    guard point.size > 0 else { return }
    guard let baseline else {
      learn(point, plan)
      return
    }
    cumulate(point, start: start, baseline, plan)
    group(point, start: start, end: end, baseline, plan.rules)
  }

  // MARK: Phase I

  private mutating func learn(_ point: AttributeBaseline.Point, _ plan: InspectionPlan) {
    windows += 1
    count += point.count
    units += point.size
    if learntTail == 0 {
      learnt.append(point)
    } else {
      learnt[learnt.count - 1].count += point.count
      learnt[learnt.count - 1].size += point.size
    }
    learntTail = (learntTail + 1) % learntWindows
    if learnt.count == Self.learntSubgroups, learntTail == 0 {
      learnt = stride(from: 0, to: learnt.count, by: 2).map {
        AttributeBaseline.Point(
          count: learnt[$0].count + learnt[$0 + 1].count, size: learnt[$0].size + learnt[$0 + 1].size)
      }
      learntWindows *= 2
    }
    guard windows >= plan.settings.windows, count >= plan.settings.defects, count < units else { return }
    freeze(plan)
  }

  private mutating func freeze(_ plan: InspectionPlan) {
    let rate = Double(count) / Double(units)
    // Subgroups that are too small scatter by their own smallness only.
    var groups: [AttributeBaseline.Point] = []
    var group = AttributeBaseline.Point(count: 0, size: 0)
    for point in learnt {
      group.count += point.count
      group.size += point.size
      if rate * Double(group.size) >= RunRule.attributeMinimum {
        groups.append(group)
        group = AttributeBaseline.Point(count: 0, size: 0)
      }
    }
    // Fewer scattered than chance has it is chance: the limits are never narrower than those of the p chart.
    let scatter = groups.count >= 5 ? AttributeBaseline(.laney, groups)?.dispersion ?? 1 : 1
    let chart = AttributeBaseline(
      kind: .laney, rate: rate, dispersion: max(1, scatter), points: windows, units: units)
    let size = max(1, Int((Double(units) / Double(windows)).rounded()))
    let error = chart.dispersion * ((1 - rate) / Double(count)).squareRoot()
    let usual = min(rate * (1 + Self.bound * error), (1 + rate) / 2)
    let changed = min(usual * (1 + plan.settings.change.doubleValue), (1 + usual) / 2)
    let effective = max(1, Int((Double(size) / (chart.dispersion * chart.dispersion)).rounded()))
    guard
      let threshold = RunLength.threshold(
        .defectives, usual: usual, changed: changed, size: effective, inControl: Double(plan.settings.runLength))
    else { return }
    baseline = Baseline(chart: chart, usual: usual, size: size, changed: changed, threshold: threshold)
  }

  // MARK: Phase II

  private mutating func cumulate(
    _ point: AttributeBaseline.Point, start: Timestamp, _ baseline: Baseline, _ plan: InspectionPlan
  ) {
    guard
      let cusum = RateCusum(
        .defectives, usual: baseline.usual, changed: baseline.changed, threshold: baseline.threshold)
    else { return }
    // What scatters more than chance says less (quasi-likelihood).
    let step =
      cusum.step(count: point.count, size: point.size) / (baseline.chart.dispersion * baseline.chart.dispersion)
    if sum == 0 {
      since = start
      recent = AttributeBaseline.Point(count: 0, size: 0)
      recentWindows = 0
    }
    // Bounded, so that a change that has lasted for weeks is seen to end within as long as it took to be seen.
    sum = min(max(0, sum + step), 2 * baseline.threshold)
    recent.count += point.count
    recent.size += point.size
    recentWindows += 1
    if sum == 0 {
      since = nil
      if !isChanged { relearn(baseline, plan) }
      isChanged = false
    } else if sum >= baseline.threshold {
      isChanged = true
    }
  }

  /// Nothing had changed in the windows since the sum left 0.
  private mutating func relearn(_ baseline: Baseline, _ plan: InspectionPlan) {
    let known = Int((baseline.chart.rate * Double(baseline.chart.units)).rounded())
    guard known < Self.mostDefects else { return }
    count += recent.count
    units += recent.size
    windows += recentWindows
    if count >= 2 * known, count < units { freeze(plan) }
  }

  private mutating func group(
    _ point: AttributeBaseline.Point, start: Timestamp, end: Timestamp, _ baseline: Baseline, _ rules: [RunRule]
  ) {
    var group =
      open
      ?? Subgroup(
        start: start, end: end, point: AttributeBaseline.Point(count: 0, size: 0), z: 0, plainZ: 0, signals: [])
    group.point.count += point.count
    group.point.size += point.size
    group.end = end
    guard baseline.chart.expected(size: group.point.size) >= RunRule.attributeMinimum else {
      open = group
      return
    }
    open = nil
    let z = baseline.chart.z(group.point)
    group.z = z / baseline.chart.uncertainty(size: group.point.size)
    group.plainZ = z * baseline.chart.dispersion
    var watch = RunRuleWatch(rules, recent: subgroups.suffix(15).map(\.z))
    group.signals = watch.add(group.z)
    subgroups.append(group)
    if subgroups.count > Self.keptSubgroups { subgroups.removeFirst(subgroups.count - Self.keptSubgroups) }
  }

  /// Rules that the newest subgroup breaks.
  public var signals: [RunRule] { subgroups.last?.signals ?? [] }

  // MARK: Coding

  func encode(into writer: inout ByteWriter) {
    for number in [learntWindows, learntTail, windows, count, units, recentWindows] { writer.varint(number) }
    writer.varint(learnt.count)
    for point in learnt { point.encode(into: &writer) }
    writer.boolean(baseline != nil)
    if let baseline {
      writer.double(baseline.chart.rate)
      writer.double(baseline.chart.dispersion)
      writer.varint(baseline.chart.points)
      writer.varint(baseline.chart.units)
      writer.double(baseline.usual)
      writer.varint(baseline.size)
      writer.double(baseline.changed)
      writer.double(baseline.threshold)
    }
    writer.double(sum)
    writer.boolean(since != nil)
    if let since { writer.timestamp(since) }
    recent.encode(into: &writer)
    writer.boolean(isChanged)
    let groups = subgroups + [open].compactMap(\.self)
    writer.boolean(open != nil)
    writer.varint(groups.count)
    for group in groups {
      writer.timestamp(group.start)
      writer.timestamp(group.end)
      group.point.encode(into: &writer)
      writer.double(group.z)
      writer.double(group.plainZ)
      writer.varint(group.signals.count)
      for signal in group.signals { writer.string(signal.rawValue) }
    }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    learntWindows = max(1, try reader.integer())
    learntTail = try reader.integer()
    windows = try reader.integer()
    count = try reader.integer()
    units = try reader.integer()
    recentWindows = try reader.integer()
    for _ in 0..<(try reader.count()) { learnt.append(try AttributeBaseline.Point(from: &reader)) }
    if try reader.boolean() {
      let rate = try reader.double()
      let dispersion = try reader.double()
      let chart = AttributeBaseline(
        kind: .laney, rate: rate, dispersion: dispersion, points: try reader.integer(), units: try reader.integer())
      baseline = Baseline(
        chart: chart, usual: try reader.double(), size: try reader.integer(), changed: try reader.double(),
        threshold: try reader.double())
    }
    sum = try reader.double()
    if try reader.boolean() { since = try reader.timestamp() }
    recent = try AttributeBaseline.Point(from: &reader)
    isChanged = try reader.boolean()
    let isOpen = try reader.boolean()
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      let end = try reader.timestamp()
      let point = try AttributeBaseline.Point(from: &reader)
      let z = try reader.double()
      let plainZ = try reader.double()
      var signals: [RunRule] = []
      for _ in 0..<(try reader.count()) {
        guard let rule = RunRule(rawValue: try reader.string()) else {
          throw ByteReaderError(offset: reader.offset, expected: "a run rule")
        }
        signals.append(rule)
      }
      subgroups.append(Subgroup(start: start, end: end, point: point, z: z, plainZ: plainZ, signals: signals))
    }
    if isOpen { open = subgroups.popLast() }
  }
}

extension AttributeBaseline.Point {
  func encode(into writer: inout ByteWriter) {
    writer.varint(count)
    writer.varint(size)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init(count: try reader.integer(), size: try reader.integer())
  }
}
