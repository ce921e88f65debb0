import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Equipment

@Suite struct SeriesForecastRuleTests {
  private static let start = Timestamp(seconds: 1_790_000_100).windowStart(.minutes(5))

  private static func site(alarm: SignalAlarm) -> Site {
    var signal = Signal(
      name: "temperature", kind: .gauge, unit: "°C", minimum: nil, maximum: nil, expectedInterval: .seconds(30),
      modulus: nil, resolution: 0, stateWords: [:])
    signal.alarm = alarm
    return Sites.one([signal])
  }

  private static func bench(alarm: SignalAlarm) throws -> Bench {
    let zone = try PlantZone(identifier: "UTC")
    return try Bench(
      site: site(alarm: alarm),
      factories: [SignalSummaryRule.factory(zone: zone), SeriesForecastRule.factory(zone: zone)])
  }

  /// A value each 30 s, and a mark each minute.
  private static func run(_ bench: inout Bench, from: Int, to: Int, _ value: (Double) -> Double) throws {
    for minute in from..<to {
      let time = start + .minutes(Int64(minute))
      try bench.sample(0, at: time + .seconds(5), value(Double(minute)))
      try bench.sample(0, at: time + .seconds(35), value(Double(minute) + 0.5))
      try bench.mark(time + .minutes(1))
    }
  }

  private static func told(_ bench: Bench) -> [Finding] {
    bench.output.findings.filter { $0.rule == "forecast-limit" }
  }

  /// 20 °C, and from the sixth hour on 0.1 °C a minute: 80 °C ten hours later.
  private static func heating(_ minute: Double) -> Double {
    20 + 0.3 * ((minute * 7.31).truncatingRemainder(dividingBy: 1)) + max(0, minute - 360) * 0.1
  }

  @Test func warnsBeforeItIsCrossedAndSaysWhenItIs() throws {
    var bench = try Self.bench(alarm: SignalAlarm(low: nil, high: 80))
    try Self.run(&bench, from: 0, to: 880, Self.heating)
    #expect(Self.told(bench).isEmpty, "72 °C, more than an hour away")
    try Self.run(&bench, from: 880, to: 950, Self.heating)
    let warning = try #require(Self.told(bench).first)
    #expect(warning.key == "forecast-limit/\(bench.site.assets[0].id)/temperature" && warning.closed == nil)
    #expect(warning.opened < Self.start + .minutes(945) && warning.opened > Self.start + .minutes(890))
    #expect(warning.summary.contains("above its limit of 80"))
    #expect(Self.told(bench).count == 1, "told once")
    try bench.restart()
    try Self.run(&bench, from: 950, to: 1010, Self.heating)
    let fact = try #require(Self.told(bench).last)
    #expect(fact.opened == warning.opened && fact.closed == nil && fact.summary.contains("is above its limit"))
    try Self.run(&bench, from: 1010, to: 1100) { _ in 20 }
    #expect(Self.told(bench).last?.closed != nil)
    #expect(Self.told(bench).count == 3, "\(Self.told(bench).map(\.summary))")
  }

  @Test func saysNothingFarFromALimitAndCostsNothingWithout() throws {
    var bench = try Self.bench(alarm: SignalAlarm(low: 0, high: 80))
    try Self.run(&bench, from: 0, to: 600) { 20 + 5 * (($0 / 47).truncatingRemainder(dividingBy: 1)) }
    #expect(Self.told(bench).isEmpty)
    let without = Self.site(alarm: .none)
    #expect(
      SeriesForecastRule(asset: without.assets[0], site: without, zone: try PlantZone(identifier: "UTC")) == nil)
  }

  /// A pump that works from 8 to 20 h each day; its pressure falls to nothing within half an hour of each stop.
  @Test func aPlannedStopIsNoFallBelowALimit() throws {
    var pressure = Signal(
      name: "pressure", kind: .gauge, unit: "bar", minimum: nil, maximum: nil, expectedInterval: .minutes(1),
      modulus: nil, resolution: 0, stateWords: [:])
    pressure.alarm = SignalAlarm(low: 4, high: nil)
    let site = Sites.one([pressure, Sites.state(["running", "stopped"], holds: .minutes(5))])
    let zone = try PlantZone(identifier: "UTC")
    var bench = try Bench(
      site: site, factories: [SignalSummaryRule.factory(zone: zone), SeriesForecastRule.factory(zone: zone)])
    let start = Timestamp(rfc3339: "2026-03-01T00:00:00Z")!
    /// - Parameter wears: bar that it loses from noon on.
    func run(_ days: Range<Int>, wears: Double = 0) throws {
      for minute in days.lowerBound * 1440..<days.upperBound * 1440 {
        let time = start + .minutes(Int64(minute))
        let of = minute % 1440
        let works = (480..<1200).contains(of)
        let level = 6 - wears * max(0, Double(of - 720) / 480) + 0.02 * Double(minute * 7 % 11)
        let after = of < 480 ? 0 : 6 * max(0, 1 - Double(of - 1200) / 30)
        try bench.sample(0, at: time + .seconds(5), works ? level : after)
        try bench.sample(1, at: time + .seconds(5), works ? 0 : 1)
        try bench.mark(time + .seconds(75))
        if minute % 1000 == 999 { try bench.restart() }
      }
    }
    func ahead() -> [Finding] {
      Self.told(bench).filter { $0.closed == nil && $0.evidence.first == Event.Attribute("state", "ahead") }
    }
    try run(0..<4)
    #expect(ahead().isEmpty, "\(ahead().map(\.summary))")
    try run(4..<5, wears: 3)
    let warning = try #require(ahead().first, "\(Self.told(bench).suffix(3).map(\.summary))")
    #expect(warning.opened > start + .days(4) + .hours(14) && warning.opened < start + .days(4) + .hours(20))
    #expect(warning.summary.contains("below its limit of 4"))
  }
}
