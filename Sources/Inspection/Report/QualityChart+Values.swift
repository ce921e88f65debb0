import Telemetry

/// A measured value of a station in a window.
public struct ValueWindow: Hashable, Sendable {
  public var start: Timestamp
  public var end: Timestamp
  public var measure: InspectionTally.Measure

  public init(start: Timestamp, end: Timestamp, measure: InspectionTally.Measure) {
    self.start = start
    self.end = end
    self.measure = measure
  }

  var group: SpreadBaseline.Group {
    SpreadBaseline.Group(count: measure.count, mean: measure.mean, deviation: measure.deviation)
  }
}

extension QualityChart {
  /// What is known of a value's level, by the station's rule.
  public struct Level: Hashable, Sendable {
    public var mean: Double
    /// Of single values.
    public var sigma: Double
    public var windows: Int

    public init(mean: Double, sigma: Double, windows: Int) {
      self.mean = mean
      self.sigma = sigma
      self.windows = windows
    }

    /// Nil while it is learnt.
    public init?(_ watch: MeasureWatch) {
      guard let mean = watch.mean, watch.sigma > 0 else { return nil }
      self.init(mean: mean, sigma: watch.sigma, windows: watch.level.windows)
    }
  }

  /// A chart of measured values by windows, of which number, mean and standard deviation are kept: `xbar` is an X̄-S chart
  /// with the windows as subgroups, the others are of the windows' means.
  ///
  /// - Parameters:
  ///   - windows: by start.
  ///   - frozen: the level that the station's rule has learnt; nil: estimated over the windows. What scatters within windows
  ///     is always estimated over them.
  public init(_ kind: ChartKind, values windows: [ValueWindow], frozen: Level?, plan: InspectionPlan) {
    self.init(kind)
    let windows = windows.filter { $0.measure.count > 0 }
    if kind == .xbar { means(windows, frozen, plan) } else { singles(windows, frozen, plan) }
  }

  private func plain(_ window: ValueWindow) -> Point {
    Point(
      start: window.start, end: window.end, count: nil, size: window.measure.count, value: window.measure.mean,
      spread: kind == .xbar ? window.measure.deviation.map { Spread(value: $0) } : nil)
  }

  private mutating func sayLevel(_ level: Level) {
    notes.append(
      "limits of the level that the station's rule has learnt: \(FigureText.text(level.mean, places: 4)) with a scatter of "
        + "\(FigureText.text(level.sigma, places: 4)), of \(level.windows) windows")
  }

  // MARK: X̄-S

  private mutating func means(_ windows: [ValueWindow], _ frozen: Level?, _ plan: InspectionPlan) {
    let within = windows.count > 1 ? SpreadBaseline(windows.map(\.group)) : nil
    // A level's scatter has in it what differs between windows: of the scatter within them it says nothing.
    guard
      let baseline = frozen.map({ SpreadBaseline(mean: $0.mean, sigma: $0.sigma, groups: $0.windows, values: 0) })
        ?? within, baseline.sigma > 0
    else {
      notes.append(
        "no limits: an X̄-S chart needs two windows, and one with values that scatter; --chart imr takes single values")
      points = windows.map { plain($0) }
      return
    }
    if let frozen {
      sayLevel(frozen)
      if within != nil { notes.append("limits of S are estimated over the \(windows.count) shown windows") }
    } else {
      sayPhase(windows.count, "windows")
    }
    if let ranges = MeasurementBaseline(values: windows.map { baseline.z($0.measure.mean, size: $0.measure.count) }),
      ranges.sigma > 1.5
    {
      notes.append(
        "the windows' means scatter \(FigureText.text(ranges.sigma)) times as much as the values within them explain: what "
          + "differs between windows is usual here, and --chart imr judges by it")
    }
    var rules = RunRuleWatch(plan.valueRules)
    points = windows.map { window in
      var point = plain(window)
      let size = window.measure.count
      let limits = baseline.limits(size: size)
      point.lower = limits.lower
      point.upper = limits.upper
      point.centre = baseline.mean
      let z = baseline.z(window.measure.mean, size: size)
      point.z = z
      point.signals = rules.add(z).map { Signal($0) }
      if let value = window.measure.deviation, let spread = within?.spread(size: size) {
        point.spread = Spread(value: value, lower: spread.lower, centre: spread.centre, upper: spread.upper)
        if value > spread.upper || value < spread.lower {
          point.signals.append(Signal(code: "S", text: "the scatter within the window is beyond its limit (S)"))
        }
      }
      return point
    }
  }

