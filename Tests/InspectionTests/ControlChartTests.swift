import Inspection
import Telemetry
import TestSupport
import Testing

@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct ControlChartTests {
  private func points(_ counts: JSONValue?, _ sizes: JSONValue?) throws -> [AttributeBaseline.Point] {
    let counts = try QualityVector.integers(counts)
    let sizes = try sizes.map { try QualityVector.integers($0) } ?? counts.map { _ in 1 }
    return zip(counts, sizes).map { AttributeBaseline.Point(count: $0, size: $1) }
  }

  @Test func pChart() throws {
    let vector = try QualityVector("p-chart")
    let points = try points(vector.inputs["defectives"], vector.inputs["n"])
    let baseline = try #require(AttributeBaseline(.p, points))
    let chart = AttributeChart(points, baseline: baseline)
    #expect(isClose(baseline.rate, try vector.number("p_bar"), 1e-6))
    #expect(isClose(baseline.sigma(size: 1000), try vector.number("sigma"), 1e-8))
    #expect(chart.points.allSatisfy { isClose($0.upper, 0.02514612, 1e-8) && isClose($0.lower, 0.00285388, 1e-8) })
    #expect(isClose(chart.points[6].z, try vector.number("z7"), 1e-4))
    #expect(chart.signals.map { $0 + 1 } == (try QualityVector.integers(vector.expected["signals"])))
  }

  @Test func laney() throws {
    let vector = try QualityVector("laney-p-prime")
    let points = try points(vector.inputs["defectives"], vector.inputs["n"])
    let plain = try #require(AttributeBaseline(.p, points))
    let range = AttributeBaseline.meanMovingRange(points.map { plain.z($0) })
    #expect(isClose(range, try vector.number("mean_moving_range"), 1e-6))
    let baseline = try #require(AttributeBaseline(.laney, points))
    #expect(isClose(baseline.dispersion, try vector.number("sigma_z"), 1e-6))
    let chart = AttributeChart(points, baseline: baseline)
    #expect(isClose(chart.points[0].upper, try vector.number("ucl"), 1e-6) && chart.points[0].lower == 0)
    #expect(chart.signals.isEmpty)
  }

  @Test func variableSizes() throws {
    let vector = try QualityVector("p-chart-variable-n")
    let points = try points(vector.inputs["defectives"], vector.inputs["n"])
    let baseline = try #require(AttributeBaseline(.p, points))
    let chart = AttributeChart(points, baseline: baseline)
    #expect(isClose(baseline.rate, 0.025, 1e-8))
    for (point, (upper, lower)) in zip(
      chart.points,
      zip(try QualityVector.numbers(vector.expected["ucl"]), try QualityVector.numbers(vector.expected["lcl"])))
    {
      #expect(isClose(point.upper, upper, 1e-8) && isClose(point.lower, lower, 1e-8))
    }
    #expect(chart.signals.isEmpty)
  }

  @Test func defects() throws {
    let c = try QualityVector("c-chart")
    let areas = try points(c.inputs["defects"], nil)
    let usual = try #require(AttributeBaseline(.c, areas))
    let chart = AttributeChart(areas, baseline: usual)
    #expect(isClose(usual.rate, try c.number("c_bar"), 1e-6))
    #expect(isClose(chart.points[0].upper, try c.number("ucl"), 1e-6))
    #expect(chart.points[0].lower == 0 && chart.signals == [4])

    let u = try QualityVector("u-chart")
    let units = try points(u.inputs["defects"], u.inputs["units"])
    let baseline = try #require(AttributeBaseline(.u, units))
    let chartOfUnits = AttributeChart(units, baseline: baseline)
    #expect(isClose(baseline.rate, try u.number("u_bar"), 1e-6))
    for (point, upper) in zip(chartOfUnits.points, try QualityVector.numbers(u.expected["ucl"])) {
      #expect(isClose(point.upper, upper, 1e-6))
    }
    #expect(chartOfUnits.signals == [3])
  }

  /// np is p in pieces.
  @Test func numberOfDefectives() throws {
    let points = [2, 5, 3, 1, 4].map { AttributeBaseline.Point(count: $0, size: 100) }
    let p = try #require(AttributeBaseline(.p, points))
    let np = try #require(AttributeBaseline(.np, points))
    for point in points {
      #expect(isClose(np.value(point), p.value(point) * 100, 1e-12))
      #expect(isClose(np.z(point), p.z(point), 1e-12))
      #expect(isClose(np.limits(size: 100).upper, p.limits(size: 100).upper * 100, 1e-12))
    }
  }

  @Test("what cannot scatter has no z of its own")
  func degenerate() throws {
    #expect(AttributeBaseline(.p, []) == nil)
    #expect(AttributeBaseline(.p, [.init(count: 0, size: 0)]) == nil)
    #expect(AttributeBaseline(.laney, [.init(count: 1, size: 50)]) == nil)
    let clean = try #require(AttributeBaseline(.p, [.init(count: 0, size: 100), .init(count: 0, size: 100)]))
    #expect(clean.z(.init(count: 0, size: 50)) == 0 && clean.z(.init(count: 1, size: 50)) == .infinity)
    #expect(AttributeChart([.init(count: 1, size: 50)], baseline: clean).signals == [0])
  }

  private static func runVectors() throws -> [String] {
    try QualityVector.all().compactMap { $0["name"]?.stringValue }.filter { $0.hasPrefix("nelson-") }
  }

  @Test(arguments: try runVectors())
  func runRules(name: String) throws {
    let vector = try QualityVector(name)
    let z = try QualityVector.numbers(vector.inputs["z"])
    let rules: [String: RunRule] = ["WECO4": .western4]
    for rule in RunRule.Family.nelson.rules.map(\.rawValue) + ["WECO4"] {
      var watch = RunRuleWatch([try #require(rules[rule] ?? RunRule(rawValue: rule))])
      let first = z.indices.first { !watch.add(z[$0]).isEmpty }
      let expected = try #require(vector.expected["first_signal"]?[rule])
      #expect(first.map { Double($0 + 1) } == expected.doubleValue, "\(rule)")
    }
  }

  @Test("a chart tells the set of each signal, and a new phase forgets the run")
  func families() {
    #expect(RunRule.western4.text == "8 points on the same side (Western Electric 4)")
    #expect(RunRule.nelson5.text.hasSuffix("(Nelson 5)"))
    var watch = RunRuleWatch(RunRule.Family.westernElectric.rules)
    for _ in 0..<7 { #expect(watch.add(0.5).isEmpty) }
    watch.reset()
    for _ in 0..<7 { #expect(watch.add(0.5).isEmpty) }
    #expect(watch.add(0.5) == [.western4])
  }

  /// Of a simple model: every rule, on windows of the whole sequence.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func anySequence(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let z = (0..<400).map { _ in (generator.unit() * 16).rounded() / 2 - 4 }
    var watch = RunRuleWatch(RunRule.Family.nelson.rules)
    for place in z.indices {
      func last(_ count: Int) -> [Double]? { place + 1 >= count ? Array(z[(place + 1 - count)...place]) : nil }
      func same(_ values: [Double]?, _ test: (Double) -> Bool) -> Bool { values?.allSatisfy(test) == true }
      var expected: [RunRule] = []
      if abs(z[place]) > 3 { expected.append(.nelson1) }
      if same(last(9), { $0 > 0 }) || same(last(9), { $0 < 0 }) { expected.append(.nelson2) }
      if let six = last(6), six == six.sorted() || six == six.sorted(by: >), Set(six).count == 6 {
        expected.append(.nelson3)
      }
      let signals = watch.add(z[place])
      #expect(signals.filter { [.nelson1, .nelson2, .nelson3].contains($0) } == expected)
    }
  }
}
