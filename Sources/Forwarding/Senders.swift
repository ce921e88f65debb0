import Logging
import Telemetry
import Templates

/// Makes the way out that a destination's configuration describes.
enum Senders {
  static func make(
    _ destination: Destination, gateway: String, logger: Logger, wallClock: @escaping @Sendable () -> Timestamp
  ) -> any Sender {
    switch destination.transport {
    case .file(let path, let rotateBytes, let keep):
      return FileSender(path: path, rotateBytes: rotateBytes, keep: keep)
    case .http(let url, let batch, let gzip, let token, let tls, let timeout):
      let settings = HTTPSender.Settings(
        url: url, batch: batch, gzip: gzip, token: token.map { SecretSource($0) }, tls: tls,
        timeout: .nanoseconds(timeout.nanoseconds))
      return HTTPSender(settings: settings, gateway: gateway, logger: logger, wallClock: wallClock)
    case .mqtt(let connection, let topic, let batch, let retainLast):
      return MQTTSender(
        link: PublisherLink(connection), address: "mqtt \(connection.host):\(connection.port) \(topic)",
        topic: TopicPattern(topic), batch: batch, retainLast: retainLast)
    case .message(let connection, let topic, let shape, let retain):
      return MessageSender(
        link: PublisherLink(connection), address: "mqtt \(connection.host):\(connection.port) \(topic)",
        topic: TopicPattern(topic), shape: shape, retain: retain)
    case .webhook(let webhook):
      return WebhookSender(webhook, logger: logger, wallClock: wallClock)
    case .email(let email):
      return EmailSender(email, gateway: gateway, wallClock: wallClock)
    }
  }
}
