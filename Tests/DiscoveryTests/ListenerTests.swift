import Discovery
import MQTT
import Telemetry
import Templates
import TestSupport
import Testing

/// Listening to a real broker.
@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed")) struct ListenerTests {
  @Test("hears what is published and what was kept, and disturbs nobody")
  func hears() async throws {
    let broker = try TestBroker()
    let publisher = try Publisher(settings: broker.connection(clientID: "publisher"))
    try publisher.start()
    defer { publisher.stop() }
    let kept = OutgoingMessage(topic: "plant/kept", payload: Array(#"{"temperature":20}"#.utf8), retain: true)
    // It connects by itself, in its own time.
    let isKept = try await eventually {
      do {
        try await publisher.publish(kept)
        return true
      } catch PublishError.notConnected {
        return false
      }
    }
    #expect(isKept)

    let listener = try Listener(settings: broker.connection(clientID: "weir-discover-test"), filters: ["#"])
    let heard = TestLock<[ObservedMessage]>([])
    let isSubscribed = TestLock(false)
    let task = Task.detached {
      try listener.listen(for: .seconds(60), subscribed: { isSubscribed.with { $0 = true } }) {
        topic, payload, isRetained in
        let message = ObservedMessage(
          topic: String(decoding: topic, as: UTF8.self), payload: Array(payload), received: Timestamp(seconds: 0),
          isRetained: isRetained)
        heard.with { $0.append(message) }
      }
    }
    #expect(eventually { isSubscribed.with { $0 } })
    for number in 0..<50 {
      try await publisher.publish(OutgoingMessage(topic: "plant/m\(number)", payload: Array("\(number)".utf8)))
    }
    #expect(eventually { heard.with { $0.count { $0.topic.hasPrefix("plant/") } } == 51 })
    listener.stop()
    try await task.value
    let messages = heard.with { $0 }
    #expect(messages.first { $0.topic == "plant/kept" }?.isRetained == true)
    #expect(messages.filter { $0.topic.hasPrefix("plant/m") }.map(\.topic) == (0..<50).map { "plant/m\($0)" })
    #expect(messages.allSatisfy { $0.topic == "plant/kept" || !$0.isRetained })
  }

  @Test("a broker that refuses, and none at all, are told apart")
  func refused() throws {
    let broker = try TestBroker(configuration: ["allow_anonymous false"])
    let listener = try Listener(settings: broker.connection(clientID: "a"), filters: ["#"])
    #expect(throws: Listener.Failure.self) { try listener.listen(for: .seconds(1)) { _, _, _ in } }
    do {
      try listener.listen(for: .seconds(1)) { _, _, _ in }
    } catch {
      #expect(error.description.contains("refused the connection"))
    }
    var nowhere = broker.connection(clientID: "b")
    nowhere.port = try LoopbackPort.free()
    let other = try Listener(settings: nowhere, filters: ["#"])
    do {
      try other.listen(for: .seconds(1)) { _, _, _ in }
      Issue.record("nothing was refused")
    } catch {
      #expect("\(error)".contains("\(nowhere.port)"))
    }
    #expect(throws: MQTTError.self) { try Listener(settings: nowhere, filters: ["a/#/b"]) }
  }
}
