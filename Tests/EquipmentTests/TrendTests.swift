import Equipment
import Foundation
import Telemetry
import TestSupport
import Testing

/// Known answers of `rules/vectors/maintenance.json`, sections 6 and 7.
@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct TrendTests {
  private struct Vector {
    var inputs: JSONValue
    var expected: JSONValue

    init(_ name: String) throws {
      let file = try JSONValue(parsing: ReferenceData.bytes("rules/vectors/maintenance.json"))
      let all = try #require(file["vectors"]?.arrayValue)
      let vector = try #require(all.first { $0["name"]?.stringValue == name })
      inputs = try #require(vector["inputs"])
      expected = try #require(vector["expected"])
    }
  }

  private func number(_ value: JSONValue?) throws -> Double {
    switch try #require(value) {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    case let other: try #require(Double(other.stringValue ?? ""))
    }
  }

  private func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.arrayValue).map { try number($0) }
  }

  private func near(_ a: Double?, _ b: Double, _ tolerance: Double) -> Bool {
    a.map { abs($0 - b) <= tolerance } ?? false
  }

  @Test func theilSen() throws {
    let vector = try Vector("theil-sen")
    let line = try #require(TheilSen(numbers(vector.inputs["t"]), numbers(vector.inputs["y"])))
    #expect(try near(line.slope, number(vector.expected["slope"]), 1e-6))
    #expect(try near(line.intercept, number(vector.expected["intercept_median_residual"]), 1e-6))
    let reach = try line.time(to: number(vector.inputs["threshold"]), from: 9)
    #expect(try near(reach, number(vector.expected["rul_median_residual"]), 1e-6))
    #expect(line.time(to: -5, from: 9) == nil)
    #expect(line.slopeInterval.contains(line.slope))
    #expect(TheilSen([1, 1, 1], [1, 2, 3]) == nil && TheilSen([1, 2], [1, 2]) == nil)
  }

  @Test func holt() throws {
    let vector = try Vector("holt")
    var holt = try HoltSmoothing(alpha: number(vector.inputs["alpha"]), beta: number(vector.inputs["beta"]))
    let rows = try #require(vector.expected["level_trend"]?.arrayValue).map { try numbers($0) }
    for (index, x) in try numbers(vector.inputs["x"]).enumerated() {
      holt.add(x)
      guard index > 0 else { continue }
      #expect(near(holt.level, rows[index - 1][0], 1e-9) && near(holt.trend, rows[index - 1][1], 1e-9))
    }
    #expect(try near(holt.forecast(1), number(vector.expected["forecast_1"]), 1e-9))
  }

  @Test func exponential() throws {
    let vector = try Vector("exponential-rul")
    let t = (0...40).map(Double.init)
    let (a, k) = try (number(vector.inputs["a"]), number(vector.inputs["k"]))
    let trend = try #require(ExponentialTrend(t, t.map { a * exp(k * $0) }))
    let reach = try trend.time(to: number(vector.inputs["threshold"]), from: 40)
    #expect(try near(reach, number(vector.expected["rul_after_40"]), 1e-6))
    #expect(ExponentialTrend(t, t) == nil)
  }

  @Test func weibull() throws {
    let vector = try Vector("weibull")
    let life = try #require(Weibull(beta: number(vector.inputs["beta"]), eta: number(vector.inputs["eta_h"])))
    #expect(try near(life.reliability(10_000), number(vector.expected["r_10000"]), 1e-6))
    #expect(try near(life.hazard(10_000), number(vector.expected["hazard_10000_per_h"]), 1e-9))
    #expect(try near(life.meanLife, number(vector.expected["mttf_h"]), 0.01))
    #expect(try near(life.age(failed: 0.1), number(vector.expected["b10_h"]), 0.01))
    #expect(try near(life.reliability(12_000, given: 10_000), number(vector.expected["r_12000_given_10000"]), 1e-6))
    #expect(try near(life.meanRemaining(10_000), number(vector.expected["mean_residual_life_10000_h"]), 0.01))
    #expect(near(life.reliability(10_000 + life.remaining(10_000, quantile: 0.1), given: 10_000), 0.9, 1e-9))
    #expect(Weibull(beta: 0, eta: 1) == nil)
  }

  @Test func reliability() throws {
    let vector = try Vector("availability")
    let share = try Reliability.availability(
      meanTimeBetweenFailures: number(vector.inputs["mtbf_h"]), meanTimeToRepair: number(vector.inputs["mttr_h"]))
    #expect(try near(share, number(vector.expected["availability"]), 1e-6))
    let insulation = try Vector("insulation-life")
    let factors = try numbers(insulation.inputs["over_temperature_k"]).map {
      Reliability.insulationLife(excess: $0, halving: 10)
    }
    #expect(try factors == numbers(insulation.expected["life_factor"]))
  }

  @Test func runningHours() throws {
    let vector = try Vector("running-hours-maintenance")
    let plan = try RunningHoursPlan(
      lastService: number(vector.inputs["last_service_h"]), interval: number(vector.inputs["interval_h"]))
    #expect(try plan.due == number(vector.expected["due_h"]) && plan.warn == number(vector.expected["warn_h"]))
    let states = try numbers(vector.inputs["hours"]).map { plan.state($0).rawValue }
    #expect(states == vector.expected["states"]?.arrayValue?.compactMap(\.stringValue))
  }

  @Test func scores() throws {
    let phm08 = try Vector("score-phm08")
    for (d, score) in try zip(numbers(phm08.inputs["d"]), numbers(phm08.expected["score"])) {
      #expect(near(PrognosticScores.phm2008(d), score, 1e-5))
    }
    let phm2012 = try Vector("score-phm2012")
    for (error, score) in try zip(numbers(phm2012.inputs["er_percent"]), numbers(phm2012.expected["accuracy"])) {
      #expect(near(PrognosticScores.phm2012(errorPercent: error), score, 1e-6))
    }
    let pairs = try #require(phm2012.inputs["pairs"]?.arrayValue)
    for (pair, score) in try zip(pairs, numbers(phm2012.expected["pair_accuracy"])) {
      let error = try PrognosticScores.errorPercent(
        actual: number(pair["actual"]), estimate: number(pair["estimate"]))
      #expect(near(PrognosticScores.phm2012(errorPercent: error), score, 1e-6))
    }
  }

  @Test func weibullIsFoundAgain() throws {
    let truth = try #require(Weibull(beta: 2.2, eta: 9000))
    var random = SplitMix64(seed: 5)
    var failures: [Double] = []
    var running: [Double] = []
    for _ in 0..<400 {
      let life = truth.age(failed: random.unit())
      let watched = 4000 + 10_000 * random.unit()
      if life < watched { failures.append(life) } else { running.append(watched) }
    }
    let fit = try #require(Weibull.fit(failures: failures, running: running))
    #expect(abs(fit.beta - 2.2) < 0.3 && abs(fit.eta - 9000) < 600, "\(fit)")
    #expect(Weibull.fit(failures: [1, 2]) == nil && Weibull.fit(failures: [5, 5, 5]) == nil)
  }
}
