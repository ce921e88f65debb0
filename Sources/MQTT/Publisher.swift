import Telemetry
import Templates

/// A message to publish.
public struct OutgoingMessage: Hashable, Sendable {
  public var topic: String
  public var payload: [UInt8]
  /// 0 or 1. (QoS 2 is not offered: the library keeps its state in memory only.)
  public var qos: Int
  public var retain: Bool
  /// MQTT 5 content type; left out on a 3.1.1 connection.
  public var contentType: String?

  public init(topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = false, contentType: String? = nil) {
    self.topic = topic
    self.payload = payload
    self.qos = qos
    self.retain = retain
    self.contentType = contentType
  }
}

public struct PublisherOptions: Sendable {
  /// QoS 1 messages on their way at the same time; the broker's own limit applies as well. (The library walks its
  /// list for every acknowledgement, so more is not faster.)
  public var maximumInFlight = 256
  /// Messages that wait for their turn; beyond it `queueFull`.
  public var maximumQueued = 65536
  /// A connection that acknowledges nothing for so long is given up.
  public var acknowledgementTimeout: Duration = .seconds(30)
  /// Told of every change of the connection, on the publisher's thread.
  public var onEvent: (@Sendable (ReceiverEvent) -> Void)?

  public init() {}
}

/// Publishes to one broker from any thread or task, in the order of the calls, and says when the broker has taken
/// each message. It connects, and connects again, by itself; what is on its way when the connection is lost fails
/// with `notConnected` and is the caller's to send again.
public final class Publisher: Sendable {
  private let settings: Connection
  private let options: PublisherOptions
  private let queue: PublishQueue
  private let thread = Locked<NetworkThread?>(nil)
  private let stopRequested = StopFlag()

  public init(settings: Connection, options: PublisherOptions = PublisherOptions()) throws(MQTTError) {
    self.settings = settings
    self.options = options
    queue = try PublishQueue(limit: options.maximumQueued)
  }

  /// Starts the thread; connection problems are retried, not thrown.
  public func start() throws(MQTTError) {
    let (settings, options, queue, flag) = (settings, options, queue, stopRequested)
    guard thread.with({ $0 == nil }) else { throw .alreadyStarted }
    let started = try NetworkThread(name: "mqtt-\(settings.name)") {
      PublisherLoop(settings: settings, options: options, queue: queue, stopRequested: flag).run()
    }
    thread.with { $0 = started }
  }

  /// Sends what is queued (for up to five seconds), disconnects and ends the thread. What is left fails.
  public func stop() {
    let running = thread.with { running in
      defer { running = nil }
      return running
    }
    guard let started = running else { return }
    stopRequested.raise()
    queue.wake.signal()
    started.join()
  }

  public var isConnected: Bool { queue.isConnected }

  /// Whether there was a connection before the time was over.
  public func waitUntilConnected(timeout: Duration = .seconds(30)) async throws -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + timeout
    while !isConnected {
      if clock.now >= end { return false }
      try await clock.sleep(for: .milliseconds(10))
    }
    return true
  }

  /// Returns when the broker has acknowledged the message (QoS 1) or it has been handed to the network (QoS 0).
  public func publish(topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = false) async throws(PublishError) {
    try await publish(OutgoingMessage(topic: topic, payload: payload, qos: qos, retain: retain))
  }

  public func publish(_ message: OutgoingMessage) async throws(PublishError) {
    let result = await withUnsafeContinuation { continuation in
      queue.add(message, .continuation(continuation))
    }
    try result.get()
  }

  /// Publishes in order, pipelined; the results are in the order of the messages.
  public func publish(_ messages: [OutgoingMessage]) async -> [Result<Void, PublishError>] {
    guard !messages.isEmpty else { return [] }
    return await withUnsafeContinuation { continuation in
      queue.add(messages, PublishBatch(count: messages.count, continuation: continuation))
    }
  }

  /// Pipelined: returns at once; `completion` is called on the publisher's thread (or on the caller's if the message
  /// cannot even be queued) and must be quick.
  public func enqueue(
    _ message: OutgoingMessage, completion: @escaping @Sendable (Result<Void, PublishError>) -> Void
  ) {
    queue.add(message, .callback(completion))
  }
}
