import MQTT
import Telemetry
import Templates

/// A client that keeps the payloads it hears, in order.
public final class TopicListener: Sendable {
  private let receiver: Receiver
  private let heard = Heard()

  /// Returns when it is subscribed.
  public init(_ broker: TestBroker, clientID: String, filters: [String]) throws {
    let heard = heard
    receiver = Receiver(
      settings: broker.connection(clientID: clientID), gateway: clientID, subscriptions: filters, delegate: heard,
      options: ReceiverOptions(startsClean: true))
    try receiver.start()
    guard eventually({ heard.state.with { $0.isReady } }) else { throw TestSupportError("\(clientID) cannot connect") }
  }

  deinit { receiver.stop() }

  public func stop() { receiver.stop() }

  public var payloads: [[UInt8]] { heard.state.with { $0.payloads } }
  public var texts: [String] { payloads.map { String(decoding: $0, as: UTF8.self) } }

  private final class Heard: ReceiverDelegate, Sendable {
    let state = TestLock((payloads: [[UInt8]](), isReady: false))

    func received(
      topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, packetID: UInt16, duplicate: Bool,
      retained: Bool
    ) {
      let bytes = Array(payload)
      state.with { $0.payloads.append(bytes) }
    }

    func connectionChanged(_ change: ReceiverEvent) {
      if change == .drained { state.with { $0.isReady = true } }
    }

    func commit() throws {}
    var hasUncommitted: Bool { false }
    func tick(now: ContinuousClock.Instant) {}
  }
}
