import Foundation
import MQTT
import Telemetry

/// What is known of one broker connection, for status and metrics. Written by its network thread, read by anybody.
final class ConnectionMonitor: @unchecked Sendable {
  enum State: String, Sendable {
    case disconnected
    /// The broker's backlog is still arriving.
    case catchingUp = "catching-up"
    case connected
  }

  struct Snapshot: Sendable {
    var state = State.disconnected
    var since: Timestamp
    var lastMessage: Timestamp?
    var reconnects = 0
    var lastError: String?
    var messages = 0
    var samples = 0
    /// Topics that the broker refuses to deliver, with the code.
    var refusedTopics: [String: UInt8] = [:]
    var weakTopics: Set<String> = []
  }

  private let lock = NSLock()
  private var current: Snapshot
  private var wasConnected = false

  init(now: Timestamp) { current = Snapshot(since: now) }

  var snapshot: Snapshot { lock.withLock { current } }

  func committed(messages: Int, samples: Int, now: Timestamp) {
    lock.withLock {
      current.messages += messages
      current.samples += samples
      if messages > 0 { current.lastMessage = now }
    }
  }

  func changed(_ event: ReceiverEvent, now: Timestamp) {
    lock.withLock {
      switch event {
      case .up:
        if wasConnected { current.reconnects += 1 }
        wasConnected = true
        enter(.catchingUp, now)
        current.lastError = nil
        current.refusedTopics = [:]
        current.weakTopics = []
      case .drained:
        enter(.connected, now)
      case .down(let failure):
        enter(.disconnected, now)
        if failure != .stopped { current.lastError = failure.description }
      case .connectFailed(let failure, _):
        current.lastError = failure.description
      case .subscriptionRefused(let topic, let code):
        current.refusedTopics[topic] = code
        current.lastError = "the broker refuses \(topic): \(ReasonCode.text(code)); check its access list"
      case .subscriptionWeakened(let topic):
        current.weakTopics.insert(topic)
        current.lastError = "the broker delivers \(topic) at QoS 0 only: messages can be lost on the way"
      case .sharingUnavailable(let group):
        current.lastError = "the broker has no shared subscriptions (group \(group)): everything comes to this gateway"
      case .publishRefused(let topic, let code):
        current.lastError = "the broker refuses the gateway's own message on \(topic): \(ReasonCode.text(code))"
      }
    }
  }

  private func enter(_ state: State, _ now: Timestamp) {
    guard current.state != state else { return }
    current.state = state
    current.since = now
  }
}
