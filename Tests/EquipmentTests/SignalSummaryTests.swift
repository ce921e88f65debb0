import Equipment
import Plant
import Rules
import Telemetry
import Templates
import Testing

@Suite struct SignalSummaryTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func bench(_ signals: [Signal]) throws -> RuleBench {
    let site = try Sites.one(signals)
    let zone = try PlantZone(identifier: site.zone)
    return try RuleBench(
      site: site,
      factories: [
        RuleFactory(name: "signals") { asset, site in SignalSummaryRule(asset: asset, site: site, zone: zone) }
      ])
  }

  private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

  @Test func statisticsOfOneMinute() throws {
    var bench = try bench([Sites.gauge("temperature")])
    for (index, value) in [20.0, 22, 24, 26, 28, 30].enumerated() {
      try bench.sample(0, at: at(Int64(index) * 10), value, quality: index == 0 ? .uncertainUndated : .good)
    }
    try bench.mark(at(69))
    #expect(bench.output.records.isEmpty, "the lateness is not over")
    try bench.mark(at(70))
    let record = try #require(bench.output.records.first)
    #expect(record.key == "m1/2026-11-21T00:00:00Z")
    let signal = try #require(try JSONValue(parsing: record.body)["signals"]?["temperature"])
    #expect(signal["count"] == 6)
    #expect(signal["minimum"]?.doubleValue == 20)
    #expect(signal["maximum"]?.doubleValue == 30)
    #expect(signal["mean"]?.doubleValue == 25)
    #expect(signal["first"]?.doubleValue == 20)
    #expect(signal["last"]?.doubleValue == 30)
    #expect(abs((signal["standard_deviation"]?.doubleValue ?? 0) - 3.741657386773941) < 1e-12)
    #expect(abs((signal["good_share"]?.doubleValue ?? 0) - 5.0 / 6) < 1e-12)
    #expect(signal["coverage"]?.doubleValue == 1)
    #expect(bench.counts.samplesBalance && bench.counts.samplesUsed == 6)
  }

  @Test func stateHoldsAcrossTheMinuteButNotForEver() throws {
    var bench = try bench([Sites.state(["stopped", "running"], holds: .seconds(90))])
    try bench.sample(0, at: at(30), 1)
    try bench.sample(0, at: at(40), 0)
    try bench.sample(0, at: at(50), 1)
    try bench.mark(at(400))
    // The second minute has no sample, so it issues nothing; the state of the third is unknown.
    try bench.sample(0, at: at(430), 0)
    try bench.mark(at(500))
    let bodies = try bench.bodies(.signalSummary)
    let first = bodies["m1/2026-11-21T00:00:00Z"]?["signals"]?["state"]
    #expect(first?["seconds_in_state"]?["running"]?.doubleValue == 20)
    #expect(first?["seconds_in_state"]?["stopped"]?.doubleValue == 10)
    #expect(first?["first"] == "running" && first?["last"] == "running")
    #expect(bodies.count == 2)
    let later = bodies["m1/2026-11-21T00:07:00Z"]?["signals"]?["state"]
    #expect(later?["seconds_in_state"]?["stopped"]?.doubleValue == 50)
    #expect(later?["seconds_in_state"]?["running"] == nil)
  }

  @Test func lateSampleIssuesTheMinuteAgainAndNamesItself() throws {
    var bench = try bench([Sites.gauge("temperature")])
    try bench.sample(0, at: at(5), 20)
    try bench.mark(at(200))
    try bench.sample(0, at: at(15), 40)
    try bench.restart()
    try bench.mark(at(201))
    let revision = try #require(bench.output.records.last)
    #expect(revision.revision == 1)
    #expect(revision.cause == RevisionCause(asset: "m1", signal: "temperature", time: at(15), reason: .late))
    #expect(try JSONValue(parsing: revision.body)["signals"]?["temperature"]?["mean"]?.doubleValue == 30)
    try bench.sample(0, at: at(25), 60)
    try bench.mark(at(202))
    #expect(bench.output.records.last?.revision == 2)
  }

  @Test func lateSampleOfASilentMinuteIsItsFirstIssue() throws {
    var bench = try bench([Sites.gauge("temperature")])
    try bench.sample(0, at: at(5), 20)
    try bench.mark(at(600))
    try bench.sample(0, at: at(125), 33)
    try bench.mark(at(601))
    let record = try #require(bench.output.records.last)
    #expect(record.key == "m1/2026-11-21T00:02:00Z" && record.revision == 0 && record.cause == nil)
  }

  @Test(arguments: 0..<20)
  func anyOrderAndAnyRestartGiveTheSameBodies(seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let samples = (0..<60).map { index in
      (time: at(Int64(index) * 7), value: Double(Int.random(in: 0...1000, using: &generator)) / 8)
    }
    func run(_ order: [Int], restarts: Bool, _ generator: inout Seeded) throws -> [String: JSONValue] {
      var bench = try bench([Sites.gauge("temperature"), Sites.state(["a", "b", "c"], holds: .seconds(20))])
      for (step, index) in order.enumerated() {
        try bench.sample(0, at: samples[index].time, samples[index].value)
        try bench.sample(1, at: samples[index].time, Double(index % 3))
        if step % 5 == 0 { try bench.mark(at(Int64(step) * 7 + 20)) }
        if restarts, Int.random(in: 0..<8, using: &generator) == 0 { try bench.restart() }
      }
      try bench.mark(at(3000))
      try bench.mark(at(3001))
      #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 0)
      return try bench.bodies(.signalSummary)
    }
    let inOrder = try run(Array(samples.indices), restarts: false, &generator)
    let shuffled = try run(samples.indices.shuffled(using: &generator), restarts: true, &generator)
    #expect(inOrder == shuffled)
  }
}

struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ (state >> 29)) &* 0xBF58_476D_1CE4_E5B9
  }
}