  // MARK: Windows' means

  private mutating func singles(_ windows: [ValueWindow], _ frozen: Level?, _ plan: InspectionPlan) {
    let means = windows.map(\.measure.mean)
    let sizes = windows.map(\.measure.count).sorted()
    let usual = sizes.isEmpty ? 1 : sizes[sizes.count / 2]
    let known = frozen.map { level in
      MeasurementBaseline(
        size: 1, mean: level.mean,
        meanRange: ControlConstants.two.d2 * level.sigma / Double(usual).squareRoot(), points: level.windows)
    }
    guard let baseline = known ?? MeasurementBaseline(values: means), baseline.sigma > 0 else {
      notes.append("no limits: two windows are needed, with means that differ")
      // The others show what they have added up against their limits.
      points = kind == .imr ? windows.map { plain($0) } : []
      return
    }
    if let frozen { sayLevel(frozen) } else { sayPhase(windows.count, "windows") }
    notes.append(
      sizes.last ?? 0 > 1
        ? "single points are the means of windows (mostly of \(usual) values): records keep no single values"
        : "each window has one value, so these are the values themselves")
    switch kind {
    case .ewma: weigh(windows, baseline)
    case .cusum: cumulate(windows, baseline, plan)
    default: ranges(windows, baseline, plan)
    }
  }

  private mutating func ranges(_ windows: [ValueWindow], _ baseline: MeasurementBaseline, _ plan: InspectionPlan) {
    var rules = RunRuleWatch(plan.valueRules)
    var before: Double?
    points = windows.map { window in
      var point = plain(window)
      point.lower = baseline.limits.lower
      point.upper = baseline.limits.upper
      point.centre = baseline.mean
      let z = baseline.z(point.value)
      point.z = z
      point.signals = rules.add(z).map { Signal($0) }
      if let before {
        let limits = baseline.rangeLimits
        let range = abs(point.value - before)
        point.spread = Spread(value: range, lower: limits.lower, centre: baseline.meanRange, upper: limits.upper)
        if range > limits.upper {
          point.signals.append(Signal(code: "MR", text: "the step from the point before is beyond its limit (MR)"))
        }
      }
      before = point.value
      return point
    }
  }

  private mutating func weigh(_ windows: [ValueWindow], _ baseline: MeasurementBaseline) {
    var chart = EwmaChart(lambda: Self.ewma.weight, width: Self.ewma.width)
    points = windows.map { window in
      var point = plain(window)
      let z = baseline.z(point.value)
      if chart.add(z) { point.signals = [Self.ewmaSignal] }
      (point.value, point.lower, point.centre, point.upper, point.z) = (chart.value, -chart.limit, 0, chart.limit, z)
      return point
    }
  }

  private mutating func cumulate(_ windows: [ValueWindow], _ baseline: MeasurementBaseline, _ plan: InspectionPlan) {
    var chart = CusumChart(reference: LevelWatch.reference, threshold: plan.levelThreshold)
    notes.append("two sums, of which the larger one is shown; a false alarm once in \(plan.settings.runLength) windows")
    points = windows.map { window in
      var point = plain(window)
      let z = baseline.z(point.value)
      if chart.add(z) { point.signals = [Self.cusumSignal] }
      (point.value, point.lower, point.centre, point.upper, point.z) = (
        chart.high >= chart.low ? chart.high : -chart.low, -chart.threshold, 0, chart.threshold, z
      )
      return point
    }
  }
}
