import Telemetry

/// What was heard, by topic, within bounds: of each topic the first and the newest messages.
public struct Observations: Sendable {
  public struct Limits: Hashable, Sendable {
    public var topics = 20_000
    public var messagesPerTopic = 40
    /// Longer payloads are counted, but not kept.
    public var payloadBytes = 256 << 10
    /// Of all payloads together; beyond it each topic keeps the messages that it has.
    public var bytes = 128 << 20
    public init() {}
  }

  /// One topic's messages, in the order of arrival.
  struct Log: Sendable {
    var messages: [ObservedMessage] = []
    var count = 0
    var tooLarge = 0
  }

  private(set) var logs: [String: Log] = [:]
  /// All messages, those of the broker and of the gateway itself left out.
  public private(set) var messageCount = 0
  /// Messages of topics beyond the limit: they are not part of the answer.
  public private(set) var messagesBeyond = 0
  private var bytes = 0
  private let limits: Limits

  public init(limits: Limits = Limits()) { self.limits = limits }

  public var topicCount: Int { logs.count }

  /// Whether a topic can belong to a device: not to a broker (`$…`) or to this gateway (`weir/…`).
  public static func isOfDevice(_ topic: String) -> Bool {
    !topic.isEmpty && !topic.hasPrefix("$") && !topic.hasPrefix("weir/")
  }

  public mutating func add(_ message: ObservedMessage) {
    guard Self.isOfDevice(message.topic) else { return }
    messageCount += 1
    guard logs[message.topic] != nil || logs.count < limits.topics else {
      messagesBeyond += 1
      return
    }
    var log = logs.removeValue(forKey: message.topic) ?? Log()
    log.count += 1
    if message.payload.count > limits.payloadBytes {
      log.tooLarge += 1
    } else if bytes + message.payload.count <= limits.bytes {
      if log.messages.count == limits.messagesPerTopic {
        // The first half shows where registers began, the second half moves on.
        bytes -= log.messages.remove(at: limits.messagesPerTopic / 2).payload.count
      }
      log.messages.append(message)
      bytes += message.payload.count
    }
    logs[message.topic] = log
  }
}
