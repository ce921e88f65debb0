import Energy
import Foundation
import Plant
import Production
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// A counter with an order feed, a meter of its own and two shifts with a break.
@Suite struct OEERuleTests {
  private static let text = """
    gateway: { id: test }
    zone: Asia/Shanghai
    broker: { host: h }
    assets:
      - { id: mes, place: s/h/l, template: order-feed, topic: "t/{id}" }
      - id: press
        place: s/h/l/1
        template: production-counter
        topic: "t/{id}"
        expected-interval: 10 min
        oee: { cycle-time: 60 s, cycle-times: { Y1: 30 s }, source: routing 7, minor-stop: 5 min }
    shifts:
      pattern:
        - { name: early, from: "06:00", to: "10:00", days: [mon, tue, wed, thu, fri, sat, sun] }
        - { name: late, from: "10:00", to: "12:00", days: [mon, tue, wed, thu, fri, sat, sun] }
      stops:
        - { name: breakfast, from: "08:00", to: "08:30" }
    """

  private var bench: Bench
  private var identity: UInt64 = 0

  init() throws {
    let site = try SiteLoader.load(text: Self.text, file: "test.yaml", devices: [LinePlant.devices])
    let zone = try PlantZone(identifier: site.zone)
    bench = try Bench(
      site: site,
      factories: [EnergyRule.factory(zone: zone), OrderFeedRule.factory, ActivityRule.factory(site: site)],
      siteFactories: [ProductionRule.factory(zone: zone), OEERule.factory(zone: zone)])
  }

  private func at(_ minutes: Int64) -> Timestamp { LinePlant.at(minutes) }
  private func signal(_ asset: Int, _ name: String) throws -> Int {
    try #require(bench.site.assets[asset].signals.firstIndex { $0.name == name })
  }

  private mutating func tell(_ time: Timestamp, good: Int64, scrap: Int64, state: String) throws {
    try bench.sample(signal(1, "produced"), at: time, .scaled(ScaledInteger(good)), asset: 1)
    try bench.sample(signal(1, "rejected"), at: time, .scaled(ScaledInteger(scrap)), asset: 1)
    let place = try signal(1, "state")
    guard case .state(let names) = bench.site.assets[1].signals[place].kind,
      let word = names.firstIndex(of: state)
    else { return }
    try bench.sample(place, at: time, Double(word), asset: 1)
  }

  private mutating func order(_ event: String, _ order: String, _ time: Timestamp, product: String) throws {
    identity += 1
    let made = Event(
      series: bench.catalog.series(asset: 0, signal: 0), time: time, identity: 1000 + identity,
      attributes: [.init("event", event), .init("order", order), .init("product", product)])
    try bench.feed { $0.entries.append(.event(made)) }
  }

