import Glibc
import Telemetry
import Templates

/// The mosquitto configuration that an embedded broker runs with, and the hash that recognises it.
struct EmbeddedBrokerConfiguration: Hashable, Sendable {
  var text: String
  /// Of the text and of the content of the files it names, in hexadecimal: a changed password file is another
  /// configuration.
  var hash: String

  init(_ settings: EmbeddedBrokerSettings, host: String, port: Int, directory: String) throws(EmbeddedBrokerError) {
    let isLocal = LoopbackPort.isLoopback(host)
    guard isLocal || settings.passwordFile != nil || (settings.tls != nil && settings.requireCertificate) else {
      throw .unprotected(host: host)
    }
    if settings.requireCertificate, settings.tls?.caFile == nil {
      throw .configuration("requireCertificate needs a CA file that the clients' certificates are checked with")
    }
    if let tls = settings.tls, tls.certificateFile == nil || tls.keyFile == nil {
      throw .configuration("a broker with TLS needs a certificate file and a key file")
    }
    let isAnonymous = isLocal && settings.passwordFile == nil
    var lines = [
      "# Written by weir at every start; changes here are lost.",
      "listener \(port) \(host)",
      "allow_anonymous \(isAnonymous || settings.requireCertificate && settings.passwordFile == nil)",
    ]
    var files: [String] = []
    func file(_ keyword: String, _ path: String?) {
      guard let path else { return }
      lines.append("\(keyword) \(path)")
      files.append(path)
    }
    file("password_file", settings.passwordFile)
    if let tls = settings.tls {
      file("cafile", tls.caFile)
      file("certfile", tls.certificateFile)
      file("keyfile", tls.keyFile)
      lines.append("require_certificate \(settings.requireCertificate)")
    }
    lines += [
      "persistence true",
      "persistence_location \(directory)/data/",
      "autosave_interval \(max(1, settings.autosaveInterval.nanoseconds / 1_000_000_000))",
      // Without a bound in count: what the gateway has not taken is kept, up to the bound in bytes.
      "max_queued_messages 0",
      "max_queued_bytes \(settings.maximumQueuedBytes)",
      "max_inflight_messages \(max(1000, settings.maximumInflight))",
      "max_packet_size \(settings.maximumPacketSize)",
      "message_size_limit \(settings.maximumPacketSize)",
      "set_tcp_nodelay true",
      "pid_file \(directory)/mosquitto.pid",
      "log_dest stderr",
      "log_timestamp_format %Y-%m-%dT%H:%M:%S%z",
      "log_type error",
      "log_type warning",
      "log_type notice",
      "connection_messages false",
    ]
    // As root mosquitto would become the user `mosquitto`, who cannot write here.
    if geteuid() == 0 { lines.append("user root") }
    text = lines.joined(separator: "\n") + "\n"
    var hasher = Hash64()
    hasher.combine(text)
    for path in files {
      do {
        try FileBytes.read(path).withUnsafeBytes { hasher.combine($0) }
      } catch {
        throw .configuration("the broker's file cannot be read: \(error)")
      }
    }
    let digits = String(hasher.value, radix: 16)
    hash = String(repeating: "0", count: 16 - digits.count) + digits
  }
}
