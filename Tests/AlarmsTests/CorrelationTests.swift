import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("Incidents")
struct CorrelationTests {
  private static let person = AlarmMachine.Signature(person: "Li Na", reason: "seen")

  @Test("a dead switch, two failing machines and a safety interlock are four incidents")
  func deadSwitch() throws {
    var plant = AlarmPlant()
    plant.tell("fault", "d-7", at: 100, severity: .critical)
    for number in 1...120 { plant.tell("no-data", "d-\(number)", at: 130 + Double(number) / 10) }
    plant.tell("fault", "press-2", at: 140)
    plant.tell("lockout-motion", "d-3", at: 141, severity: .critical)
    let safety = plant.correlator.incidents.values.first { $0.kind == .safety }
    #expect(safety?.announced == .at(141))
    plant.advance(300)
    let page = plant.correlator.list
    #expect(page.map(\.kind) == [.safety, .alarm, .segment, .alarm])
    #expect(page.allSatisfy { $0.announced != nil && $0.state == .diagnosed })
    let segment = try #require(page.first { $0.kind == .segment })
    #expect(segment.cause == "switch-1" && segment.members.count == 120)
    #expect(segment.announced == .at(160.1))
    #expect(plant.announcements == 4)
    // Recovery: devices come back one after the other.
    for number in 1...119 { plant.tell("no-data", "d-\(number)", open: false, at: 400) }
    #expect(plant.correlator.incidents[segment.number]?.state == .recovering)
    plant.tell("no-data", "d-120", open: false, at: 410)
    #expect(plant.correlator.incidents[segment.number]?.state == .recovered)
    #expect(plant.correlator.incidents[segment.number]?.recovered == .at(410))
    plant.advance(4000)
    #expect(plant.correlator.incidents[segment.number] != nil, "nobody has acknowledged it")
    for number in 1...120 {
      let key = "no-data/d-\(number)"
      let occurrence = try #require(plant.book.entries[key]?.machine.occurrence)
      plant.handle(.acknowledge(occurrence: occurrence, Self.person), key, at: 4000)
    }
    plant.advance(4001)
    let closed = try #require(plant.told[segment.number])
    #expect(closed.state == .closed && closed.acknowledged == .at(4000) && closed.closed == .at(4000))
    #expect(plant.book.entries.keys.sorted() == ["fault/d-7", "fault/press-2", "lockout-motion/d-3"])
  }

  @Test("a failed supply explains what lives on it, in either order", arguments: [true, false])
  func supply(causeFirst: Bool) throws {
    var plant = AlarmPlant(devices: 5)
    if causeFirst { plant.tell("fault", "compressor", at: 100, severity: .critical) }
    for press in 1...3 { plant.tell("limit", "press-\(press)", at: 102, heard: 110 + Double(press)) }
    plant.advance(118)
    if !causeFirst { plant.tell("fault", "compressor", at: 119, severity: .critical) }
    plant.advance(400)
    let page = plant.correlator.list
    #expect(page.count == 1)
    let incident = try #require(page.first)
    #expect(incident.kind == .supply && incident.cause == "compressor" && incident.members.count == 4)
    #expect(incident.head?.key == "fault/compressor" && incident.head?.role == .cause)
    #expect(plant.announcements == 1)
    // Its own bearing is no fault of the air.
    plant.tell("fault", "press-1", at: 410, severity: .critical)
    #expect(plant.correlator.incidents.count == 2)
  }

  @Test("alarms of one machine are one incident; that it is silent is another")
  func machine() throws {
    var plant = AlarmPlant(devices: 50)
    plant.tell("fault", "d-1", at: 100)
    plant.tell("limit", "d-1", at: 110)
    plant.tell("no-data", "d-1", at: 500)
    plant.advance(900)
    #expect(plant.correlator.list.map(\.kind) == [.machine, .alarm])
    #expect(plant.correlator.list.first?.members.count == 2)
  }

  @Test("what chatters is announced once, and counts its recurrences")
  func chattering() throws {
    var plant = AlarmPlant()
    for round in 0..<50 {
      plant.tell("fault", "d-1", at: 100 + Double(round) * 20)
      plant.tell("fault", "d-1", open: false, at: 110 + Double(round) * 20)
    }
    plant.advance(5000)
    #expect(plant.announcements == 1)
    #expect(plant.correlator.list.first?.recurrences == 49)
    #expect(plant.book.sequence == 50)
  }

