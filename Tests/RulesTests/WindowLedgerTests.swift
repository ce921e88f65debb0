import Rules
import Telemetry
import Testing

@Suite struct WindowLedgerTests {
  private static let cause = RevisionCause(
    asset: "press-3", signal: "temperature", time: Timestamp(seconds: 5), reason: .late)

  private let services = FakeServices()
  private let ledger = WindowLedger(
    kind: .signalSummary, asset: "press-3", length: .minutes(1), retention: .hours(2), pageWindows: 8)

  private func context() -> RuleContext {
    RuleContext(clock: .distantPast, output: EngineOutput(), services: services)
  }

  private func minute(_ number: Int) -> Timestamp { Timestamp(seconds: 1_795_248_000 + Int64(number) * 60) }

  @Test func onlyADifferentBodyIsARevision() throws {
    var context = context()
    func issue(_ body: String) throws -> Int? {
      try ledger.issue(start: minute(3), body: Array(body.utf8), cause: Self.cause, context: &context)
    }
    #expect(try issue("a") == 0)
    #expect(try issue("a") == nil)
    #expect(try issue("b") == 1)
    #expect(try issue("b") == nil)
    #expect(try issue("a") == 2)
    #expect(context.output.records.map(\.revision) == [0, 1, 2])
    #expect(context.output.records.map(\.cause) == [nil, Self.cause, Self.cause])
    let first = try #require(context.output.records.first)
    #expect(first.key == "press-3/2026-11-21T08:03:00Z")
    #expect(first.start == minute(3) && first.end == minute(4))
    #expect(try ledger.entry(start: minute(3), context: context)?.revision == 2)
    #expect(try ledger.entry(start: minute(4), context: context) == nil)
  }

  @Test func stateIsKeptEvenIfTheBodyIsEqual() throws {
    var context = context()
    try ledger.issue(start: minute(0), body: [1], state: [7], context: &context)
    #expect(try ledger.issue(start: minute(0), body: [1], state: [8, 9], context: &context) == nil)
    #expect(try ledger.entry(start: minute(0), context: context)?.state == [8, 9])
    #expect(context.output.records.count == 1)
  }

  @Test("against a dictionary, in any order", arguments: 1...10 as ClosedRange<UInt64>)
  func anyOrder(seed: UInt64) throws {
    var context = context()
    var model: [Timestamp: (revision: Int, body: UInt8)] = [:]
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<500 {
      let start = minute(random(60) - 20)
      let body = UInt8(random(3))
      let issued = try ledger.issue(start: start, body: [body], state: [body], context: &context)
      if let known = model[start] {
        #expect(issued == (known.body == body ? nil : known.revision + 1))
        if known.body != body { model[start] = (known.revision + 1, body) }
      } else {
        #expect(issued == 0)
        model[start] = (0, body)
      }
    }
    let entries = try ledger.entries(from: minute(-5), to: minute(25), context: context)
    let expected = model.filter { minute(-5) <= $0.key && $0.key < minute(25) }.sorted { $0.key < $1.key }
    #expect(entries.map(\.start) == expected.map(\.key))
    #expect(entries.map(\.entry.revision) == expected.map(\.value.revision))
    #expect(entries.map(\.entry.state) == expected.map { [$0.value.body] })
  }

  @Test("pages older than the retention are deleted, also across a silence")
  func forgets() throws {
    var context = context()
    for number in 0..<1000 { try ledger.issue(start: minute(number), body: [1], context: &context) }
    // Two hours are 15 pages of 8 minutes, with one more on each side, and the index.
    #expect(services.states.count <= 18)
    #expect(try ledger.entry(start: minute(1000 - 120), context: context) != nil)
    #expect(try ledger.entry(start: minute(500), context: context) == nil)
    try ledger.issue(start: minute(100_000), body: [1], context: &context)
    #expect(services.states.count == 2)
    #expect(try ledger.entries(from: minute(0), to: minute(200_000), context: context).count == 1)
  }
}
