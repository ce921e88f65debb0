import Plant
import Telemetry
import Testing

@Suite struct ProductionOrderTests {
  private static func at(_ minute: Int64) -> Timestamp { Timestamp(seconds: 1_795_000_000 + minute * 60) }

  private static func fold(_ text: String) -> ProductionOrder {
    let kinds: [Character: OrderEvent.Kind] = ["s": .start, "e": .end, "p": .pause, "r": .resume, "g": .progress]
    let events = text.split(separator: " ").enumerated().compactMap { place, word -> OrderEvent? in
      guard let kind = word.first.flatMap({ kinds[$0] }), let minute = Int64(word.dropFirst()) else { return nil }
      return OrderEvent(time: at(minute), identity: UInt64(place), kind: kind)
    }
    return ProductionOrder(id: "A", events: events.sorted())
  }

  private static func text(_ intervals: [ProductionOrder.Interval]) -> String {
    intervals.map { interval in
      let minutes = [interval.start, interval.end].map { time in
        time.map { "\(($0.nanoseconds / 1_000_000_000 - 1_795_000_000) / 60)" } ?? ""
      }
      return minutes.joined(separator: "–")
    }.joined(separator: " ")
  }

  @Test(arguments: [
    ("s0 e10", "0–10", "0–10", ProductionOrder.State.ended),
    ("s0", "0–", "0–", .running), ("s0 p4", "0–4", "0–", .paused), ("s0 p4 r6", "0–4 6–", "0–", .running),
    ("s0 p4 r6 e9", "0–4 6–9", "0–9", .ended), ("s0 p4 e9", "0–4", "0–9", .ended),
    ("s0 s2 e9", "0–9", "0–9", .ended), ("s0 e9 e12", "0–9", "0–9", .ended), ("e3", "", "", .planned),
    ("p3 s4 e5", "4–5", "4–5", .ended), ("r3 e5", "3–5", "3–5", .ended), ("g1", "", "", .planned),
    ("s0 e5 s8 e9", "0–5 8–9", "0–5 8–9", .ended), ("s0 e5 s5 e9", "0–9", "0–9", .ended),
    ("s0 p5 r5 e9", "0–9", "0–9", .ended), ("s3 e3", "", "", .ended), ("s0 p4 s6 e7", "0–4 6–7", "0–7", .ended),
    ("e9 r6 p4 s0", "0–4 6–9", "0–9", .ended),
  ])
  func intervals(events: String, active: String, open: String, state: ProductionOrder.State) {
    let order = Self.fold(events)
    #expect(Self.text(order.active) == active)
    #expect(Self.text(order.open) == open)
    #expect(order.state == state)
  }

  @Test func theLastThatSaysItHolds() throws {
    let attributes: [Event.Attribute] = [
      .init("event", "start"), .init("order", "A-7"), .init("product", "X200"), .init("planned", "1200"),
      .init("operation", "20"), .init("batch", "B1"), .init("produced", "0"),
    ]
    let event = Event(series: SeriesID(0), time: Self.at(0), identity: 4, attributes: attributes)
    let (id, first) = try #require(OrderEvent.read(event))
    let last = OrderEvent(time: Self.at(9), identity: 5, kind: .progress, batch: "B2", produced: ScaledInteger(340))
    let order = ProductionOrder(id: id, events: [first, last])
    #expect(order.product == "X200" && order.batch == "B2" && order.operation == "20")
    #expect(order.planned == ScaledInteger(1200) && order.produced == ScaledInteger(340))
    #expect(OrderEvent.read(Event(series: SeriesID(0), time: Self.at(0), identity: 1, attributes: [])) == nil)
  }

  @Test(arguments: [
    ("s0 e10", "s0 e10", nil), ("s0", "s0 e10", "10–60"), ("s0 e10", "s0 e20", "10–20"),
    ("s5 e10", "s0 e10", "0–10"), ("s0 e30", "s0 p10 r20 e30", "10–30"), ("s0", "s0 e70", nil), ("", "s3 e4", "3–4"),
  ])
  func whatIsNotTheSame(one: String, other: String, range: String?) {
    let found = Self.fold(one).difference(from: Self.fold(other), before: Self.at(60))
    #expect(found.map { Self.text([.init(start: $0.lowerBound, end: $0.upperBound)]) } == range)
    #expect(found == Self.fold(other).difference(from: Self.fold(one), before: Self.at(60)))
  }

  /// Wherever two folds differ, the difference says so: against instants taken one by one.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func differenceCoversEveryInstant(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func events() -> String {
      (0..<4).map { _ in "\(["s", "e", "p", "r"][Int(random.next() % 4)])\(random.next() % 50)" }.joined(separator: " ")
    }
    let one = Self.fold(events())
    let other = Self.fold(events())
    let range = one.difference(from: other, before: Self.at(50))
    for minute in 0..<50 as Range<Int64> {
      let instant = Self.at(minute)..<Self.at(minute + 1)
      func holds(_ intervals: [ProductionOrder.Interval]) -> Bool {
        intervals.contains { $0.clipped(to: instant) != nil }
      }
      if holds(one.active) != holds(other.active) || holds(one.open) != holds(other.open) {
        #expect(range?.contains(instant.lowerBound) == true)
      }
    }
  }
}

