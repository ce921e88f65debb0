import Plant
import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("Who is told of what, and when") struct NotifierTests {
  private static func route(
    _ name: String, to: [String] = ["duty"], priorities: [AlarmSettings.Priority] = AlarmSettings.Priority.allCases,
    place: String? = nil, shifts: [String] = [], after: Span64 = .zero, again: Span64? = nil, atMost: Int = 100,
    language: Language? = nil
  ) -> AlarmSettings.Route {
    .init(
      name: name, to: to, priorities: priorities, place: place, assets: ["*"], shifts: shifts, after: after,
      again: again, atMost: atMost, within: .minutes(10), returns: .hours(8),
      events: [.opened, .recovered], language: language)
  }

  private struct Desk {
    var notifier = Notifier()
    let facts: PlantFacts

    init(_ routes: [AlarmSettings.Route], lights: [AlarmSettings.StackLight] = []) throws {
      facts = try Called.facts { settings in
        settings.routes = routes
        settings.lights = lights
      }
    }

    mutating func run(_ incidents: [Incident], at minutes: Double) -> [Notice] {
      notifier.run(
        incidents, facts: facts, place: { _ in ["cq/hall/l1"] }, guide: { _ in nil }, now: Called.at(minutes))
    }

    mutating func restart() throws {
      var writer = ByteWriter()
      notifier.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      try notifier.restore(from: &reader)
    }
  }

  private static func short(_ notices: [Notice]) -> [String] {
    notices.map { "\($0.to) \($0.what.rawValue) \($0.incident.map { "\($0)" } ?? "-")" }
  }

  @Test("by priority and place, once, and again when it is over")
  func routing() throws {
    var desk = try Desk([
      Self.route("all"), Self.route("urgent", to: ["boss"], priorities: [.high, .safety]),
      Self.route("elsewhere", to: ["other"], place: "cq/yard"),
    ])
    var incident = Called.incident(1, priority: .medium, at: 1)
    #expect(Self.short(desk.run([incident], at: 1)) == ["duty opened 1"])
    #expect(desk.run([incident], at: 2).isEmpty)
    // It gets worse: now the boss hears of it, too.
    incident.members[0].priority = .high
    #expect(Self.short(desk.run([incident], at: 3)) == ["duty worse 1", "boss opened 1"])
    incident.members[0].returned = Called.at(4)
    incident.recovered = Called.at(4)
    #expect(Self.short(desk.run([incident], at: 4)) == ["duty recovered 1", "boss recovered 1"])
    #expect(desk.run([incident], at: 5).isEmpty)
    // It comes back.
    incident.members[0].returned = nil
    incident.recovered = nil
    incident.recurrences = 1
    #expect(Self.short(desk.run([incident], at: 6)) == ["duty opened 1", "boss opened 1"])
  }

  @Test("what comes back again and again is told twice in a shift, with every recovery that was told as begun")
  func returns() throws {
    for (priority, expected) in [(AlarmSettings.Priority.high, 4), (.safety, 10)] {
      var desk = try Desk([Self.route("all")])
      var incident = Called.incident(1, priority: priority, at: 0)
      var told: [String] = []
      // Ten times in ten hours: there for half an hour, and gone for half an hour.
      for round in 0..<10 {
        let begin = Double(60 * round)
        incident.recurrences = round
        incident.members[0].returned = nil
        incident.recovered = nil
        told += Self.short(desk.run([incident], at: begin))
        try desk.restart()
        incident.members[0].returned = Called.at(begin + 30)
        incident.recovered = Called.at(begin + 30)
        told += Self.short(desk.run([incident], at: begin + 30))
        try desk.restart()
      }
      #expect(told.filter { $0 == "duty opened 1" }.count == expected)
      #expect(told.filter { $0 == "duty recovered 1" }.count == expected)
    }
  }

  @Test("an escalation is for what nobody has acknowledged, and repeats until somebody does")
  func escalation() throws {
    var desk = try Desk([Self.route("boss", to: ["boss"], after: .minutes(15), again: .minutes(30))])
    var incident = Called.incident(1, at: 0)
    #expect(desk.run([incident], at: 1).isEmpty)
    #expect(desk.notifier.deadline == Called.at(15))
    let told = desk.run([incident], at: 15)
    #expect(Self.short(told) == ["boss escalated 1"])
    #expect(told.first?.title == "[HIGH] not acknowledged: fault of m1")
    _ = desk.run([incident], at: 16)
    #expect(desk.notifier.deadline == Called.at(45))
    #expect(Self.short(desk.run([incident], at: 45)) == ["boss again 1"])
    incident.members[0].acknowledged = Called.at(50)
    #expect(desk.run([incident], at: 90).isEmpty)
    var seen = Called.incident(2, at: 100)
    seen.members[0].acknowledged = Called.at(101)
    #expect(desk.run([seen], at: 130).isEmpty, "acknowledged in time")
  }

  @Test("what is too much is held back and told together; safety never is")
  func rateLimit() throws {
    var desk = try Desk([Self.route("duty", atMost: 3)])
    var incidents = (1...20).map { Called.incident($0, priority: .medium, at: 1) }
    incidents.append(Called.incident(21, "lockout", priority: .safety, at: 1))
    let told = desk.run(incidents, at: 1)
    #expect(told.count { $0.priority != .safety } == 3 && told.count { $0.incident == 21 } == 1)
    #expect(desk.notifier.deadline == Called.at(11))
    #expect(desk.run(incidents, at: 5).isEmpty)
    let late = desk.run(incidents, at: 11)
    #expect(late.map(\.what) == [.summary])
    #expect(late.first?.title == "17 further incidents" && late.first?.text.contains("… and 7 more") ?? false)
    #expect(desk.run(incidents, at: 30).isEmpty)
  }

  @Test("the shift that is on is called; the next one when it begins")
  func shifts() throws {
    var site = Called.site { $0.routes = [Self.route("night", to: ["night"], shifts: ["night"])] }
    let all = [0, 1, 2, 3, 4, 5, 6]
    site.shifts = ShiftPlan(
      shifts: [
        .init(name: "day", from: 8 * 60, to: 20 * 60, weekdays: all),
        .init(name: "night", from: 20 * 60, to: 8 * 60, weekdays: all),
      ], exceptions: [], stops: [])
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    let facts = PlantFacts(site: site, settings: try #require(site.alarms), zone: zone)
    let noon = try #require(Timestamp(rfc3339: "2026-06-01T12:00:00+08:00"))
    var incident = Called.incident(1, at: 0)
    incident.announced = noon
    var notifier = Notifier()
    func run(_ time: Timestamp) -> [Notice] {
      notifier.run([incident], facts: facts, place: { _ in [] }, guide: { _ in nil }, now: time)
    }
    #expect(run(noon).isEmpty)
    #expect(notifier.deadline == noon + .hours(8))
    #expect(run(noon + .hours(8)).map(\.to) == ["night"])
  }

  @Test("a stack light shows the most urgent, flashes until somebody knows, and changes only when it must")
  func light() throws {
    var desk = try Desk([], lights: [.init(to: "light", place: "cq/hall")])
    #expect(desk.run([], at: 0).map(\.lamp) == [.init(colour: .green, isFlashing: false, hasSound: false)])
    #expect(desk.run([], at: 1).isEmpty)
    var incident = Called.incident(1, priority: .medium, at: 1)
    #expect(desk.run([incident], at: 1).map(\.lamp) == [.init(colour: .yellow, isFlashing: true, hasSound: false)])
    let safety = Called.incident(2, "lockout", priority: .safety, at: 2)
    #expect(desk.run([safety, incident], at: 2).map(\.lamp) == [.init(colour: .red, isFlashing: true, hasSound: true)])
    incident.members[0].acknowledged = Called.at(3)
    #expect(desk.run([incident], at: 3).map(\.lamp) == [.init(colour: .yellow, isFlashing: false, hasSound: false)])
  }

  @Test("in the language of the route; a test goes to every channel, or to one")
  func words() throws {
    var desk = try Desk(
      [Self.route("a", language: .chinese), Self.route("b", to: ["boss"])], lights: [.init(to: "light", place: nil)])
    let told = desk.run([Called.incident(1, at: 1)], at: 1).filter { $0.what == .opened }
    #expect(told.map(\.title) == ["【高】fault of m1", "[HIGH] fault of m1"])
    let tests = desk.notifier.test(nil, by: "Li Na", gateway: "cq", facts: desk.facts, now: Called.at(2))
    #expect(tests.map(\.to) == ["duty", "boss", "light"] && tests[0].title == "测试：cq")
    #expect(
      desk.notifier.test("boss", by: "x", gateway: "cq", facts: desk.facts, now: Called.at(3)).map(\.to) == ["boss"])
    #expect(Set(tests.map(\.number)).count == 3)
  }

  @Test("restarts between any two steps change nothing, and safety is always told", arguments: 0..<5)
  func restarts(seed: Int) throws {
    let routes = [
      Self.route("all", atMost: 2), Self.route("late", to: ["boss"], after: .minutes(5), again: .minutes(7)),
    ]
    var plain = try Desk(routes, lights: [.init(to: "light", place: nil)])
    var restarted = plain
    var random = SplitMix64(seed: UInt64(seed))
    var open: [Int: Incident] = [:]
    var next = 1
    var safe: Set<Int> = []
    var told: Set<Int> = []
    for step in 0..<500 {
      let now = Double(step)
      if random.next() % 3 == 0 {
        let priority = AlarmSettings.Priority.allCases[Int(random.next() % 4)]
        open[next] = Called.incident(next, priority: priority, at: now)
        if priority == .safety { safe.insert(next) }
        next += 1
      }
      if let key = open.keys.sorted().randomElement(using: &random) {
        switch random.next() % 4 {
        case 0: open[key]?.members[0].acknowledged = Called.at(now)
        case 1:
          open[key]?.members[0].returned = Called.at(now)
          open[key]?.recovered = Called.at(now)
        case 2: open[key] = nil
        default: break
        }
      }
      let list = open.values.sorted { ($1.priority, $0.number) < ($0.priority, $1.number) }
      let one = plain.run(list, at: now)
      let other = restarted.run(list, at: now)
      try #require(one == other, "step \(step)")
      told.formUnion(one.filter { $0.route == "all" }.compactMap(\.incident))
      // Closed before anybody looked: nothing is left to tell.
      safe = safe.filter { open[$0] != nil || told.contains($0) }
      try #require(safe.isSubset(of: told), "step \(step)")
      try restarted.restart()
      try #require(plain.notifier == restarted.notifier)
    }
    #expect(plain.notifier.sequence > 100)
  }
}
