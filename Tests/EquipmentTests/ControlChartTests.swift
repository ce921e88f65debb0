import Equipment
import Telemetry
import TestSupport
import Testing

@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct ControlChartTests {
  @Test func cusumOfMontgomery() throws {
    let vector = try MaintenanceVectors.vector("cusum-montgomery")
    let x = try MaintenanceVectors.numbers(vector["inputs"]?["x"])
    let above = try MaintenanceVectors.numbers(vector["expected"]?["c_plus"])
    let below = try MaintenanceVectors.numbers(vector["expected"]?["c_minus"])
    var chart = CUSUMChart(mean: 10, sigma: 1, k: 0.5, h: 5)
    var first: (signal: Int, change: Int)?
    for (index, value) in x.enumerated() {
      let alarm = chart.add(value)
      #expect(abs(chart.above - above[index]) < 1e-4)
      #expect(abs(chart.below - below[index]) < 1e-4)
      if alarm, first == nil { first = (index + 1, index + 1 - chart.runAbove) }
    }
    #expect(first?.signal == 29)
    #expect(first?.change == 22)
    #expect(CUSUMChart(mean: 10, sigma: 1, k: 0.5, h: 5, headStart: 0.5).above == 2.5)
  }

  @Test func ewmaOfMontgomery() throws {
    let vector = try MaintenanceVectors.vector("ewma-montgomery")
    let x = try MaintenanceVectors.numbers(vector["inputs"]?["x"])
    let z = try MaintenanceVectors.numbers(vector["expected"]?["z"])
    let limits = try MaintenanceVectors.numbers(vector["expected"]?["ucl"])
    var chart = EWMAChart(mean: 10, sigma: 1, lambda: 0.1, width: 2.7)
    var first: Int?
    for (index, value) in x.enumerated() {
      if chart.add(value), first == nil { first = index + 1 }
      #expect(abs(chart.value - z[index]) < 1e-5)
      #expect(abs(10 + chart.limit - limits[index]) < 1e-5)
    }
    #expect(first == 29)
  }

  @Test func pageHinkley() throws {
    let stream = try MaintenanceVectors.vector("page-hinkley-stream")
    let digits = try #require(stream["inputs"]?["stream_digits"]?.stringValue)
    var detector = PageHinkley()
    var alarms: [Int] = []
    for (index, digit) in digits.enumerated() where detector.add(Double(digit.wholeNumberValue ?? 0)) {
      alarms.append(index)
    }
    #expect(try alarms.map(Double.init) == MaintenanceVectors.numbers(stream["expected"]?["classic_alarms"]))

    let small = try MaintenanceVectors.vector("page-hinkley-small")
    detector = PageHinkley(delta: 0.05, lambda: 5, alpha: 1, minimum: 1)
    var first: Int?
    for (index, digit) in try #require(small["inputs"]?["stream_digits"]?.stringValue).enumerated() where first == nil {
      if detector.add(Double(digit.wholeNumberValue ?? 0)) { first = index + 1 }
      if index == 49 { #expect(abs(detector.sum + 2.5) < 1e-6) }
    }
    #expect(first == 56)
    #expect(abs(detector.statistic - 5.313201) < 1e-6)
  }

  /// Simulated mean run lengths lie within three standard errors of the table's.
  @Test func averageRunLengths() throws {
    let expected = try MaintenanceVectors.vector("arl-table")["expected"]
    let shifts = try MaintenanceVectors.numbers(try MaintenanceVectors.vector("arl-table")["inputs"]?["shift_sigma"])
    var normal = Normal(seed: 4)
    func check(_ table: Double, _ make: (Double) -> Int) {
      let runs = 400
      let lengths = (0..<runs).map { _ in Double(make(0)) }
      let mean = lengths.reduce(0, +) / Double(runs)
      let variance = lengths.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(runs - 1)
      #expect(abs(mean - table) < 3 * (variance / Double(runs)).squareRoot() + 0.05)
    }
    for entry in try #require(expected?["cusum"]?.arrayValue) {
      let (k, h) = (try MaintenanceVectors.number(entry["k"]), try MaintenanceVectors.number(entry["h"]))
      for (shift, arl) in zip(shifts, try MaintenanceVectors.numbers(entry["arl"])) where arl < 200 {
        check(arl) { _ in
          var chart = CUSUMChart(mean: 0, sigma: 1, k: k, h: h)
          var length = 1
          while !chart.add(shift + normal.next()) { length += 1 }
          return length
        }
      }
    }
  }
}

/// Normal values by Box and Muller, from a seed.
struct Normal {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func next() -> Double {
    // Twelve uniform values: near enough to normal, and without functions of a platform.
    var sum = -6.0
    for _ in 0..<12 { sum += random.unit() }
    return sum
  }
}
