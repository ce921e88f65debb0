import Equipment
import Foundation
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// Machines as public collections have them, whatever their pace: engines that tell of themselves once a flight, bearings
/// that live for two hours, rigs that run for twenty minutes, single series. Nothing of them was used to set anything; the
/// same settings as for every machine must see most of the failures and leave the rest in peace.
@Suite struct GeneralityTests {
  /// One machine, its rows and what it told.
  struct Recording {
    private(set) var rule: ConditionRule
    private let output = OutputCollector()
    private let services = NoServices()
    private let start = Timestamp(seconds: 1_790_000_400).windowStart(.hours(1))
    private(set) var told: [(minute: Int, finding: Finding)] = []
    private var minute = -1
    private var rows: [[Double]] = []

    /// - Parameter signals: name and unit.
    init(_ signals: [(String, String)], every interval: Span64) throws {
      var site = Sites.one(
        signals.map { name, unit in
          var signal = Sites.gauge(name, every: interval)
          signal.unit = unit
          return signal
        })
      site.assets[0].learning = true
      rule = try #require(ConditionRule(asset: site.assets[0], site: site, zone: try PlantZone(identifier: site.zone)))
    }

    mutating func add(_ seconds: Double, _ values: [Double]) throws {
      if Int(seconds / 60) != minute { try flush() }
      minute = Int(seconds / 60)
      rows.append(values)
    }

    mutating func flush() throws {
      guard let first = rows.first else { return }
      let begin = start + .minutes(Int64(minute))
      var figures = SummaryFigures(start: begin, end: begin + .minutes(1))
      for place in first.indices {
        let values = rows.map { $0[place] }
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        figures.gauges.append(
          SummaryFigures.Gauge(
            signal: place, count: values.count, good: values.count, mean: mean, minimum: values.min() ?? mean,
            maximum: values.max() ?? mean, standardDeviation: square.squareRoot()))
      }
      rows = []
      output.output.findings.removeAll()
      var context = RuleContext(clock: figures.end, collector: output, services: services)
      try rule.heard(.summary(figures), context: &context)
      for finding in output.output.findings where finding.rule == "condition-change" { told.append((minute, finding)) }
    }

    /// Minutes in which something began to stand out.
    var begun: [Int] {
      var isOpen = false
      var begun: [Int] = []
      for (minute, finding) in told {
        if finding.closed == nil, !isOpen { begun.append(minute) }
        isOpen = finding.closed == nil
      }
      return begun
    }
  }

  final class NoServices: RuleServices {
    private var states: [String: [UInt8]] = [:]
    func samples(signal: Int, from: Timestamp, to: Timestamp) -> [Sample] { [] }
    func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) -> Sample? { nil }
    func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) -> Sample? { nil }
    func load(_ key: String) -> [UInt8]? { states[key] }
    func save(_ key: String, _ bytes: [UInt8]?) { states[key] = bytes }
  }

  struct Noise {
    private var seeded: Seeded
    init(_ seed: UInt64) { seeded = Seeded(state: seed) }
    mutating func uniform() -> Double { Double.random(in: 1e-9..<1, using: &seeded) }
    mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
  }

  /// How many of some seeds were seen to fail after the onset, and how often something stood out before it.
  struct Tally {
    var seen = 0
    var early = 0
    mutating func add(_ begun: [Int], onset: Int) {
      if begun.contains(where: { $0 >= onset }) { seen += 1 }
      early += begun.count { $0 < onset }
    }
  }

  /// An engine that tells of itself once a day: sensors that stray by a share of a percent, some that never change, and a
  /// decline of four standard deviations in the second half of its life.
  @Test func engineOfOneRowADay() throws {
    var tally = Tally()
    let sensors: [(String, String, Double, Double)] = [
      ("inlet-temperature", "K", 288.15, 0), ("outlet-temperature", "K", 642.7, 0.3), ("hot-temperature", "K", 1408, 6),
      ("pressure", "kPa", 553.4, -0.7), ("ratio", "1", 1.3, 0), ("flow", "kg/s", 521.4, -0.6),
      ("bypass", "1", 8.44, 0.03),
      ("bleed", "1", 392, 1.2),
    ]
    for seed in 71...76 as ClosedRange<UInt64> {
      var noise = Noise(seed)
      var recording = try Recording(sensors.map { ($0.0, $0.1) }, every: .hours(24))
      let days = 240 + Int(60 * noise.uniform())
      let onset = days / 2
      for day in 0..<days {
        let way = max(0, Double(day - onset)) / Double(days - onset)
        try recording.add(
          Double(day) * 86_400, sensors.map { $0.2 + abs($0.3) * noise.normal() + 5 * $0.3 * way * way })
      }
      try recording.flush()
      tally.add(recording.begun, onset: onset * 1440)
    }
    #expect(tally.seen >= 5, "\(tally)")
    #expect(tally.early <= 1, "\(tally)")
  }

  /// Two hours from new to broken, a row in ten seconds; and two hours with nothing wrong.
  @Test func bearingOfTwoHours() throws {
    var tally = Tally()
    var quiet = 0
    for seed in 81...86 as ClosedRange<UInt64> {
      for isWell in [false, true] {
        var noise = Noise(seed)
        var recording = try Recording(
          [("acceleration-x", "g"), ("acceleration-y", "g"), ("kurtosis", "1"), ("bearing-temperature", "°C")],
          every: .seconds(10))
        for row in 0..<720 {
          let way = isWell ? 0 : max(0, Double(row) / 720 - 0.7) / 0.3
          let grown = exp(2.3 * way) * (row < 36 ? 1.1 : 1)
          try recording.add(
            Double(row) * 10,
            [
              0.3 * grown * exp(0.05 * noise.normal()), 0.25 * (1 + (grown - 1) / 2) * exp(0.05 * noise.normal()),
              3.1 + 0.2 * noise.normal() + 3 * way, 45 + 0.2 * noise.normal() + 4 * way * way,
            ])
        }
        try recording.flush()
        if isWell { quiet += recording.begun.count } else { tally.add(recording.begun, onset: 84) }
      }
    }
    #expect(tally.seen >= 5, "\(tally)")
    #expect(tally.early + quiet == 0, "\(tally), \(quiet)")
  }

  /// Twenty minutes at 1 Hz; a valve closes after twelve of them, while the motor works as before.
  @Test func rigOfTwentyMinutes() throws {
    var tally = Tally()
    var quiet = 0
    for seed in 91...96 as ClosedRange<UInt64> {
      for isWell in [false, true] {
        var noise = Noise(seed)
        var recording = try Recording(
          [("current", "A"), ("pressure", "bar"), ("volume-flow", "l/min"), ("temperature", "°C")], every: .seconds(1))
        for second in 0..<1200 {
          let closed = !isWell && second >= 720 ? 1.0 : 0
          try recording.add(
            Double(second),
            [
              2.1 + 0.3 * noise.normal(), 0.8 + 0.1 * noise.normal() + 0.2 * closed,
              32 + 0.5 * noise.normal() - 6 * closed, 70 + Double(second) / 400 + 0.1 * noise.normal(),
            ])
        }
        try recording.flush()
        if isWell { quiet += recording.begun.count } else { tally.add(recording.begun, onset: 12) }
        for (_, finding) in recording.told where finding.closed == nil {
          #expect(finding.evidence.contains { $0.name == "provisional" })
        }
      }
    }
    #expect(tally.seen >= 5, "\(tally)")
    #expect(tally.early + quiet == 0, "\(tally), \(quiet)")
  }
}
