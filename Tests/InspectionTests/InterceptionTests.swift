import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Inspection

@Suite struct InterceptionTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func visit(_ minute: Int64, _ station: UInt64, _ kind: InterceptionWatch.Visit.Kind, step: UInt64 = 0)
    -> InterceptionWatch.Visit
  {
    InterceptionWatch.Visit(time: start + .minutes(minute), station: station, step: step, kind: kind)
  }

  private func escape(_ visits: [InterceptionWatch.Visit]) -> InterceptionWatch.Escape? {
    var watch = InterceptionWatch()
    for visit in visits { _ = watch.add(visit, unit: "SN1") }
    return watch.escape("SN1")
  }

  @Test("what a rejected unit may do, and what is an alarm")
  func table() {
    let cases: [(String, [InterceptionWatch.Visit], seenAt: UInt64?)] = [
      ("never rejected", [visit(0, 1, .passed), visit(1, 2, .passed)], nil),
      ("rejected and taken out", [visit(0, 1, .rejected)], nil),
      ("went on", [visit(0, 1, .rejected), visit(1, 2, .passed)], 2),
      ("went on, unsure", [visit(0, 1, .rejected), visit(1, 2, .seen)], 2),
      ("went on and was rejected there", [visit(0, 1, .rejected), visit(1, 2, .rejected)], 2),
      ("good at the second attempt", [visit(0, 1, .rejected), visit(1, 1, .passed), visit(2, 2, .passed)], nil),
      (
        "another joint was good",
        [visit(0, 1, .rejected, step: 3), visit(1, 1, .passed, step: 4), visit(2, 2, .passed)], 2
      ),
      ("repaired", [visit(0, 1, .rejected), visit(1, 3, .released), visit(2, 2, .passed)], nil),
      ("repaired afterwards", [visit(0, 1, .rejected), visit(1, 2, .passed), visit(2, 3, .released)], nil),
      ("came back and was good", [visit(0, 1, .rejected), visit(1, 2, .passed), visit(2, 1, .passed)], nil),
      ("rejected at the end of the line", [visit(0, 1, .passed), visit(1, 2, .rejected)], nil),
      ("a person found it bad", [visit(0, 1, .passed), visit(0, 1, .condemned), visit(1, 2, .passed)], 2),
      (
        "found bad without its step, then good",
        [visit(0, 1, .condemned, step: InterceptionWatch.anyStep), visit(1, 1, .passed, step: 7), visit(2, 2, .seen)],
        nil
      ),
      (
        "called false without its step, whatever the steps' hashes",
        [visit(0, 1, .rejected, step: 9), visit(0, 1, .released, step: 1), visit(1, 2, .passed)], nil
      ),
      ("rejected twice, went on", [visit(0, 1, .rejected), visit(1, 1, .rejected), visit(2, 4, .seen)], 4),
    ]
    for (name, visits, seenAt) in cases {
      #expect(escape(visits)?.seenAt == seenAt, "\(name)")
    }
  }

  @Test("visits in any order after the rejection give the same", arguments: 0..<10 as Range<UInt64>)
  func anyOrder(seed: UInt64) {
    var generator = Seeded(state: seed)
    let visits = [
      visit(0, 1, .rejected), visit(3, 2, .passed), visit(5, 3, .seen), visit(7, 4, .rejected, step: 2),
      visit(9, 4, .passed, step: 2),
    ]
    let expected = escape(visits)
    // The rejection itself first: what is not rejected is not remembered.
    let shuffled = [visits[0]] + visits.dropFirst().shuffled(using: &generator)
    #expect(escape(shuffled) == expected && expected?.seenAt == 2)
    var watch = InterceptionWatch()
    for visit in shuffled { _ = watch.add(visit, unit: "SN1") }
    var writer = ByteWriter()
    watch.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect((try? InterceptionWatch(from: &reader)) == watch && reader.isAtEnd)
    #expect(watch.forget(before: start + .minutes(9)).isEmpty)
    #expect(watch.forget(before: start + .minutes(10)) == ["SN1"] && watch.count == 0)
  }

  @Test("the name of all that could not be read takes no more than one unit may")
  func unread() {
    var watch = InterceptionWatch()
    for minute in 0..<1000 as Range<Int64> { _ = watch.add(visit(minute, 1, .rejected), unit: "NOREAD") }
    _ = watch.add(visit(0, 1, .rejected), unit: "SN1")
    _ = watch.add(visit(1001, 2, .seen), unit: "NOREAD")
    #expect(watch.visits == InterceptionWatch.mostOfUnit + 1)
    #expect(watch.escape("NOREAD")?.rejected == start && watch.isHeld("SN1"))
  }

  @Test("on a line of many stations the place where the unit was seen first stays, and what has released it")
  func longLine() {
    var watch = InterceptionWatch()
    for (unit, isRepaired) in [("SN1", false), ("SN2", true)] {
      _ = watch.add(visit(0, 1, .rejected), unit: unit)
      if isRepaired { _ = watch.add(visit(1, 200, .rejected), unit: unit) }
      if isRepaired { _ = watch.add(visit(2, 1, .passed), unit: unit) }
      for station in 2..<112 as Range<UInt64> {
        _ = watch.add(visit(Int64(station) + 1, station, .passed), unit: unit)
      }
    }
    #expect(watch.escape("SN1")?.seenAt == 2 && watch.visits <= 2 * InterceptionWatch.mostOfUnit)
    // The repair of the first place holds: it is the other rejection that is open.
    #expect(watch.escape("SN2")?.rejectedAt == 200)
  }

  // MARK: Engine

  private func bench() throws -> Bench {
    var site = Sites.one([Sites.events])
    var second = site.assets[0]
    second.id = "m2"
    second.name = "m2"
    site.assets.append(second)
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site,
      factories: [
        RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) }
      ], siteFactories: [InterceptionRule.factory(zone: zone)])
  }

  private func result(_ unit: String, _ verdict: String) -> [Event.Attribute] {
    [.init("verdict", verdict), .init("unit", unit)]
  }

  private func open(_ bench: Bench) -> [String: Finding] {
    var open: [String: Finding] = [:]
    for finding in bench.output.findings { open[finding.key] = finding.closed == nil ? finding : nil }
    return open
  }

  @Test("a rejected unit that slips past is told at once, also after a restart, and its repair ends it")
  func slips() throws {
    var bench = try bench()
    try bench.mark(start)
    try bench.event(at: start + .minutes(1), id: 1, result("SN1", "NG"))
    try bench.event(at: start + .minutes(1), id: 2, result("SN2", "OK"))
    try bench.restart()
    try bench.event(at: start + .minutes(2), id: 3, result("SN2", "OK"), asset: 1)
    #expect(open(bench).isEmpty)
    try bench.event(at: start + .minutes(3), id: 4, result("SN1", "OK"), asset: 1)
    let finding = try #require(open(bench)["rejected-unit-passed/m1"])
    #expect(finding.severity == .critical && finding.summary.contains("SN1 (at m2, 2026-11-21T08:03:00+08:00)"))
    try bench.restart()
    try bench.event(at: start + .minutes(4), id: 5, result("SN1", "rework"), asset: 1)
    #expect(open(bench).isEmpty && bench.output.findings.last?.closed != nil)
    try bench.mark(start + .minutes(60))
    #expect(bench.counts.samplesBalance && bench.counts.samplesPending == 0)
  }

  @Test("a part that a person finds bad must not go on, either")
  func reviewed() throws {
    var bench = try bench()
    try bench.mark(start)
    for (number, verdict) in [(1, "OK"), (2, "unsure")] as [(UInt64, String)] {
      try bench.event(at: start + .minutes(Int64(number)), id: number, result("SN\(number)", verdict))
      try bench.event(
        at: start + .minutes(Int64(number)), id: number + 10, [.init("review", "NG"), .init("unit", "SN\(number)")])
    }
    try bench.mark(start + .minutes(4))
    try bench.event(at: start + .minutes(5), id: 21, result("SN1", "OK"), asset: 1)
    #expect(open(bench)["rejected-unit-passed/m1"]?.summary.contains("SN1") == true)
    try bench.mark(start + .minutes(6))
    try bench.event(at: start + .minutes(7), id: 22, result("SN2", "OK"), asset: 1)
    try bench.mark(start + .minutes(9))
    #expect(open(bench)["rejected-unit-passed/m1"]?.summary.contains("SN2") == true)
    for number in [1, 2] as [UInt64] {
      try bench.event(at: start + .minutes(10), id: number + 30, result("SN\(number)", "rework"))
    }
    try bench.mark(start + .minutes(12))
    #expect(open(bench).isEmpty)
  }

  @Test("a second unit of a station waits for a minute, and none is left out")
  func pause() throws {
    var bench = try bench()
    try bench.mark(start)
    for (number, second) in [(1, 60), (2, 70), (3, 80)] as [(Int, Int64)] {
      try bench.event(at: start + .seconds(second), id: UInt64(number), result("SN\(number)", "NG"))
      try bench.event(at: start + .seconds(second + 5), id: UInt64(number + 10), result("SN\(number)", "OK"), asset: 1)
      try bench.mark(start + .seconds(second + 5))
      if number == 2 { try bench.restart() }
    }
    #expect(bench.output.findings.count == 1 && bench.output.findings[0].summary.contains("SN1"))
    try bench.mark(start + .seconds(200))
    #expect(bench.output.findings.count == 2)
    let finding = try #require(open(bench)["rejected-unit-passed/m1"])
    #expect(finding.summary.hasPrefix("3 units") && finding.summary.contains("SN2") && finding.summary.contains("SN3"))
    for number in 1...3 {
      try bench.event(at: start + .seconds(210), id: UInt64(number + 20), result("SN\(number)", "rework"))
    }
    try bench.mark(start + .seconds(400))
    #expect(open(bench).isEmpty)
  }

  @Test("restarts at any place change nothing, whatever is written by then", arguments: 0..<4 as Range<UInt64>)
  func anyRestart(seed: UInt64) throws {
    var generator = Seeded(state: seed)
    var (plain, restarted) = (try bench(), try bench())
    try plain.mark(start)
    try restarted.mark(start)
    for number in 1..<400 as Range<UInt64> {
      let time = start + .seconds(Int64(number) * 7)
      let verdict = ["NG", "OK", "OK", "rework", "unsure"].randomElement(using: &generator) ?? "NG"
      let unit = "SN\(Int.random(in: 0..<40, using: &generator))"
      let asset = Int.random(in: 0..<2, using: &generator)
      try plain.event(at: time, id: number, result(unit, verdict), asset: asset)
      try restarted.event(at: time, id: number, result(unit, verdict), asset: asset)
      if Int.random(in: 0..<9, using: &generator) == 0 { try restarted.restart() }
      try plain.mark(time)
      try restarted.mark(time)
    }
    #expect(plain.output.findings.count > 20 && plain.output.findings == restarted.output.findings)
  }

  @Test("more units than can be held: the longest quiet ones go, and it is said")
  func surplus() throws {
    var bench = try bench()
    try bench.mark(start)
    // All of them in one part.
    let part = HeldUnits.part(of: "SN0")
    let units = (0...).lazy.map { "SN\($0)" }.filter { HeldUnits.part(of: $0) == part }.prefix(HeldUnits.mostVisits + 1)
    var last = ""
    for (number, unit) in units.enumerated() {
      try bench.event(at: start + .milliseconds(Int64(number)), id: UInt64(number + 1), result(unit, "NG"))
      last = unit
    }
    let finding = try #require(open(bench)["rejected-units-forgotten"])
    #expect(finding.severity == .warning && finding.advice.contains("held (now 720 h)"), "\(finding.advice)")
    try bench.event(at: start + .minutes(1), id: 1_000_000, result("SN0", "OK"), asset: 1)
    #expect(open(bench).count == 1, "it is followed no more")
    try bench.event(at: start + .minutes(2), id: 1_000_001, result(last, "OK"), asset: 1)
    #expect(open(bench)["rejected-unit-passed/m1"]?.summary.contains(last) == true)
    for day in 1..<33 as Range<Int64> { try bench.mark(start + .days(day)) }
    #expect(open(bench).isEmpty)
  }

  @Test("what nobody ends is forgotten")
  func forgotten() throws {
    var bench = try bench()
    try bench.mark(start)
    try bench.event(at: start + .minutes(1), id: 1, result("SN1", "NG"))
    try bench.event(at: start + .minutes(3), id: 4, result("SN1", "OK"), asset: 1)
    #expect(open(bench).count == 1)
    for day in 1..<33 as Range<Int64> { try bench.mark(start + .days(day)) }
    #expect(open(bench).isEmpty)
    try bench.restart()
    #expect(bench.savedKeys(containing: "interception").isEmpty)
  }

  @Test("stations that are called otherwise now are the same ones")
  func renamed() throws {
    var bench = try bench()
    try bench.mark(start)
    try bench.event(at: start + .minutes(1), id: 1, result("SN1", "NG"))
    try bench.event(at: start + .minutes(1), id: 2, result("SN2", "NG"), asset: 1)
    for id in ["n1", "o1"] {
      try bench.restart {
        $0.assets[0].formerly = $0.assets[0].id
        $0.assets[0].id = id
      }
      try bench.mark(start + .minutes(2))
    }
    // Good at its own station is no slip, and another one is.
    try bench.event(at: start + .minutes(3), id: 3, result("SN1", "OK"))
    try bench.event(at: start + .minutes(4), id: 4, result("SN1", "OK"), asset: 1)
    #expect(open(bench).isEmpty)
    try bench.event(at: start + .minutes(5), id: 5, result("SN2", "OK"))
    let finding = try #require(open(bench)["rejected-unit-passed/m2"])
    #expect(finding.summary.contains("SN2 (at o1,"), "\(finding.summary)")
  }
}
