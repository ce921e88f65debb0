import Telemetry
import Templates

/// Everything that one CONNECT needs, with the secrets read and the limits applied.
struct ClientOptions: Sendable {
  struct Will: Sendable {
    var topic: String
    var payload: [UInt8]
  }

  var clientID: String
  var host: String
  var port: Int
  var username: String?
  var password: String?
  var tls: TLSSettings?
  /// Whole seconds, 5…65535 (libmosquitto refuses less).
  var keepAlive: Int32
  /// A session that outlives the connection, for so many seconds; nil starts clean and ends with the connection.
  var sessionExpiry: UInt32?
  var maximumPacketSize: Int
  /// How many QoS 1 messages may be on their way to the broker.
  var sendMaximum: Int32 = 20
  var will: Will?

  /// Reads the password: a secret that changed on disk is used at the next attempt.
  init(_ settings: Connection, persistent: Bool) throws(MQTTError) {
    clientID = settings.clientID
    host = settings.host
    port = settings.port
    username = settings.username
    do {
      password = try settings.password.map(SecretReader.read)
    } catch {
      throw .configuration("connection \(settings.name): \(error)")
    }
    tls = settings.tls
    keepAlive = Int32(clamping: max(5, min(65535, settings.keepAlive.nanoseconds / 1_000_000_000)))
    sessionExpiry =
      persistent ? UInt32(clamping: max(1, settings.sessionExpiry.nanoseconds / 1_000_000_000)) : nil
    maximumPacketSize = settings.maximumPacketSize
  }
}
