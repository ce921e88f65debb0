import Control
import Foundation
import MQTT
import Telemetry
import TestSupport
import Testing

/// The configuration changes while data comes in, again and again; no sample is lost or counted twice.
@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
struct ReloadTests {
  /// Undated messages: nothing but the redelivery filter stands between a repetition and a second sample.
  private static func configuration(port: Int) -> String {
    """
    gateway: { id: cq1, data: $DIR/data }
    zone: Asia/Shanghai
    broker: { host: 127.0.0.1, port: \(port) }
    templates:
      probe:
        summary: A probe
        timestamp: none
        signals:
          value: { kind: gauge, unit: "1", path: v, expected-interval: 1 s, quality: off }
    assets:
      - { id: a, place: cq1/hall, template: probe, topic: plant/a }
      - { id: b, place: cq1/hall, template: probe, topic: plant/b }
      - { id: d, place: cq1/hall, template: probe, topic: plant/d }
    """
  }

  /// Publishes a rising number to all its topics, as fast as the broker answers, until it is stopped.
  private actor Load {
    private let publisher: Publisher
    private var topics: [String]
    private var isStopped = false
    private(set) var acknowledged = 0
    private var number = 0

    init(_ publisher: Publisher, topics: [String]) {
      self.publisher = publisher
      self.topics = topics
    }

    func run() async throws {
      while !isStopped {
        let round = topics.map { topic in
          OutgoingMessage(topic: topic, payload: Array(#"{"v":\#(number)}"#.utf8))
        }
        number += 1
        for result in await publisher.publish(round) { try result.get() }
        acknowledged += round.count
        // A pace that a loaded machine can follow.
        try await Task.sleep(for: .milliseconds(2))
      }
    }

    func change(_ topics: [String]) { self.topics = topics }
    func stop() { isStopped = true }
    /// Returns when the rounds that were under way are over and some more have come.
    nonisolated func goOn() async throws {
      let goal = await acknowledged + 200
      guard try await eventually(within: .seconds(60), { await acknowledged >= goal }) else {
        throw TestSupportError("the load does not go on: \(await acknowledged) acknowledged of \(goal)")
      }
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func nothingIsLostOrRepeatedWhileTheConfigurationChanges() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Self.configuration(port: broker.port), directory: TemporaryDirectory())
    var text = try String(contentsOfFile: weir.configuration, encoding: .utf8)
    func change(_ from: String, _ to: String) throws {
      #expect(text.contains(from))
      text = text.replacing(from, with: to)
      try weir.directory.write(text, to: "weir.yaml")
    }
    func run(_ typed: String, _ code: Int32, _ says: String...) throws {
      let words = typed.split(separator: " ").map(String.init) + ["--data", weir.data]
      let answer = try WeirProcess.command(words, directory: weir.directory)
      #expect(answer.code == code, "\(typed): \(answer.output)")
      for says in says { #expect(answer.output.contains(says), "\(typed): \(says) is not in: \(answer.output)") }
    }
    func connected() async throws -> GatewayStatus {
      try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    }
    /// Findings of the gateway itself reach the Store a moment later.
    func refusal(isTold: Bool) async throws -> GatewayStatus {
      try await weir.waitFor("the finding of a refusal: \(isTold)") { status in
        status.findings.contains { $0.rule == "configuration-refused" } == isTold
          && status.connections.first?.state == "connected"
      }
    }
    try weir.start()
    let first = try await connected()
    let publisher = try Publisher(settings: broker.connection(clientID: "load"))
    try publisher.start()
    defer { publisher.stop() }
    #expect(try await publisher.waitUntilConnected())
    let load = Load(publisher, topics: ["plant/a", "plant/b", "plant/d"])
    let loading = Task { try await load.run() }
    try await load.goOn()

    // Nothing has changed.
    try run("diff", 0, "no difference")
    try run("reload", 0, "Nothing has changed")

    // Another lateness.
    try change("zone: Asia/Shanghai", "zone: Asia/Shanghai\nhorizons: { signal-summary: { lateness: 5 s } }")
    try run("diff", 1, "horizons:", "signal-summary.lateness: 10 s → 5 s")
    try run("reload", 0, "signal-summary.lateness: 10 s → 5 s", "is in force")
    try await load.goOn()

    // A mistake: refused, and the gateway goes on.
    let good = text
    try change("id: a, place", "id: a, plaec")
    try run("diff", 2, "unknown key \"plaec\"", "Did you mean \"place\"?")
    try run("reload", 1, "weir.yaml:", "unknown key \"plaec\"", "goes on with the configuration that it has")
    let refused = try await refusal(isTold: true)
    #expect(refused.configurationHash != first.configurationHash)
    text = good
    try change("id: cq1,", "id: cq2,")
    try run("reload", 1, "cannot become cq2 while it runs")
    text = good
    // Valid, but there is no place for another broker at this port: the configuration before comes back.
    try change("port: \(broker.port) }", "port: \(broker.port), embedded: true }")
    try run("reload", 1, "is not in force", "goes on with the configuration that it has")
    try await load.goOn()
    _ = try await refusal(isTold: true)
    text = good

    // A new asset; its messages are there from its subscription on.
    try change(
      "  - { id: d,", "  - { id: c, place: cq1/hall, template: probe, topic: plant/c }\n  - { id: d,")
    try change("zone: Asia", "control: { metrics-port: 0 }\nzone: Asia")
    try run("reload", 0, "+ c (probe)", "control:")
    let third = try await refusal(isTold: false)
    await load.change(["plant/a", "plant/b", "plant/c", "plant/d"])
    try await load.goOn()

    // One goes, one gets another id and name; by signal this time.
    await load.change(["plant/a", "plant/b", "plant/c"])
    try await load.goOn()
    try change("  - { id: d, place: cq1/hall, template: probe, topic: plant/d }", "")
    try change("id: b,", "id: b2, formerly: b, name: The other one,")
    try run("diff \(weir.configuration)", 1, "- d (probe)", "~ b is b2 now, with its history", "b2: name: (default)")
    let hash = third.configurationHash
    kill(try #require(weir.processID), SIGHUP)
    try await weir.waitFor("the change by signal") { $0.configurationHash != hash }
    _ = try await connected()
    try await load.goOn()
    let renamed = try await weir.client.assets()
    #expect(renamed.map(\.id) == ["a", "b2", "c"])
    #expect(renamed.allSatisfy { $0.lastSample != nil })

    await load.stop()
    try await loading.value
    let sent = await load.acknowledged
    #expect(sent > 1000)
    let last = try await weir.waitFor("everything that was sent", within: .seconds(30)) {
      $0.messages.received - $0.messages.redelivered >= sent && $0.stages.engineLagBatches == 0
        && $0.samples.decoded >= sent
    }
    // Exactly once each: in the journal, and by the rules.
    #expect(last.messages.decoded == sent && last.messages.quarantined.isEmpty, "\(last.messages)")
    #expect(last.samples.decoded == sent && last.samples.used + last.samples.pending == sent, "\(last.samples)")
    #expect(last.messages.balanced && last.samples.balanced)
    #expect(last.connections[0].refusedTopics.isEmpty)
    // What nobody wants any more is not delivered any more.
    for result in await publisher.publish([OutgoingMessage(topic: "plant/d", payload: [1])]) { try result.get() }
    for result in await publisher.publish([OutgoingMessage(topic: "plant/a", payload: Array(#"{"v":0}"#.utf8))]) {
      try result.get()
    }
    let end = try await weir.waitFor("the last one") { $0.messages.decoded == sent + 1 }
    #expect(end.messages.quarantined.isEmpty)
    try weir.stop()

    // Without a gateway the file is compared with the last good configuration, which runs by itself.
    try run("diff \(weir.configuration)", 0, "No gateway runs", "no difference")
    try change("  - { id: c,", "  - { id: c3,")
    try run("diff \(weir.configuration)", 1, "- c (probe)", "+ c3 (probe)")
    try run("diff", 2, "No gateway runs")
    try run("reload", 2, "No gateway runs")
    let kept = try WeirProcess.command(["check", "\(weir.data)/last-good.yaml"], directory: weir.directory)
    #expect(kept.code == 0 && kept.output.contains("3 assets"), "\(kept.output)")
  }

  @Test(.timeLimit(.minutes(2)))
  func aBabblingDeviceIsHeldAndSaid() async throws {
    let broker = try TestBroker()
    let text = Self.configuration(port: broker.port).replacing(
      "port: \(broker.port) }", with: "port: \(broker.port), rate-limit: { rate: 5 per s, burst: 20, quiet: 2 s } }")
    let weir = try WeirProcess(text, directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let publisher = try Publisher(settings: broker.connection(clientID: "load"))
    try publisher.start()
    defer { publisher.stop() }
    #expect(try await publisher.waitUntilConnected())
    let flood = (0..<2000).map { OutgoingMessage(topic: "plant/a", payload: Array(#"{"v":\#($0)}"#.utf8)) }
    let calm = (0..<10).map { OutgoingMessage(topic: "plant/b", payload: Array(#"{"v":\#($0)}"#.utf8)) }
    for result in await publisher.publish(flood + calm) { try result.get() }
    let status = try await weir.waitFor("everything, and the finding") { status in
      status.messages.received == 2010 && status.stages.engineLagBatches == 0
        && status.findings.contains { $0.rule == "babbling-source" && $0.subject == "a" }
    }
    let held = status.messages.quarantined["rate-limited"] ?? 0
    #expect(held >= 1000 && status.messages.decoded == 2010 - held && status.messages.balanced, "\(status.messages)")
    let kept = try await weir.client.quarantine(reason: "rate-limited", limit: 100)
    #expect(kept.count == 10 && kept.allSatisfy { $0.subject.contains("plant/a") })
    try await weir.waitFor("its end") { !$0.findings.contains { $0.rule == "babbling-source" } }
    try weir.stop()
  }
}
