import Glibc
import Inspection
import Telemetry
import Testing

/// Run lengths against published tables, and against simulation with seeds.
@Suite struct RunLengthTests {
  /// Montgomery, Introduction to statistical quality control, table 9.3 (k = 0.5, two-sided).
  @Test(arguments: [
    (4.0, 0.0, 168.0), (4, 0.5, 26.6), (4, 1, 8.38), (4, 2, 3.34), (5, 0, 465), (5, 0.5, 38), (5, 1, 10.4),
    (5, 2, 4.01),
  ])
  func cusum(threshold: Double, shift: Double, expected: Double) {
    let length = RunLength.bothSides(
      RunLength.cusum(reference: 0.5, threshold: threshold, shift: shift),
      RunLength.cusum(reference: 0.5, threshold: threshold, shift: -shift))
    #expect(isClose(length, expected, 0.012 * expected), "\(length)")
  }

  /// Lucas and Saccucci (1990), table 3.
  @Test(arguments: [
    (0.1, 2.814, 0.0, 500.0), (0.1, 2.814, 1, 10.3), (0.25, 2.998, 0, 500), (0.25, 2.998, 1, 11), (0.4, 3.054, 0, 500),
  ])
  func ewma(lambda: Double, width: Double, shift: Double, expected: Double) {
    let length = RunLength.ewma(lambda: lambda, width: width, shift: shift)
    #expect(isClose(length, expected, 0.02 * expected), "\(length)")
  }

  private static func binomial(_ size: Int, _ rate: Double, _ generator: inout SplitMix64) -> Int {
    (0..<size).count { _ in generator.unit() < rate }
  }

  /// Mean over seeds of the windows until the sum signals.
  private func simulated(_ cusum: RateCusum, size: Int, rate: Double, seeds: Int) -> Double {
    var total = 0
    for seed in 0..<seeds {
      var generator = SplitMix64(seed: UInt64(seed) &* 7919 &+ 17)
      var sum = cusum
      var windows = 1
      while !sum.add(count: Self.binomial(size, rate, &generator), size: size) { windows += 1 }
      total += windows
    }
    return Double(total) / Double(seeds)
  }

