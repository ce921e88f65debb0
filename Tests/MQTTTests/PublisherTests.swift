import Telemetry
import Templates
import TestSupport
import Testing

@testable import MQTT

@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
struct PublisherTests {
  static func publisher(_ broker: TestBroker, _ options: PublisherOptions = .init()) async throws -> Publisher {
    let publisher = try Publisher(settings: broker.connection(clientID: "weir-publisher"), options: options)
    try publisher.start()
    #expect(try await publisher.waitUntilConnected())
    return publisher
  }

  @Test func orderIsKeptOverAllWaysOfPublishing() async throws {
    let broker = try TestBroker()
    let delegate = RecordingDelegate()
    let receiver = ReceiverTests.receiver(broker, delegate)
    try receiver.start()
    #expect(eventually { delegate.isDrained })
    let publisher = try await Self.publisher(broker)
    let completed = TestLock(0)
    for number in 0..<1000 {
      publisher.enqueue(OutgoingMessage(topic: "plant/a", payload: Array(String(number).utf8))) { result in
        if case .success = result { completed.with { $0 += 1 } }
      }
    }
    try ReceiverTests.succeed(
      await publisher.publish(
        (1000..<5000).map { OutgoingMessage(topic: "plant/a", payload: Array(String($0).utf8)) }))
    for number in 5000..<5010 { try await publisher.publish(topic: "plant/a", payload: Array(String(number).utf8)) }
    #expect(completed.with { $0 } == 1000)
    #expect(eventually { delegate.read { $0.committed.count } >= 5010 })
    publisher.stop()
    receiver.stop()
    #expect(delegate.committedPayloads == ReceiverTests.texts(0..<5010))
  }

  @Test func aRefusalIsSaidForEachMessage() async throws {
    let broker = try TestBroker(
      configuration: ["acl_file $DIR/acl", "max_packet_size 5000"], files: ["acl": "topic readwrite plant/#\n"])
    let publisher = try await Self.publisher(broker)
    let results = await publisher.publish([
      OutgoingMessage(topic: "plant/a", payload: [1]), OutgoingMessage(topic: "secret", payload: [1]),
      OutgoingMessage(topic: "plant/a", payload: Array(repeating: 1, count: 6000)),
      OutgoingMessage(topic: "plant/+", payload: [1]), OutgoingMessage(topic: "plant/b", payload: [], qos: 0),
    ])
    publisher.stop()
    let codes = results.map { result -> UInt8? in
      if case .failure(.refused(let code)) = result { code } else { nil }
    }
    #expect(codes == [nil, 0x87, 0x95, 0x90, nil])
  }

  @Test func withoutAConnectionMessagesFailAtOnceAndLaterOnesSucceed() async throws {
    let broker = try TestBroker()
    let publisher = try await Self.publisher(broker)
    broker.freeze()
    // On their way to a broker that does not answer, then the broker is gone.
    async let pending = publisher.publish(
      (0..<2000).map { OutgoingMessage(topic: "plant/a", payload: Array(String($0).utf8)) })
    try broker.kill()
    #expect(await pending.allSatisfy { $0.isNotConnected })
    #expect(eventually { !publisher.isConnected })
    await #expect(throws: PublishError.notConnected) { try await publisher.publish(topic: "plant/a", payload: [1]) }
    try broker.start()
    #expect(try await publisher.waitUntilConnected())
    try await publisher.publish(topic: "plant/a", payload: [1])
    publisher.stop()
    await #expect(throws: PublishError.stopped) { try await publisher.publish(topic: "plant/a", payload: [1]) }
  }

  @Test func aFullQueueIsSaid() async throws {
    let broker = try TestBroker()
    var options = PublisherOptions()
    options.maximumQueued = 10
    options.maximumInFlight = 2
    let publisher = try await Self.publisher(broker, options)
    broker.freeze()
    let results = TestLock([PublishError?]())
    for _ in 0..<100 {
      publisher.enqueue(OutgoingMessage(topic: "plant/a", payload: [1])) { result in
        results.with { $0.append(result.error) }
      }
    }
    #expect(results.with { $0.contains(.queueFull) && $0.count < 100 })
    broker.thaw()
    #expect(eventually { results.with { $0.count == 100 } })
    publisher.stop()
    #expect(results.with { all in all.allSatisfy { $0 == nil || $0 == .queueFull } })
  }

  @Test func stopSendsWhatIsQueued() async throws {
    let broker = try TestBroker()
    let publisher = try await Self.publisher(broker)
    let succeeded = TestLock(0)
    for _ in 0..<3000 {
      publisher.enqueue(OutgoingMessage(topic: "plant/a", payload: [1])) { result in
        if result.error == nil { succeeded.with { $0 += 1 } }
      }
    }
    publisher.stop()
    #expect(succeeded.with { $0 } == 3000)
  }
}

extension Result where Failure == PublishError {
  var error: PublishError? { if case .failure(let error) = self { error } else { nil } }
  var isNotConnected: Bool { error == .notConnected }
}

extension ReceiverTests {
  static func succeed(_ results: [Result<Void, PublishError>]) throws {
    for result in results { try result.get() }
  }
}