@Suite struct RunStateTests {
  private static func at(_ second: Int64) -> Timestamp { Timestamp(seconds: 1_795_000_000 + second) }

  @Test func statesHoldUntilTheNextReadingAndNotForEver() {
    let spans = RunSpan.fold(
      [
        (Self.at(-20), .running), (Self.at(30), .idle), (Self.at(50), .idle), (Self.at(60), nil),
        (Self.at(200), .stopped),
      ], hold: .seconds(60), window: Self.at(0)..<Self.at(240))
    #expect(
      spans == [
        RunSpan(state: .running, start: Self.at(0), end: Self.at(30)),
        RunSpan(state: .idle, start: Self.at(30), end: Self.at(60)),
        RunSpan(state: .stopped, start: Self.at(200), end: Self.at(240)),
      ])
  }

  @Test(arguments: [
    (6.0, RunState.running), (5, .running), (4.9, .idle), (0.5, .idle), (0.4, .stopped), (-1, .stopped),
  ])
  func thresholds(value: Double, state: RunState) {
    #expect(RunState(value: value, running: 5, idle: 0.5) == state)
    #expect(RunState(value: 0, running: 5, idle: nil) == .idle)
  }

  @Test func words() {
    #expect(RunState(stateName: "running") == .running)
    #expect(RunState(stateName: "setup") == .idle)
    #expect(RunState(stateName: "fault") == .stopped)
    #expect(RunState(stateName: "mdi") == nil)
  }

  @Test func countersThatBeginAnew() {
    let steps = PieceStep.counted([
      (Self.at(0), 100), (Self.at(1), 103), (Self.at(2), 103), (Self.at(3), 2), (Self.at(4), 5),
    ])
    #expect(steps.map(\.count) == [3, 2, 3])
    #expect(steps.map(\.time) == [Self.at(1), Self.at(3), Self.at(4)])
  }

  @Test(
    "a dip, or a zero for a moment, counts nothing",
    arguments: [
      ([182_044, 182_043, 182_044, 182_046], [2]), ([182_044, 0, 182_045], [1]),
      ([182_044, 0, 0, 182_045, 182_047], [1, 2]),
      ([182_044, 0, 3, 182_050], [6]), ([7, 0, 7], []), ([5, 4, 5, 6], [1]), ([1000, 950, 1001], [1]),
      // Begun anew: at each order, at a shift, with one piece.
      ([12, 0, 1, 2, 12, 13], [1, 1, 10, 1]), ([1000, 0, 120, 1001], [120, 881]), ([1, 0, 1], [1]),
      ([100, 80, 81], [80, 1]), ([1000, 0, 1, 98, 1100], [1, 97, 1002]),
      ([-5, Int64.max], [Int64.max]), ([Int64.max, 0, Int64.max], []),
    ] as [([Int64], [Int64])])
  func fallsOfCounters(readings: [Int64], counts: [Int64]) {
    let steps = PieceStep.counted(readings.enumerated().map { (Self.at(Int64($0)), $1) })
    #expect(steps.map(\.count) == counts)
  }
}

@Suite struct UnitVisitTests {
  private static func visit(_ second: Int64, _ verdict: String?, step: String = "eol", attempt: String? = nil)
    -> UnitVisit?
  {
    var attributes = [Event.Attribute("unit", "SN1"), .init("step", step)]
    if let verdict { attributes.append(.init("verdict", verdict)) }
    if let attempt { attributes.append(.init("attempt", attempt)) }
    return UnitVisit(
      Event(
        series: SeriesID(0), time: Timestamp(seconds: second), identity: UInt64(second), attributes: attributes))
  }

  @Test(arguments: [
    (["OK"], 1, 0), (["NG"], 0, 1), (["NG", "OK"], 1, 0), (["NG", "NG"], 0, 1), (["NG", "NG", "OK"], 1, 0),
    (["unsure"], 0, 0), (["rework", "bypass"], 0, 0), (["unsure", "OK"], 1, 0), (["OK", "NG"], 0, 1),
    (["rework", "NG", "unsure", "OK"], 1, 0), (["OK", "OK"], 1, 0), (["OK", "NG", "OK"], 1, 0),
  ])
  func aUnitCountsOnce(verdicts: [String], good: Int64, scrap: Int64) {
    let visits = verdicts.enumerated().compactMap { Self.visit(Int64($0), $1, attempt: "\($0 + 1)") }
    let changes = UnitVisit.changes(visits)
    #expect(changes.reduce(0) { $0 + $1.good } == good)
    #expect(changes.reduce(0) { $0 + $1.scrap } == scrap)
    #expect(UnitHistory(unit: "SN1", visits: visits.reversed()).isGood == (good == 1))
  }

  @Test func onlyVerdictsAreVisits() {
    #expect(Self.visit(1, nil) == nil)
    #expect(Self.visit(1, "OK", attempt: "x")?.attempt == 1)
  }

  @Test func everyStepCounts() throws {
    let visits = [Self.visit(1, "OK", step: "a"), Self.visit(2, "NG", step: "b")].compactMap(\.self)
    #expect(UnitHistory(unit: "SN1", visits: visits).isGood == false)
    #expect(UnitHistory(unit: "SN1", visits: visits).results.map(\.step) == ["a", "b"])
  }
}
