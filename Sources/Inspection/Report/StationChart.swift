import Telemetry

/// The control chart of one rate of a station, from the windows of its records and the baseline that is in force.
public struct StationChart: Hashable, Sendable {
  public struct Window: Hashable, Sendable {
    public var start: Timestamp
    public var end: Timestamp
    public var tally: InspectionTally
    public init(start: Timestamp, end: Timestamp, tally: InspectionTally) {
      self.start = start
      self.end = end
      self.tally = tally
    }
  }

  public struct Point: Hashable, Sendable {
    public var start: Timestamp
    public var end: Timestamp
    public var count: Int
    public var size: Int
    /// Shares; nil before there is a baseline, and before the phase that it belongs to.
    public var lower: Double?
    public var centre: Double?
    public var upper: Double?
    public var z: Double?
    public var signals: [RunRule]
    public var share: Double { Double(count) / Double(max(1, size)) }
  }

  /// `NG`, `unsure` or a defect code.
  public var name: String
  public var points: [Point] = []

  /// Most points where there is no baseline that says how large they must be.
  private static let pointsWithoutBaseline = 48

  /// - Parameters:
  ///   - windows: by start.
  ///   - watch: of the station; nil = nothing is known of it.
  public init(_ name: String, _ windows: [Window], watch: StationWatch?, plan: InspectionPlan) {
    self.name = name
    let baseline = watch?.rates[name]?.baseline?.chart
    let phase = watch?.phase
    let together = max(1, (windows.count + Self.pointsWithoutBaseline - 1) / Self.pointsWithoutBaseline)
    var group: [Window] = []
    var rules = RunRuleWatch(plan.rules)
    func count(_ window: Window) -> Int {
      switch name {
      case StationWatch.rejects: window.tally.rejected
      case StationWatch.manual: window.tally.unsure
      default: window.tally.defective[name] ?? 0
      }
    }
    func close() {
      guard let first = group.first, let last = group.last else { return }
      let size = group.reduce(0) { $0 + $1.tally.inspected }
      var point = Point(
        start: first.start, end: last.end, count: group.reduce(0) { $0 + count($1) }, size: size, lower: nil,
        centre: nil,
        upper: nil, z: nil, signals: [])
      // Where versions take turns, the limits are those of the one that is at work now.
      let isJudged = phase.map { phase in
        phase.start <= first.start && group.contains { phase.judges($0.tally, start: $0.start) }
      }
      group = []
      guard size > 0 else { return }
      if let baseline, isJudged == true {
        // As the rule judges: the centre itself is known from a sample only.
        let uncertainty = baseline.uncertainty(size: size)
        let width = 3 * baseline.sigma(size: size) * uncertainty
        let z = baseline.z(AttributeBaseline.Point(count: point.count, size: size)) / uncertainty
        point.lower = max(0, baseline.rate - width)
        point.upper = min(1, baseline.rate + width)
        point.centre = baseline.rate
        point.z = z
        // The last subgroup may be too small yet.
        if baseline.expected(size: size) >= RunRule.attributeMinimum { point.signals = rules.add(z) }
      }
      points.append(point)
    }
    for window in windows {
      if let phase, let first = group.first, first.start < phase.start, phase.start <= window.start { close() }
      group.append(window)
      let size = group.reduce(0) { $0 + $1.tally.inspected }
      let isFull =
        baseline.map { $0.expected(size: size) >= RunRule.attributeMinimum } ?? (group.count >= together)
      if isFull { close() }
    }
    close()
  }
}
