import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Inspection

/// Lots by their samples on a real engine: lots of 50 pieces, AQL 6.5, level II: 8 pieces, accept with 1, refuse with 2.
@Suite struct LotRuleTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func site(_ change: (inout SamplingTable) -> Void, _ size: Int?) throws -> Site {
    var review = Sites.events
    review.name = "review"
    var site = Sites.one([Sites.events, review])
    func fields(_ names: [String], signal: Int) -> [FieldMapping] {
      names.map {
        FieldMapping(signal: signal, path: FieldPath([$0]), conversion: .identity, required: false, attribute: $0)
      }
    }
    site.assets[0].topics = [
      TopicMapping(
        topic: "t", timestamp: nil, messageID: nil,
        fields: fields(["verdict", "unit", "batch", "lot-size", "supplier"], signal: 0)),
      TopicMapping(topic: "t/review", timestamp: nil, messageID: nil, fields: fields(["review", "unit"], signal: 1)),
    ]
    // Tests/InspectionTests/LotRuleTests.swift
    let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    var plan = LotPlan(name: "castings", stations: ["m*"], limit: "6.5")
    plan.series = .supplier
    plan.size = size
    var table = try SamplingTableFile.load(package + "/Config/sampling/iso2859-1.yaml")
    change(&table)
    site.inspection.lots = LotSettings(table: table, plans: [plan])
    return site
  }

  /// - Parameter size: of lots whose results do not say it.
  private func bench(size: Int? = nil, _ change: (inout SamplingTable) -> Void = { _ in }) throws -> Bench {
    let site = try site(change, size)
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site,
      factories: [
        RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) }
      ], siteFactories: [LotRule.factory(zone: zone)])
  }

  /// Each lot is a window of its own: `bad` of its pieces, the first ones, are rejected.
  private struct Lot {
    var number: Int
    var bad: Int
    var pieces = 8
    var size: Int? = 50
  }

  private func time(_ lot: Int, _ piece: Int = 0) -> Timestamp {
    start + .minutes(Int64(15 * lot)) + .seconds(Int64(piece))
  }

  private func feed(_ bench: inout Bench, _ lot: Lot, piece: Int) throws {
    var attributes: [Event.Attribute] = [
      .init("verdict", piece < lot.bad ? "NG" : "OK"), .init("unit", "L\(lot.number)-\(piece)"),
      .init("batch", "L\(lot.number)"), .init("supplier", "acme"),
    ]
    if let size = lot.size { attributes.append(.init("lot-size", "\(size)")) }
    try bench.event(at: time(lot.number, piece), id: UInt64(100 * lot.number + piece), attributes)
  }

  private func run(_ bench: inout Bench, _ lots: [Lot]) throws {
    for lot in lots {
      try bench.mark(time(lot.number))
      for piece in 0..<lot.pieces { try feed(&bench, lot, piece: piece) }
      try bench.mark(time(lot.number + 1) + .minutes(2))
    }
  }

  private func open(_ bench: Bench) -> [String: Finding] {
    var open: [String: Finding] = [:]
    for finding in bench.output.findings { open[finding.key] = finding.closed == nil ? finding : nil }
    return open
  }

  private func dispositions(_ bench: Bench) throws -> [String: String?] {
    try bench.bodies(.inspectionLot).mapValues { $0["disposition"]?.stringValue }
  }

  private func lots(_ bad: [Int]) -> [Lot] { bad.enumerated().map { Lot(number: $0.offset, bad: $0.element) } }

  @Test("a refused lot is told with its plan and units, and until somebody has settled it")
  func refused() throws {
    var bench = try bench()
    try run(&bench, lots([1, 3]) + [Lot(number: 2, bad: 1, pieces: 5)])
    #expect(try dispositions(bench) == ["castings/acme/L0": "accepted", "castings/acme/L1": "refused"])
    let body = try #require(try bench.bodies(.inspectionLot)["castings/acme/L1"])
    #expect(RecordSchema.body(.inspectionLot).validate(body).isEmpty)
    #expect(body["inspected"]?.integerValue == 2 && body["nonconforming"]?.integerValue == 2)
    #expect(body["sample"]?["size"]?.integerValue == 8 && body["severity"]?.stringValue == "normal")
    let finding = try #require(open(bench)["lot-refused/castings/acme/L1"])
    #expect(finding.summary.contains("2 nonconforming among 2 of the sample of 8, and 2 refuse it"))
    #expect(finding.evidence.contains { $0.name == "units" && $0.value == "L1-0, L1-1" })
    #expect(open(bench).count == 1)
    try bench.command(
      SiteCommand(
        name: LotRule.command,
        members: [
          "plan": "castings", "series": "acme", "lot": "L1", "word": "settled", "person": "li", "reason": "sorted",
        ]))
    #expect(open(bench).isEmpty)
    #expect(try bench.bodies(.inspectionLot)["castings/acme/L1"]?["settled"]?["person"]?.stringValue == "li")
    #expect(bench.counts.samplesBalance)
  }

  @Test("two of five refused: tightened, and without a table a person decides; five accepted bring normal back")
  func tightened() throws {
    var bench = try bench()
    try run(&bench, lots([0, 2, 0, 2, 0]))
    #expect(try dispositions(bench)["castings/acme/L4"] == "undecided")
    let severity = try #require(open(bench)["inspection-severity/castings/acme"])
    #expect(
      severity.summary.contains("under tightened inspection") && severity.advice.contains("no plans for tightened"))
    let waiting = try #require(open(bench)["lot-undecided/castings/acme"])
    #expect(waiting.summary.contains("L4: the table has no plans for tightened inspection"))
    for lot in 4..<9 {
      if lot > 4 { try run(&bench, [Lot(number: lot, bad: 0)]) }
      try bench.command(
        SiteCommand(
          name: LotRule.command,
          members: [
            "plan": "castings", "series": "acme", "lot": .string("L\(lot)"), "word": "accepted", "person": "li",
            "reason": "table 2-B",
          ]))
    }
    #expect(
      open(bench)["inspection-severity/castings/acme"] == nil && open(bench)["lot-undecided/castings/acme"] == nil)
    // The next one had begun when the last word was said.
    try run(&bench, [Lot(number: 10, bad: 0)])
    let last = try #require(try bench.bodies(.inspectionLot)["castings/acme/L10"])
    #expect(last["disposition"] == "accepted" && last["severity"] == "normal")
    #expect(try bench.bodies(.inspectionLot)["castings/acme/L8"]?["decision"]?["reason"] == "table 2-B")
  }

  @Test("nothing is accepted by samples after five refused under tightened inspection, until a person resumes it")
  func discontinued() throws {
    // For the test the tightened plans are those of normal inspection.
    var bench = try bench { $0.tightened = $0.letters }
    try run(&bench, lots(Array(repeating: 2, count: 7) + [0]))
    #expect(open(bench)["inspection-severity/castings/acme"]?.summary.contains("discontinued") == true)
    let held = try #require(try bench.bodies(.inspectionLot)["castings/acme/L7"])
    #expect(held["disposition"] == "undecided" && held["severity"] == "discontinued")
    try bench.command(
      SiteCommand(
        name: LotRule.command,
        members: [
          "plan": "castings", "series": "acme", "word": .string(LotRule.resume), "person": "li", "reason": "new die",
        ]))
    try run(&bench, [Lot(number: 9, bad: 0)])
    let next = try #require(try bench.bodies(.inspectionLot)["castings/acme/L9"])
    #expect(next["disposition"] == "accepted" && next["severity"] == "tightened")
  }

  @Test("a review of hours ago restates its lot and what followed from it")
  func restated() throws {
    var bench = try bench()
    try run(&bench, lots([0, 2, 0, 2, 0]))
    try bench.event(at: time(1), id: 9000, [.init("unit", "L1-0"), .init("review", "false-call")], signal: 1)
    try bench.mark(time(7))
    #expect(
      try dispositions(bench) == [
        "castings/acme/L0": "accepted", "castings/acme/L1": "accepted", "castings/acme/L2": "accepted",
        "castings/acme/L3": "refused", "castings/acme/L4": "accepted",
      ])
    #expect(open(bench).keys.sorted() == ["lot-refused/castings/acme/L3"])
    let revised = bench.output.records.filter { $0.kind == .inspectionLot && $0.revision == 1 }
    #expect(Set(revised.map(\.key)) == ["castings/acme/L1", "castings/acme/L4"])
    #expect(revised.allSatisfy { $0.cause?.reason == .late })
  }

  @Test("whatever comes late or after a restart gives the same lots", arguments: 0..<8 as Range<UInt64>)
  func anyOrder(seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let all = lots((0..<12).map { _ in Int.random(in: 0...2, using: &generator) })
    var plain = try bench()
    try run(&plain, all)
    try plain.mark(time(30))
    var late = try bench()
    let missing = Set(
      all.flatMap { lot in (0..<8).map { 100 * lot.number + $0 } }.filter { _ in
        Int.random(in: 0..<4, using: &generator) == 0
      })
    for lot in all {
      for piece in 0..<lot.pieces where !missing.contains(100 * lot.number + piece) {
        try feed(&late, lot, piece: piece)
      }
      try late.mark(time(lot.number + 1) + .minutes(2))
      if lot.number % 3 == 1 { try late.restart() }
    }
    for number in missing.shuffled(using: &generator) {
      try feed(&late, all[number / 100], piece: number % 100)
    }
    try late.mark(time(30))
    try late.restart()
    #expect(try late.bodies(.inspectionLot) == plain.bodies(.inspectionLot))
    #expect(open(late).keys.sorted() == open(plain).keys.sorted())
    #expect(late.counts.samplesBalance && late.counts.samplesPending == 0)
  }

  @Test("a lot whose size nobody says waits; the plan's size is for those")
  func size() throws {
    var bench = try bench()
    try run(&bench, [Lot(number: 0, bad: 0, size: nil)])
    #expect(open(bench)["lot-undecided/castings/acme"]?.summary.contains("its size is unknown") == true)
    var known = try self.bench(size: 50)
    try run(&known, [Lot(number: 0, bad: 0, size: nil)])
    #expect(try dispositions(known) == ["castings/acme/L0": "accepted"])
  }

  @Test(
    "old lots are forgotten, with their rows, and the state of inspection stays; a plan that is removed leaves nothing")
  func forgetting() throws {
    var bench = try bench()
    try run(&bench, lots([2, 2]))
    try run(&bench, (2..<60).map { Lot(number: $0, bad: 0) })
    #expect(try dispositions(bench)["castings/acme/L59"] == "undecided")
    try bench.restart()
    #expect(bench.savedKeys(containing: "lots/lot/").count == LotSeries.kept)
    // Refused long ago, and nobody has settled it: that is not forgotten.
    #expect(open(bench)["lot-refused/castings/acme/L0"] != nil)
    try bench.command(
      SiteCommand(
        name: LotRule.command,
        members: [
          "plan": "castings", "series": "acme", "lot": "L0", "word": "settled", "person": "li", "reason": "scrapped",
        ]))
    #expect(open(bench)["lot-refused/castings/acme/L0"] == nil && open(bench)["lot-refused/castings/acme/L1"] != nil)
    try feed(&bench, Lot(number: 1, bad: 0), piece: 20)
    try bench.mark(time(62))
    #expect(try bench.bodies(.inspectionLot)["castings/acme/L1"]?["disposition"] == "refused")
    // A name that comes again goes on with the next revision.
    let before = bench.output.records.filter { $0.key == "castings/acme/L0" }.map(\.revision)
    for piece in 0..<8 {
      try bench.event(
        at: time(62, piece), id: UInt64(90_000 + piece),
        [
          .init("verdict", "OK"), .init("unit", "R-\(piece)"), .init("batch", "L0"), .init("supplier", "acme"),
          .init("lot-size", "50"),
        ])
    }
    try bench.mark(time(64))
    let after = bench.output.records.filter { $0.key == "castings/acme/L0" }.map(\.revision)
    #expect(before == [0, 1] && after.prefix(3) == [0, 1, 2])
    try bench.restart { $0.inspection.lots?.plans[0].name = "other" }
    try bench.mark(time(65))
    try bench.restart()
    #expect(bench.savedKeys(containing: "lots/").isEmpty && open(bench).isEmpty)
  }
}
