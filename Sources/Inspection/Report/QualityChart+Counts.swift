import Telemetry

extension QualityChart {
  /// Windows that make one point.
  private struct Subgroup {
    var start: Timestamp
    var end: Timestamp
    var point = AttributeBaseline.Point(count: 0, size: 0)
    var windows = 0
    var isJudged: Bool
    var isComplete = false
  }

  /// A chart of counts; `imr` and `xbar` are none.
  ///
  /// Windows are put together until five parts are expected with the defect (for np and c: so many windows each), since
  /// limits at 3σ and run rules promise too much of fewer. A CUSUM takes every window as it is.
  ///
  /// - Parameters:
  ///   - frozen: of the station, of the same parts and defect; nil: estimated over the windows. Of c and u there is none.
  public init(_ kind: ChartKind, _ series: CountSeries, frozen: RateWatch.Baseline?, plan: InspectionPlan) {
    self.init(kind)
    switch kind {
    case .cusum: cumulate(series, frozen, plan)
    case .g, .t: rare(series, rate: frozen?.chart.rate, plan)
    default: shewhart(series, kind.countsDefects ? nil : frozen?.chart, plan)
    }
  }

  private var attribute: AttributeBaseline.Kind {
    switch kind {
    case .p: .p
    case .np: .np
    case .c: .c
    case .u: .u
    default: .laney
    }
  }

  private mutating func shewhart(_ series: CountSeries, _ frozen: AttributeBaseline?, _ plan: InspectionPlan) {
    guard series.size > 0 else { return }
    let rate = frozen?.rate ?? Double(series.count) / Double(series.size)
    let groups = Self.subgroups(series, rate: rate, isFixed: kind == .np || kind == .c)
    guard let baseline = baseline(groups, frozen, windows: series.windows.count) else {
      // An EWMA is one of distances from the centre.
      points = kind == .ewma ? [] : groups.map { plain($0) }
      return
    }
    let isRight = sizes(groups)
    let judged = groups.filter { $0.isJudged && $0.isComplete && isRight($0) }
    let chart = AttributeChart(judged.map { point($0) }, baseline: baseline, rules: kind == .ewma ? [] : plan.rules)
    var ewma = EwmaChart(lambda: Self.ewma.weight, width: Self.ewma.width)
    var next = 0
    for group in groups {
      var shown = plain(group)
      shown.value = baseline.value(point(group))
      guard group.isJudged, isRight(group) else {
        if kind != .ewma { points.append(shown) }
        continue
      }
      if kind == .ewma {
        guard group.isComplete else { continue }
        let z = baseline.z(point(group))
        if ewma.add(z) { shown.signals = [Self.ewmaSignal] }
        (shown.value, shown.lower, shown.centre, shown.upper, shown.z) = (ewma.value, -ewma.limit, 0, ewma.limit, z)
      } else {
        let limits = baseline.limits(size: point(group).size)
        shown.lower = limits.lower
        shown.upper = limits.upper
        shown.centre = baseline.centre(size: point(group).size)
        shown.z = baseline.z(point(group))
        // The last subgroup may be too small yet.
        if group.isComplete {
          shown.signals = chart.points[next].signals.map { Signal($0) }
          next += 1
        }
      }
      points.append(shown)
    }
  }

  static let ewmaSignal = Signal(code: "EWMA", text: "the weighted mean is beyond its limit (EWMA)")

  /// What a subgroup is for the chart: of c the area is always the same.
  private func point(_ group: Subgroup) -> AttributeBaseline.Point {
    kind == .c ? AttributeBaseline.Point(count: group.point.count, size: 1) : group.point
  }

  private func plain(_ group: Subgroup) -> Point {
    let isNumber = kind == .np || kind == .c
    return Point(
      start: group.start, end: group.end, count: group.point.count, size: group.point.size,
      value: isNumber ? Double(group.point.count) : Double(group.point.count) / Double(max(1, group.point.size)))
  }

  private mutating func baseline(
    _ groups: [Subgroup], _ frozen: AttributeBaseline?, windows: Int
  ) -> AttributeBaseline? {
    if let frozen {
      notes.append(
        "limits of the frozen baseline of the station: \(FigureText.percent(frozen.rate, places: 3)), learnt of "
          + "\(frozen.units) parts")
      return AttributeBaseline(
        kind: attribute, rate: frozen.rate, dispersion: attribute == .laney ? frozen.dispersion : 1,
        points: frozen.points, units: frozen.units)
    }
    let isRight = sizes(groups)
    let complete = groups.filter { $0.isComplete && isRight($0) }
    guard complete.count > 1, let baseline = AttributeBaseline(attribute, complete.map { point($0) }), baseline.rate > 0
    else {
      notes.append(
        "no limits: \(windows) windows make \(complete.count) subgroups in which "
          + "\(FigureText.text(RunRule.attributeMinimum, places: 0)) are expected, and two are the least; take a longer "
          + "--period, or --chart g, t or cusum for what is rare")
      return nil
    }
    sayPhase(complete.count)
    if kind == .laney || kind == .ewma {
      notes.append(
        "they scatter \(FigureText.text(baseline.dispersion, places: 2)) times as much as chance says (Laney's σz)")
    }
    return baseline
  }

