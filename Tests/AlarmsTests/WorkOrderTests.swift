import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("Work orders") struct WorkOrderTests {
  private final class Nothing: RuleServices {
    func samples(signal: Int, from: Timestamp, to: Timestamp) -> [Sample] { [] }
    func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) -> Sample? { nil }
    func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) -> Sample? { nil }
    func load(_ key: String) -> [UInt8]? { nil }
    func save(_ key: String, _ bytes: [UInt8]?) {}
  }

  private static func facts() throws -> PlantFacts {
    try Called.facts { settings in
      settings.workOrders = .init(horizon: .hours(48), priorities: [.high, .safety])
      settings.guides = [Called.guide]
    }
  }

  private static func figures(_ fault: String?, inHours hours: Double = 24, at minutes: Double) -> ConditionFigures {
    let now = Called.at(minutes)
    let later = now + .seconds(Int64(hours * 3600))
    let prognoses = fault.map { fault in
      [
        ConditionFigures.Prognosis(
          model: "test", fault: fault, score: 0.9, finding: "remaining-life/m1/\(fault)", p10: later,
          p50: later + .hours(10), p90: later + .hours(30), refusal: nil)
      ]
    }
    return ConditionFigures(
      time: now, run: "running", learning: "watching", health: nil, runHours: 1, starts: 1, prognoses: prognoses ?? [])
  }

  private static func record(
    _ kind: MaintenanceRecord.Kind, fault: String? = nil, found: MaintenanceRecord.Found? = nil, at minutes: Double
  ) throws -> MaintenanceRecord {
    var members: [String: JSONValue] = [
      "id": "r1", "asset": "m1", "kind": .string(kind.rawValue), "time": .string(Called.at(minutes).rfc3339UTC),
      "person": "Li Na", "entered": .string(Called.at(minutes).rfc3339UTC),
    ]
    members["fault"] = fault.map { .string($0) }
    members["found"] = found.map { .string($0.text) }
    return try MaintenanceRecord(SiteCommand(name: MaintenanceRecord.command, members: members))
  }

  @Test("one order for a failure inside the horizon, however often it is told, and by whatever voice")
  func onePerCause() throws {
    let facts = try Self.facts()
    var book = WorkOrderBook()
    let asset = facts.assets["m1"]!
    book.hear(Self.figures("bearing", inHours: 60, at: 0), of: asset, facts: facts, now: Called.at(0))
    #expect(book.flush().isEmpty, "beyond the horizon")
    for minute in 1...5 {
      book.hear(Self.figures("bearing", at: Double(minute)), of: asset, facts: facts, now: Called.at(Double(minute)))
    }
    let order = try #require(book.flush().first)
    #expect(order.number == 1 && order.cause == "m1/bearing" && order.place == "cq/hall/l1")
    #expect(order.findings == ["remaining-life/m1/bearing"] && order.priority == .high)
    #expect(order.proposed == Called.at(1) + .hours(23), "no plan of shifts: the last hour before the 10 % point")
    // The incident of the same fault is the same work.
    let incident = Called.incident(7, at: 6)
    book.hear(incident, subject: Called.subject(), facts: facts, now: Called.at(6))
    book.hear(incident, subject: Called.subject(), facts: facts, now: Called.at(7))
    let linked = book.flush()
    #expect(linked.map(\.number) == [1] && linked.first?.incidents == [7] && linked.first?.revision == 2)
    // Another fault of the machine is other work.
    book.hear(Called.incident(8, at: 8), subject: Called.subject(fault: "coupling"), facts: facts, now: Called.at(8))
    #expect(book.flush().map(\.cause) == ["m1/coupling"])
  }

  @Test("work on the machine closes it; the cause calls again only when it was away")
  func closing() throws {
    let facts = try Self.facts()
    var book = WorkOrderBook()
    let asset = facts.assets["m1"]!
    book.hear(Self.figures("bearing", at: 1), of: asset, facts: facts, now: Called.at(1))
    _ = book.flush()
    book.handle(try Self.record(.inspected, at: 2), now: Called.at(2))
    #expect(book.flush().isEmpty, "somebody looked; nothing was done")
    book.handle(try Self.record(.done, fault: "coupling", at: 3), now: Called.at(3))
    #expect(book.flush().isEmpty, "another fault was mended")
    book.handle(try Self.record(.done, fault: "bearing", at: 4), now: Called.at(4))
    let closed = try #require(book.flush().first)
    #expect(closed.state == .closed && closed.record == "r1" && closed.person == "Li Na")
    book.hear(Self.figures("bearing", at: 5), of: asset, facts: facts, now: Called.at(5))
    #expect(book.flush().isEmpty, "the prediction of before the repair")
    book.hear(Self.figures(nil, at: 6), of: asset, facts: facts, now: Called.at(6))
    book.hear(Self.figures("bearing", at: 7), of: asset, facts: facts, now: Called.at(7))
    #expect(book.flush().map(\.number) == [2])
    book.handle(try Self.record(.inspected, found: .no, at: 8), now: Called.at(8))
    #expect(book.flush().first?.state == .closed)
  }

  @Test("work that was done before an order does not close it")
  func history() throws {
    let facts = try Self.facts()
    var book = WorkOrderBook()
    let asset = try #require(facts.assets["m1"])
    book.hear(Self.figures("bearing", at: 10), of: asset, facts: facts, now: Called.at(10))
    _ = book.flush()
    book.handle(try Self.record(.replaced, at: 9), now: Called.at(11))
    #expect(book.flush().isEmpty)
    book.handle(try Self.record(.replaced, at: 10), now: Called.at(11))
    #expect(book.flush().map(\.state) == [.closed])
  }

  @Test("a failure that comes nearer moves the order, once for each step")
  func nearer() throws {
    let facts = try Self.facts()
    var book = WorkOrderBook()
    let asset = try #require(facts.assets["m1"])
    func hear(_ hours: Double, at minutes: Double) -> [WorkOrder] {
      let figures = Self.figures("bearing", inHours: hours, at: minutes)
      book.hear(figures, of: asset, facts: facts, now: Called.at(minutes))
      return book.flush()
    }
    #expect(hear(40, at: 0).map(\.proposed) == [Called.at(0) + .hours(39)])
    #expect(hear(44, at: 1).isEmpty, "later is no haste")
    #expect(hear(39.5, at: 2).isEmpty, "the work is still in time")
    let moved = try #require(hear(30, at: 3).first)
    #expect(moved.reason == .predicted(before: Called.at(3) + .hours(30)) && moved.revision == 2)
    #expect(moved.proposed == Called.at(3) + .hours(29) && moved.number == 1)
    #expect(hear(28.5, at: 4).map(\.proposed) == [Called.at(4) + .minutes(27 * 60 + 30)], "the work would be too late")
    #expect(hear(0, at: 5).map(\.proposed) == [Called.at(5)])
    #expect(hear(-1, at: 6).isEmpty, "it was told that it may fail at any time")
    book.handle(WorkOrderCommand(number: 1, state: .done, person: "x"), now: Called.at(7))
    _ = book.flush()
    #expect(hear(-9, at: 8).isEmpty)
  }

  @Test("a machine that gets another id keeps its order, and work on it closes it")
  func renamed() throws {
    let facts = try Self.facts()
    var book = WorkOrderBook()
    var asset = try #require(facts.assets["m1"])
    book.hear(Self.figures("bearing", at: 1), of: asset, facts: facts, now: Called.at(1))
    _ = book.flush()
    (asset.id, asset.formerly) = ("n1", "m1")
    book.rename([asset])
    book.rename([asset])
    book.hear(Self.figures("bearing", at: 2), of: asset, facts: facts, now: Called.at(2))
    #expect(book.flush().isEmpty && book.orders.values.map(\.cause) == ["n1/bearing"])
    var record = try Self.record(.done, fault: "bearing", at: 3)
    record.asset = "n1"
    book.handle(record, now: Called.at(3))
    let closed = try #require(book.flush().first)
    #expect(closed.state == .closed && closed.number == 1 && closed.asset == "n1")
  }

  @Test("the rule reads its orders back under the ids that the machines have now")
  func renamedWithAReload() throws {
    var site = Called.site { settings in
      settings.workOrders = .init(horizon: .hours(48), priorities: [.high, .safety])
    }
    let settings = try #require(site.alarms)
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    var rule = AlarmRule(site: site, settings: settings, zone: zone)
    var context = RuleContext(clock: Called.at(1), output: EngineOutput(), services: Nothing())
    try rule.heard(.condition(Self.figures("bearing", at: 1)), asset: 0, context: &context)
    var writer = ByteWriter()
    rule.encodeState(into: &writer)
    (site.assets[0].id, site.assets[0].formerly) = ("n1", "m1")
    var renamed = AlarmRule(site: site, settings: settings, zone: zone)
    var reader = ByteReader(writer.bytes)
    try renamed.restoreState(from: &reader)
    let bytes = try #require(renamed.sharedState[AlarmRule.stateKey])
    let state = try AlarmState(site: site, settings: settings, bytes: bytes)
    #expect(state.orders.orders.values.map(\.asset) == ["n1"])
  }

  @Test("what a maintenance system says, in its own words, once")
  func states() throws {
    let facts = try Self.facts()
    var book = WorkOrderBook()
    book.hear(Called.incident(3, at: 1), subject: Called.subject(), facts: facts, now: Called.at(1))
    _ = book.flush()
    let words: [(String, WorkOrder.State)] = [
      ("Assigned", .accepted), ("work in progress", .started), ("RESOLVED", .done), ("completed", .done),
    ]
    var revisions = 0
    for (word, state) in words {
      let command = try WorkOrderCommand(
        SiteCommand(
          name: WorkOrderCommand.name,
          members: ["correlation_id": "cq/work-order/cq/1", "status": .string(word), "reference": "INC7"]))
      #expect(command.state == state && command.number == 1)
      #expect(try WorkOrderCommand(#require(SiteCommand(text: command.journaled.text))) == command)
      book.handle(command, now: Called.at(2))
      revisions += book.flush().count
    }
    #expect(revisions == 3, "told twice is told once")
    #expect(book.orders[1]?.reference == "INC7")
    for members: [String: JSONValue] in [[:], ["number": 1], ["number": 1, "state": "bliss"]] {
      #expect(throws: AlarmCommand.Mistake.self) {
        try WorkOrderCommand(SiteCommand(name: WorkOrderCommand.name, members: members))
      }
    }
  }

  @Test("a silenced incident, a flood and a lesser one call for no work")
  func noWork() throws {
    let facts = try Self.facts()
    var book = WorkOrderBook()
    var silenced = Called.incident(1, at: 1)
    silenced.members[0].isMuted = true
    var flood = Called.incident(2, at: 1)
    flood.kind = .flood
    for incident in [silenced, flood, Called.incident(3, priority: .medium, at: 1)] {
      book.hear(incident, subject: Called.subject(), facts: facts, now: Called.at(1))
    }
    #expect(!book.hasNews)
  }

  @Test("restarts between any two steps change nothing, and no cause has two open orders", arguments: 0..<5)
  func restarts(seed: Int) throws {
    let facts = try Self.facts()
    var plain = WorkOrderBook()
    var restarted = WorkOrderBook()
    var random = SplitMix64(seed: UInt64(seed))
    let faults = ["bearing", "coupling", "rotor"]
    var issued: [WorkOrder] = []
    for step in 0..<600 {
      let now = Called.at(Double(step))
      let fault = faults[Int(random.next() % 3)]
      let asset = facts.assets["m\(1 + random.next() % 2)"]!
      let choice = random.next() % 6
      func apply(_ book: inout WorkOrderBook) throws {
        switch choice {
        case 0, 1:
          let figures = Self.figures(choice == 0 ? fault : nil, at: Double(step))
          book.hear(figures, of: asset, facts: facts, now: now)
        case 2:
          let incident = Called.incident(step + 1, "fault", asset.id, at: Double(step))
          book.hear(incident, subject: Called.subject("fault", asset.id, fault: fault), facts: facts, now: now)
        case 3:
          var over = Called.incident(max(1, step - 3), "fault", asset.id, at: Double(step))
          over.state = .closed
          book.hear(over, subject: nil, facts: facts, now: now)
        case 4: book.handle(try Self.record(.done, fault: fault, at: Double(step)), now: now)
        default:
          book.handle(
            WorkOrderCommand(number: max(1, book.sequence), state: .started, person: "x", note: "\(step)"), now: now)
        }
      }
      try apply(&plain)
      try apply(&restarted)
      var writer = ByteWriter()
      restarted.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      try restarted.restore(from: &reader)
      try #require(plain == restarted, "step \(step)")
      let told = plain.flush()
      issued += told
      #expect(told == restarted.flush())
      let open = plain.orders.values.filter { !$0.state.isOver }
      try #require(Set(open.map(\.cause)).count == open.count)
    }
    #expect(issued.contains { $0.state == .closed } && plain.sequence > 3)
  }
}