  /// 15 units a window; the defect is found when its share has grown by a half.
  @Test("a shift of +50 % in one class is found within the run length of the theory", arguments: [0.01, 0.03, 0.1])
  func shift(rate: Double) throws {
    let size = 15
    let threshold = try #require(
      RunLength.threshold(.defectives, usual: rate, changed: 1.5 * rate, size: size, inControl: 5_000))
    let cusum = try #require(
      RateCusum(.defectives, usual: rate, changed: 1.5 * rate, threshold: threshold))
    #expect(isClose(RunLength.rate(cusum, size: size, rate: rate), 5_000, 250))
    let theory = RunLength.rate(cusum, size: size, rate: 1.5 * rate)
    let found = simulated(cusum, size: size, rate: 1.5 * rate, seeds: 200)
    #expect(isClose(found, theory, 0.2 * theory), "\(found) windows, \(theory) in theory")
  }

  @Test("false alarms come as seldom as was asked for")
  func inControl() throws {
    let threshold = try #require(
      RunLength.threshold(.defectives, usual: 0.05, changed: 0.1, size: 15, inControl: 300))
    let cusum = try #require(RateCusum(.defectives, usual: 0.05, changed: 0.1, threshold: threshold))
    let found = simulated(cusum, size: 15, rate: 0.05, seeds: 200)
    #expect(isClose(found, 300, 60), "\(found)")
  }

  @Test("defects per unit, and rates that cannot be told apart")
  func models() throws {
    let threshold = try #require(RunLength.threshold(.defects, usual: 0.2, changed: 0.3, size: 50, inControl: 1_000))
    let cusum = try #require(RateCusum(.defects, usual: 0.2, changed: 0.3, threshold: threshold))
    #expect(isClose(RunLength.rate(cusum, size: 50, rate: 0.2), 1_000, 60))
    #expect(RunLength.rate(cusum, size: 50, rate: 0.3) < 30)
    for (usual, changed) in [(0.0, 0.1), (0.1, 0.1), (0.1, 1.0), (1.0, 0.5)] {
      #expect(RateCusum(.defectives, usual: usual, changed: changed, threshold: 1) == nil)
      #expect(RunLength.threshold(.defectives, usual: usual, changed: changed, size: 10, inControl: 100) == nil)
    }
  }

  @Test("a Shewhart chart's false alarms are those of the binomial distribution")
  func shewhart() throws {
    let baseline = AttributeBaseline(kind: .p, rate: 0.05, points: 25, units: 25 * 200)
    var signals = 0
    var generator = SplitMix64(seed: 4)
    for _ in 0..<4_000 {
      let point = AttributeBaseline.Point(count: Self.binomial(200, 0.05, &generator), size: 200)
      if abs(baseline.z(point)) > 3 { signals += 1 }
    }
    // P(X ≥ 20) + P(X ≤ 0) of the binomial distribution (200, 0.05).
    var exact = 0.0
    for count in 0...200 where abs(baseline.z(.init(count: count, size: 200))) > 3 {
      let logarithm: Double =
        lgamma(201.0) - lgamma(Double(count) + 1) - lgamma(201.0 - Double(count)) + Double(count) * log(0.05)
        + (200 - Double(count)) * log(0.95)
      exact += exp(logarithm)
    }
    #expect(isClose(Double(signals) / 4_000, exact, 0.4 * exact), "\(signals), \(exact)")
    #expect(isClose(RunLength.shewhart(exact), 1 / exact, 1e-9))
  }

  @Test("a small lasting shift of a measurement", arguments: [0.5, 1.0])
  func measurement(shift: Double) {
    let theory = RunLength.bothSides(
      RunLength.cusum(reference: 0.5, threshold: 5, shift: shift),
      RunLength.cusum(reference: 0.5, threshold: 5, shift: -shift))
    var cusumTotal = 0
    var ewmaTotal = 0
    for seed in 0..<200 as Range<UInt64> {
      var generator = SplitMix64(seed: seed)
      func normal() -> Double { NormalDistribution.quantile(max(1e-12, generator.unit())) + shift }
      var cusum = CusumChart(threshold: 5)
      cusumTotal += 1
      while !cusum.add(normal()) { cusumTotal += 1 }
      var ewma = EwmaChart(lambda: 0.1, width: 2.814)
      ewmaTotal += 1
      while !ewma.add(normal()) { ewmaTotal += 1 }
    }
    let cusum = Double(cusumTotal) / 200
    #expect(isClose(cusum, theory, 0.2 * theory), "\(cusum), \(theory)")
    // The limits of the beginning are narrower than those of the theory.
    #expect(Double(ewmaTotal) / 200 < 1.2 * RunLength.ewma(lambda: 0.1, width: 2.814, shift: shift))
  }

  @Test("gaps between rare defects")
  func rare() throws {
    let chart = try #require(RareEventChart(.g, gaps: [900, 1_100, 1_000]))
    #expect(isClose(chart.mean, 1_000, 1e-9))
    #expect(chart.limits.lower == 1 && chart.limits.upper > 5_000)
    #expect(chart.z(0) < -3 && chart.z(1) < -2.8 && chart.z(20_000) > 3 && abs(chart.z(700)) < 0.1)
    let time = RareEventChart(.t, mean: 10)
    #expect(isClose(time.z(10 * log(2.0)), 0, 1e-9) && time.z(0.01) < -3 && time.z(70) > 3)
    #expect(isClose(time.z(time.limits.lower), -3, 1e-6) && isClose(time.z(time.limits.upper), 3, 1e-6))
    #expect(RareEventChart(.t, gaps: []) == nil)
    var generator = SplitMix64(seed: 11)
    let alarms = (0..<20_000).count { _ in abs(time.z(-10 * log(1 - generator.unit()))) > 3 }
    #expect((27...85).contains(alarms), "\(alarms) of 20000, 54 expected")
  }
}
