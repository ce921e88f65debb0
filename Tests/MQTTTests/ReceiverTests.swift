import Glibc
import Telemetry
import Templates
import TestSupport
import Testing

@testable import MQTT

/// The receiver against a real mosquitto.
@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
struct ReceiverTests {
  static func receiver(
    _ broker: TestBroker, _ delegate: RecordingDelegate, subscriptions: [String] = ["plant/#"],
    commitInterval: Span64 = .milliseconds(20), keepAlive: Span64 = .seconds(60), limits: Receiver.Limits = .init()
  ) -> Receiver {
    Receiver(
      settings: broker.connection(clientID: "weir-test", keepAlive: keepAlive, commitInterval: commitInterval),
      gateway: "g1", subscriptions: subscriptions, delegate: delegate, limits: limits)
  }

  static func withPublisher<R>(_ broker: TestBroker, _ body: (Publisher) async throws -> R) async throws -> R {
    let publisher = try Publisher(settings: broker.connection(clientID: "test-publisher"))
    try publisher.start()
    defer { publisher.stop() }
    #expect(try await publisher.waitUntilConnected())
    return try await body(publisher)
  }

  static func publish(_ broker: TestBroker, _ payloads: Range<Int>, topic: String = "plant/a") async throws {
    try await withPublisher(broker) { publisher in
      for result in await publisher.publish(
        payloads.map { OutgoingMessage(topic: topic, payload: Array(String($0).utf8)) })
      {
        try result.get()
      }
    }
  }

  static func texts(_ range: Range<Int>) -> [String] { range.map(String.init) }

  @Test func messagesAreReceivedCommittedAndAcknowledged() async throws {
    let broker = try TestBroker()
    let delegate = RecordingDelegate()
    let receiver = Self.receiver(broker, delegate)
    try receiver.start()
    #expect(eventually { delegate.isDrained })
    #expect(delegate.read { $0.events } == [.up(sessionPresent: false), .drained])
    try await Self.publish(broker, 0..<1000)
    #expect(eventually { delegate.read { $0.committed.count } >= 1000 })
    receiver.stop()
    #expect(delegate.committedPayloads == Self.texts(0..<1000))
    #expect(delegate.read { $0.events.last } == .down(.stopped))
    #expect(delegate.read { Set($0.committed.map(\.packetID)).count } > 900, "QoS 1: every message has its id")

    // Nothing was left unacknowledged: the next run gets nothing of it again.
    let second = RecordingDelegate()
    let next = Self.receiver(broker, second)
    try next.start()
    #expect(eventually { second.isDrained })
    next.stop()
    #expect(second.read { $0.events.first } == .up(sessionPresent: true))
    #expect(second.committedPayloads == [])
  }

  @Test func nothingIsAcknowledgedBeforeTheCommit() async throws {
    let broker = try TestBroker()
    let delegate = RecordingDelegate()
    // Receive, but never commit: then lose the connection with everything uncommitted.
    let held = DispatchGate()
    let receiver = Self.receiver(broker, delegate, commitInterval: .milliseconds(200))
    try receiver.start()
    #expect(eventually { delegate.isDrained && !delegate.hasUncommitted })
    delegate.change { state in
      state.commitFails = true
      state.onCommit = { held.passOnce() }
    }
    try await Self.publish(broker, 0..<500)
    #expect(eventually { delegate.read { $0.received } >= 1 })
    // The commit fails: everything is thrown away, nothing may have been acknowledged.
    #expect(eventually { held.count > 0 && delegate.read { $0.events.contains { $0.isCommitFailure } } })
    delegate.change { $0.commitFails = false }
    #expect(eventually { delegate.read { $0.committed.count } >= 500 })
    receiver.stop()
    #expect(delegate.committedPayloads == Self.texts(0..<500), "all again, in order, once")
    #expect(delegate.read { $0.received } > 500)
  }

