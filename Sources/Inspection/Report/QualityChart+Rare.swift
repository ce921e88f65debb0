import Telemetry

extension QualityChart {
  /// What lies between two defective parts: good parts (g) or hours in which parts were made (t).
  ///
  /// A window's record says how many parts had the defect, not which of them. They are taken as evenly spread in it: each
  /// gap is known to one window's parts or time at its ends, and the sum of all gaps exactly.
  ///
  /// - Parameter rate: of a frozen baseline, for g; nil: the mean of the shown gaps.
  mutating func rare(_ series: CountSeries, rate: Double?, _ plan: InspectionPlan) {
    let windows = series.windows.filter(\.isJudged)
    let count = windows.reduce(0) { $0 + $1.count }
    guard count <= windows.count else {
      notes.append(
        "not rare: \(count) in \(windows.count) windows, and what lies between those of one window is not recorded; take "
          + "--chart p, u or laney")
      return
    }
    let gaps = Self.gaps(kind, windows)
    let known = kind == .g ? rate.flatMap { $0 > 0 ? (1 - $0) / $0 : nil } : nil
    let chartKind: RareEventChart.Kind = kind == .g ? .g : .t
    guard
      let chart = known.map({ RareEventChart(chartKind, mean: $0) })
        ?? RareEventChart(chartKind, gaps: gaps.map(\.value))
    else {
      notes.append("no limits: two are needed for a gap, and \(count) in \(windows.count) windows were counted")
      return
    }
    if let rate, known != nil {
      notes.append("limits of the frozen baseline of the station: \(FigureText.percent(rate, places: 3))")
    } else {
      sayPhase(gaps.count, "gaps")
    }
    let size = windows.map(\.size).max() ?? 0
    notes.append(
      kind == .g
        ? "good parts between two; windows say how many and not which, so the ends of a gap are known to \(size) parts"
        : "hours of windows with parts between two; windows say how many and not when, so the ends of a gap are known to "
          + "one window")
    notes.append("below the lower limit they come closer together than chance brings them")
    let limits = chart.limits
    var rules = RunRuleWatch(plan.rules)
    points = gaps.map { gap in
      let z = chart.z(gap.value)
      return Point(
        start: gap.window.start, end: gap.window.end, count: gap.window.count, size: gap.window.size, value: gap.value,
        lower: limits.lower, centre: chart.mean, upper: limits.upper, z: z, signals: rules.add(z).map { Signal($0) })
    }
  }

  /// Each with the window in which it ends; what was before the first one is not known.
  private static func gaps(
    _ kind: ChartKind, _ windows: [CountSeries.Window]
  ) -> [(window: CountSeries.Window, value: Double)] {
    var gaps: [(window: CountSeries.Window, value: Double)] = []
    var open: Double?
    for window in windows {
      let whole = kind == .g ? Double(window.size - window.count) : (window.end - window.start).seconds / 3600
      guard window.count > 0 else {
        open = open.map { $0 + whole }
        continue
      }
      let between = whole / Double(window.count)
      for number in 0..<window.count {
        if let before = open {
          let gap = number == 0 ? before + between / 2 : between
          gaps.append((window, kind == .g ? gap.rounded() : gap))
        }
        open = between / 2
      }
    }
    return gaps
  }
}
