import Inspection
import Telemetry
import TestSupport
import Testing

@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct QualityLevelTests {
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
