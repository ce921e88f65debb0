import Rules
import RuleBench
import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("Conditions of safety and limits") struct SafetyRuleTests {
  private static let start = Timestamp(seconds: 1_780_000_000)

  private static func at(_ seconds: Double) -> Timestamp {
    Timestamp(nanoseconds: start.nanoseconds + Int64(seconds * 1e9))
  }

  private static func site(_ signals: [Signal], _ change: (inout AlarmSettings) -> Void) -> Site {
    var site = Sites.one(signals)
    var settings = AlarmPlant.settings
    change(&settings)
    site.alarms = settings
    return site
  }

  private static func bench(_ site: Site) throws -> Bench {
    try Bench(site: site, factories: [SafetyRule.factory(), LimitAlarmRule.factory()])
  }

  /// A press that is locked out and draws power.
  private static func press() throws -> Bench {
    let site = site([Sites.state(["unlocked", "locked"], holds: .minutes(5)), Sites.gauge("power")]) { settings in
      settings.safety = [
        .init(
          rule: "lockout-violation", assets: ["m*"],
          parts: [
            .init(signal: "state", test: .state("locked")), .init(signal: "power", test: .above(0.5), deadband: 0.2),
          ])
      ]
    }
    return try bench(site)
  }

  @Test("a machine that is locked out and has energy is told with the sample, before any mark")
  func lockout() throws {
    var bench = try Self.press()
    try bench.sample(1, at: Self.at(0), 12)
    try bench.sample(0, at: Self.at(1), 0)
    #expect(bench.output.findings.isEmpty)
    try bench.sample(0, at: Self.at(2), 1)
    let finding = try #require(bench.output.findings.last)
    #expect(finding.rule == "lockout-violation" && finding.severity == .critical && finding.opened == Self.at(2))
    #expect(finding.evidence.map(\.value) == ["locked", "12 °C"])
    // Inside the deadband it stays.
    try bench.sample(1, at: Self.at(3), 0.4)
    #expect(bench.output.findings.count == 1)
    try bench.sample(1, at: Self.at(4), 0.2)
    #expect(bench.output.findings.last?.closed == Self.at(4))
  }

  @Test("what is unknown neither opens nor closes, and what is old changes nothing")
  func unknown() throws {
    var bench = try Self.press()
    try bench.sample(1, at: Self.at(0), 12)
    // The power was heard more than three intervals before.
    try bench.sample(0, at: Self.at(60), 1)
    #expect(bench.output.findings.isEmpty)
    try bench.sample(1, at: Self.at(61), 12)
    #expect(bench.output.findings.count == 1)
    try bench.sample(1, at: Self.at(30), 0)
    #expect(bench.output.findings.count == 1)
    try bench.sample(0, at: Self.at(200), 0)
    #expect(bench.output.findings.last?.closed == Self.at(200))
  }

  @Test("restarts between any two samples change nothing", arguments: 0..<4)
  func restarts(seed: Int) throws {
    var plain = try Self.press()
    var restarted = try Self.press()
    var random = SplitMix64(seed: UInt64(seed))
    for step in 0..<300 {
      let time = Self.at(Double(step) * 3 - (random.next() % 5 == 0 ? 20 : 0))
      let (signal, value) =
        random.next() % 2 == 0 ? (0, Double(random.next() % 2)) : (1, Double(random.next() % 10) / 10)
      try plain.sample(signal, at: time, value)
      try restarted.sample(signal, at: time, value)
      try restarted.restart()
    }
    #expect(plain.output.findings == restarted.output.findings)
    #expect(plain.output.findings.count > 4)
  }

  @Test("a value that runs away is told before it is high")
  func runaway() throws {
    let site = Self.site([Sites.gauge("cell")]) { settings in
      settings.safety = [
        .init(
          rule: "lockout-runaway", assets: ["*"],
          parts: [.init(signal: "cell", test: .rising(5, within: .seconds(60)), deadband: 1)])
      ]
    }
    var bench = try Self.bench(site)
    for step in 0..<30 { try bench.sample(0, at: Self.at(Double(step) * 10), 30 + Double(step) * 0.5) }
    #expect(bench.output.findings.isEmpty)
    for step in 0..<6 { try bench.sample(0, at: Self.at(300 + Double(step) * 10), 45 + Double(step) * 1.5) }
    #expect(bench.output.findings.last?.opened == Self.at(330))
  }

  /// Limit 80, deadband 2 (2 % of 0 … 100), both delays 60 s: the example of the rules, sample by sample.
  @Test("a limit waits for its delays, which the deadband restarts")
  func limit() throws {
    var signal = Sites.gauge("temperature", every: .seconds(60))
    signal.alarm = SignalAlarm(low: nil, high: 80)
    (signal.minimum, signal.maximum) = (0, 100)
    let site = Self.site([signal]) { settings in
      settings.limits = [
        .init(name: "flow", units: ["m³/h"], words: [], deadbandPercent: 5, onDelay: .zero, offDelay: .zero),
        .init(
          name: "temperature", units: ["°C"], words: [], deadbandPercent: 2, onDelay: .seconds(60),
          offDelay: .seconds(60)),
      ]
    }
    var bench = try Self.bench(site)
    var restarted = try Self.bench(site)
    let samples = [(0, 79), (10, 81), (40, 79.5), (50, 81), (120, 79), (130, 77.9), (160, 78.5), (170, 77.5)]
    var next = 0
    for second in 0...260 {
      while next < samples.count, samples[next].0 == second {
        try bench.sample(0, at: Self.at(Double(second)), samples[next].1)
        try restarted.sample(0, at: Self.at(Double(second)), samples[next].1)
        next += 1
      }
      try bench.mark(Self.at(Double(second)))
      try restarted.mark(Self.at(Double(second)))
      try restarted.restart()
    }
    #expect(bench.output.findings.map(\.rule) == ["limit-temperature", "limit-temperature"])
    #expect(bench.output.findings.map(\.opened) == [Self.at(110), Self.at(110)])
    #expect(bench.output.findings.last?.closed == Self.at(230))
    #expect(bench.output.findings.map(\.closed) == restarted.output.findings.map(\.closed))
  }

  @Test("a timer does not make an alarm of an old value")
  func silence() throws {
    var signal = Sites.gauge("temperature", every: .seconds(10))
    signal.alarm = SignalAlarm(low: 5, high: nil)
    let site = Self.site([signal]) { settings in
      settings.limits = [
        .init(name: "value", units: [], words: [], deadbandPercent: 2, onDelay: .seconds(60), offDelay: .zero)
      ]
    }
    var bench = try Self.bench(site)
    try bench.sample(0, at: Self.at(0), 3)
    for second in stride(from: 0.0, through: 300, by: 10) { try bench.mark(Self.at(second)) }
    #expect(bench.output.findings.isEmpty)
    for second in stride(from: 300.0, through: 400, by: 10) {
      try bench.sample(0, at: Self.at(second), 3)
      try bench.mark(Self.at(second))
    }
    #expect(bench.output.findings.map(\.opened) == [Self.at(360)])
  }
}