  @Test func whatWasCommittedButNotAcknowledgedComesAgain() async throws {
    let broker = try TestBroker()
    let delegate = RecordingDelegate()
    let gate = DispatchGate()
    let receiver = Self.receiver(broker, delegate)
    try receiver.start()
    #expect(eventually { delegate.isDrained && !delegate.hasUncommitted })
    delegate.change { $0.onCommit = { gate.hold() } }
    try await Self.publish(broker, 0..<50)
    #expect(eventually { gate.count > 0 })
    // The thread stands in its commit while the broker goes: no acknowledgement can leave any more.
    try broker.stop()
    gate.release()
    delegate.change { $0.onCommit = nil }
    try broker.start()
    #expect(
      eventually(within: .seconds(20)) {
        delegate.read { $0.committed.count > 50 } && delegate.committedPayloads.suffix(50) == Self.texts(0..<50)[...]
      })
    receiver.stop()
  }

  @Test func aBacklogComesBeforeDrained() async throws {
    let broker = try TestBroker()
    let first = RecordingDelegate()
    let receiver = Self.receiver(broker, first)
    try receiver.start()
    #expect(eventually { first.isDrained })
    receiver.stop()
    try await Self.publish(broker, 0..<5000)
    let second = RecordingDelegate()
    let next = Self.receiver(broker, second)
    try next.start()
    #expect(eventually { second.isDrained })
    try await Self.publish(broker, 5000..<5010)
    #expect(eventually { second.read { $0.committed.count } >= 5010 })
    next.stop()
    #expect(second.committedPayloads == Self.texts(0..<5010))
    #expect(second.read { $0.events.prefix(2) } == [.up(sessionPresent: true), .drained])
    #expect(second.read { $0.eventPlaces.prefix(2) } == [0, 5000], "drained stands right behind the backlog")
  }

  @Test func aRestartedBrokerKeepsSessionAndQueue() async throws {
    let broker = try TestBroker()
    let delegate = RecordingDelegate()
    let receiver = Self.receiver(broker, delegate)
    try receiver.start()
    #expect(eventually { delegate.isDrained })
    receiver.stop()
    try await Self.publish(broker, 0..<2000)
    try broker.stop()
    let second = RecordingDelegate()
    let next = Self.receiver(broker, second)
    try next.start()
    #expect(eventually { second.read { $0.events.contains { $0.isConnectFailure } } })
    try broker.start()
    #expect(eventually(within: .seconds(20)) { second.isDrained })
    #expect(second.read { $0.events.contains(.up(sessionPresent: true)) })
    // And while it runs: the broker goes, and loses what it knew of the session.
    try broker.kill()
    #expect(eventually { second.read { $0.events.contains { $0.isDown } } })
    unlink(broker.directory.appending("mosquitto.db"))
    try broker.start()
    #expect(eventually(within: .seconds(20)) { second.isDrained })
    #expect(second.read { $0.events.contains(.up(sessionPresent: false)) })
    try await Self.publish(broker, 2000..<2100)
    #expect(eventually { second.read { $0.committed.count } >= 2100 })
    next.stop()
    #expect(second.committedPayloads == Self.texts(0..<2100))
  }

  @Test func refusedSubscriptionsAreReported() async throws {
    // mosquitto's ACL file does not refuse subscriptions, its dynamic security does.
    let plugin = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
    guard access(plugin, R_OK) == 0 else { return }
    let rules = #"""
      {"defaultACLAccess":{"publishClientSend":true,"publishClientReceive":true,"subscribe":false,"unsubscribe":true},
      "anonymousGroup":"all","groups":[{"groupname":"all","roles":[{"rolename":"some"}]}],
      "roles":[{"rolename":"some","acls":[
      {"acltype":"subscribeLiteral","topic":"plant/#","priority":1,"allow":true},
      {"acltype":"subscribePattern","topic":"weir/#","priority":1,"allow":true}]}]}
      """#
    let broker = try TestBroker(
      configuration: ["plugin \(plugin)", "plugin_opt_config_file $DIR/security.json"],
      files: ["security.json": rules])
    let delegate = RecordingDelegate()
    let receiver = Self.receiver(broker, delegate, subscriptions: ["plant/#", "secret/#"])
    try receiver.start()
    #expect(eventually { delegate.isDrained })
    receiver.stop()
    #expect(delegate.read { $0.events.contains(.subscriptionRefused(topic: "secret/#", code: 0x87)) })
    #expect(delegate.read { $0.events.filter { $0.isRefusal }.count } == 1)
  }

  @Test func backPressureStopsReadingAndGivesUpTheConnectionInTime() async throws {
    let broker = try TestBroker()
    let delegate = RecordingDelegate()
    let receiver = Self.receiver(broker, delegate, keepAlive: .seconds(5))
    try receiver.start()
    #expect(eventually { delegate.isDrained })
    delegate.change { $0.hasRoom = false }
    // Half of a keep-alive of 5 s.
    #expect(eventually { delegate.read { $0.events.contains { $0.isStall } } })
    try await Self.publish(broker, 0..<100)
    #expect(delegate.read { $0.received } == 0)
    delegate.change { $0.hasRoom = true }
    #expect(eventually { delegate.read { $0.committed.count } >= 100 })
    receiver.stop()
    #expect(delegate.committedPayloads == Self.texts(0..<100))
  }

  @Test func batchesAreBounded() async throws {
    let broker = try TestBroker()
    let delegate = RecordingDelegate()
    var limits = Receiver.Limits()
    limits.messages = 100
    let receiver = Self.receiver(broker, delegate, commitInterval: .seconds(5), limits: limits)
    try receiver.start()
    #expect(eventually { delegate.isDrained })
    try await Self.publish(broker, 0..<1000)
    #expect(eventually { delegate.read { $0.committed.count } >= 1000 })
    receiver.stop()
    #expect(delegate.read { $0.largestCommit } == 100)
  }

  @Test func aSafetyMessageIsCommittedAtOnce() async throws {
    let broker = try TestBroker()
    let delegate = RecordingDelegate()
    delegate.change { $0.wantsCommitNow = true }
    let receiver = Self.receiver(broker, delegate, commitInterval: .seconds(60))
    try receiver.start()
    try await Self.publish(broker, 0..<1)
    #expect(eventually(within: .seconds(5)) { delegate.committedPayloads == ["0"] })
    receiver.stop()
  }

  @Test func ticksComeWithoutAConnectionToo() throws {
    let broker = try TestBroker(starts: false)
    let delegate = RecordingDelegate()
    let receiver = Self.receiver(broker, delegate)
    try receiver.start()
    #expect(eventually { delegate.read { $0.ticks } > 10 })
    #expect(eventually { delegate.read { $0.commits } > 0 }, "the failure to connect is committed")
    receiver.stop()
  }

  @Test func aHostThatDoesNotAnswerDoesNotDelayStopOrTicks() throws {
    // 192.0.2.0/24 is reserved for documentation: connects there hang or are refused by the network.
    var settings = try TestBroker(starts: false).connection(clientID: "weir-test")
    settings.host = "192.0.2.1"
    let delegate = RecordingDelegate()
    let receiver = Receiver(settings: settings, gateway: "g1", subscriptions: ["plant/#"], delegate: delegate)
    try receiver.start()
    #expect(eventually { delegate.read { $0.ticks } > 10 })
    let clock = ContinuousClock()
    let start = clock.now
    receiver.stop()
    #expect(clock.now - start < .seconds(2))
  }

  @Test func aFilterThatNoBrokerAcceptsIsAnErrorAtTheStart() throws {
    let broker = try TestBroker(starts: false)
    let receiver = Self.receiver(broker, RecordingDelegate(), subscriptions: ["plant/#/x"])
    #expect(throws: MQTTError.invalidFilter("plant/#/x")) { try receiver.start() }
  }
}

extension ReceiverEvent {
  var isDown: Bool { if case .down = self { true } else { false } }
  var isCommitFailure: Bool { if case .down(.commitFailed) = self { true } else { false } }
  var isConnectFailure: Bool { if case .connectFailed = self { true } else { false } }
  var isRefusal: Bool { if case .subscriptionRefused = self { true } else { false } }
  var isStall: Bool { if case .down(.stalled) = self { true } else { false } }
}
