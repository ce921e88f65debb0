import Telemetry

/// A message as it came from a broker, or from the quarantine of a running gateway.
public struct ObservedMessage: Hashable, Sendable {
  public var topic: String
  public var payload: [UInt8]
  /// When it arrived here.
  public var received: Timestamp
  /// The broker had kept it: it shows the shape, but was measured some time ago.
  public var isRetained: Bool

  public init(topic: String, payload: [UInt8], received: Timestamp, isRetained: Bool = false) {
    self.topic = topic
    self.payload = payload
    self.received = received
    self.isRetained = isRetained
  }
}
