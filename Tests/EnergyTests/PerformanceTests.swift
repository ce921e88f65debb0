import Telemetry
import Templates
import Testing

@testable import Energy

@Suite("Baselines, indicators, idle use")
struct PerformanceTests {
  private static let isExpected = ReferenceData.exists("rules/vectors/energy.json")

  private func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.arrayValue).map(EnergyTests.number)
  }

  private func baseline() throws -> EnergyBaseline {
    let inputs = try #require(try ReferenceData.vectors()["energy-baseline-ols"]?["inputs"])
    let rows = zip(try numbers(inputs["production"]), try numbers(inputs["energy"]))
    return try EnergyBaseline(
      drivers: ["production"],
      observations: rows.map { EnergyBaseline.Observation(energy: $0.1, drivers: [$0.0]) })
  }

  @Test(.enabled(if: isExpected, "no reference data")) func leastSquares() throws {
    let model = try baseline()
    let expected = try #require(try ReferenceData.vectors()["energy-baseline-ols"]?["expected"])
    for (name, value) in [
      ("e0", model.intercept), ("slope", model.slopes[0]), ("r2", model.r2), ("standard_error", model.standardError),
      ("cv_rmse_percent", model.cv),
    ] {
      let known = try number(expected[name])
      #expect(abs(value - known) <= 1e-6, "\(name)")
    }
    #expect(model.pValues[0] < 1e-6 && abs(model.nmbe) < 1e-9 && model.degreesOfFreedom == 4)
  }

  @Test(.enabled(if: isExpected, "no reference data")) func cusum() throws {
    let model = try baseline()
    let vector = try #require(try ReferenceData.vectors()["energy-baseline-cusum"])
    let inputs = try #require(vector["inputs"])
    let expected = try #require(vector["expected"])
    let rows = zip(try numbers(inputs["production"]), try numbers(inputs["energy"])).map {
      EnergyBaseline.Observation(energy: $0.1, drivers: [$0.0])
    }
    let report = EnergyPerformance(model, periods: rows, confidence: 0.9)
    for (value, known) in zip(report.cusum, try numbers(expected["cusum"])) { #expect(abs(value - known) <= 1e-6) }
    for (value, known) in zip(report.differences, try numbers(expected["difference"])) {
      #expect(abs(value - known) <= 1e-6)
    }
    for (row, known) in zip(rows, try numbers(expected["expected"])) {
      #expect(abs(model.expected(row.drivers) - known) <= 1e-6)
    }
    #expect(abs(report.saving - (try number(expected["saving"]))) <= 1e-6)
    let ratio = try #require(report.ratio)
    #expect(abs(ratio - (try number(expected["enpi_ratio"]))) <= 1e-6)
    #expect(report.isSignificant && report.uncertainty > 10 && report.uncertainty < 60)
  }

  @Test func twoDrivers() throws {
    let rows: [(Double, Double, Double)] = [
      (1, 10, 52.1), (2, 8, 51.0), (3, 12, 65.2), (4, 5, 49.8), (5, 9, 64.1), (6, 11, 73.5), (7, 3, 54.6),
      (8, 7, 69.0),
    ]
    let model = try EnergyBaseline(
      drivers: ["pieces", "degree days"],
      observations: rows.map { EnergyBaseline.Observation(energy: $0.2, drivers: [$0.0, $0.1]) })
    // The residuals of least squares are orthogonal to every driver and add up to nothing.
    let residuals = rows.map { $0.2 - model.expected([$0.0, $0.1]) }
    #expect(abs(residuals.reduce(0, +)) < 1e-9)
    #expect(abs(zip(residuals, rows).reduce(0) { $0 + $1.0 * $1.1.0 }) < 1e-9)
    #expect(abs(zip(residuals, rows).reduce(0) { $0 + $1.0 * $1.1.1 }) < 1e-9)
    #expect(model.r2 > 0.97 && model.pValues.allSatisfy { $0 < 0.001 })
    #expect(model.adjustedR2 < model.r2 && model.adjustedR2 > 0.96)
  }

  @Test func whatCannotBeFitted() {
    func fit(_ drivers: [String], _ rows: [[Double]]) throws {
      _ = try EnergyBaseline(
        drivers: drivers,
        observations: rows.map { EnergyBaseline.Observation(energy: $0[0], drivers: Array($0.dropFirst())) })
    }
    #expect(throws: EnergyBaseline.Problem.tooFew(needed: 3, given: 2)) { try fit(["a"], [[1, 2], [3, 4]]) }
    #expect(throws: EnergyBaseline.Problem.dependent(driver: "a")) { try fit(["a"], [[1, 7], [3, 7], [4, 7]]) }
    #expect(throws: EnergyBaseline.Problem.dependent(driver: "b")) {
      try fit(["a", "b"], [[1, 1, 2], [3, 2, 4], [4, 3, 6], [6, 4, 8]])
    }
    #expect(throws: EnergyBaseline.Problem.notFinite) { try fit(["a"], [[1, .nan], [3, 7], [4, 8]]) }
  }

  @Test func acceptance() throws {
    let noise = [3.0, -2, 4, -5, 1, 2, -4, 5, -1, -3]
    let model = try EnergyBaseline(
      drivers: ["pieces"],
      observations: noise.enumerated().map { EnergyBaseline.Observation(energy: 100 + $1, drivers: [Double($0)]) })
    let strict = EnergyBaseline.Criteria(minimumR2: 0.75, maximumP: 0.1, maximumCV: 2, maximumNMBE: 5)
    #expect(model.objections(strict).count == 3)
    #expect(model.objections(EnergyBaseline.Criteria()).isEmpty)
  }

  @Test(arguments: [
    // t, degrees of freedom, two-sided p (tables of the distribution)
    (12.706, 1, 0.05), (2.776, 4, 0.05), (2.132, 4, 0.10), (1.960, 100_000, 0.05), (3.169, 10, 0.01), (0, 5, 1.0),
  ])
  func studentsT(t: Double, freedom: Int, p: Double) {
    #expect(abs(StudentT.twoSided(t, freedom: freedom) - p) < 2e-4)
    if t > 0 { #expect(abs(StudentT.quantile(confidence: 1 - p, freedom: freedom) - t) < 2e-3) }
  }

  @Test func abnormalUse() throws {
    let model = try EnergyBaseline(
      drivers: ["pieces"],
      observations: (0..<20).map {
        EnergyBaseline.Observation(energy: 50 + 2 * Double($0) + ($0 % 2 == 0 ? 1 : -1), drivers: [Double($0)])
      })
    let levels = AbnormalUse(warning: 3, alarm: 6, minimumShare: 0.01)
    func level(_ energy: Double) -> AbnormalUse.Level {
      levels.judge(EnergyBaseline.Observation(energy: energy, drivers: [10]), model).level
    }
    #expect(level(70) == .normal && level(60) == .normal)
    #expect(level(74) == .warning)
    #expect(level(80) == .alarm)
    let share = AbnormalUse(warning: 3, alarm: 6, minimumShare: 0.2)
    #expect(share.judge(EnergyBaseline.Observation(energy: 80, drivers: [10]), model).level == .normal)
    let found = AbnormalUse.contributors([("b", 3), ("a", 3), ("c", -1), ("d", 9)], limit: 3)
    #expect(found.map(\.asset) == ["d", "a", "b"])
  }

  @Test(.enabled(if: isExpected, "no reference data")) func idleWaste() throws {
    let vector = try #require(try ReferenceData.vectors()["idle-waste"])
    let inputs = try #require(vector["inputs"])
    var use = IdleUse(
      settings: IdleUse.Settings(
        standbyTarget: try exact(inputs["standby_target_kw"]), offBelow: try exact(inputs["off_below_kw"]),
        minimumIdle: .minutes(try integer(inputs["minimum_idle_minutes"]))))
    for sample in try #require(inputs["samples"]?.arrayValue) {
      try use.add(
        IdleUse.Interval(
          duration: .minutes(try integer(sample["minutes"])), power: try exact(sample["kw"]),
          pieces: ExactDecimal(Int(try integer(sample["count"])))))
    }
    let figures = try use.figures
    #expect(figures.idle == .minutes(try integer(vector["expected"]?["idle_minutes"])))
    #expect(figures.waste == (try exact(vector["expected"]?["waste_kwh"])))
    #expect(figures.producing == .minutes(15) && figures.off == .zero)
    #expect(figures.energy == ExactDecimal("55") && figures.idleEnergy == ExactDecimal("31.25"))
    let priced = try figures.priced(price: ExactDecimal("0.8"), factor: ExactDecimal("0.5"))
    #expect(priced.cost == ExactDecimal("21") && priced.emissions == ExactDecimal("13.125"))
  }

  @Test func shortPausesAreProduction() throws {
    let one = ExactDecimal(1)
    var use = IdleUse(
      settings: IdleUse.Settings(
        standbyTarget: .zero, offBelow: ExactDecimal("0.5") ?? .zero, minimumIdle: .minutes(10)))
    func add(_ minutes: Int64, _ power: ExactDecimal, _ pieces: Int) throws {
      try use.add(IdleUse.Interval(duration: .minutes(minutes), power: power, pieces: ExactDecimal(pieces)))
    }
    for _ in 0..<3 {
      try add(5, one, 4)
      try add(5, one, 0)
    }
    #expect(try use.figures.producing == .minutes(25))
    #expect(try use.figures.idle == .zero && use.figures.waste == .zero)
    // The pause goes on: it was idle from its beginning.
    try add(6, one, 0)
    try add(1, one, 0)
    #expect(try use.figures.idle == .minutes(12))
    #expect(try use.figures.waste == ExactDecimal("0.2"))
    try add(30, .zero, 0)
    #expect(try use.figures.off == .minutes(30))
  }

  @Test(arguments: [
    ("5", nil, nil, UseClass.producing), ("5", "0", nil, .idle), ("5", "3", UseClass.idle, .producing),
    ("5", nil, .idle, .idle), ("5", nil, .off, .idle), ("0.1", nil, .producing, .off),
    ("5", "0", .producing, .producing),
  ])
  func classes(power: String, pieces: String?, state: UseClass?, expected: UseClass) throws {
    let settings = IdleUse.Settings(
      standbyTarget: .zero, offBelow: ExactDecimal("0.5") ?? .zero, minimumIdle: .minutes(10))
    let interval = IdleUse.Interval(
      duration: .minutes(1), power: try #require(ExactDecimal(power)), pieces: pieces.flatMap { ExactDecimal($0) },
      state: state)
    #expect(IdleUse.classify(interval, settings) == expected)
  }

  @Test func byPowerAlone() throws {
    let settings = IdleUse.Settings(
      standbyTarget: .zero, offBelow: .one, producingFrom: ExactDecimal(20), minimumIdle: .minutes(1))
    func name(_ power: Int) -> UseClass {
      IdleUse.classify(IdleUse.Interval(duration: .minutes(1), power: ExactDecimal(power)), settings)
    }
    #expect([0, 1, 19, 20].map(name) == [.off, .idle, .idle, .producing])
  }

  @Test func areas() throws {
    func figures(_ energy: Int, _ producing: Int64, idle: Int64 = 0, off: Int64 = 0) -> IdleUse.Figures {
      IdleUse.Figures(
        energy: ExactDecimal(energy), idleEnergy: .zero, waste: .zero, off: .hours(off), idle: .hours(idle),
        producing: .hours(producing))
    }
    let found = IdleUse.highEnergyLowUse(
      [("hall-1", figures(10, 80)), ("hall-2", figures(60, 10)), ("hall-3", figures(30, 10))], excess: 1.5)
    #expect(found.map(\.name) == ["hall-2", "hall-3"])
    #expect(figures(1, 2, idle: 8).isAlwaysOn(idleShare: 0.5))
    #expect(!figures(1, 2, idle: 8, off: 1).isAlwaysOn(idleShare: 0.5))
    #expect(!figures(1, 8, idle: 2).isAlwaysOn(idleShare: 0.5))
  }

  @Test func thresholdsOfTheSite() {
    var analysis = EnergyAnalysis.standard
    #expect(analysis.baselineCriteria == EnergyBaseline.Criteria())
    analysis.maximumCV = ScaledInteger(15, exponent: -2)
    #expect(analysis.baselineCriteria.maximumCV == 15)
    #expect(analysis.leakWatch == LeakWatch.Settings(night: 1..<5, share: 0.2, nights: 3))
    #expect(analysis.balanceWatch == BalanceWatch.Settings(consecutive: 8, slack: 1, threshold: 12))
    #expect(analysis.abnormalUse == AbnormalUse(warning: 3, alarm: 5, minimumShare: 0.05))
    let thresholds = Asset.IdleThresholds(standbyTarget: .one, offBelow: .zero, minimumIdle: .minutes(3))
    #expect(thresholds.minimumIdle == .minutes(3))
  }
}
