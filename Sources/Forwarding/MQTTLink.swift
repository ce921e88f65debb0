/// What the MQTT destination needs of a connection to a broker.
protocol MQTTLink: Sendable {
  /// Publishes in order at QoS 1 and answers for each message, in the same order.
  func publish(_ messages: [MQTTLinkMessage]) async -> [MQTTLinkAnswer]
  func close() async
}

struct MQTTLinkMessage: Hashable, Sendable {
  var topic: String
  var payload: [UInt8]
  var retain: Bool
}

enum MQTTLinkAnswer: Hashable, Sendable {
  /// PUBACK with a code below 0x80.
  case acknowledged
  /// PUBACK with a code from 0x80 on, and its name.
  case refused(code: UInt8, name: String)
  /// No connection, or lost before the acknowledgement: it may or may not have arrived.
  case unreachable(String)
  /// The broker does not let the gateway in.
  case denied(String)
}
