/// Who takes what a `Receiver` receives. All calls come on the receiver's network thread.
///
/// The delegate decides when a message is safe: no acknowledgement leaves the process between a message's `received`
/// and the return of the `commit` after it.
public protocol ReceiverDelegate: AnyObject {
  /// One message, in the broker's order. The buffers are valid only during the call.
  ///
  /// `packetID` is 0 for QoS 0. `duplicate` is always false: libmosquitto does not expose the DUP flag, and a broker
  /// may deliver again without it anyway.
  func received(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, packetID: UInt16, duplicate: Bool,
    retained: Bool)

  /// Something happened to the connection, at this place among the messages.
  func connectionChanged(_ change: ReceiverEvent)

  /// Makes everything that was received durable; acknowledgements are written afterwards. Throwing means that the
  /// delegate has dropped what it had not committed: the receiver closes the connection without acknowledging
  /// anything, and the broker will deliver those messages again.
  ///
  /// It is also called while there is no connection, for what is left and for what `tick` added.
  func commit() throws

  /// Whether a commit would have anything to do. Asked after every burst of messages and after every `tick`.
  var hasUncommitted: Bool { get }

  /// Called at least every 50 ms, with or without traffic and connection.
  func tick(now: ContinuousClock.Instant)

  /// False stops reading (back-pressure); the broker keeps what is not read. After half the keep-alive the receiver
  /// disconnects and comes back when there is room. The default is true.
  var hasRoom: Bool { get }

  /// True asks for a commit right after the present burst instead of at the end of the commit interval (safety
  /// topics). The default is false.
  var wantsCommitNow: Bool { get }

  /// Whether `takePublications` has anything to give. Asked after every burst of messages and after every `tick`, while
  /// the connection is subscribed. The default is false.
  var hasPublications: Bool { get }

  /// Messages of the delegate's own for this connection (answers, commands), oldest first; they are sent with the next
  /// acknowledgements, once. The default is none.
  func takePublications() -> [OutgoingMessage]
}

extension ReceiverDelegate {
  public var hasRoom: Bool { true }
  public var wantsCommitNow: Bool { false }
  public var hasPublications: Bool { false }
  public func takePublications() -> [OutgoingMessage] { [] }
}

/// What can happen to a receiver's connection.
public enum ReceiverEvent: Hashable, Sendable {
  /// Connected. `sessionPresent`: the broker had kept the session, so what was not acknowledged comes again first.
  case up(sessionPresent: Bool)
  /// Everything that the broker had kept for this session has been delivered.
  case drained
  /// The connection is lost or was closed on purpose.
  case down(ConnectionFailure)
  /// An attempt to connect failed; the next one comes after `retryAfter`.
  case connectFailed(ConnectionFailure, retryAfter: Duration)
  /// The broker does not deliver this topic (SUBACK with a code ≥ 0x80).
  case subscriptionRefused(topic: String, code: UInt8)
  /// The broker delivers this topic at QoS 0 only: its messages can be lost on the way.
  case subscriptionWeakened(topic: String)
  /// The broker offers no shared subscriptions: everything is subscribed for this gateway alone.
  case sharingUnavailable(group: String)
  /// The broker refused the gateway's own message (its state, or the marker without which `drained` never comes).
  case publishRefused(topic: String, code: UInt8)
}

/// Why there is no connection.
public enum ConnectionFailure: Hashable, Sendable, CustomStringConvertible {
  /// The network, the name, TLS or the local configuration: what exactly.
  case network(String)
  /// The broker refused the connection (CONNACK), with its code.
  case refused(code: UInt8)
  /// The broker ended the connection (DISCONNECT), with its code.
  case disconnectedByBroker(code: UInt8)
  /// Another client uses the same client id.
  case takenOver
  /// The broker did not answer in time.
  case timeout(String)
  /// The delegate could not commit; nothing of the batch was acknowledged.
  case commitFailed(String)
  /// The gateway itself was blocked for longer than half the keep-alive.
  case stalled(seconds: Int)
  /// `stop()` was called.
  case stopped

  public var description: String {
    switch self {
    case .network(let what): what
    case .refused(let code): "the broker refused the connection: \(ReasonCode.text(code))"
    case .disconnectedByBroker(let code): "the broker ended the connection: \(ReasonCode.text(code))"
    case .takenOver: "another client connected with the same client id; is a second gateway running?"
    case .timeout(let what): what
    case .commitFailed(let what): "what was received could not be committed: \(what)"
    case .stalled(let seconds): "the gateway was blocked for \(seconds) s"
    case .stopped: "stopped"
    }
  }
}