  /// Bodies by key; each must fit its schema.
  private func bodies() throws -> [String: JSONValue] {
    let bodies = try bench.bodies(.oee)
    for (key, body) in bodies { #expect(RecordSchema.body(.oee).validate(body) == [], "\(key)") }
    return bodies
  }

  /// 06:00 … 10:00: setup 20 min, running but for a fault of 30 min from 09:00 on; a piece a minute, each tenth scrap.
  private mutating func earlyShift(leavingOut: Range<Int64> = 0..<0, from: Int64 = 350, until: Int64 = 640) throws {
    var good: Int64 = 0
    var scrap: Int64 = 0
    for minute in 350..<until as Range<Int64> {
      if minute >= from { try bench.mark(at(minute)) }
      let isSetup = (360..<380).contains(minute)
      let isBroken = (540..<570).contains(minute)
      let isBreak = (480..<510).contains(minute)
      let runs = (380..<600).contains(minute) && !isBroken && !isBreak
      if minute >= from, !leavingOut.contains(minute) {
        try tell(
          at(minute), good: good, scrap: scrap,
          state: isSetup ? "setup" : isBroken ? "fault" : runs ? "running" : "idle")
      }
      if runs { if minute % 10 == 0 { scrap += 1 } else { good += 1 } }
    }
  }

  @Test mutating func aShiftWithKnownStops() throws {
    try earlyShift()
    let records = try bodies()
    #expect(records.keys.sorted() == ["press/shift/early/2026-11-20T22:00:00Z"])
    let early = try #require(records.values.first)
    // 240 min without the break: 210. Setup 20, fault 30, so it ran for 160 min.
    #expect(early["planned_seconds"] == "12600" && early["production_seconds"] == "9600")
    #expect(early["losses"]?["setup"] == "1200" && early["losses"]?["breakdown"] == "1800")
    #expect(early["losses"]?["no-data"] == "0" && early["losses"]?["minor-stops"] == "0")
    #expect(early["planned_stop_seconds"] == "1800" && early["unplanned_stop_seconds"] == "3000")
    #expect(early["good"] == "144" && early["scrap"] == "16")
    #expect(early["availability"] == "0.761904761905" && early["effectiveness"] == "1" && early["quality"] == "0.9")
    #expect(early["oee"] == "0.685714285714" && early["flags"] == [])
    #expect(early["losses"]?["defects"] == "960" && early["losses"]?["speed"] == "0")
    #expect(early["cycle_source"] == "routing 7" && early["planned_by"] == "shifts" && early["shift"] == "early")
    #expect(early["start"] == "2026-11-21T06:00:00+08:00" && early["end"] == "2026-11-21T10:00:00+08:00")
    try bench.mark(at(24 * 60 + 20))
    #expect(try bodies().keys.contains("press/day/2026-11-20T16:00:00Z"))
    let day = try #require(try bodies()["press/day/2026-11-20T16:00:00Z"])
    #expect(day["planned_seconds"] == "19800", "the late shift told nothing")
    #expect(day["flags"] == ["no data"])
    #expect(try OEEElements(day).good == 144)
  }

  @Test mutating func ordersSayTheProduct() throws {
    try order("start", "A", at(360), product: "X200")
    try order("end", "A", at(480), product: "X200")
    try order("start", "B", at(510), product: "Y1")
    try earlyShift()
    let early = try #require(try bodies().values.first)
    let products = try #require(early["products"]?.arrayValue)
    #expect(products.map { $0["product"] } == [.null, "X200", "Y1"])
    #expect(products.map { $0["cycle_seconds"] } == ["60", "60", "30"])
    #expect(products[1]["planned_seconds"] == "7200" && products[2]["planned_seconds"] == "5400")
    // 60 of Y1 at 30 s and 100 of X200 at 60 s, of which a tenth is scrap.
    #expect(early["planned_run_seconds"] == "7800" && early["planned_run_good_seconds"] == "7020")
    #expect(products[2]["effectiveness"] == "0.5")
  }

  @Test mutating func whatComesLateRevises() throws {
    try earlyShift(leavingOut: 450..<480)
    let first = try #require(try bodies().values.first)
    #expect(first["losses"]?["no-data"] != "0")
    for minute in 450..<480 as Range<Int64> {
      let bad = (minute - 450 + 9) / 10
      try tell(at(minute), good: 63 + minute - 450 - bad, scrap: 7 + bad, state: "running")
    }
    for minute in [650, 700, 705] as [Int64] { try bench.mark(at(minute)) }
    let records = bench.output.records.filter { $0.kind == .oee }
    #expect(records.map(\.revision) == [0, 1])
    #expect(records.last?.cause?.reason == .late)
    let second = try #require(try bodies().values.first)
    #expect(second["losses"]?["no-data"] == "0" && second["production_seconds"] == "9600")
  }

  @Test mutating func anOrderThatIsToldLateChangesItsShift() throws {
    try earlyShift()
    try order("start", "A", at(360), product: "Y1")
    try order("end", "A", at(480), product: "Y1")
    for minute in [645, 650] as [Int64] { try bench.mark(at(minute)) }
    let records = bench.output.records.filter { $0.kind == .oee }
    #expect(records.last?.revision == 1 && records.last?.cause?.asset == "mes")
    let early = try #require(try bodies().values.first)
    // 100 pieces at 30 s and 60 at 60 s.
    #expect(early["planned_run_seconds"] == "6600")
    #expect(early["products"]?.arrayValue?.map { $0["product"] } == [.null, "Y1"])
  }

  @Test mutating func theShiftUnderWayIsShown() throws {
    try earlyShift(until: 480)
    let bytes = try #require(bench.view.shared[OEERunning.stateKey])
    let running = try #require(try OEERunning(bytes).spans.first)
    #expect(running.asset == "press" && running.shift == "early" && running.start == at(360))
    #expect(running.through == at(465))
    // Setup of 20 min, then 85 min with a piece each.
    #expect(running.elements.planned == 105 * 60_000_000_000 && running.elements.good + running.elements.scrap == 85)
    #expect(try OEEFigures(running.elements).availability == ExactDecimal("0.809523809524"))
    try earlyShift(from: 480)
    let ended = try #require(bench.view.shared[OEERunning.stateKey])
    #expect(try OEERunning(ended).spans.map(\.shift) == ["late"], "the early shift has its record")
  }

  /// What an older version has saved is read, and the rest of it is told anew with the next window.
  @Test mutating func theShiftUnderWayOfAnOlderVersion() throws {
    try earlyShift(until: 480)
    let bytes = try #require(bench.view.shared[OEERunning.stateKey])
    let expected = try OEERunning(bytes)
    #expect(try OEERunning(expected.bytes) == expected)
    let span = try #require(expected.spans.first)
    #expect(span.elements.idle == 20 * 60_000_000_000 && span.elements.hasPlannedRunTime)
    // At the end: idle time in nanoseconds, none outside of shifts, and a planned run time.
    var end = ByteWriter()
    end.zigzag(span.elements.idle)
    end.zigzag(span.elements.outsideIdle)
    end.boolean(span.elements.hasPlannedRunTime)
    let old = try OEERunning(Array(bytes.dropLast(end.bytes.count)))
    #expect(old.spans.map(\.elements.production) == expected.spans.map(\.elements.production))
    #expect(old.spans.map(\.elements.idle) == [0])
  }

  /// A stop from 09:57 to 10:06 is longer than a minor one, though not in either shift.
  @Test mutating func aStopAtABorderIsOneStop() throws {
    func state(_ minute: Int64) -> String { (597..<606).contains(minute) ? "stopped" : "running" }
    for minute in 350..<760 as Range<Int64> {
      try bench.mark(at(minute))
      try tell(at(minute), good: minute, scrap: 0, state: state(minute))
    }
    let losses = try bodies().mapValues { $0["losses"] }
    #expect(losses["press/shift/early/2026-11-20T22:00:00Z"]??["unexplained"] == "180")
    #expect(losses["press/shift/late/2026-11-21T02:00:00Z"]??["unexplained"] == "360")
    #expect(losses.values.allSatisfy { $0?["minor-stops"] == "0" })
    #expect(bench.output.records.filter { $0.kind == .oee }.allSatisfy { $0.revision == 0 })
  }

  /// What comes late of the next shift says how long the stop at the end of this one was.
  @Test mutating func whatComesLateBehindABorderRevises() throws {
    for minute in 350..<700 as Range<Int64> {
      try bench.mark(at(minute))
      guard !(600..<615).contains(minute) else { continue }
      try tell(at(minute), good: minute, scrap: 0, state: (597..<600).contains(minute) ? "stopped" : "running")
    }
    let early = "press/shift/early/2026-11-20T22:00:00Z"
    #expect(try bodies()[early]?["losses"]?["unexplained"] == "180")
    for minute in 600..<615 as Range<Int64> { try tell(at(minute), good: minute, scrap: 0, state: "running") }
    for minute in [701, 750, 800] as [Int64] { try bench.mark(at(minute)) }
    #expect(try bodies()[early]?["losses"]?["minor-stops"] == "180")
    let records = bench.output.records.filter { $0.key == early }
    #expect(records.map(\.revision) == [0, 1] && records.last?.cause?.reason == .late)
  }

  @Test mutating func aCopyOfTheStateGoesOn() throws {
    var other = try OEERuleTests()
    try earlyShift()
    try other.earlyShift()
    try other.bench.restart()
    try bench.mark(at(24 * 60 + 20))
    try other.bench.mark(at(24 * 60 + 20))
    #expect(try bodies() == other.bodies())
  }
}
