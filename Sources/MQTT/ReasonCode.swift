/// Names of the reason codes of MQTT 5 (and of the return codes 1…5 of MQTT 3.1.1 connections).
public enum ReasonCode {
  public static let topicFilterInvalid: UInt8 = 0x8F
  public static let topicNameInvalid: UInt8 = 0x90
  public static let packetTooLarge: UInt8 = 0x95
  public static let sessionTakenOver: UInt8 = 0x8E
  public static let sharedSubscriptionsNotSupported: UInt8 = 0x9E
  public static let unsupportedProtocolVersion: UInt8 = 0x84

  /// Whether the code says that something was refused.
  public static func isFailure(_ code: UInt8) -> Bool { code >= 0x80 }

  /// `not authorized (0x87)`.
  public static func text(_ code: UInt8) -> String {
    let digits = String(code, radix: 16, uppercase: true)
    let hex = "0x" + (digits.count < 2 ? "0" : "") + digits
    return "\(name(code)) (\(hex))"
  }

  /// The name of a code, or `unknown reason`.
  public static func name(_ code: UInt8) -> String { names[code] ?? "unknown reason" }

  private static let names: [UInt8: String] = [
    0x00: "success", 0x01: "unacceptable protocol version or granted QoS 1",
    0x02: "identifier rejected or granted QoS 2", 0x03: "server unavailable",
    0x04: "disconnect with will message", 0x05: "not authorized (3.1.1)", 0x10: "no matching subscribers",
    0x11: "no subscription existed", 0x18: "continue authentication", 0x19: "re-authenticate",
    0x80: "unspecified error", 0x81: "malformed packet", 0x82: "protocol error",
    0x83: "implementation specific error", 0x84: "unsupported protocol version", 0x85: "client id not valid",
    0x86: "bad user name or password", 0x87: "not authorized", 0x88: "server unavailable", 0x89: "server busy",
    0x8A: "banned", 0x8B: "server shutting down", 0x8C: "bad authentication method", 0x8D: "keep-alive timeout",
    0x8E: "session taken over", 0x8F: "topic filter invalid", 0x90: "topic name invalid",
    0x91: "packet identifier in use", 0x92: "packet identifier not found", 0x93: "receive maximum exceeded",
    0x94: "topic alias invalid", 0x95: "packet too large", 0x96: "message rate too high", 0x97: "quota exceeded",
    0x98: "administrative action", 0x99: "payload format invalid", 0x9A: "retain not supported",
    0x9B: "QoS not supported", 0x9C: "use another server", 0x9D: "server moved",
    0x9E: "shared subscriptions not supported", 0x9F: "connection rate exceeded", 0xA0: "maximum connect time",
    0xA1: "subscription identifiers not supported", 0xA2: "wildcard subscriptions not supported",
  ]
}