  @Test("a flood is collapsed; safety and what is urgent are not")
  func flood() throws {
    var plant = AlarmPlant()
    for number in 1...60 { plant.tell("fault", "d-\(number)", at: 1200 + Double(number)) }
    plant.tell("fault", "d-70", at: 1290, severity: .critical)
    for number in 80...82 { plant.tell("lockout-motion", "d-\(number)", at: 1295, severity: .critical) }
    plant.advance(1500)
    let page = plant.correlator.list
    #expect(page.count { $0.kind == .safety } == 3)
    #expect(page.prefix(3).allSatisfy { $0.kind == .safety })
    #expect(page.count { $0.kind == .flood } == 1)
    #expect(page.count { $0.priority == .high } == 1)
    #expect(page.count { $0.kind == .alarm && $0.priority == .medium } <= 10)
    #expect(page.flatMap(\.members).count == 64)
    // It ends with an interval of fewer than five.
    plant.advance(3000)
    plant.tell("fault", "d-100", at: 3000)
    plant.advance(3100)
    #expect(plant.correlator.list.contains { $0.cause == "d-100" && $0.announced == .at(3030) })
  }

  @Test("a shelved alarm makes no incident until the shelving ends")
  func shelved() throws {
    var plant = AlarmPlant()
    plant.tell("fault", "d-1", at: 100)
    plant.handle(.shelve(until: .at(1000), Self.person), "fault/d-1", at: 120)
    #expect(plant.correlator.list.first?.isMuted == true)
    plant.tell("fault", "d-2", at: 130)
    plant.tell("fault", "d-2", open: false, at: 135)
    plant.handle(.shelve(until: .at(1000), Self.person), "fault/d-2", at: 140)
    plant.tell("fault", "d-2", at: 150)
    plant.advance(999)
    #expect(plant.announcements == 2)
    plant.advance(1001)
    #expect(plant.correlator.list.allSatisfy { !$0.isMuted })
  }

  @Test("what is suppressed by design is heard when that ends; safety never is")
  func suppressed() throws {
    var plant = AlarmPlant()
    plant.tell("stopped", "press-1", at: 100, severity: .info)
    plant.tell("limit", "press-1", at: 110)
    plant.tell("limit", "press-2", at: 110)
    plant.tell("lockout-motion", "press-1", at: 120, severity: .critical)
    plant.advance(200)
    #expect(plant.book.entries["limit/press-1"]?.machine.suppression?.signature.reason == "stopped of press-1")
    #expect(plant.book.entries["limit/press-1"]?.machine.state == .unacknowledged)
    #expect(
      plant.correlator.list.flatMap(\.members).map(\.key).sorted() == ["limit/press-2", "lockout-motion/press-1"])
    plant.tell("stopped", "press-1", open: false, at: 300, severity: .info)
    plant.advance(400)
    #expect(plant.correlator.list.count == 3)
    #expect(plant.changes.last?.transition.what == .announcedAgain)
  }

  @Test("random plants: no alarm is lost, and restarts change nothing", arguments: 0..<6)
  func random(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(100 + seed))
    var plant = AlarmPlant(devices: 12)
    var restarted = plant
    let assets = (1...12).map { "d-\($0)" } + ["compressor", "press-1", "press-2", "press-3"]
    var open: Set<String> = []
    var now = 100.0
    for step in 0..<400 {
      now += Double(random.next() % 60)
      let asset = assets[Int(random.next() % UInt64(assets.count))]
      let rule = ["no-data", "fault", "limit", "stopped", "lockout-motion"][Int(random.next() % 13) / 3]
      let key = "\(rule)/\(asset)"
      let heard = now + Double(random.next() % 3)
      let waiting = plant.book.list.filter { $0.machine.state.waitsForPerson }
      switch random.next() % 8 {
      case 0..<4:
        let opens = !open.contains(key)
        if opens { open.insert(key) } else { open.remove(key) }
        let severity: Finding.Severity = random.next() % 3 == 0 ? .critical : .warning
        plant.tell(rule, asset, open: opens, at: now, heard: heard, severity: severity)
        restarted.tell(rule, asset, open: opens, at: now, heard: heard, severity: severity)
      case 4, 5, 6:
        guard let entry = waiting.first else { continue }
        let input = AlarmMachine.Input.acknowledge(occurrence: entry.machine.occurrence, Self.person)
        plant.handle(input, entry.subject.key, at: now)
        restarted.handle(input, entry.subject.key, at: now)
      default:
        let until = Timestamp.at(now + Double(random.next() % 900))
        plant.handle(.shelve(until: until, Self.person), key, at: now)
        restarted.handle(.shelve(until: until, Self.person), key, at: now)
      }
      now = max(now, heard)
      try restarted.restart()
      try #require(restarted.bytes == plant.bytes, "step \(step)")
      var seen: Set<String> = []
      for incident in plant.correlator.incidents.values {
        try #require(!incident.members.isEmpty)
        for member in incident.members { try #require(seen.insert(member.key).inserted, "in two incidents") }
        if incident.kind == .safety { try #require(incident.members.count == 1 && incident.announced != nil) }
      }
      for entry in plant.book.entries.values where entry.machine.state.isActive && !entry.machine.isMuted {
        try #require(seen.contains(entry.subject.key), "\(entry.subject.key) is in no incident")
      }
    }
    #expect(plant.told.values.contains { $0.state == .closed })
    #expect(plant.told == restarted.told)
  }
}
