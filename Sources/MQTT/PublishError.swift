/// Why a message was not taken by the broker.
public enum PublishError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No connection, or it was lost before the acknowledgement: the broker may or may not have the message.
  case notConnected
  /// The broker (PUBACK with a code ≥ 0x80) or the protocol refuses this message; sending it again does not help.
  case refused(code: UInt8)
  /// More is waiting than `PublisherOptions.maximumQueued` allows.
  case queueFull
  /// `stop()` was called.
  case stopped

  public var description: String {
    switch self {
    case .notConnected: "not connected"
    case .refused(let code): "refused: \(ReasonCode.text(code))"
    case .queueFull: "too many messages are waiting"
    case .stopped: "stopped"
    }
  }
}
