import Journal
import Rules
import RuleBench
import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("The alarm stage of the engine") struct AlarmRuleTests {
  @Test("an on-delay ends at the first mark after it, and the alarm carries the deadline")
  func onDelay() throws {
    var plant = try AlarmBench()
    try plant.tell("limit", asset: 0, at: 10)
    #expect(plant.bench.nextDeadline == AlarmBench.time(15))
    try plant.mark(14)
    #expect(try plant.transitions().isEmpty)
    try plant.mark(29.5)
    let body = try #require(try plant.bench.bodies(.alarm)["limit/m1/1"])
    #expect(body["state"] == "unacknowledged" && body["transition"] == "raised")
    // The finding speaks of the future until the mark comes: it is from when it was heard.
    #expect(body["onset"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) == AlarmBench.time(0))
    #expect(body["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) == AlarmBench.time(15))
    #expect(body["priority"] == "medium" && body["priority_reason"] == "warning at normal criticality")
    #expect(body["place"] == "cq/hall/l1")
  }

  @Test("people acknowledge what they saw; who and why stand in the record")
  func acknowledge() throws {
    var plant = try AlarmBench()
    try plant.tell("fault", asset: 0, at: 1)
    try plant.mark(2)
    try plant.tell("fault", asset: 0, open: false, at: 3)
    try plant.tell("fault", asset: 0, at: 4)
    try plant.mark(5)
    try plant.command(.acknowledge([1]))
    #expect(try plant.state.book.list.first?.machine.state == .unacknowledged)
    try plant.command(.acknowledge([2]), person: "Wang Lei", reason: "on my way")
    let body = try #require(try plant.bench.bodies(.alarm)["fault/m1/2"])
    #expect(body["state"] == "acknowledged" && body["acknowledged_by"] == "Wang Lei")
    #expect(body["person"] == "Wang Lei" && body["reason"] == "on my way")
    #expect(
      try plant.transitions() == [
        "fault/m1 1 raised", "fault/m1 1 returned", "fault/m1 2 raised", "fault/m1 2 acknowledged",
      ])
  }

  @Test("a shelving is never longer than the site allows, and ends by itself")
  func shelve() throws {
    var plant = try AlarmBench()
    try plant.tell("fault", asset: 1, at: 1)
    try plant.mark(2)
    try plant.command(.shelve("fault/m2", until: AlarmBench.time(1e9)), reason: "spare part ordered")
    let shelf = try #require(try plant.state.book.list.first?.machine.shelf)
    #expect(shelf.until == AlarmBench.time(2) + .hours(12))
    #expect(shelf.signature.reason == "spare part ordered")
    try plant.mark(2 + 12 * 3600)
    #expect(try plant.transitions().suffix(2) == ["fault/m2 1 unshelved", "fault/m2 1 announced-again"])
    // Of an alarm that is not there now, in advance.
    try plant.command(.takeOut("fault/m3"), reason: "overhaul")
    try plant.mark(50_000)
    try plant.tell("fault", asset: 2, at: 50_000)
    try plant.mark(50_001)
    #expect(try plant.state.correlator.list.flatMap(\.members).allSatisfy { $0.subject == "m2" })
    try plant.command(.takeIn("fault/m3"), reason: "overhaul done")
    try plant.mark(50_060)
    #expect(try plant.state.correlator.list.flatMap(\.members).count == 2)
  }

  @Test("alarms go by the plant clock while a connection is down")
  func connectionDown() throws {
    var plant = try AlarmBench()
    try plant.tell("limit", asset: 0, at: 1)
    try plant.mark(2)
    try plant.bench.connection(.down)
    try plant.mark(60)
    #expect(try plant.transitions() == ["limit/m1 1 raised"])
  }

  @Test("a safety incident is told at once, without a mark")
  func safety() throws {
    var plant = try AlarmBench()
    try plant.tell("lockout-motion", asset: 0, at: 1, severity: 2)
    let body = try #require(try plant.bench.bodies(.incident)["test/1"])
    #expect(body["kind"] == "safety" && body["priority"] == "safety" && body["announced"] != .null)
  }

  @Test("findings of the gateway, and those that were open before, come as commands")
  func gatewayFindings() throws {
    var plant = try AlarmBench()
    let finding = Finding(
      key: "disk-full/gateway", rule: "disk-full", subject: "gateway", severity: .critical,
      opened: AlarmBench.time(-5), summary: "The disk is full.", advice: "Free some space.",
      evidence: [Event.Attribute("free", "0 B")])
    #expect(GatewayFinding.finding(GatewayFinding.command(finding)) == finding)
    try plant.bench.command(GatewayFinding.command(finding))
    try plant.bench.command(GatewayFinding.command(finding))
    #expect(try plant.transitions() == ["disk-full/gateway 1 raised"])
    var closed = finding
    closed.closed = AlarmBench.time(-1)
    try plant.bench.command(GatewayFinding.command(closed))
    #expect(try plant.transitions().last == "disk-full/gateway 1 returned")
    // At a start only what is still open stays.
    try plant.tell("fault", asset: 0, at: -1)
    try plant.tell("fault", asset: 1, at: -1)
    try plant.bench.command(GatewayFinding.roll(["fault/m2"]))
    #expect(try plant.transitions().suffix(2) == ["fault/m2 3 raised", "fault/m1 2 returned"])
  }

  @Test("commands go through the journal as they were given")
  func commands() throws {
    let all: [AlarmCommand.Action] = [
      .acknowledge([3, 4]), .reset("a/b"), .shelve("a/b", until: AlarmBench.time(60)), .unshelve("a/b"),
      .takeOut("a/b"), .takeIn("a/b"),
    ]
    #expect(Set(all.map(\.name)) == Set(AlarmCommand.names))
    for action in all {
      let command = AlarmCommand(action, person: "Li Na", reason: "why")
      let text = command.journaled.text
      #expect(try AlarmCommand(#require(SiteCommand(text: text))) == command)
    }
    for name in AlarmCommand.names {
      #expect(throws: AlarmCommand.Mistake.self) { try AlarmCommand(SiteCommand(name: name, members: [:])) }
    }
  }

  /// One history, played with restarts between any two batches, and with everything in few batches.
  @Test("neither restarts nor the cutting of batches change a record", arguments: 0..<6)
  func sameRecords(seed: Int) throws {
    var plain = try AlarmBench(assets: 6)
    var restarted = try AlarmBench(assets: 6)
    var packed = try AlarmBench(assets: 6)
    var random = SplitMix64(seed: UInt64(seed))
    var entries: [Batch.Entry] = []
    var samples: [Sample] = []
    var now = 1.0
    for _ in 0..<250 {
      now += Double(random.next() % 20)
      if random.next() % 3 != 0 {
        let asset = Int(random.next() % 6)
        let code = Double(random.next() % 4) * 10 + Double(1 + random.next() % 2)
        let value = random.next() % 2 == 0 ? code : -code
        let time = AlarmBench.time(now)
        let series = plain.bench.catalog.series(asset: asset, signal: 0)
        try plain.bench.sample(0, at: time, value, asset: asset)
        try restarted.bench.sample(0, at: time, value, asset: asset)
        samples.append(Sample(series: series, time: time, value: .double(value)))
        entries.append(.samples(samples.count - 1..<samples.count))
      } else if random.next() % 2 == 0, let entry = try plain.state.book.list.first {
        let command = AlarmCommand(.acknowledge([entry.machine.occurrence]), person: "Li Na", reason: "")
        try plain.bench.command(command.journaled)
        try restarted.bench.command(command.journaled)
        entries.append(.command(command.journaled.text))
      }
      try plain.mark(now)
      try restarted.mark(now)
      entries.append(.mark(AlarmBench.time(now)))
      try restarted.bench.restart()
      if entries.count > 40 {
        try packed.bench.feed { batch in
          batch.samples = samples
          batch.entries = entries
        }
        (entries, samples) = ([], [])
      }
    }
    try packed.bench.feed { batch in
      batch.samples = samples
      batch.entries = entries
    }
    #expect(plain.bench.output.records == restarted.bench.output.records)
    #expect(plain.bench.output.records == packed.bench.output.records)
    #expect(try plain.state == packed.state)
    let kinds = Set(plain.bench.output.records.map(\.kind))
    #expect(kinds == [.alarm, .incident])
    var revisions: [String: Int] = [:]
    for record in plain.bench.output.records {
      let id = "\(record.kind)/\(record.key)"
      #expect(record.revision == (revisions[id].map { $0 + 1 } ?? 0), "\(id)")
      revisions[id] = record.revision
      let problems = RecordSchema.body(record.kind).validate(try JSONValue(parsing: record.body))
      #expect(problems == [], "\(id)")
    }
  }
}
