import Energy
import Equipment
import Journal
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Quality

/// The rule in a real engine, with the summaries that are made of the same samples.
@Suite struct QualityRuleTests {
  private func site(_ signals: [Signal], settings: QualitySettings = .quick, clock: ClockSource = .messages) -> Site {
    var site = Sites.one(signals, clock: clock)
    site.quality = settings
    return site
  }

  private func bench(_ site: Site, drained: Bool = true) throws -> Bench {
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site, drained: drained,
      factories: [
        QualityRule.factory(zone: zone),
        RuleFactory(name: "signals") { asset, site in SignalSummaryRule(asset: asset, site: site, zone: zone) },
      ])
  }

  private func batch(_ readings: [Reading], in bench: inout Bench) throws {
    let catalog = bench.catalog
    try bench.feed { batch in
      for reading in readings {
        batch.samples.append(
          Sample(
            series: catalog.series(asset: 0, signal: reading.signal), time: reading.time, value: .double(reading.value)
          ))
      }
      batch.entries.append(.samples(0..<readings.count))
    }
  }

  /// The readings minute by minute, each followed by a mark that closes the minute before. `shuffle` changes the order
  /// within the lateness.
  private func run(
    _ readings: [Reading], _ bench: inout Bench, shuffle: ((inout [Reading]) -> Void)? = nil, restartEvery: Int? = nil
  ) throws {
    let sorted = readings.sorted { ($0.time, $0.signal) < ($1.time, $1.signal) }
    var rest = sorted[...]
    var minute = 0
    while let first = rest.first {
      let start = first.time.windowStart(.minutes(1))
      var part = Array(rest.prefix { $0.time < start + .minutes(1) })
      rest = rest.dropFirst(part.count)
      shuffle?(&part)
      try batch(part, in: &bench)
      try bench.mark(start + .minutes(1) + .seconds(10))
      minute += 1
      if let restartEvery, minute % restartEvery == 0 { try bench.restart() }
    }
  }

  private static func stuck(_ hour: Double, _ noise: inout Noise) -> Double {
    let value = Series.sound(hour, &noise)
    return 2 <= hour && hour < 3 ? 53.25 : value
  }

  /// Everything that leaves the engine, in one text.
  private func outcome(_ bench: Bench) -> [String] {
    bench.output.records.map { "\($0.key) \($0.revision) \(String(decoding: $0.body, as: UTF8.self))" }
      + bench.output.findings.map { "\($0)" }
  }

  // MARK: What is told

  @Test func aFindingOpensAndClosesAndLowersTheSummaries() throws {
    var bench = try bench(site([Sites.gauge("temperature")]))
    try run(Series.make(hours: 4, shape: Self.stuck), &bench)
    let findings = bench.output.findings
    #expect(findings.map(\.rule) == ["stuck-value", "stuck-value"])
    let opened = try #require(findings.first)
    #expect(opened.key == "stuck-value/m1/temperature")
    #expect(opened.subject == "m1")
    #expect(opened.opened == Series.at(2 * 3600 + 1800))
    #expect(opened.summary.contains("53.25 °C since 2026-11-21T02:00:00+08:00"))
    #expect(opened.evidence.contains(Event.Attribute("since", "2026-11-21T02:00:00+08:00")))
    #expect(!opened.advice.isEmpty)
    #expect(findings[1].closed == Series.at(3 * 3600 - 10 + 600))

    let bodies = try bench.bodies(.signalSummary)
    func gauge(_ minute: Int) -> JSONValue? {
      bodies["m1/\(Series.at(Double(minute) * 60).rfc3339UTC)"]?["signals"]?["temperature"]
    }
    // Before it was known, in the middle, and after the finding was closed.
    #expect(gauge(149)?["good_share"] == 1)
    #expect(gauge(149)?["uncertain"] == nil)
    #expect(gauge(160)?["good_share"] == 0)
    #expect(gauge(160)?["uncertain"] == ["stuck-value": 6])
    #expect(gauge(195)?["good_share"] == 1)
  }

  @Test func aSpikeDoubtsOnlyItself() throws {
    var bench = try bench(site([Sites.gauge("temperature")]))
    let spikes: Set<Int> = [1000, 1020, 1040]
    try run(
      Series.make(hours: 4) { hour, noise in
        Series.sound(hour, &noise) + (spikes.contains(Int((hour * 360).rounded())) ? 70 : 0)
      }, &bench)
    #expect(bench.output.findings.map(\.rule) == ["spike", "spike"])
    var doubted = 0
    for (_, body) in try bench.bodies(.signalSummary) {
      guard let uncertain = body["signals"]?["temperature"]?["uncertain"] else { continue }
      #expect(uncertain == ["spike": 1])
      doubted += 1
    }
    #expect(doubted == 3)
  }

  @Test func whatTheSampleItselfSaysIsCountedToo() throws {
    var bench = try bench(site([Sites.gauge("temperature")]))
    for (second, quality) in [
      (0, Quality.good), (10, .uncertainDevice), (20, .uncertainUndated), (30, .uncertainUndated),
    ] {
      try bench.sample(0, at: Series.at(Double(second)), 20 + Double(second), quality: quality)
    }
    try bench.mark(Series.at(200))
    let body = try #require(try bench.bodies(.signalSummary).values.first)
    #expect(body["signals"]?["temperature"]?["uncertain"] == ["device": 1, "undated": 2])
    #expect(body["signals"]?["temperature"]?["good_share"] == 0.25)
  }

  // MARK: The order of arrival

  @Test(arguments: 0..<6) func theOrderOfArrivalMakesNoDifference(seed: Int) throws {
    var readings: [Reading] = []
    for signal in 0..<3 {
      readings += Series.make(hours: 4, seed: UInt64(signal + 3), signal: signal) { hour, noise in
        let value = signal == 0 ? Self.stuck(hour, &noise) : Series.sound(hour, &noise)
        let isMissing = signal == 1 && hour >= 1 && hour < 1.2
        return isMissing ? nil : value
      }
    }
    var signals = ["a", "b", "c"].map { Sites.gauge($0) }
    signals[2].quality.siblings = ["a"]
    signals[2].quality.siblingTolerance = ScaledInteger(1)
    let site = site(signals)
    var straight = try bench(site)
    try run(readings, &straight)
    #expect(Set(straight.output.findings.map(\.rule)).isSuperset(of: ["gap", "stuck-value"]))
    var disturbed = try bench(site)
    var random = Seeded(state: UInt64(seed) + 77)
    try run(
      readings, &disturbed, shuffle: { $0.shuffle(using: &random) }, restartEvery: seed % 2 == 0 ? 7 : nil)
    #expect(outcome(disturbed) == outcome(straight))
  }

  @Test func aBacklogGivesTheSame() throws {
    let readings = Series.make(hours: 4, shape: Self.stuck)
    let site = site([Sites.gauge("temperature")], clock: .system)
    var straight = try bench(site)
    try run(readings, &straight)
    var backlog = try bench(site)
    let end = try #require(readings.last).time.windowStart(.minutes(1)) + .seconds(70)
    try backlog.connection(.down)
    try backlog.mark(end)
    try backlog.connection(.up)
    for start in stride(from: 0, to: readings.count, by: 100) {
      try batch(Array(readings[start..<min(readings.count, start + 100)]), in: &backlog)
      try backlog.restart()
    }
    try backlog.connection(.drained)
    try backlog.mark(end)
    // In `run` the samples of a minute come before the mark that begins it, which looks like a clock that is ahead.
    let told = straight.output.findings.filter { $0.rule != "clock-skew" }
    #expect(told.map(\.rule) == ["stuck-value", "stuck-value"])
    #expect(backlog.output.findings == told)
    #expect(try backlog.bodies(.signalSummary) == straight.bodies(.signalSummary))
  }

  @Test func aLateSampleIsCountedAndJudgedAsItsMinuteWas() throws {
    var bench = try bench(site([Sites.gauge("temperature")]))
    try run(Series.make(hours: 4, shape: Self.stuck), &bench)
    let before = bench.output.findings.count
    try bench.sample(0, at: Series.at(160 * 60 + 5), 99)
    try bench.mark(Series.at(4 * 3600 + 300))
    #expect(bench.output.findings.count == before)
    let revised = try #require(bench.output.records.last)
    #expect(revised.revision == 1)
    let body = try JSONValue(parsing: revised.body)
    #expect(body["signals"]?["temperature"]?["uncertain"] == ["stuck-value": 7])
  }

  // MARK: At the door

  @Test func valuesOutOfRangeAndConflicts() throws {
    var bench = try bench(site([Sites.gauge("temperature")]))
    var readings = Series.make(hours: 1, shape: Series.sound)
    try run(readings, &bench)
    for index in 0..<4 {
      try bench.sample(0, at: Series.at(3600 + Double(index) * 10 + 5), 900, quality: .badOutOfRange)
    }
    try bench.mark(Series.at(3800))
    #expect(bench.output.findings.map(\.key) == ["out-of-range/m1/temperature"])
    try bench.restart()
    try bench.mark(Series.at(3600 + 30 + 900))
    #expect(bench.output.findings.map { $0.closed != nil } == [false, true])

    readings = Series.make(hours: 0.2) { _, _ in 1 }.map {
      Reading(time: $0.time + .hours(2), signal: 0, value: 50)
    }
    try bench.mark(Series.at(2.5 * 3600))
    try batch(readings, in: &bench)
    try batch(readings.map { Reading(time: $0.time, signal: 0, value: 80) }, in: &bench)
    try batch(Array(readings.prefix(5)), in: &bench)
    try bench.mark(Series.at(2.6 * 3600))
    #expect(bench.output.findings.map(\.rule).contains("duplicate-publisher"))
    let report = try #require(bench.view.assets[0].source)
    let counts = Dictionary(uniqueKeysWithValues: report.counts.map { ($0.fault.word + "/\($0.fault.code)", $0.count) })
    #expect(counts["out-of-range/5"] == 1)
    #expect(counts["out-of-range/96"] == 4)
    #expect(counts["conflict/100"] == 72)
    #expect(counts["duplicate/128"] == 5)
    #expect(report.missing.map(\.signal) == [0])
  }

  @Test func energyOfADoubtedRegisterIsUncertain() throws {
    let register = Signal(
      name: "energy", kind: .register(.activeEnergyImport), unit: "kWh", minimum: nil, maximum: nil,
      expectedInterval: .minutes(1), modulus: nil, resolution: -2, stateWords: [:])
    var settings = QualitySettings.standard
    settings.set(.duplicateCount, .number(ScaledInteger(3)))
    let site = site([register], settings: settings)
    let zone = try PlantZone(identifier: site.zone)
    var bench = try Bench(site: site, factories: [QualityRule.factory(zone: zone), EnergyRule.factory(zone: zone)])
    let series = bench.catalog.series(asset: 0, signal: 0)
    for minute in Int64(0)...90 {
      let time = Series.start + .minutes(minute)
      try bench.feed { batch in
        batch.samples.append(Sample(series: series, time: time, value: .scaled(ScaledInteger(1000 + minute))))
        // For twenty minutes somebody else publishes too.
        if (20..<40).contains(minute) {
          batch.samples.append(Sample(series: series, time: time, value: .scaled(ScaledInteger(5000))))
        }
        batch.entries.append(.samples(0..<batch.samples.count))
      }
      try bench.mark(time + .seconds(1))
      if minute % 8 == 0 { try bench.restart() }
    }
    try bench.mark(Series.start + .hours(2))
    #expect(bench.output.findings.map(\.rule).filter { $0 == "duplicate-publisher" }.count == 2)
    let bodies = try bench.bodies(.energyInterval)
    let shares = (0..<5).map { quarter -> String? in
      let key = "m1/\((Series.start + .minutes(15 * Int64(quarter))).rfc3339UTC)"
      return bodies[key]?["quality_share"]?["uncertain"]?.stringValue
    }
    // From the third conflict until ten minutes after the last.
    #expect(shares == ["0.0000", "0.5334", "1.0000", "0.2666", "0.0000"])
  }

  // MARK: Clocks

  @Test(arguments: [(0.0, false), (3600, true), (-3600, true), (5, false)])
  func skew(behind: Double, isWrong: Bool) throws {
    var bench = try bench(site([Sites.gauge("temperature")], clock: .system))
    var noise = Noise(5)
    for index in 0..<400 {
      let time = Double(index) * 10
      try bench.mark(Series.at(time))
      // Delivery takes a second, and sometimes half a minute.
      let delivery = index % 5 == 0 ? 30 * noise.uniform() : 1
      let device = Series.at(time - delivery - behind)
      try bench.sample(0, at: device, 50 + noise.normal())
    }
    // An hour ahead is from the future: the samples never get here.
    let isFuture = behind < 0
    #expect(
      bench.output.findings.map(\.rule).filter { $0 == "clock-skew" } == (isWrong && !isFuture ? ["clock-skew"] : []))
    #expect(bench.output.findings.contains { $0.rule == "future-clock" } == isFuture)
    guard !isFuture else { return }
    let clock = try #require(bench.view.assets[0].source?.clock)
    #expect(abs(clock.ahead.seconds + behind + 1) < 1)
    #expect(clock.delay.seconds < 2)
  }

  @Test func aClockThatWasSetRightClosesItsFinding() throws {
    var bench = try bench(site([Sites.gauge("temperature")], clock: .system))
    for index in 0..<800 {
      let time = Double(index) * 10
      try bench.mark(Series.at(time))
      try bench.sample(0, at: Series.at(time + (index < 300 ? -120 : 0)), Double(index))
    }
    let findings = bench.output.findings.filter { $0.rule == "clock-skew" }
    try #require(findings.map { $0.closed != nil } == [false, true])
    #expect(findings[0].summary.contains("120 s behind"))
    #expect(findings[0].advice.contains("clock: { behind: 120 s }"))
  }

  @Test(arguments: [
    ("1970-01-01T00:03:00Z", "1970"), ("1980-01-06T00:00:00Z", "1980"), ("2000-01-01T00:10:00Z", "2000"),
    ("2010-01-01T00:00:00Z", "2010"), ("2007-04-06T16:00:00Z", "1024 weeks"),
  ])
  func aClockThatHasLostItsTime(device: String, word: String) throws {
    var bench = try bench(site([Sites.gauge("temperature")], clock: .system))
    let lost = try #require(Timestamp(rfc3339: device))
    for index in 0..<30 {
      try bench.mark(Series.at(Double(index) * 10))
      try bench.sample(0, at: lost + .seconds(Int64(index) * 10), 50)
      if index == 12 { try bench.restart() }
    }
    try #require(bench.output.findings.map(\.rule) == ["clock-reset"])
    #expect(bench.output.findings[0].summary.contains(word))
    #expect(bench.output.findings[0].summary.contains("runs at normal speed"))
    try bench.mark(Series.at(400))
    try bench.sample(0, at: Series.at(400), 50)
    #expect(bench.output.findings.last?.rule == "clock-reset")
    #expect(bench.output.findings.last?.closed != nil)
  }

  /// With the rule that misses devices.
  private func both() throws -> Bench {
    let site = site([Sites.gauge("temperature")], clock: .system)
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site,
      factories: [
        QualityRule.factory(zone: zone),
        RuleFactory(name: "silence") { asset, _ in SilenceRule(asset: asset, zone: zone) },
      ])
  }

  @Test(
    "a device whose clock has lost its time is not missing as well: one explanation, not two", arguments: [false, true])
  func oneExplanation(isMissedFirst: Bool) throws {
    var bench = try both()
    let lost = try #require(Timestamp(rfc3339: "1970-01-01T00:00:10Z"))
    var told: [String] = []
    for index in 0..<360 {
      let time = Double(index) * 10
      try bench.mark(Series.at(time))
      switch index {
      case 0..<60: try bench.sample(0, at: Series.at(time), 50)
      case 60..<120 where isMissedFirst: break
      case 60..<240: try bench.sample(0, at: lost + .seconds(Int64(index) * 10), 50)
      case 240..<300: break
      default: try bench.sample(0, at: Series.at(time), 50)
      }
      if index % 7 == 0 { try bench.restart() }
    }
    for finding in bench.output.findings {
      told.append("\(finding.rule) \(finding.closed == nil ? "opens" : "closes")")
    }
    let first = isMissedFirst ? ["no-data opens", "clock-reset opens", "no-data closes"] : ["clock-reset opens"]
    // Then it falls silent altogether, and comes back with the right time.
    #expect(told == first + ["no-data opens", "clock-reset closes", "no-data closes"])
    #expect(bench.output.findings.filter { $0.rule == "no-data" }.allSatisfy { $0.summary.contains("sends nothing") })
  }

  @Test("a device of which nothing can be used is not said to send nothing")
  func nothingUsable() throws {
    var bench = try both()
    for index in 0..<60 {
      try bench.mark(Series.at(Double(index) * 10))
      try bench.sample(0, at: Series.at(Double(index) * 10), 5000, quality: index < 10 ? .good : .badOutOfRange)
    }
    let finding = try #require(bench.output.findings.first { $0.rule == "no-data" })
    #expect(finding.summary.contains("sends, but nothing of it can be used"))
    #expect(finding.summary.contains("out-of-range"))
    #expect(bench.output.findings.filter { $0.rule == "no-data" }.count == 1)
  }

  @Test func oldDataThatIsSentAgainIsNoLostClock() throws {
    var bench = try bench(site([Sites.gauge("temperature")], clock: .system))
    let old = try #require(Timestamp(rfc3339: "2024-05-01T00:00:00Z"))
    for index in 0..<60 {
      try bench.mark(Series.at(Double(index) * 10))
      try bench.sample(0, at: old + .minutes(Int64(index) * 15), 50)
    }
    #expect(bench.output.findings.isEmpty)
    #expect(bench.counts.samplesQuarantined[.tooOld] == 60)
  }
}
