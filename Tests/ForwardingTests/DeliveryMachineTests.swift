import Telemetry
import Testing

@testable import Forwarding

@Suite struct DeliveryMachineTests {
  typealias Machine = DeliveryMachine
  let start = ContinuousClock.now

  func machine(batch: Int = 100, holdIsOpen: Bool = false) -> Machine {
    Machine(
      settings: Machine.Settings(batch: batch), backoff: Backoff(seed: 1), now: start, holdIsOpen: holdIsOpen)
  }

  /// A machine that has been asked to send the first batch of a page of `count` records.
  func sending(_ count: Int, batch: Int = 100) -> Machine {
    var machine = machine(batch: batch)
    #expect(machine.handle(.begin, now: start) == .fetch)
    #expect(
      machine.handle(.fetched((1...count).map(Int64.init)), now: start) == .send(0..<min(count, batch)))
    return machine
  }

  func trouble(_ reason: String, after: Duration? = nil) -> SendReport.Trouble {
    SendReport.Trouble(reason: reason, detail: reason, advice: "", after: after)
  }
  func refusal(_ reason: String = "http-422") -> SendReport.Refusal {
    SendReport.Refusal(reason: reason, detail: reason)
  }

  @Test func emptyOutboxWaitsForNewsAndFetchesAgain() {
    var machine = machine()
    #expect(machine.handle(.begin, now: start) == .fetch)
    #expect(machine.handle(.fetched([]), now: start) == .wait(until: start + .seconds(10), early: true))
    #expect(machine.state == .idle)
    #expect(machine.handle(.woken, now: start + .milliseconds(3)) == .fetch)
  }

  @Test func pageGoesOutInBatchesAndAdvancesOnce() {
    var machine = sending(250)
    #expect(machine.state == .delivering)
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .send(100..<200))
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .send(200..<250))
    let all = Settlement(delivered: (1...250).map(Int64.init), refused: [])
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .advance(all))
    #expect(machine.handle(.advanced, now: start) == .fetch)
  }

  @Test func slowDestinationAdvancesWithinThePage() {
    var machine = sending(250)
    let late = start + .seconds(2)
    let first = Settlement(delivered: (1...100).map(Int64.init), refused: [])
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: late) == .advance(first))
    #expect(machine.handle(.advanced, now: late) == .send(100..<200))
  }

  @Test func refusedRecordIsFoundByBisection() {
    var machine = sending(4)
    let bad = SendReport(answer: .refusedBatch(refusal()))
    #expect(machine.handle(.sent(bad), now: start) == .send(0..<2))
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .send(2..<4))
    #expect(machine.handle(.sent(bad), now: start) == .send(2..<3))
    #expect(machine.handle(.sent(bad), now: start) == .send(3..<4))
    let settlement = Settlement(
      delivered: [1, 2, 4], refused: [Settlement.Refusal(sequence: 3, reason: "http-422", detail: "http-422")])
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .advance(settlement))
    #expect(machine.state == .delivering)
  }

  @Test func bisectionSurvivesAHoldInTheMiddle() {
    var machine = sending(4)
    _ = machine.handle(.sent(SendReport(answer: .refusedBatch(refusal()))), now: start)
    _ = machine.handle(.sent(SendReport(answer: .delivered)), now: start)
    let settlement = Settlement(delivered: [1, 2], refused: [])
    #expect(machine.handle(.sent(SendReport(answer: .hold(trouble("http-401")))), now: start) == .advance(settlement))
    let due = start + .seconds(30)
    #expect(machine.handle(.advanced, now: start) == .wait(until: due, early: false))
    #expect(machine.state == .held)
    #expect(machine.nextAttempt == due)
    #expect(machine.handle(.woken, now: due) == .send(2..<4))
    #expect(machine.state == .held, "one attempt is not a success")
  }

  @Test func tooLargeBatchMakesTheNextOnesSmallerUntilTheyPass() {
    var machine = sending(400)
    let large = SendReport.Refusal(reason: "http-413", detail: "", isTooLarge: true)
    #expect(machine.handle(.sent(SendReport(answer: .refusedBatch(large))), now: start) == .send(0..<50))
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .send(50..<100))
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .send(100..<200))
  }

  @Test func verdictsOfSingleRecordsWithinOneSend() {
    var machine = sending(5)
    let report = SendReport(settled: 4, refused: [1: refusal("mqtt-0x99")], answer: .retry(trouble("connection")))
    let settlement = Settlement(
      delivered: [1, 3, 4], refused: [Settlement.Refusal(sequence: 2, reason: "mqtt-0x99", detail: "mqtt-0x99")])
    #expect(machine.handle(.sent(report), now: start) == .advance(settlement))
    guard case .wait(let until, false) = machine.handle(.advanced, now: start) else {
      Issue.record("expected a wait")
      return
    }
    #expect(machine.handle(.woken, now: until) == .send(4..<5))
  }

  @Test func backoffIsJitteredBoundedAndForgottenAfterSuccess() {
    var machine = sending(1)
    var now = start
    var longest = Duration.zero
    for failures in 1...40 {
      guard case .wait(let until, false) = machine.handle(.sent(.retry("http-503", "503")), now: now) else {
        Issue.record("expected a wait")
        return
      }
      let wait = now.duration(to: until)
      #expect(wait <= Backoff(seed: 0).ceiling(failures: failures))
      longest = max(longest, wait)
      now = until
      #expect(machine.handle(.woken, now: now) == .send(0..<1))
    }
    #expect(longest > .seconds(30) && longest <= .seconds(60))
    _ = machine.handle(.sent(SendReport(answer: .delivered)), now: now)
    #expect(machine.failure == nil)
  }

  @Test func ceilingsOfTheBackoff() {
    let backoff = Backoff(base: .milliseconds(500), maximum: .seconds(60), seed: 1)
    #expect(
      (1...9).map { backoff.ceiling(failures: $0) }
        == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), .seconds(32)]
        + [.seconds(60), .seconds(60)])
    #expect(backoff.ceiling(failures: .max) == .seconds(60))
  }

  @Test(arguments: [
    (Duration.seconds(120), Duration.seconds(120)),
    (.seconds(86400), .seconds(3600)),
  ])
  func pauseAskedForIsKeptUpToAnHour(asked: Duration, waited: Duration) {
    var machine = sending(1)
    let command = machine.handle(.sent(.retry("http-503", "503", after: asked)), now: start)
    #expect(command == .wait(until: start + waited, early: false))
  }

  @Test func repeatedFailuresBeginAgainSmall() {
    var machine = sending(100)
    var now = start
    var sizes: [Int] = []
    for _ in 0..<6 {
      guard case .wait(let until, _) = machine.handle(.sent(.retry("timeout", "")), now: now) else { return }
      now = until
      guard case .send(let range) = machine.handle(.woken, now: now) else { return }
      sizes.append(range.count)
    }
    #expect(sizes == [100, 100, 50, 25, 12, 6])
  }

  @Test func holdOpensOneFindingAndTheFirstSuccessClosesIt() {
    var machine = sending(1)
    var now = start
    for reason in ["http-401", "http-401", "http-403"] {
      _ = machine.handle(.sent(SendReport(answer: .hold(trouble(reason)))), now: now)
      now = now + .seconds(30)
      _ = machine.handle(.woken, now: now)
    }
    #expect(
      machine.takeEvents() == [
        .troubled(.hold(trouble("http-401"))), .held(trouble("http-401")), .troubled(.hold(trouble("http-403"))),
      ])
    _ = machine.handle(.sent(SendReport(answer: .delivered, bytes: 7, wireBytes: 5)), now: now)
    #expect(machine.takeEvents() == [.released, .delivered(records: 1, bytes: 7, wireBytes: 5)])
  }

  @Test func findingOfAnEarlierRunIsClosedByTheFirstSuccess() {
    var machine = machine(holdIsOpen: true)
    _ = machine.handle(.begin, now: start)
    _ = machine.handle(.fetched([1]), now: start)
    _ = machine.handle(.sent(SendReport(answer: .delivered)), now: start)
    #expect(machine.takeEvents().contains(.released))
  }

  @Test func outboxThatFailsIsTriedAgainWithTheSameSettlement() {
    var machine = sending(1)
    let settlement = Settlement(delivered: [1], refused: [])
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .advance(settlement))
    guard case .wait(let until, false) = machine.handle(.advanceFailed("disk full"), now: start) else {
      Issue.record("expected a wait")
      return
    }
    #expect(machine.state == .retrying)
    #expect(machine.handle(.woken, now: until) == .advance(settlement))
    #expect(machine.handle(.advanced, now: until) == .fetch)
    #expect(machine.state == .idle)
  }

  @Test func stopSettlesWhatIsKnownAndEnds() {
    var machine = sending(250)
    #expect(machine.handle(.stop, now: start) == nil, "the send under way ends first")
    let first = Settlement(delivered: (1...100).map(Int64.init), refused: [])
    #expect(machine.handle(.sent(SendReport(answer: .delivered)), now: start) == .advance(first))
    #expect(machine.handle(.advanced, now: start) == .finish)

    var waiting = self.machine()
    _ = waiting.handle(.begin, now: start)
    _ = waiting.handle(.fetched([]), now: start)
    #expect(waiting.handle(.stop, now: start) == .finish)
  }

  /// Random answers against a model that knows only: a bad record must be refused, every other one delivered, each once
  /// and in order, and nothing is sent before all earlier records are settled.
  @Test(arguments: 0..<300)
  func randomSequences(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let total = Int.random(in: 1...120, using: &random)
    let bad = Set((1...total).filter { _ in Int.random(in: 0..<6, using: &random) == 0 }.map(Int64.init))
    let tooLarge = Int.random(in: 1...40, using: &random)
    let pageSize = Int.random(in: 1...50, using: &random)
    let batch = Int.random(in: 1...20, using: &random)
    var troubles = 60

    var machine = machine(batch: batch)
    var now = start
    var page: [Int64] = []
    var cursor: Int64 = 0
    /// Settled as the machine knows, perhaps not yet advanced.
    var known: Int64 = 0
    var delivered: [Int64] = []
    var refused: [Int64] = []
    var input = Machine.Input.begin
    var steps = 0
    while cursor < total {
      steps += 1
      try #require(steps < 20000)
      let answer = machine.handle(input, now: now)
      let command = try #require(answer)
      switch command {
      case .fetch:
        if Int.random(in: 0..<10, using: &random) == 0, troubles > 0 {
          troubles -= 1
          input = .fetchFailed("locked")
        } else {
          page = Array((1...Int64(total)).filter { $0 > cursor }.prefix(pageSize))
          known = cursor
          input = .fetched(page)
        }
      case .send(let range):
        let records = Array(page[range])
        try #require(records.first == known + 1 && records.count <= batch)
        var report: SendReport
        switch troubles > 0 ? Int.random(in: 0..<8, using: &random) : 7 {
        case 0: report = .retry("timeout", "")
        case 1: report = .hold("http-401", "", advice: "")
        case 2:
          // The first few have their own verdict, then the connection breaks.
          let settled = Int.random(in: 0...records.count, using: &random)
          let bads = (0..<settled).filter { bad.contains(records[$0]) }
          report = SendReport(
            settled: settled, refused: Dictionary(uniqueKeysWithValues: bads.map { ($0, refusal()) }),
            answer: .retry(trouble("connection")))
          known += Int64(settled)
        default:
          if records.count > tooLarge {
            report = SendReport(
              answer: .refusedBatch(SendReport.Refusal(reason: "http-413", detail: "", isTooLarge: true)))
          } else if records.contains(where: bad.contains) {
            report = SendReport(answer: .refusedBatch(refusal()))
            if records.count == 1 { known += 1 }
          } else {
            report = SendReport(answer: .delivered)
            known += Int64(records.count)
          }
        }
        if case .delivered = report.answer {} else { troubles -= 1 }
        input = .sent(report)
      case .advance(let settlement):
        if Int.random(in: 0..<10, using: &random) == 0, troubles > 0 {
          troubles -= 1
          input = .advanceFailed("locked")
        } else {
          try #require(settlement.cursor == known && !settlement.isEmpty)
          let all = (settlement.delivered + settlement.refused.map(\.sequence)).sorted()
          try #require(all == Array(cursor + 1...settlement.cursor))
          delivered += settlement.delivered
          refused += settlement.refused.map(\.sequence)
          cursor = settlement.cursor
          input = .advanced
        }
      case .wait(let until, _):
        try #require(until <= now + .seconds(60))
        now = max(now, until)
        input = .woken
      case .finish:
        Issue.record("nobody stopped it")
        return
      }
      now = now + .milliseconds(Int.random(in: 0...300, using: &random))
    }
    _ = machine.handle(input, now: now)
    #expect(Set(refused) == bad)
    #expect(delivered == (1...Int64(total)).filter { !bad.contains($0) })
    #expect(machine.failure == nil)
  }
}
