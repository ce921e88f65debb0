import Telemetry

/// A message that a simulated device publishes at a time.
public struct SimulatedMessage: Hashable, Sendable {
  /// When it goes out, in plant time (the device's timestamp may differ).
  public var time: Timestamp
  public var topic: String
  public var payload: [UInt8]

  public init(time: Timestamp, topic: String, payload: [UInt8]) {
    self.time = time
    self.topic = topic
    self.payload = payload
  }
}
