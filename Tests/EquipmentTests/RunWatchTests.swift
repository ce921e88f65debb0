import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Equipment

/// What a machine that tells nothing of itself is said to do, by its speed, power or current.
@Suite struct RunWatchTests {
  private static let start = Timestamp(seconds: 1_790_000_400)

  private struct Machine {
    var watch: RunWatch
    var minute: Int64 = 0

    init(_ signals: [(name: String, unit: String)] = [("speed", "rpm")], plate: Nameplate = Nameplate()) {
      let profile = MachineProfile(
        asset: "s1", template: "spindle", signals: signals.map { .init(name: $0.name, unit: $0.unit) },
        nameplate: plate)
      watch = RunWatch(profile: profile, gauges: Array(signals.indices))
    }

    /// - Returns: what the last minute was.
    @discardableResult
    mutating func run(_ minutes: Int, _ value: Double, isGood: Bool = true) -> MachineState {
      var state = MachineState.unknown
      for _ in 0..<minutes {
        let time = RunWatchTests.start + .minutes(minute)
        minute += 1
        let mean = value * (minute % 2 == 0 ? 1.01 : 0.99)
        state =
          watch.read(
            SummaryFigures(
              start: time, end: time + .minutes(1),
              gauges: [
                .init(
                  signal: 0, count: 6, good: isGood ? 6 : 0, mean: mean, minimum: mean, maximum: mean,
                  standardDeviation: 0)
              ])
          ).state
      }
      return state
    }

    mutating func restart() throws {
      var writer = ByteWriter()
      watch.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      try watch.restore(from: &reader)
      #expect(reader.isAtEnd)
    }
  }

  @Test(arguments: [0, 30, 3000])
  func oneWildReadingStopsNothing(before minutes: Int) throws {
    var machine = Machine()
    machine.run(minutes, 1484)
    machine.run(1, 20_000)
    machine.run(10, 1484)
    try machine.restart()
    #expect(machine.run(1, 1484) == .running)
    #expect(machine.run(1, 3) == .stopped)
    machine.run(1, 1e9)
    #expect(machine.run(60, 1484) == .running)
    #expect(machine.run(1, 3) == .stopped)
  }

  @Test func whatIsDoubtedSaysNothingOfHowItWorks() {
    var machine = Machine()
    machine.run(10, 1484)
    machine.run(100, 60_000, isGood: false)
    #expect(machine.run(1, 1484) == .running)
  }

  @Test func aTrialAtFullSpeedIsForgottenWhenItWorksSlowly() throws {
    var machine = Machine()
    machine.run(5, 12_000)
    #expect(machine.run(1, 1000) == .stopped, "less than a tenth of all that was seen")
    #expect(machine.run(4 * 60, 1000) == .running)
    #expect(machine.run(1, 12_000) == .running)
    #expect(machine.run(1, 20) == .stopped)
    try machine.restart()
    #expect(machine.run(1, 1000) == .running)
    // An hour of it takes days.
    machine.run(60, 12_000)
    #expect(machine.run(3 * 1440, 1000) == .running)
  }

  @Test func thePlateBoundsWhatItMayShow() {
    var machine = Machine(plate: Nameplate(speed: 1485))
    machine.run(60, 20_000)
    #expect(machine.run(1, 1484) == .running)
    #expect(machine.run(1, 100) == .stopped)
    var other = Machine()
    other.run(60, 20_000)
    #expect(other.run(1, 1484) == .stopped, "without it that is a crawl")
  }

  @Test func afterMaintenanceWhatWasBeforeCountsLittle() {
    var machine = Machine()
    machine.run(600, 12_000)
    machine.watch.renew()
    #expect(machine.run(1, 20) == .stopped, "it stands as it stood")
    #expect(machine.run(120, 1000) == .running)
  }

  /// Twenty minutes of work a day, and the current of its control all the time.
  @Test(arguments: [("current", "A", 3.0), ("active-power", "kW", 5), ("speed", "rpm", 0.5)])
  func rareWorkIsKnownFromRest(name: String, unit: String, rest: Double) throws {
    var machine = Machine([(name, unit)])
    for day in 0..<60 {
      #expect(machine.run(20, 100) == .running, "day \(day)")
      #expect(machine.run(1420, rest) == .stopped, "day \(day)")
      if day == 30 { try machine.restart() }
    }
    // Three weeks of holidays.
    #expect(machine.run(21 * 1440, rest) == .stopped)
    #expect(machine.run(1, 100) == .running)
  }

  @Test func stateStaysSmall() {
    var machine = Machine()
    var random = SplitMix64(seed: 3)
    for _ in 0..<20_000 { machine.run(1, 1e-6 + 3000 * Double.random(in: 0...1, using: &random)) }
    var writer = ByteWriter()
    machine.watch.encode(into: &writer)
    #expect(writer.bytes.count < 600, "\(writer.bytes.count)")
  }

  // MARK: Run hours

  /// A speed each minute, a battery each day; the machine is silent for 32 of 40 hours.
  @Test func silenceIsNoWork() throws {
    func gauge(_ name: String, _ unit: String, _ interval: Span64) -> Signal {
      var signal = Sites.gauge(name, every: interval)
      signal.unit = unit
      return signal
    }
    var site = Sites.one([
      gauge("speed", "rpm", .minutes(1)), gauge("vibration", "mm/s", .minutes(1)), gauge("battery", "%", .days(1)),
    ])
    site.assets[0].learning = true
    let zone = try PlantZone(identifier: site.zone)
    var bench = try Bench(
      site: site, factories: [SignalSummaryRule.factory(zone: zone), ConditionRule.factory(zone: zone)])
    let start = Timestamp(rfc3339: "2026-03-01T00:00:00+08:00")!
    for minute in 0..<40 * 60 {
      let time = start + .minutes(Int64(minute))
      if minute < 240 || minute >= 36 * 60 {
        try bench.sample(0, at: time + .seconds(1), 1480)
        try bench.sample(1, at: time + .seconds(1), 2 + Double(minute % 7) / 50)
        if minute % 1440 == 0 { try bench.sample(2, at: time + .seconds(1), 80) }
      }
      try bench.mark(time + .seconds(75))
    }
    let report = try #require(bench.view.assets[0].condition)
    #expect((7.9...8.3).contains(report.runHours), "\(report.runHours)")
    #expect(report.hours < 12, "nor is it learnt from: \(report.hours)")
  }
}
