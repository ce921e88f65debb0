import Inspection
import Testing

@Suite struct MeasurementTests {
  /// d2 and d3 are integrals of the normal distribution; the table has their three digits.
  @Test func constants() throws {
    for size in ControlConstants.sizes {
      let step = 0.01
      var d2 = 0.0
      for place in -800..<800 {
        let below = NormalDistribution.cumulative((Double(place) + 0.5) * step)
        d2 += step * (1 - power(below, size) - power(1 - below, size))
      }
      let constants = try #require(ControlConstants(size: size))
      #expect(isClose(constants.d2, d2, 0.00055), "\(size): \(d2)")
    }
    #expect(ControlConstants(size: 1) == nil && ControlConstants(size: 11) == nil)
    // As the tables of handbooks have them.
    let five = try #require(ControlConstants(size: 5))
    #expect(isClose(five.a2, 0.577, 0.0005) && five.lower == 0 && isClose(five.upper, 2.114, 0.002))
    #expect(isClose(ControlConstants.two.upper, 3.267, 0.002))
    #expect(isClose(try #require(ControlConstants(size: 10)).lower, 0.223, 0.001))
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  @Test func singleValues() throws {
    let baseline = try #require(MeasurementBaseline(values: [10, 12, 11, 13, 9]))
    #expect(isClose(baseline.mean, 11, 1e-12) && isClose(baseline.meanRange, 2.25, 1e-12))
    #expect(isClose(baseline.sigma, 2.25 / 1.128, 1e-12))
    #expect(isClose(baseline.limits.upper, 11 + 2.6596 * 2.25, 1e-3) && isClose(baseline.rangeLimits.lower, 0, 0))
    #expect(isClose(baseline.z(baseline.limits.upper), 3, 1e-12))
    #expect(MeasurementBaseline(values: [1]) == nil)
  }

  @Test func subgroups() throws {
    let baseline = try #require(MeasurementBaseline(subgroups: [[1, 2, 3], [2, 3, 4], [3, 4, 8]]))
    #expect(isClose(baseline.mean, 10.0 / 3, 1e-12) && isClose(baseline.meanRange, 3, 1e-12))
    #expect(isClose(baseline.limits.upper, 10.0 / 3 + 1.023 * 3, 0.002))
    #expect(isClose(baseline.rangeLimits.upper, 2.574 * 3, 0.01))
    #expect(isClose(baseline.z(baseline.limits.lower), -3, 1e-12))
    #expect(MeasurementBaseline(subgroups: [[1, 2], [1, 2, 3]]) == nil && MeasurementBaseline(subgroups: []) == nil)
    #expect(MeasurementBaseline(subgroups: [[1]]) == nil)
  }

  @Test func capability() throws {
    // Mean 10, moving ranges all 2, s = √(8/7).
    let values = [9.0, 11, 9, 11, 9, 11, 9, 11]
    let capability = try Capability(values, lower: 4, upper: 14)
    #expect(isClose(capability.within, 2 / 1.128, 1e-12) && isClose(capability.overall, (8.0 / 7).squareRoot(), 1e-12))
    #expect(isClose(capability.cp, 10 / (6 * 2 / 1.128), 1e-12) && isClose(capability.cpk, 4 / (3 * 2 / 1.128), 1e-12))
    #expect(isClose(capability.pp, 10 / (6 * (8.0 / 7).squareRoot()), 1e-12))
    #expect(isClose(capability.ppk, 4 / (3 * (8.0 / 7).squareRoot()), 1e-12))
    #expect(capability.provenCpk < capability.cpk)
    let oneSided = try Capability(values, lower: 4, upper: nil)
    #expect(oneSided.cp == nil && oneSided.pp == nil && isClose(oneSided.ppk, 6 / (3 * (8.0 / 7).squareRoot()), 1e-12))
    // Beyond its limit the index is negative, not cut.
    #expect(try Capability(values, lower: nil, upper: 9.5).cpk < 0)
  }

  @Test(arguments: [
    ([1.0, 2], nil as Double?, nil as Double?, Capability.Refusal.noLimits), ([1.0, 2], 5, 4, .limitsReversed),
    ([1.0], 0, 4, .tooFew), ([2.0, 2, 2], 0, 4, .noScatter),
  ])
  func refusals(values: [Double], lower: Double?, upper: Double?, refusal: Capability.Refusal) {
    #expect(throws: refusal) { try Capability(values, lower: lower, upper: upper) }
  }
}
