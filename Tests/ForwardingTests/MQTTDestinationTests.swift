import Logging
import MQTT
import NIOConcurrencyHelpers
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Forwarding

/// The MQTT destination against a real mosquitto.
@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
struct MQTTDestinationTests {
  func forwarder(
    _ connection: Connection, topic: String, batch: Int = 1, retainLast: Bool = false, outbox: MemoryOutbox,
    recorded: Recorded = Recorded()
  ) -> Forwarder {
    let destination = Destination(
      name: "up", transport: .mqtt(connection, topic: topic, batch: batch, retainLast: retainLast),
      kinds: Set(RecordKind.allCases), assets: ["*"])
    return Forwarder(
      gateway: "gw", destinations: [destination], outbox: outbox, settings: quickSettings(), logger: recorded.logger,
      onFinding: { finding in recorded.findings.withLockedValue { $0.append(finding) } })
  }

  /// Output lines of mosquitto_sub.
  func subscriber(_ broker: TestBroker, _ arguments: [String]) async throws -> [String] {
    let folder = try TemporaryDirectory()
    let port = broker.port
    let ended = try await blocking { [path = folder.path] in
      let process = try ChildProcess(
        "/usr/bin/mosquitto_sub", arguments: ["-h", "127.0.0.1", "-p", "\(port)", "-V", "5", "-W", "20"] + arguments,
        output: path + "/out")
      return process.waitForEnd(within: .seconds(30))
    }
    #expect(ended)
    return try folder.lines("out")
  }

  /// A session that keeps what is published from now on, until `kept` takes it.
  func keep(_ broker: TestBroker) async throws {
    _ = try await subscriber(broker, ["-i", "upstream", "-c", "-q", "1", "-x", "1000", "-t", "up/#", "-E"])
  }
  func kept(_ broker: TestBroker, _ count: Int) async throws -> [String] {
    try await subscriber(
      broker, ["-i", "upstream", "-c", "-q", "1", "-x", "1000", "-t", "up/#", "-C", "\(count)", "-F", "%t %p"])
  }

  @Test func singleMessagesArriveInOrderAndTheLastIsRetained() async throws {
    let broker = try TestBroker()
    try await keep(broker)
    let records = makeRecords(1...700)
    let outbox = MemoryOutbox(records)
    let forwarder = forwarder(
      broker.connection(clientID: "gw"), topic: "up/{kind}/{asset}", retainLast: true, outbox: outbox)
    forwarder.start()
    #expect(try await soon { outbox.delivered("up").count == 700 })
    let status = try #require(try await forwarder.status().first)
    await forwarder.stop()
    let expected = records.map { "up/energy-interval/meter-1 " + String(decoding: $0.json, as: UTF8.self) }
    #expect(try await kept(broker, 700) == expected)
    #expect(try await subscriber(broker, ["-t", "up/#", "-C", "1", "-F", "%t %p"]) == [expected[699]])
    #expect(status.deliveredBytes == records.reduce(0) { $0 + $1.json.count })
    #expect(outbox.contents.withLockedValue { $0.transactions } <= 4)
    try broker.stop()
  }

  @Test func batchesArriveAsArrays() async throws {
    let broker = try TestBroker()
    try await keep(broker)
    let outbox = MemoryOutbox(makeRecords(1...12))
    let forwarder = forwarder(broker.connection(clientID: "gw"), topic: "up/all", batch: 5, outbox: outbox)
    forwarder.start()
    #expect(try await soon { outbox.delivered("up").count == 12 })
    await forwarder.stop()
    let arrays = try await kept(broker, 3).map { try JSONValue(parsing: Array($0.dropFirst("up/all ".count).utf8)) }
    let all = try makeRecords(1...12).map { try JSONValue(parsing: $0.json) }
    #expect(arrays == [.array(Array(all[0..<5])), .array(Array(all[5..<10])), .array(Array(all[10..<12]))])
    try broker.stop()
  }

  @Test func brokerGoneAndBack() async throws {
    let broker = try TestBroker()
    try await keep(broker)
    let outbox = MemoryOutbox(makeRecords(1...10))
    let forwarder = forwarder(broker.connection(clientID: "gw"), topic: "up/all", outbox: outbox)
    forwarder.start()
    #expect(try await soon { outbox.delivered("up").count == 10 })
    try broker.stop()
    outbox.add(makeRecords(11...30))
    forwarder.notify()
    #expect(try await soon { try await forwarder.status().first?.state == .retrying })
    try broker.start()
    #expect(try await soon(within: .seconds(40)) { outbox.delivered("up").count == 30 })
    await forwarder.stop()
    let expected = makeRecords(1...30).map { "up/all " + String(decoding: $0.json, as: UTF8.self) }
    #expect(try await kept(broker, 30) == expected)
    try broker.stop()
  }

  @Test func topicThatIsNotAllowedHoldsAndATooLargeRecordIsRefused() async throws {
    let broker = try TestBroker(
      configuration: ["acl_file $DIR/acl", "message_size_limit 500"],
      files: ["acl": "topic read #\ntopic write up/#\n"])
    let recorded = Recorded()
    let outbox = MemoryOutbox(makeRecords(1...3))
    let denied = forwarder(
      broker.connection(clientID: "gw"), topic: "other/x", outbox: outbox, recorded: recorded)
    denied.start()
    #expect(try await soon { !recorded.openFindings.isEmpty })
    await denied.stop()
    #expect(recorded.openFindings.first?.evidence.last == Event.Attribute("reason", "mqtt-0x87"))
    #expect(outbox.delivered("up") == [] && outbox.refused("up") == [])

    var large = makeRecords(2...2)[0]
    large.json = Array(#"{"x":"\#(String(repeating: "x", count: 600))"}"#.utf8)
    let mixed = MemoryOutbox(makeRecords(1...1) + [large] + makeRecords(3...3))
    let allowed = forwarder(broker.connection(clientID: "gw"), topic: "up/x", outbox: mixed)
    allowed.start()
    #expect(try await soon { try await mixed.backlog(of: "up") == 0 })
    await allowed.stop()
    #expect(mixed.delivered("up") == [1, 3])
    #expect(mixed.refused("up").map(\.reason) == ["mqtt-0x95"])
    try broker.stop()
  }

  @Test func wrongPasswordHoldsWithoutShowingIt() async throws {
    let broker = try TestBroker(configuration: ["allow_anonymous false", "password_file $DIR/pw"], files: ["pw": ""])
    let folder = try TemporaryDirectory()
    try folder.write("sesame-open", to: "password")
    let recorded = Recorded()
    let outbox = MemoryOutbox(makeRecords(1...3))
    let connection = broker.connection(
      clientID: "gw", username: "user", password: .file(folder.path + "/password"))
    let forwarder = forwarder(connection, topic: "up/x", outbox: outbox, recorded: recorded)
    forwarder.start()
    #expect(try await soon { !recorded.openFindings.isEmpty })
    let status = try #require(try await forwarder.status().first)
    await forwarder.stop()
    #expect(status.state == .held && status.backlog == 3)
    #expect(!"\(status) \(recorded.openFindings) \(recorded.log.withLockedValue { $0 })".contains("sesame"))
    try broker.stop()
  }
}
