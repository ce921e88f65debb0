import Inspection
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// The rule of the site on a real engine.
@Suite struct InspectionRuleTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  /// A station with results and reviews on topics of their own, and a small memory.
  private func site() -> Site {
    var review = Sites.events
    review.name = "review"
    var site = Sites.one([Sites.events, review])
    func fields(_ names: [String], signal: Int) -> [FieldMapping] {
      names.map {
        FieldMapping(
          signal: signal, path: FieldPath([$0]), conversion: .identity, required: false, attribute: $0)
      }
    }
    site.assets[0].topics = [
      TopicMapping(
        topic: "t", timestamp: nil, messageID: nil,
        fields: fields(["verdict", "defect", "unit", "model"], signal: 0)),
      TopicMapping(topic: "t/review", timestamp: nil, messageID: nil, fields: fields(["review", "unit"], signal: 1)),
    ]
    site.inspection.windows = 5
    site.inspection.defects = 10
    site.inspection.runLength = 500
    site.inspection.reviews = 40
    return site
  }

  private func bench() throws -> Bench {
    let site = site()
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site,
      factories: [
        RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) }
      ], siteFactories: [InspectionRule.factory(zone: zone)])
  }

  /// One part: number, minute after the start, verdict.
  private struct Part {
    var number: Int
    var isBad: Bool
    var model = "m1"
  }

  private func attributes(_ part: Part) -> [Event.Attribute] {
    [.init("verdict", part.isBad ? "NG" : "OK"), .init("unit", "SN\(part.number)"), .init("model", part.model)]
      + (part.isBad ? [.init("defect", "scratch")] : [])
  }

  private func time(_ number: Int) -> Timestamp { start + .minutes(Int64(number)) }

  private func open(_ bench: Bench) -> [String: Finding] {
    var open: [String: Finding] = [:]
    for finding in bench.output.findings { open[finding.key] = finding.closed == nil ? finding : nil }
    return open
  }

  /// One in ten is bad, from 300 on one in three.
  private let parts = (0..<400).map { Part(number: $0, isBad: $0 < 300 ? $0 % 10 == 3 : $0 % 3 == 0) }

  @Test("a defect that becomes more frequent is found, and a restart changes nothing")
  func shift() throws {
    var plain = try bench()
    var disturbed = try bench()
    for part in parts {
      for restarts in [false, true] {
        func feed(_ bench: inout Bench) throws {
          try bench.event(at: time(part.number), id: UInt64(part.number), attributes(part))
          try bench.mark(time(part.number))
          if restarts, part.number % 7 == 0 { try bench.restart() }
        }
        if restarts { try feed(&disturbed) } else { try feed(&plain) }
      }
      if part.number == 299 { #expect(open(plain).isEmpty) }
    }
    try plain.mark(time(420))
    try disturbed.mark(time(420))
    let finding = try #require(open(plain)["defect-rate/m1/scratch"])
    #expect(finding.opened >= time(285) && finding.severity == .warning)
    #expect(finding.summary.contains("parts with the defect scratch") && finding.summary.contains("usual is 10."))
    #expect(finding.evidence.contains { $0.name == "cusum" } && finding.advice.contains("weir inspection m1"))
    #expect(plain.output.findings == disturbed.output.findings)
    #expect(plain.counts.samplesBalance && plain.counts.samplesPending == 0)
    let state = try #require(InspectionRule.stateKey(station: "m1").split(separator: "/").last)
    #expect(!plain.savedKeys(containing: "inspection/station/\(state)").isEmpty || plain.store.states.isEmpty)
  }

  @Test(
    "late results and reviews of hours ago give what they would have given in time", arguments: 0..<6 as Range<UInt64>)
  func late(seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let reviews = parts.filter { $0.isBad }.map(\.number)
    func review(_ number: Int, _ bench: inout Bench) throws {
      try bench.event(
        at: time(number), id: UInt64(10_000 + number),
        [.init("unit", "SN\(number)"), .init("review", number % 20 == 3 ? "false-call" : "agree")], signal: 1)
    }
    var inTime = try bench()
    for part in parts {
      try inTime.event(at: time(part.number), id: UInt64(part.number), attributes(part))
      if part.isBad { try review(part.number, &inTime) }
      try inTime.mark(time(part.number))
    }
    try inTime.mark(time(700))
    var late = try bench()
    let missing = Set((0..<400).filter { _ in Int.random(in: 0..<5, using: &generator) == 0 })
    for part in parts {
      if !missing.contains(part.number) {
        try late.event(at: time(part.number), id: UInt64(part.number), attributes(part))
      }
      try late.mark(time(part.number))
      if Int.random(in: 0..<40, using: &generator) == 0 { try late.restart() }
    }
    try late.mark(time(450))
    for number in missing.sorted() {
      try late.event(at: time(number), id: UInt64(number), attributes(parts[number]))
    }
    try late.mark(time(500))
    for number in reviews.shuffled(using: &generator) { try review(number, &late) }
    try late.mark(time(600))
    try late.restart()
    try late.mark(time(700))
    #expect(try late.bodies(.inspectionCount) == inTime.bodies(.inspectionCount))
    func said(_ bench: Bench) -> [String: String] { open(bench).mapValues(\.summary) }
    // Which severity and text were told first may differ; what is open does not.
    #expect(said(late).keys.sorted() == said(inTime).keys.sorted())
    var first = inTime
    var second = late
    try first.restart()
    try second.restart()
    let key = InspectionRule.stateKey(station: "m1")
    #expect(first.store.states[key] != nil && first.store.states[key] == second.store.states[key])
    #expect(said(inTime).keys.contains("recognition-accuracy/m1"))
  }

  @Test("a person may have it learnt again")
  func baseline() throws {
    var bench = try bench()
    for part in parts {
      try bench.event(at: time(part.number), id: UInt64(part.number), attributes(part))
      try bench.mark(time(part.number))
    }
    try bench.mark(time(420))
    #expect(open(bench)["defect-rate/m1/scratch"] != nil)
    try bench.command(
      SiteCommand(
        name: InspectionRule.baselineCommand, members: ["station": "m1", "person": "Li", "reason": "new supplier"]))
    try bench.mark(time(421))
    #expect(open(bench).isEmpty)
    // And it stays so when something late makes the day be folded again.
    try bench.event(at: time(17) + .seconds(5), id: 9_999, attributes(Part(number: 17, isBad: false)))
    try bench.mark(time(440))
    #expect(open(bench).isEmpty)
  }

  @Test("what is open under an old id ends with it, and the station goes on under the new one")
  func renamed() throws {
    var bench = try bench()
    for part in parts {
      try bench.event(at: time(part.number), id: UInt64(part.number), attributes(part))
      try bench.mark(time(part.number))
    }
    try bench.mark(time(420))
    #expect(open(bench)["defect-rate/m1/scratch"] != nil)
    try bench.restart {
      $0.assets[0].id = "m2"
      $0.assets[0].formerly = "m1"
    }
    try bench.mark(time(421))
    #expect(open(bench).isEmpty)
    for number in 421..<440 {
      try bench.event(
        at: time(number), id: UInt64(number), attributes(Part(number: number, isBad: number % 3 == 0)))
      try bench.mark(time(number))
    }
    try bench.mark(time(460))
    #expect(open(bench)["defect-rate/m2/scratch"] != nil)
  }

  @Test("whatever it was called before, a station keeps its charts")
  func renamedAgain() throws {
    var plain = try bench()
    var renamed = try bench()
    for part in parts.prefix(300) {
      for place in 0..<2 {
        func feed(_ bench: inout Bench) throws {
          try bench.event(at: time(part.number), id: UInt64(part.number), attributes(part))
          try bench.mark(time(part.number))
        }
        if place == 0 { try feed(&plain) } else { try feed(&renamed) }
      }
      // The last one of them says nothing of the first; the one before is never heard at all.
      for (number, id) in [(100, "m2"), (150, "m3"), (151, "m4"), (200, "m5")] where part.number == number {
        try renamed.restart {
          $0.assets[0].formerly = id == "m5" ? nil : $0.assets[0].id
          $0.assets[0].id = id
        }
      }
    }
    try plain.restart()
    try renamed.restart()
    let state = try #require(plain.store.states[InspectionRule.stateKey(station: "m1")])
    #expect(renamed.store.states[InspectionRule.stateKey(station: "m5")] == state)
    #expect(renamed.savedKeys(containing: "inspection/station/").count == 1)
    func days(_ bench: Bench, _ id: String) -> [[UInt8]] {
      (bench.savedKeys(containing: "inspection/day/\(id)/") + bench.savedKeys(containing: "inspection/from/\(id)/"))
        .compactMap { bench.store.states[$0] }
    }
    #expect(!days(plain, "m1").isEmpty && days(plain, "m1") == days(renamed, "m5"))
    for id in ["m1", "m2", "m3", "m4"] { #expect(days(renamed, id).isEmpty, "\(id)") }
  }

  @Test("a record has what the schema allows")
  func schema() throws {
    var bench = try bench()
    for part in parts.prefix(20) {
      try bench.event(
        at: time(part.number), id: UInt64(part.number),
        attributes(part) + [.init("torque", "112.4"), .init("torque-lower-limit", "105"), .init("confidence", "0.9")])
    }
    try bench.event(at: time(3), id: 500, [.init("unit", "SN3"), .init("review", "agree")], signal: 1)
    try bench.mark(time(60))
    let body = try #require(bench.output.records.first.map { try JSONValue(parsing: $0.body) })
    #expect(body["reviews"]?["defective_rejected"] == 1 && body["inspected"] == 15 && body["rejected"] == 2)
    #expect(body["models"]?["m1"]?["inspected"] == 15 && body["measures"]?["torque"]?["count"] == 15)
    #expect(RecordSchema.body(.inspectionCount).validate(body).isEmpty)
    let back = InspectionBody.tally(body)
    #expect(back.inspected == 15 && back.recognition.reviews == 1 && back.firstGood == 13)
  }
}
