import MQTT
import Telemetry
import Templates

/// Publishes a plant's messages in their order, at QoS 1 on one connection, paced or as fast as the broker takes them.
///
/// With `marks` it also publishes the plant clock on `$weir/clock`, on the same connection, so that the broker's order
/// fixes the place of every mark among the data.
public struct PlantPublisher: Sendable {
  public struct Pace: Sendable {
    /// Plant seconds per second; nil = as fast as possible.
    public var speed: Double?
    /// Plant time between two marks; nil = no marks.
    public var markInterval: Span64?
    /// Stop after so much plant time; nil = when the messages end.
    public var duration: Span64?
    /// Publish marks until so long after the last message, so that the last windows close.
    public var settle: Span64

    public init(speed: Double?, markInterval: Span64?, duration: Span64? = nil, settle: Span64 = .zero) {
      self.speed = speed
      self.markInterval = markInterval
      self.duration = duration
      self.settle = settle
    }
  }

  /// Messages on their way at the same time.
  private static let pipeline = 512

  private let publisher: Publisher
  private let pace: Pace

  public init(publisher: Publisher, pace: Pace) {
    self.publisher = publisher
    self.pace = pace
  }

  /// - Parameter published: called after every acknowledged pipeline with the number of device messages so far.
  /// - Returns: device messages published (marks not counted), and the last time mark if there are marks.
  @discardableResult
  public func run(
    _ messages: some Sequence<SimulatedMessage>, published: (Int) async -> Void = { _ in }
  ) async throws -> (devices: Int, lastMark: Timestamp?) {
    var pending: [OutgoingMessage] = []
    var devices = 0
    var first: Timestamp?
    var nextMark: Timestamp?
    var last: Timestamp?
    let started = ContinuousClock.now
    for message in messages {
      if Task.isCancelled { break }
      let begin = first ?? message.time
      if let duration = pace.duration, message.time >= begin + duration { break }
      if first == nil {
        first = message.time
        nextMark = pace.markInterval.map { message.time.windowStart($0) }
      }
      if let interval = pace.markInterval, var mark = nextMark, mark <= message.time {
        // One mark is enough for a stretch without messages: it says the same as all of them.
        mark = message.time.windowStart(interval)
        pending.append(Self.mark(mark))
        nextMark = mark + interval
      }
      if let speed = pace.speed {
        let due = started + .nanoseconds(Int64(Double((message.time - begin).nanoseconds) / speed))
        if due > ContinuousClock.now {
          try await flush(&pending)
          await published(devices)
          try await Task.sleep(until: due)
        }
      }
      pending.append(OutgoingMessage(topic: message.topic, payload: message.payload))
      devices += 1
      last = message.time
      if pending.count >= Self.pipeline {
        try await flush(&pending)
        await published(devices)
      }
    }
    let lastMark = pace.markInterval == nil ? nil : last.map { $0 + pace.settle }
    if let lastMark { pending.append(Self.mark(lastMark)) }
    try await flush(&pending)
    await published(devices)
    return (devices, lastMark)
  }

  private static func mark(_ time: Timestamp) -> OutgoingMessage {
    OutgoingMessage(topic: "$weir/clock", payload: Array(String(time.nanoseconds).utf8))
  }

  /// Returns when the broker has all of it. After a lost connection everything from the first failure on is sent
  /// again, so the order holds; what the broker had already is a duplicate to the gateway.
  private func flush(_ pending: inout [OutgoingMessage]) async throws {
    while !pending.isEmpty {
      let results = await publisher.publish(pending)
      guard let failed = results.firstIndex(where: { if case .failure = $0 { true } else { false } }) else { break }
      if case .failure(let error) = results[failed], error != .notConnected, error != .queueFull { throw error }
      pending.removeFirst(failed)
      try Task.checkCancellation()
      while !(try await publisher.waitUntilConnected()) { try Task.checkCancellation() }
    }
    pending.removeAll(keepingCapacity: true)
  }
}
