import Inspection
import Telemetry
import Templates
import TestSupport
import Testing

@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct QualityLevelTests {
  @Test("a line of sixty stations has a rolled yield")
  func longLine() throws {
    let steps = try (0..<60).map { try ExactDecimal(996 + $0 % 4) / ExactDecimal(997 + $0 % 7) }
    let rolled = try QualityLevel.rolledYield(steps).doubleValue
    let expected = steps.reduce(1.0) { $0 * $1.doubleValue }
    #expect(isClose(rolled, expected, 1e-10), "\(rolled) \(expected)")
  }

  @Test func yields() throws {
    let vector = try QualityVector("yields")
    let steps = try QualityVector.words(vector.inputs["fpy_steps"]).map { try #require(ExactDecimal($0)) }
    #expect(try QualityLevel.rolledYield(steps).description == vector.expected["rty"]?.stringValue)
    #expect(
      try QualityLevel.dpmo(defects: 45, units: 5000, opportunities: 6)?.description
        == vector.expected["dpmo"]?.stringValue)
    #expect(try QualityLevel.firstPassYield(good: 98, of: 100)?.description == "0.98")
    #expect(try QualityLevel.firstPassYield(good: 0, of: 0) == nil)
    #expect(try QualityLevel.dpmo(defects: 0, units: 0, opportunities: 6) == nil)
  }

  @Test func sigmaLevel() throws {
    let vector = try QualityVector("sigma-level")
    for (dpmo, expected) in zip(
      try QualityVector.numbers(vector.inputs["dpmo"]), try QualityVector.numbers(vector.expected["sigma"]))
    { #expect(isClose(QualityLevel.sigmaLevel(dpmo: dpmo), expected, 1e-4)) }
  }

  @Test func pareto() {
    let pareto = Pareto(["scratch": 6, "dent": 3, "glue": 3, "none": 0], before: ["dent": 5, "scratch": 2])
    #expect(pareto.lines.map(\.name) == ["scratch", "dent", "glue"])
    #expect(pareto.lines.map(\.cumulative) == [0.5, 0.75, 1])
    #expect(pareto.lines.map(\.formerRank) == [2, 1, nil])
    #expect(Pareto([:]).lines.isEmpty)
  }
}

@Suite struct StationChartTests {
  @Test("points are large enough for their limits, and those before the phase have none")
  func points() throws {
    let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!
    var watch = StationWatch()
    var settings = InspectionSettings.standard
    settings.windows = 20
    settings.defects = 20
    let plan = InspectionPlan(settings)
    var windows: [StationChart.Window] = []
    for place in 0..<100 {
      var tally = InspectionTally()
      tally.inspected = 20
      // One of 20, and twelve of 60 at the end.
      tally.rejected = place < 94 ? 1 : 6
      tally.models["m"] = InspectionTally.Group()
      let time = start + .minutes(Int64(15 * place))
      windows.append(StationChart.Window(start: time, end: time + .minutes(15), tally: tally))
      watch.add(tally, start: time, end: time + .minutes(15), plan: plan)
    }
    let chart = StationChart(StationWatch.rejects, windows, watch: watch, plan: plan)
    #expect(chart.points.reduce(0) { $0 + $1.size } == 2000)
    #expect(chart.points.dropLast().allSatisfy { $0.size >= 100 })
    #expect(chart.points.allSatisfy { isClose($0.centre, 0.05, 1e-9) && ($0.upper ?? 0) > 0.05 })
    #expect(chart.points.last?.signals == [.nelson1])
    watch.begin(at: start + .minutes(15 * 50))
    let later = StationChart(StationWatch.rejects, windows, watch: watch, plan: plan)
    #expect(later.points.allSatisfy { $0.upper == nil } && later.points.count <= 60)
    #expect(StationChart("scratch", [], watch: nil, plan: plan).points.isEmpty)
  }
}
