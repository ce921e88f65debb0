import Telemetry
import Templates
import TestSupport
import Testing

@testable import Inspection

/// Charts of the windows of a station, against the known answers of the types behind them.
@Suite struct QualityChartTests {
  private static let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!
  private let plan = InspectionPlan(.standard)

  private func series(_ counts: [Int], _ sizes: [Int]) -> CountSeries {
    CountSeries(
      zip(counts, sizes).enumerated().map { place, window in
        let start = Self.start + .minutes(Int64(15 * place))
        return CountSeries.Window(start: start, end: start + .minutes(15), count: window.0, size: window.1)
      })
  }

  private func values(_ groups: [(count: Int, mean: Double, deviation: Double)]) -> [ValueWindow] {
    groups.enumerated().map { place, group in
      let start = Self.start + .minutes(Int64(15 * place))
      var measure = InspectionTally.Measure()
      measure.count = group.count
      measure.mean = group.mean
      measure.squares = group.deviation * group.deviation * Double(group.count - 1)
      (measure.lower, measure.upper) = (90, 110)
      return ValueWindow(start: start, end: start + .minutes(15), measure: measure)
    }
  }

  // MARK: Counts

  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) func pAndNp() throws {
    let vector = try QualityVector("p-chart")
    let series = series(
      try QualityVector.integers(vector.inputs["defectives"]), try QualityVector.integers(vector.inputs["n"]))
    let chart = QualityChart(.p, series, frozen: nil, plan: plan)
    #expect(chart.points.count == 10)
    #expect(chart.points.allSatisfy { isClose($0.upper, 0.02514612, 1e-8) && isClose($0.lower, 0.00285388, 1e-8) })
    #expect(chart.points.allSatisfy { isClose($0.centre, 0.014, 1e-12) })
    #expect(isClose(chart.points[6].z, try vector.number("z7"), 1e-4))
    #expect(chart.points.indices.filter { !chart.points[$0].signals.isEmpty }.map { $0 + 1 } == [7])
    #expect(chart.points[6].signals.map(\.code) == ["N1"])
    #expect(chart.notes.contains { $0.contains("phase I") && $0.contains("preliminary") })
    let np = QualityChart(.np, series, frozen: nil, plan: plan)
    #expect(isClose(np.points[6].value, 30, 0) && isClose(np.points[6].centre, 14, 1e-9))
    #expect(isClose(np.points[6].upper, 25.14612, 1e-5) && np.points[6].signals.map(\.code) == ["N1"])
  }

  @Test(
    "Laney's limits are wider, and its dispersion is said",
    .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func laney() throws {
    let vector = try QualityVector("laney-p-prime")
    let series = series(
      try QualityVector.integers(vector.inputs["defectives"]), try QualityVector.integers(vector.inputs["n"]))
    let chart = QualityChart(.laney, series, frozen: nil, plan: plan)
    #expect(chart.points.allSatisfy { isClose($0.upper, 0.03616312, 1e-6) && $0.lower == 0 && $0.signals.isEmpty })
    #expect(chart.notes.contains { $0.contains("1.99 times") }, "\(chart.notes)")
    // The EWMA is that of its z.
    let z = chart.points.compactMap(\.z)
    var expected = EwmaChart(lambda: 0.25, width: 2.998)
    let ewma = QualityChart(.ewma, series, frozen: nil, plan: plan)
    for (point, z) in zip(ewma.points, z) {
      #expect(point.signals.isEmpty != expected.add(z))
      #expect(isClose(point.value, expected.value, 1e-12) && isClose(point.upper, expected.limit, 1e-12))
      #expect(point.centre == 0 && point.lower == point.upper.map { -$0 })
    }
    #expect(ewma.points.count == 10)
  }

  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) func defects() throws {
    let vector = try QualityVector("u-chart")
    let units = series(
      try QualityVector.integers(vector.inputs["defects"]), try QualityVector.integers(vector.inputs["units"]))
    let u = QualityChart(.u, units, frozen: nil, plan: plan)
    for (point, upper) in zip(u.points, try QualityVector.numbers(vector.expected["ucl"])) {
      #expect(isClose(point.upper, upper, 1e-6) && isClose(point.centre, 0.975, 1e-9))
    }
    #expect(u.points.map { $0.signals.map(\.code) } == [[], [], [], ["N1"]])
    // c̄ = 9, so the limits are 9 ± 9; the last window is much smaller and is no equal area.
    let c = QualityChart(
      .c, series([6, 10, 4, 8, 22, 12, 6, 4, 9], [10, 10, 10, 10, 10, 10, 10, 10, 3]), frozen: nil, plan: plan)
    #expect(c.points.prefix(8).allSatisfy { $0.upper == 18 && $0.lower == 0 && $0.centre == 9 })
    #expect(c.points.map { $0.signals.map(\.code) }[4] == ["N1"] && c.points[8].upper == nil)
    #expect(c.notes.contains { $0.contains("1 subgroups with more than a quarter") }, "\(c.notes)")
  }

  @Test("windows are put together until five are expected, and without two such subgroups there are no limits")
  func subgroups() {
    let counts = (0..<40).map { $0 % 2 }
    let chart = QualityChart(.p, series(counts, counts.map { _ in 15 }), frozen: nil, plan: plan)
    #expect(chart.points.map(\.size) == [150, 150, 150, 150] && chart.points.allSatisfy { $0.upper != nil })
    let few = QualityChart(.p, series([1, 0, 2, 1], [15, 15, 15, 15]), frozen: nil, plan: plan)
    #expect(few.points.allSatisfy { $0.upper == nil && $0.signals.isEmpty })
    #expect(few.notes.contains { $0.hasPrefix("no limits: 4 windows make 0 subgroups") }, "\(few.notes)")
    let none = QualityChart(.laney, series([0, 0], [100, 100]), frozen: nil, plan: plan)
    #expect(none.points.allSatisfy { $0.upper == nil } && !none.notes.isEmpty)
    #expect(QualityChart(.p, series([], []), frozen: nil, plan: plan).points.isEmpty)
  }

  @Test("a frozen baseline counts before the shown windows, and only for its own phase")
  func frozen() throws {
    let known = RateWatch.Baseline(
      chart: AttributeBaseline(kind: .laney, rate: 0.05, dispersion: 2, points: 50, units: 5000), usual: 0.055,
      size: 100, changed: 0.08, threshold: 4)
    var windows = series([5, 5, 20, 5], [100, 100, 100, 100]).windows
    windows[0].isJudged = false
    let p = QualityChart(.p, CountSeries(windows), frozen: known, plan: plan)
    #expect(p.points[0].upper == nil && p.points[1].centre == 0.05)
    #expect(isClose(p.points[1].upper, 0.05 + 3 * (0.05 * 0.95 / 100).squareRoot(), 1e-12))
    #expect(p.points.map { $0.signals.map(\.code) } == [[], [], ["N1"], []])
    #expect(p.notes.contains { $0.contains("frozen baseline") && $0.contains("5000 parts") })
    let cusum = QualityChart(.cusum, CountSeries(windows), frozen: known, plan: plan)
    let sum = try #require(RateCusum(.defectives, usual: 0.055, changed: 0.08, threshold: 4))
    let first = max(0, sum.step(count: 5, size: 100) / 4)
    let expected = max(0, first + sum.step(count: 20, size: 100) / 4)
    #expect(cusum.points.count == 3 && isClose(cusum.points[1].value, expected, 1e-12))
    #expect(cusum.points.allSatisfy { $0.upper == 4 && $0.centre == 0 && $0.lower == nil })
  }

  @Test("a rise is in the CUSUM of the shown windows")
  func cusum() {
    let counts = (0..<60).map { $0 < 50 ? $0 % 2 : 8 }
    let chart = QualityChart(.cusum, series(counts, counts.map { _ in 20 }), frozen: nil, plan: plan)
    #expect(chart.points.prefix(50).allSatisfy { $0.signals.isEmpty })
    #expect(chart.points.last?.signals.map(\.code) == ["CUSUM"])
    let few = QualityChart(.cusum, series([1, 0], [20, 20]), frozen: nil, plan: plan)
    #expect(few.points.isEmpty && few.notes.contains { $0.hasPrefix("no limits") })
  }

  @Test("good parts and hours between rare defects, as evenly spread as windows know them")
  func rare() throws {
    let windows = series([1, 0, 1, 2], [100, 100, 100, 100])
    let g = QualityChart(.g, windows, frozen: nil, plan: plan)
    // Half of 99, 100 and half of 99; half of 99 and a quarter of 98; half of 98.
    #expect(g.points.map(\.value) == [199, 74, 49])
    #expect(g.points.allSatisfy { isClose($0.centre, 322.0 / 3, 1e-9) })
    let known = try #require(RareEventChart(.g, gaps: [199, 74, 49]))
    #expect(g.points.allSatisfy { $0.upper == known.limits.upper && $0.lower == known.limits.lower })
    #expect(isClose(g.points[2].z, known.z(49), 1e-12))
    let t = QualityChart(.t, windows, frozen: nil, plan: plan)
    #expect(zip(t.points.map(\.value), [0.5, 0.1875, 0.125]).allSatisfy { isClose($0, $1, 1e-12) })
    let often = QualityChart(.g, series([3, 2], [10, 10]), frozen: nil, plan: plan)
    #expect(often.points.isEmpty && often.notes.contains { $0.hasPrefix("not rare: 5 in 2 windows") })
    let one = QualityChart(.t, series([0, 1, 0], [10, 10, 10]), frozen: nil, plan: plan)
    #expect(one.points.isEmpty && one.notes.contains { $0.hasPrefix("no limits") })
  }

  @Test("what is counted: of all parts, of a product, defects and parts with them")
  func counted() {
    var tally = InspectionTally()
    (tally.inspected, tally.rejected, tally.unsure) = (20, 3, 1)
    (tally.defects, tally.defective) = (["scratch": 5, "dent": 1], ["scratch": 2, "dent": 1])
    tally.products["x"] = InspectionTally.Group()
    tally.products["x"]?.inspected = 8
    tally.products["x"]?.rejected = 2
    let window = StationChart.Window(start: Self.start, end: Self.start + .minutes(15), tally: tally)
    func counts(_ name: String, _ parts: CountSeries.Parts? = nil, defects: Bool = false) -> [Int] {
      let series = CountSeries([window, window], of: name, parts: parts, countsDefects: defects)
      return [series.windows.count, series.count, series.size]
    }
    // Two stations at the same time are one window of the line.
    #expect(counts("NG") == [1, 6, 40] && counts("NG", defects: true) == [1, 12, 40])
    #expect(counts("scratch") == [1, 4, 40] && counts("scratch", defects: true) == [1, 10, 40])
    #expect(counts("unsure") == [1, 2, 40] && counts("NG", CountSeries.Parts("product=x")) == [1, 4, 16])
    #expect(counts("NG", CountSeries.Parts("supplier=x")) == [0, 0, 0])
    #expect(CountSeries.Parts("product") == nil && CountSeries.Parts("colour=x") == nil)
  }

  // MARK: Values

  /// c4 as handbooks print it.
  @Test(arguments: [(2, 0.7979), (5, 0.9400), (10, 0.9727), (25, 0.9896)])
  func c4(size: Int, expected: Double) {
    #expect(isClose(ControlConstants.c4(size), expected, 0.00005))
    #expect(ControlConstants.c4(1) == nil)
  }

  @Test("X̄-S by the pooled scatter within windows, of any size")
  func xbar() throws {
    let groups: [(count: Int, mean: Double, deviation: Double)] = [(4, 100, 1), (4, 102, 3), (9, 101, 2)]
    let pooled = (62.0 / 14).squareRoot()
    let sigma = pooled / (try #require(ControlConstants.c4(15)))
    let chart = QualityChart(.xbar, values: values(groups), frozen: nil, plan: plan)
    let mean = 1717.0 / 17
    #expect(chart.points.allSatisfy { isClose($0.centre, mean, 1e-12) })
    #expect(isClose(chart.points[0].upper, mean + 3 * sigma / 2, 1e-12))
    #expect(isClose(chart.points[2].lower, mean - sigma, 1e-12))
    let constant = try #require(ControlConstants.c4(4))
    #expect(isClose(chart.points[0].spread?.centre, constant * sigma, 1e-12) && chart.points[0].spread?.lower == 0)
    #expect(
      isClose(
        chart.points[0].spread?.upper, constant * sigma + 3 * sigma * (1 - constant * constant).squareRoot(), 1e-12))
    // Of equal sizes these are A3, B3 and B4 of the tables (n = 5: 1.427, 0, 2.089).
    let five = SpreadBaseline(mean: 0, sigma: 1 / (try #require(ControlConstants.c4(5))), groups: 20, values: 100)
    #expect(isClose(five.limits(size: 5).upper, 1.427, 0.0005))
    #expect(isClose(five.spread(size: 5)?.upper, 2.089, 0.0005) && five.spread(size: 5)?.lower == 0)
    #expect(isClose(SpreadBaseline(mean: 0, sigma: 1, groups: 1, values: 9).z(1, size: 9), 3, 1e-12))
    let single = QualityChart(.xbar, values: values([(1, 100, 0), (1, 101, 0)]), frozen: nil, plan: plan)
    #expect(single.points.allSatisfy { $0.upper == nil && $0.spread == nil })
    #expect(single.notes.contains { $0.hasPrefix("no limits") })
  }

  @Test("a scatter beyond its limit and every chosen test of the set signal on values")
  func valueSignals() {
    var settings = InspectionSettings.standard
    (settings.rules, settings.tests) = (.nelson, [1, 3])
    let plan = InspectionPlan(settings)
    #expect(plan.rules == [.nelson1] && plan.valueRules == [.nelson1, .nelson3])
    var groups = (0..<30).map { (count: 9, mean: 100 + ($0 % 2 == 0 ? 0.1 : -0.1), deviation: 1.0) }
    groups[10].deviation = 5
    for place in 0..<6 { groups[20 + place].mean = 100 + 0.11 * Double(place) }
    let chart = QualityChart(.xbar, values: values(groups), frozen: nil, plan: plan)
    #expect(chart.points[10].signals.map(\.code) == ["S"])
    #expect(chart.points[25].signals.map(\.code) == ["N3"])
  }

  @Test("what differs between windows is in the limits of means, never in those of the scatter within them")
  func learntLevel() throws {
    let groups = (0..<12).map { (count: 100, mean: 100 + ($0 % 2 == 0 ? 0.3 : -0.3), deviation: 1.0) }
    let level = QualityChart.Level(mean: 100, sigma: 3, windows: 40)
    let chart = QualityChart(.xbar, values: values(groups), frozen: level, plan: plan)
    #expect(isClose(chart.points[0].upper, 100 + 3 * 3 / 10, 1e-12))
    #expect(chart.points.allSatisfy { $0.signals.isEmpty && isClose($0.spread?.centre, 1, 0.01) })
    #expect(chart.notes.contains("limits of S are estimated over the 12 shown windows"))
  }

  @Test(
    "without limits an EWMA and a CUSUM have no points: what is added up is no mean",
    arguments: [ChartKind.ewma, .cusum])
  func sumsWithoutLimits(kind: ChartKind) {
    #expect(QualityChart(kind, values: values([(4, 104, 2)]), frozen: nil, plan: plan).points.isEmpty)
    let counts = QualityChart(kind, series([1], [10]), frozen: nil, plan: plan)
    #expect(counts.points.isEmpty && counts.notes.contains { $0.hasPrefix("no limits") })
  }

  @Test func singleValues() throws {
    let means = [10.0, 12, 11, 13, 9]
    let windows = values(means.map { (count: 1, mean: $0, deviation: 0.0) })
    let chart = QualityChart(.imr, values: windows, frozen: nil, plan: plan)
    let known = try #require(MeasurementBaseline(values: means))
    #expect(chart.points.allSatisfy { isClose($0.upper, known.limits.upper, 1e-12) && $0.centre == 11 })
    #expect(chart.points[0].spread == nil && chart.points.dropFirst().map { $0.spread?.value } == [2, 1, 2, 4])
    #expect(isClose(chart.points[1].spread?.upper, known.rangeLimits.upper, 1e-12))
    #expect(chart.notes.contains { $0.contains("the values themselves") })
    let frozen = QualityChart.Level(mean: 100, sigma: 2, windows: 40)
    let judged = QualityChart(.imr, values: values([(4, 100, 2), (4, 104, 2)]), frozen: frozen, plan: plan)
    #expect(isClose(judged.points[0].upper, 103, 1e-12) && judged.points[1].signals.map(\.code) == ["N1", "MR"])
    #expect(judged.notes.contains { $0.contains("the station's rule has learnt") })
    let cusum = QualityChart(.cusum, values: values([(4, 104, 2), (4, 104, 2)]), frozen: frozen, plan: plan)
    // z is 4 each time, less the reference of 0.5.
    #expect(cusum.points.map(\.value) == [3.5, 7] && cusum.points[0].upper == plan.levelThreshold)
    let ewma = QualityChart(.ewma, values: values([(4, 104, 2)]), frozen: frozen, plan: plan)
    #expect(ewma.points.map(\.value) == [1] && ewma.points[0].signals.map(\.code) == ["EWMA"])
  }

  @Test("only values with the same limits are compared with them")
  func summary() throws {
    var windows = values([(4, 100, 1), (4, 102, 3), (4, 101, 2), (4, 50, 1)])
    windows[2].measure.hasMixedLimits = true
    (windows[2].measure.lower, windows[2].measure.upper) = (nil, nil)
    (windows[3].measure.lower, windows[3].measure.upper) = (40, 60)
    windows.swapAt(0, 3)
    let summary = ValueSummary(windows)
    // The newest limits are those of the window that stands last; the mixed one is in none.
    #expect(summary.mixed == 1 && summary.other == 1 && summary.count == 16)
    #expect(summary.lower == 90 && summary.upper == 110)
    let sigma = 5.0.squareRoot() / (try #require(ControlConstants.c4(7)))
    let overall = (38.0 / 7).squareRoot()
    let found = try #require(summary.capability)
    #expect(isClose(found.cp, 20 / (6 * sigma), 1e-9) && isClose(found.cpk, 9 / (3 * sigma), 1e-9))
    #expect(isClose(found.pp, 20 / (6 * overall), 1e-9) && isClose(found.ppk, 9 / (3 * overall), 1e-9))
    #expect(ValueSummary([]).refusal == .noLimits)
  }
}
