import Equipment
import Journal
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@Suite struct SignalSummaryTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func bench(_ signals: [Signal]) throws -> Bench {
    let site = Sites.one(signals)
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
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

  @Test func lateSamplesIssueTheMinuteAgainOnceForTheFirst() throws {
    var bench = try bench([Sites.gauge("temperature")])
    try bench.sample(0, at: at(5), 20)
    try bench.mark(at(200))
    try bench.sample(0, at: at(15), 40)
    try bench.restart()
    try bench.mark(at(205))
    try bench.sample(0, at: at(25), 60)
    #expect(bench.nextDeadline == at(210))
    try bench.mark(at(209))
    #expect(bench.output.records.count == 1)
    #expect(bench.counts.samplesPending == 2)
    try bench.mark(at(210))
    let revision = try #require(bench.output.records.last)
    #expect(bench.output.records.map(\.revision) == [0, 1])
    #expect(revision.cause == RevisionCause(asset: "m1", signal: "temperature", time: at(15), reason: .late))
    #expect(try JSONValue(parsing: revision.body)["signals"]?["temperature"]?["mean"]?.doubleValue == 40)
    #expect(bench.counts.samplesPending == 0)
    try bench.restart()
    try bench.sample(0, at: at(35), 60)
    try bench.mark(at(220))
    #expect(bench.output.records.last?.revision == 2)
  }

  @Test func aSlowDeviceMakesOneRevisionPerLateness() throws {
    var bench = try bench([Sites.gauge("temperature")])
    try bench.sample(0, at: at(0), 20)
    for second in 100..<150 as Range<Int64> {
      try bench.mark(at(second))
      try bench.sample(0, at: at(second - 99), 20)
    }
    try bench.mark(at(200))
    // 50 late samples within 50 s: noticed at 100, 110, 120, 130 and 140.
    #expect(bench.output.records.map(\.revision) == [0, 1, 2, 3, 4, 5])
  }

  @Test func aMinuteThatALateStateDoesNotChangeIsNotIssuedAgain() throws {
    var bench = try bench([Sites.state(["stopped", "running"], holds: .seconds(90))])
    for second in stride(from: 0, to: 240, by: 20) as StrideTo<Int64> { try bench.sample(0, at: at(second), 1) }
    try bench.mark(at(400))
    #expect(bench.output.records.count == 4)
    // It could hold into the next two minutes, but there is another sample 10 s later.
    try bench.sample(0, at: at(50), 0)
    try bench.restart()
    try bench.mark(at(500))
    #expect(bench.output.records.dropFirst(4).map(\.key) == ["m1/2026-11-21T00:00:00Z"])
    #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 0)
    // This one does: the last state of the first minute is what the second one begins with.
    try bench.sample(0, at: at(230), 0)
    try bench.sample(0, at: at(250), 0)
    try bench.mark(at(600))
    #expect(
      bench.output.records.dropFirst(5).map(\.key) == ["m1/2026-11-21T00:03:00Z", "m1/2026-11-21T00:04:00Z"])
  }

  @Test func lateSampleOfASilentMinuteIsItsFirstIssue() throws {
    var bench = try bench([Sites.gauge("temperature")])
    try bench.sample(0, at: at(5), 20)
    try bench.mark(at(600))
    try bench.sample(0, at: at(125), 33)
    try bench.mark(at(610))
    let record = try #require(bench.output.records.last)
    #expect(record.key == "m1/2026-11-21T00:02:00Z" && record.revision == 0 && record.cause == nil)
  }

  @Test func onlyRevisedMinutesLeaveStateBehindAndNotForEver() throws {
    var bench = try bench([Sites.gauge("temperature")])
    func hours(_ hours: Int64, late: Bool) throws {
      for minute in 0..<hours * 60 {
        position += 60
        try bench.sample(0, at: at(position), 20)
        try bench.mark(at(position))
        if late, minute % 7 == 0, position > 600 { try bench.sample(0, at: at(position - 590), 21) }
      }
      try bench.restart()
    }
    var position: Int64 = 0
    try hours(24, late: false)
    #expect(bench.savedKeys(containing: "/rule/").isEmpty)
    try hours(24, late: true)
    // Pages of four hours.
    #expect((6...7).contains(bench.savedKeys(containing: "minute").count))
    try hours(72, late: true)
    #expect((6...8).contains(bench.savedKeys(containing: "minute").count))
    try hours(30, late: false)
    #expect(bench.savedKeys(containing: "minute").isEmpty)
    #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 2)
  }

  @Test("any order, restart and reconnect gives the same bodies", arguments: 0..<20 as Range<UInt64>)
  func disturbed(seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let samples = (0..<60).map { index in
      (time: at(Int64(index) * 7), value: Double(Int.random(in: 0...1000, using: &generator)) / 8)
    }
    func run(
      _ order: [Int], clockAhead: Int64, disturbed: Bool, _ generator: inout Seeded
    ) throws -> [String: JSONValue] {
      var bench = try bench([Sites.gauge("temperature"), Sites.state(["a", "b", "c"], holds: .seconds(20))])
      var backlog: [Int]?
      func receive(_ index: Int) throws {
        try bench.sample(0, at: samples[index].time, samples[index].value)
        try bench.sample(1, at: samples[index].time, Double(index % 3))
      }
      for (step, index) in order.enumerated() {
        if backlog != nil { backlog?.append(index) } else { try receive(index) }
        if step % 5 == 0 { try bench.mark(at(Int64(step) * 7 + clockAhead)) }
        guard disturbed else { continue }
        if Int.random(in: 0..<8, using: &generator) == 0 {
          try bench.restart()
          if backlog != nil { try bench.connection(.down) }
        }
        guard Int.random(in: 0..<8, using: &generator) == 0 else { continue }
        if let waiting = backlog {
          backlog = nil
          try bench.connection(.up)
          for index in waiting { try receive(index) }
          try bench.connection(.drained)
        } else {
          try bench.connection(.down)
          backlog = []
        }
      }
      for index in backlog ?? [] { try receive(index) }
      try bench.connection(.drained)
      try bench.mark(at(3000))
      try bench.mark(at(3010))
      #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 0)
      #expect(bench.counts.samplesUsed == 120)
      var revisions: [String: Int] = [:]
      for record in bench.output.records {
        #expect(record.revision == (revisions[record.key] ?? -1) + 1)
        #expect((record.cause == nil) == (record.revision == 0))
        revisions[record.key] = record.revision
      }
      return try bench.bodies(.signalSummary)
    }
    let indices = Array(samples.indices)
    let undisturbed = try run(indices, clockAhead: 20, disturbed: false, &generator)
    #expect(try run(indices, clockAhead: 20, disturbed: true, &generator) == undisturbed)
    // So far ahead that no sample is from the future.
    let shuffled = indices.shuffled(using: &generator)
    #expect(try run(shuffled, clockAhead: 130, disturbed: true, &generator) == undisturbed)
  }
}
