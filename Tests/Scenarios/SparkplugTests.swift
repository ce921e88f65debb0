import Control
import Foundation
import MQTT
import Telemetry
import TestSupport
import Testing

/// A Sparkplug plant beside a JSON plant at one broker, and the whole program between them and its records.
@Suite(.serialized) struct SparkplugTests {
  private static func configuration(port: Int) -> String {
    """
    gateway: { id: cq1, data: $DIR/data }
    zone: Asia/Shanghai
    brokers:
      - { name: main, host: 127.0.0.1, port: \(port) }
      - { name: edge, host: 127.0.0.1, port: \(port), sparkplug: { groups: [plant], reorder-timeout: 300 ms } }
    destinations:
      - name: upstream
        file: { path: $DIR/upstream.jsonl, rotate: 64 MB, keep: 100 }
        records: all
        assets: ["*"]
    assets:
      - id: motor-1
        broker: edge
        place: cq1/hall
        template: rotating-machine
        sparkplug: { group: plant, node: edge1, device: motor1 }
        signals: { vibration: none, pressure: none, current: none, state: none }
      - { id: press-1, broker: main, place: cq1/hall, template: rotating-machine, topic: "plant/{id}" }
    """
  }

  private static func birth(_ edge: EdgeNodeSimulator, _ temperature: Double) async throws {
    try await edge.birth(bdSeq: 0)
    try await edge.send(
      "DBIRTH", "motor1", [EdgeMetric("temperature", alias: 1, 10, .double(temperature), at: EdgeNodeSimulator.now)])
  }

  @Test(.timeLimit(.minutes(5)))
  func deathAndRebirthOfTheGateway() async throws {
    let broker = try TestBroker()
    let edge = try await EdgeNodeSimulator(broker)
    defer { edge.stop() }
    let states = try TopicListener(broker, clientID: "watcher", filters: ["spBv1.0/STATE/cq1"])
    defer { states.stop() }
    let weir = try WeirProcess(Self.configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("both connections") { status in
      status.connections.count == 2 && status.connections.allSatisfy { $0.state == "connected" }
    }
    #expect(eventually { edge.rebirthRequests == 1 && states.texts.count == 1 })
    try await Self.birth(edge, 40)
    // Later than the birth, and every value at a time of its own.
    let begin = EdgeNodeSimulator.now + 1
    for step in 0..<20 {
      try await edge.send(
        "DDATA", "motor1", [EdgeMetric(alias: 1, nil, .double(40 + Double(step) / 10), at: begin + UInt64(step))])
    }
    try await weir.waitFor("the samples") { $0.samples.decoded == 21 }

    // Killed: the broker tells the edge nodes by the will.
    try weir.kill()
    #expect(eventually { states.texts.last?.hasPrefix(#"{"online":false"#) == true })
    try await edge.send("DDATA", "motor1", [EdgeMetric(alias: 1, nil, .double(99))])
    let lost = EdgeNodeSimulator.now
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.allSatisfy { $0.state == "connected" } }
    #expect(eventually { edge.rebirthRequests == 2 && states.texts.count == 3 })
    let will = try #require(states.texts.dropFirst().first)
    #expect(will.contains(try #require(states.texts.first?.split(separator: ",").last)), "will and birth: one time")

    // Data before the birth is set aside; the birth and what the edge node had stored come in.
    try await edge.send("DDATA", "motor1", [EdgeMetric(alias: 1, nil, .double(98))])
    try await Self.birth(edge, 42)
    try await edge.send("DDATA", "motor1", [EdgeMetric(alias: 1, nil, .double(41), at: lost, historical: true)])
    let status = try await weir.waitFor("what came after") { status in
      status.samples.decoded == 23 && status.messages.quarantined["out-of-sequence"] == 1
    }
    #expect(status.messages.balanced && status.samples.balanced)
    #expect(!status.findings.contains { $0.rule.hasPrefix("sparkplug") }, "the gap has ended")
    try await weir.waitFor("the end of the gap upstream") { status in
      status.isDelivered
    }
    try weir.stop()
    #expect(eventually { states.texts.last?.hasPrefix(#"{"online":false"#) == true })

    // The gap can be read upstream: opened, closed, from when to when.
    let findings = try Upstream(file: weir.directory.appending("upstream.jsonl")).all.filter { $0.kind == "finding" }
    let gaps = findings.filter { $0.body["rule"]?.stringValue == "sparkplug-gap" }
    #expect(gaps.contains { $0.body["summary"]?.stringValue?.contains(" from ") == true })
  }

  @Test func commandLine() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write(
      Self.configuration(port: 1883).replacing("$DIR", with: directory.path), to: "weir.yaml")
    let good = try WeirProcess.command(["check", file], directory: directory)
    #expect(good.code == 0 && good.output.contains("Sparkplug host cq1, groups plant"), "\(good.output)")
    try directory.write(
      Self.configuration(port: 1883).replacing("device: motor1", with: "devise: motor1"), to: "weir.yaml")
    let bad = try WeirProcess.command(["check", file], directory: directory)
    #expect(bad.code != 0 && bad.output.contains("Did you mean \"device\"?"), "\(bad.output)")
  }
}
