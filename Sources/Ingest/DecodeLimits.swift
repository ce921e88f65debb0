/// Bounds on what one message, and one batch of hostile messages, can cost.
public struct DecodeLimits: Hashable, Sendable {
  /// A longer payload is not looked into: `tooLarge`.
  public var payloadBytes = 1 << 20
  /// How much of a payload the quarantine keeps.
  public var keptPayloadBytes = 64 << 10
  /// How much of a topic the quarantine keeps.
  public var keptTopicBytes = 1024
  /// Payloads, topics and details of one batch that the quarantine keeps. Beyond it every message is still counted,
  /// with its reason, but without its payload.
  public var keptBytesPerBatch = 4 << 20
  /// Distinct unknown topics whose messages are kept with their payload; those of further ones are only counted.
  public var unknownTopics = 256

  /// Readings in one message.
  public var readings = 10_000
  /// Points of one waveform.
  public var waveformPoints = 65_536

  public init() {}
}
