import Inspection
import Journal
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@Suite struct InspectionCountTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func bench() throws -> Bench {
    let site = Sites.one([Sites.events])
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site,
      factories: [
        RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) }
      ])
  }

  private func result(_ verdict: String, _ defects: [String] = []) -> [Event.Attribute] {
    [.init("verdict", verdict)] + defects.map { .init("defect", $0) }
  }

  @Test func countsVerdictsAndDefectsOnceWhateverIsSentTwice() throws {
    var bench = try bench()
    try bench.event(at: start + .seconds(1), id: 1, result("OK"))
    try bench.event(at: start + .seconds(2), id: 2, result("NG", ["scratch", "glue-gap"]))
    try bench.event(at: start + .seconds(2), id: 2, result("NG", ["scratch", "glue-gap"]))
    try bench.restart()
    try bench.event(at: start + .seconds(1), id: 1, result("OK"))
    try bench.event(at: start + .seconds(899), id: 3, result("NG", ["scratch"]))
    try bench.event(at: start + .seconds(900), id: 4, result("OK"))
    try bench.mark(start + .minutes(30))
    let first = try JSONValue(parsing: try #require(bench.output.records.first).body)
    #expect(first["results"] == 3)
    #expect(first["verdicts"] == ["OK": 1, "NG": 2])
    #expect(first["defects"] == ["scratch": 2, "glue-gap": 1])
    #expect(bench.output.records.map(\.revision) == [0])
    try bench.mark(start + .minutes(31))
    #expect(bench.output.records.map(\.revision) == [0, 0])
    #expect(bench.counts.samplesDuplicate == 2)
    #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 0)
  }

  @Test("a window with very many results waits its turn, and is counted once")
  func turns() throws {
    var bench = try bench()
    for number in 1...5001 as ClosedRange<Int64> {
      try bench.event(at: start + .milliseconds(number), id: UInt64(number), result("OK"))
      if number == 4000 { try bench.restart() }
    }
    try bench.mark(start + .minutes(60) + .seconds(-1))
    try bench.restart()
    try bench.mark(start + .minutes(61))
    let records = bench.output.records
    #expect(records.map(\.revision) == [0])
    #expect(try JSONValue(parsing: #require(records.first).body)["results"] == 5001)
    #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 0)
  }

  @Test func lateResultsAreOneRevisionWithTheFirstCause() throws {
    var bench = try bench()
    try bench.event(at: start, id: 1, result("OK"))
    try bench.mark(start + .minutes(60))
    try bench.restart()
    try bench.event(at: start + .seconds(60), id: 2, result("NG", ["scratch"]))
    try bench.mark(start + .minutes(60) + .seconds(30))
    try bench.restart()
    try bench.event(at: start + .seconds(61), id: 3, result("OK"))
    try bench.mark(start + .minutes(60) + .seconds(59))
    #expect(bench.output.records.count == 1)
    #expect(bench.counts.samplesPending == 2)
    try bench.mark(start + .minutes(61))
    let revision = try #require(bench.output.records.last)
    #expect(bench.output.records.count == 2)
    #expect(revision.revision == 1)
    #expect(revision.cause?.time == start + .seconds(60))
    #expect(try JSONValue(parsing: revision.body)["results"] == 3)
    #expect(bench.counts.samplesPending == 0)
  }

  /// The events of an order feed have no verdict: they are no inspection results.
  @Test(arguments: [
    (["verdict", "defect"], true), (["event", "order", "product"], false), (["unit", "verdict"], true),
  ])
  func onlyEventsWithAVerdictAreResults(attributes: [String], isStation: Bool) throws {
    var asset = Sites.one([Sites.events]).assets[0]
    asset.topics = [
      TopicMapping(
        topic: "t", timestamp: nil, messageID: nil,
        fields: attributes.map {
          FieldMapping(
            signal: 0, path: FieldPath([$0]), conversion: .identity, required: false, attribute: $0)
        })
    ]
    let site = Sites.one([Sites.events])
    let rule = InspectionCountRule(asset: asset, site: site, zone: try PlantZone(identifier: site.zone))
    #expect((rule != nil) == isStation)
  }

  @Test("a changed window counts every result once, under keys that go on", arguments: [5, 30] as [Int64])
  func changedWindow(minutes: Int64) throws {
    var bench = try bench()
    func results(_ minutes: Range<Int64>) throws {
      for minute in minutes {
        try bench.mark(start + .minutes(minute))
        try bench.event(at: start + .minutes(minute), id: UInt64(minute), result("OK"))
      }
    }
    try results(0..<25)
    #expect(bench.output.records.map(\.revision) == [0])
    // Late for the first window, and still waiting when the configuration changes.
    try bench.event(at: start + .seconds(10), id: 100, result("NG"))
    try bench.restart { $0.energy.window = .minutes(minutes) }
    try results(25..<60)
    try bench.mark(start + .minutes(62))
    #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 0)
    #expect(bench.counts.samplesUsed == 61)
    #expect(Set(bench.output.records.map { "\($0.key)/\($0.revision)" }).count == bench.output.records.count)
    let bodies = try bench.bodies(.inspectionCount)
    #expect(bodies.count == Int(60 / minutes))
    let results = bodies.values.compactMap { $0["results"]?.doubleValue }
    #expect(results.reduce(0, +) == 61)
  }

  @Test func issuedWindowsAreForgottenAfterTheRevisionHorizon() throws {
    var bench = try bench()
    for day in 0..<120 as Range<Int64> {
      let time = start + .days(day)
      try bench.mark(time)
      try bench.event(at: time, id: UInt64(day), result("OK"))
    }
    try bench.restart()
    // A page for each of the 45 days of the horizon, one more on each side, and the index.
    #expect((46...49).contains(bench.savedKeys(containing: "inspection").count))
  }

  @Test("any order, restart and reconnect gives the same counts", arguments: 0..<10 as Range<UInt64>)
  func disturbed(seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let verdicts = (0..<120).map { _ in Bool.random(using: &generator) }
    func run(_ order: [Int], disturbed: Bool) throws -> [String: JSONValue] {
      var bench = try bench()
      var backlog: [Int]?
      func receive(_ number: Int) throws {
        try bench.event(
          at: start + .minutes(Int64(number)), id: UInt64(number),
          result(verdicts[number] ? "OK" : "NG", verdicts[number] ? [] : ["scratch"]))
      }
      for (step, number) in order.enumerated() {
        if backlog != nil { backlog?.append(number) } else { try receive(number) }
        // The future is set aside: marks begin where no result is.
        try bench.mark(start + .minutes(120 + Int64(step)))
        guard disturbed else { continue }
        if Int.random(in: 0..<8, using: &generator) == 0 { try bench.restart() }
        guard Int.random(in: 0..<8, using: &generator) == 0 else { continue }
        try bench.connection(backlog == nil ? .down : .up)
        for number in backlog ?? [] { try receive(number) }
        if backlog != nil { try bench.connection(.drained) }
        backlog = backlog == nil ? [] : nil
      }
      for number in backlog ?? [] { try receive(number) }
      try bench.connection(.drained)
      try bench.mark(start + .minutes(300))
      #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 0)
      #expect(bench.counts.samplesUsed == 120)
      return try bench.bodies(.inspectionCount)
    }
    let undisturbed = try run(Array(0..<120), disturbed: false)
    #expect(undisturbed.count == 8)
    #expect(try run((0..<120).shuffled(using: &generator), disturbed: true) == undisturbed)
  }

  @Test("an empty text is no defect")
  func emptyText() {
    func event(_ verdict: String, _ defect: String, _ id: UInt64) -> Event {
      Event(
        series: SeriesID(1), time: Timestamp(seconds: Int64(id)), identity: id,
        attributes: [.init("verdict", verdict), .init("defect", defect)])
    }
    let tally = InspectionTally(results: [event("OK", "", 1), event("OK", "", 2), event("NG", "torque-low", 3)])
    #expect(tally.defects == ["torque-low": 1] && tally.defective == ["torque-low": 1] && tally.inspected == 3)
  }
}
