import Glibc
import Templates

/// Listens to a broker for a while without disturbing anybody: QoS 0, a clean session under a client id of its own.
///
/// What the broker has kept (retained messages) is heard too. A lost connection ends the listening.
public final class Listener: Sendable {
  /// Why there is nothing to hear.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name, the network, TLS or the settings.
    case unreachable(String)
    /// CONNACK or SUBACK with a code that refuses.
    case refused(code: UInt8)
    case subscriptionRefused(filter: String, code: UInt8)
    case lost(String)
    case silent(seconds: Int)

    public var description: String {
      switch self {
      case .unreachable(let what): what
      case .refused(let code): "the broker refused the connection: \(ReasonCode.text(code))"
      case .subscriptionRefused(let filter, let code):
        "the broker refused the subscription to \(filter): \(ReasonCode.text(code))"
      case .lost(let what): "the connection was lost: \(what)"
      case .silent(let seconds): "the broker did not answer within \(seconds) s"
      }
    }
  }

  private let settings: Connection
  private let filters: [String]
  private let stopRequested = StopFlag()
  private let wake: WakeUp
  /// For connection and subscription together.
  private static let answerSeconds = 20

  /// - Parameters:
  ///   - settings: host, credentials and TLS; its client id must be used by nobody else.
  ///   - filters: what to subscribe to.
  public init(settings: Connection, filters: [String]) throws(MQTTError) {
    for filter in filters where !TopicFilter.isValid(filter) { throw .invalidFilter(filter) }
    self.settings = settings
    self.filters = filters
    wake = try WakeUp()
  }

  /// Ends `listen` from another thread.
  public func stop() {
    stopRequested.raise()
    wake.signal()
  }

  /// Blocks its thread until the time is over (counted from the subscription), `stop()` is called, or the connection
  /// is lost.
  /// - Parameters:
  ///   - subscribed: called once, when everything that is published from now on will be heard.
  ///   - received: topic, payload, and whether the broker had kept it; the buffers are valid only during the call.
  public func listen(
    for duration: Duration, subscribed: () -> Void = {},
    received: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) throws(Failure) {
    do throws(Failure) {
      try attempt(.v5, duration, subscribed, received)
    } catch .refused(let code) where code == ReasonCode.unsupportedProtocolVersion || code == 1 {
      try attempt(.v311, duration, subscribed, received)
    }
  }

  private func attempt(
    _ version: Session.ProtocolVersion, _ duration: Duration, _ subscribed: () -> Void,
    _ received: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) throws(Failure) {
    let ear = Ear()
    let client: MosquittoClient
    do throws(MQTTError) {
      client = try connect(version, ear)
    } catch {
      throw .unreachable(error.description)
    }
    let give = Monotonic.now() + Int64(Self.answerSeconds) * 1_000_000_000
    var end: Int64?
    var isRequested = false
    defer {
      client.disconnect()
      client.write()
    }
    while !stopRequested.isRaised {
      let now = Monotonic.now()
      if let end, now >= end { return }
      if end == nil, now >= give { throw .silent(seconds: Self.answerSeconds) }
      while client.read() {
        for message in ear.takeMessages() {
          message.topic.withUnsafeBufferPointer { topic in
            message.payload.withUnsafeBufferPointer { received(topic, $0, message.isRetained) }
          }
        }
        // A flood must not keep the clock from being looked at.
        if Monotonic.now() - now > 50_000_000 { break }
      }
      if let failure = ear.failure(filters) { throw failure }
      if ear.isAccepted, !isRequested {
        isRequested = true
        do throws(MQTTError) {
          _ = try client.subscribe(filters, version: version, qos: 0, takesRetained: true)
        } catch {
          throw .unreachable(error.description)
        }
      }
      if ear.isSubscribed, end == nil {
        end = Monotonic.now() + duration.nanoseconds
        subscribed()
      }
      client.housekeeping()
      client.write()
      wait(client, until: end ?? give)
    }
  }

  private func connect(_ version: Session.ProtocolVersion, _ ear: Ear) throws(MQTTError) -> MosquittoClient {
    let options = try ClientOptions(settings, persistent: false)
    let ready = try WakeUp()
    let unconnected = try MosquittoClient(options, version: version, owner: ear)
    // Until the attempt hands the client over, nobody here touches it or the ear.
    let attempt = try ConnectAttempt(
      UncheckedBox(value: unconnected).value, options: options, version: version, wake: ready)
    let give = Monotonic.now() + Int64(Self.answerSeconds) * 1_000_000_000
    while true {
      if let (outcome, client) = attempt.result() {
        switch outcome {
        case .connected: return client
        case .failed(let what): throw .configuration(what)
        }
      }
      guard Monotonic.now() < give, !stopRequested.isRaised else {
        attempt.abandon()
        throw .configuration("\(settings.host):\(settings.port) does not answer")
      }
      var descriptors = [
        pollfd(fd: ready.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      poll(&descriptors, 2, 1000)
      ready.clear()
    }
  }

  private func wait(_ client: MosquittoClient, until end: Int64) {
    let left = max(0, (end - Monotonic.now()) / 1_000_000 + 1)
    let events = POLLIN | (client.wantsToWrite ? POLLOUT : 0)
    var descriptors = [
      pollfd(fd: client.descriptor, events: Int16(events), revents: 0),
      pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    // Keep-alive wants a look from time to time; what TLS has read already does not show in the socket.
    poll(&descriptors, 2, Int32(min(left, client.isEncrypted ? 50 : 500)))
  }
}

/// What the library tells, until the loop asks.
private final class Ear: MosquittoClientOwner {
  struct Message {
    var topic: [UInt8]
    var payload: [UInt8]
    var isRetained: Bool
  }
  private(set) var isAccepted = false
  private(set) var isSubscribed = false
  private var messages: [Message] = []
  private var codes: [UInt8] = []
  private var refusal: UInt8?
  private var loss: String?

  func takeMessages() -> [Message] {
    defer { messages.removeAll(keepingCapacity: true) }
    return messages
  }

  func failure(_ filters: [String]) -> Listener.Failure? {
    if let refusal { return .refused(code: refusal) }
    for (filter, code) in zip(filters, codes) where ReasonCode.isFailure(code) {
      return .subscriptionRefused(filter: filter, code: code)
    }
    return loss.map { .lost($0) }
  }

  func clientReceived(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, packetID: UInt16, retained: Bool
  ) {
    messages.append(Message(topic: Array(topic), payload: Array(payload), isRetained: retained))
  }

  func clientAnswered(code: UInt8, sessionPresent: Bool, canShare: Bool) {
    if code == 0 { isAccepted = true } else { refusal = code }
  }

  func clientSubscribed(packetID: Int32, codes: [UInt8]) {
    isSubscribed = true
    self.codes = codes
  }

  func clientPublished(packetID: Int32, code: UInt8) {}

  func clientLost(code: UInt8?, _ what: String) { loss = code.map(ReasonCode.text) ?? what }
}