  /// Of c: those whose size is within a quarter of the usual one, since it counts in equal areas.
  private mutating func sizes(_ groups: [Subgroup]) -> (Subgroup) -> Bool {
    guard kind == .c else { return { _ in true } }
    let all = groups.filter(\.isComplete).map(\.point.size).sorted()
    guard !all.isEmpty else { return { _ in true } }
    let usual = Double(all[all.count / 2])
    let isRight = { (group: Subgroup) in abs(Double(group.point.size) - usual) <= usual / 4 }
    let others = groups.count { !isRight($0) }
    let note =
      "c counts in equal areas: \(others) subgroups with more than a quarter more or fewer parts than "
      + "\(FigureText.text(usual, places: 0)) are not judged; --chart u takes any size"
    if others > 0, !notes.contains(note) { notes.append(note) }
    return isRight
  }

  private static func subgroups(_ series: CountSeries, rate: Double, isFixed: Bool) -> [Subgroup] {
    var groups: [Subgroup] = []
    let mean = Double(series.size) / Double(max(1, series.windows.count))
    let together = rate > 0 ? Int((RunRule.attributeMinimum / (rate * mean)).rounded(.up)) : .max
    var open: Subgroup?
    for window in series.windows {
      if let group = open, group.isJudged != window.isJudged {
        groups.append(group)
        open = nil
      }
      var group = open ?? Subgroup(start: window.start, end: window.end, isJudged: window.isJudged)
      group.end = window.end
      group.point.count += window.count
      group.point.size += window.size
      group.windows += 1
      group.isComplete =
        isFixed ? group.windows >= together : rate * Double(group.point.size) >= RunRule.attributeMinimum
      open = group.isComplete ? nil : group
      if group.isComplete { groups.append(group) }
    }
    return groups + [open].compactMap(\.self)
  }

  // MARK: CUSUM

  private mutating func cumulate(_ series: CountSeries, _ frozen: RateWatch.Baseline?, _ plan: InspectionPlan) {
    let rate = Double(series.count) / Double(max(1, series.size))
    let usual = frozen?.usual ?? rate
    let changed = frozen?.changed ?? min(usual * (1 + plan.settings.change.doubleValue), (1 + usual) / 2)
    let dispersion = frozen?.chart.dispersion ?? 1
    let size = Int((Double(series.size) / Double(max(1, series.windows.count))).rounded())
    // A rate that is known of its own windows alone must at least be known.
    guard
      let threshold = frozen?.threshold
        ?? (series.count >= Int(RunRule.attributeMinimum)
          ? RunLength.threshold(
            .defectives, usual: usual, changed: changed, size: max(1, size), inControl: Double(plan.settings.runLength))
          : nil),
      let cusum = RateCusum(.defectives, usual: usual, changed: changed, threshold: threshold)
    else {
      notes.append("no limits: \(series.count) in \(series.windows.count) windows do not say what is usual")
      return
    }
    if let frozen {
      notes.append(
        "against the frozen baseline of the station: usual is at most \(FigureText.percent(frozen.usual, places: 3)); the "
          + "sum begins with the first shown window")
    } else {
      sayPhase(series.windows.count, "windows")
    }
    notes.append(
      "made for a rise to \(FigureText.percent(changed, places: 3)), with a false alarm once in "
        + "\(plan.settings.runLength) windows")
    var sum = 0.0
    for window in series.windows {
      var shown = Point(
        start: window.start, end: window.end, count: window.count, size: window.size, value: 0, lower: nil, centre: 0,
        upper: threshold)
      guard window.isJudged else { continue }
      // As the rule judges: bounded, and what scatters more than chance says less.
      sum = min(
        max(0, sum + cusum.step(count: window.count, size: window.size) / (dispersion * dispersion)), 2 * threshold)
      shown.value = sum
      if sum >= threshold { shown.signals = [Self.cusumSignal] }
      points.append(shown)
    }
  }

  static let cusumSignal = Signal(code: "CUSUM", text: "the sum is beyond its threshold (CUSUM)")
}
