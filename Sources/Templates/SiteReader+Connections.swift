import Telemetry

/// Brokers: those that samples come from and those that records go to.
extension SiteReader {
  static let brokerKeys = [
    "name", "host", "port", "client-id", "username", "password-file", "password-env", "password-credential", "tls",
    "keep-alive", "session-expiry", "commit-interval", "maximum-packet-size", "embedded", "sparkplug",
    "share", "rate-limit",
  ]
  static let tlsKeys = ["ca", "certificate", "key"]
  static let embeddedKeys = [
    "maximum-inflight", "maximum-queued", "maximum-packet-size", "autosave", "password-file", "tls",
    "require-certificate",
  ]
  static let noPlainSecret =
    "Secrets do not stand in the configuration: use `password-file`, `password-env` or `password-credential`."
  static let packetSize = Scalar<Int>.size(1_000...268_435_455)

  func connections(_ top: Section) -> [Connection] {
    if top.has("broker"), top.has("brokers") {
      top.report(
        top.position(of: "brokers"), "both \"broker\" and \"brokers\" are given",
        remedy: "Move the one under `broker:` into the list `brokers:`, with a `name:`.")
    }
    if let node = top["broker"] {
      return broker(node, top, isOnly: true).map { [$0.connection] } ?? []
    }
    guard let node = top["brokers"] else {
      top.missing("broker", remedy: "Add `broker: { host: 127.0.0.1, port: 1883 }`, or `embedded: true` in it.")
      return []
    }
    guard let items = node.items, !items.isEmpty, items.count <= 32 else {
      top.report(
        node.position, "\"brokers\" must be a list of 1 to 32 brokers, found \(node.description)",
        remedy: "Write `brokers:` and below it one entry each, beginning with `- name: hall-1`.")
      return []
    }
    let brokers = items.compactMap { broker($0, top, isOnly: false) }
    checkUnique(brokers)
    return brokers.map(\.connection)
  }

  private func checkUnique(_ brokers: [(connection: Connection, section: Section)]) {
    for (index, broker) in brokers.enumerated() {
      let earlier = brokers[..<index]
      if let twin = earlier.first(where: { $0.connection.name == broker.connection.name }) {
        broker.section.report(
          broker.section["name"]?.position,
          "the broker name \"\(broker.connection.name)\" is used twice (first in line \(twin.section.position.line))",
          remedy: "Give each broker a name of its own.")
      } else if let twin = earlier.first(where: {
        ($0.connection.clientID, $0.connection.host, $0.connection.port)
          == (broker.connection.clientID, broker.connection.host, broker.connection.port)
      }) {
        broker.section.report(
          broker.section["client-id"]?.position,
          "\"\(twin.connection.name)\" connects to the same broker with the same client id",
          remedy: "Give each a `client-id` of its own; a broker disconnects the older of two equal ones.")
      }
      if let host = broker.connection.sparkplug?.hostID,
        let twin = earlier.first(where: {
          $0.connection.sparkplug?.hostID == host
            && ($0.connection.host, $0.connection.port) == (broker.connection.host, broker.connection.port)
        })
      {
        broker.section.report(
          broker.section.position(of: "sparkplug"),
          "\"\(twin.connection.name)\" is the host \"\(host)\" at the same broker already",
          remedy: "Give each a `host-id` of its own, or name all groups in one of them.")
      }
      if broker.connection.embedded != nil, earlier.contains(where: { $0.connection.embedded != nil }) {
        broker.section.report(
          broker.section.position(of: "embedded"), "there is more than one embedded broker",
          remedy: "Remove `embedded` from all but one.")
      }
    }
  }

  private func broker(
    _ node: YAMLNode, _ top: Section, isOnly: Bool
  ) -> (connection: Connection, section: Section)? {
    guard
      var section = top.section(node, "broker", keys: Self.brokerKeys, special: ["password": Self.noPlainSecret])
    else { return nil }
    let name =
      isOnly
      ? section.read("name", .identifier(), default: "main")
      : section.require("name", .identifier(), remedy: "Add `name: hall-1`; assets refer to it.") ?? "?"
    if !isOnly { section.name = "broker \"\(name)\"" }
    let clientID = isOnly ? "weir-\(gatewayID)" : "weir-\(gatewayID)-\(name)"
    guard var connection = connection(section, name: name, clientID: clientID, embedded: embedded(section)) else {
      return nil
    }
    connection.sparkplug = SparkplugReader.settings(section, gatewayID: gatewayID)
    readLimits(section, &connection)
    return (connection, section)
  }

  /// The settings of a connection; also used for destinations, which have no embedded broker.
  func connection(
    _ section: Section, name: String, clientID: String, embedded: EmbeddedBrokerSettings? = nil
  ) -> Connection? {
    let tls = tls(section)
    let host =
      section.has("host") || embedded == nil
      ? section.require("host", hostName, remedy: "Add the broker's name or address: `host: 192.168.1.10`.")
      : "127.0.0.1"
    let username = section.read("username", .text)
    let password = secret(section, "password")
    if password != nil, username == nil, !section.has("username") {
      section.report(
        section.position, "\(section.name) has a password but no username", remedy: "Add `username: weir`.")
    }
    let connection = Connection(
      name: name, host: host ?? "127.0.0.1",
      port: section.read("port", .integer(1...65535), default: tls == nil ? 1883 : 8883),
      clientID: section.read("client-id", Self.clientID, default: clientID), username: username, password: password,
      tls: tls,
      keepAlive: section.read("keep-alive", .duration(.seconds(5)...(.seconds(65535))), default: .seconds(30)),
      sessionExpiry: section.read("session-expiry", .duration(.minutes(1)...(.days(400))), default: .days(7)),
      commitInterval: section.read(
        "commit-interval", .duration(.milliseconds(1)...(.seconds(5))), default: .milliseconds(20)),
      maximumPacketSize: section.read("maximum-packet-size", Self.packetSize, default: 256_000), embedded: embedded)
    if let embedded { check(embedded, connection, section) }
    return connection
  }

  private static let clientID = Scalar<String>(
    "1 to 128 characters without blanks, \"#\", \"+\" and \"/\"", example: "weir-plant-1"
  ) { text in
    text.isEmpty || text.utf8.count > 128 || text.contains { $0.isWhitespace || "#+/".contains($0) } ? nil : text
  }

  private var hostName: Scalar<String> {
    Scalar(
      "a host name or address", example: "192.168.1.10",
      remedy: { _ in "Write only the name or address; the port has its own key and TLS is `tls:`." },
      parse: { text in
        let isAddress =
          text.count { $0 == ":" } > 1 && text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." || $0 == "%" }
        let isName = !text.contains { $0.isWhitespace || "/@:".contains($0) }
        return !text.isEmpty && (isAddress || isName) ? text : nil
      })
  }

  private func embedded(_ section: Section) -> EmbeddedBrokerSettings? {
    guard let node = section["embedded"], !section.isOff("embedded") else { return nil }
    let isPlain = Scalar<Bool>.boolean.parse(node.text ?? "") == true
    let inner =
      isPlain
      ? nil
      : section.section(
        node, "embedded broker", keys: Self.embeddedKeys,
        special: [
          "password": Self.noPlainSecret
        ])
    if !isPlain, inner == nil { return nil }
    let settings = EmbeddedBrokerSettings(
      maximumInflight: inner?.read("maximum-inflight", .integer(1...65535)) ?? 1000,
      maximumQueuedBytes: inner?.read("maximum-queued", .size(1_000_000...1_000_000_000_000)) ?? 256_000_000,
      maximumPacketSize: inner?.read("maximum-packet-size", Self.packetSize) ?? 256_000,
      autosaveInterval: inner?.read("autosave", .duration(.seconds(1)...(.hours(1)))) ?? .seconds(60),
      passwordFile: inner?.read("password-file", .text), tls: inner.flatMap(tls),
      requireCertificate: inner?.read("require-certificate", .boolean) ?? false)
    if let inner {
      check(file: settings.passwordFile, inner, "password-file")
      if let tls = settings.tls, tls.certificateFile == nil {
        inner.report(
          inner.position(of: "tls"), "the embedded broker needs a certificate of its own for TLS",
          remedy: "Add `certificate:` and `key:` to its `tls`.")
      }
      if settings.requireCertificate, settings.tls?.caFile == nil {
        inner.report(
          inner["require-certificate"]?.position, "certificates of clients can only be checked against an authority",
          remedy: "Add `tls: { ca: …, certificate: …, key: … }`.")
      }
    }
    return settings
  }

  private func check(_ embedded: EmbeddedBrokerSettings, _ connection: Connection, _ section: Section) {
    let isLoopback =
      connection.host == "localhost" || connection.host == "::1" || connection.host.hasPrefix("127.")
    let isProtected = embedded.passwordFile != nil || (embedded.requireCertificate && embedded.tls != nil)
    if !isLoopback, !isProtected {
      section.report(
        section["host"]?.position,
        "the embedded broker would be open to everyone on the network at \(connection.host)",
        remedy: "Add `password-file` (or `tls` with `require-certificate: true`) to `embedded`, "
          + "or use `host: 127.0.0.1`.")
    }
    if embedded.passwordFile != nil, connection.username == nil {
      section.report(
        section.position(of: "embedded"), "the embedded broker asks for a password, but the gateway has none",
        remedy: "Add `username` and `password-file` to \(section.name).")
    }
    if embedded.tls != nil, connection.tls == nil {
      section.report(
        section.position(of: "embedded"), "the embedded broker speaks TLS, but the gateway connects without",
        remedy: "Add `tls: { ca: … }` to \(section.name).")
    }
  }

  func tls(_ section: Section) -> TLSSettings? {
    guard !section.isOff("tls"), section.has("tls") else { return nil }
    // `tls: true`: the authorities that the system trusts.
    if Scalar<Bool>.boolean.parse(section["tls"]?.text ?? "") == true {
      return TLSSettings(caFile: nil, certificateFile: nil, keyFile: nil)
    }
    guard let inner = section.section("tls", "tls of \(section.name)", keys: Self.tlsKeys) else { return nil }
    let settings = TLSSettings(
      caFile: inner.read("ca", .text), certificateFile: inner.read("certificate", .text),
      keyFile: inner.read("key", .text))
    check(file: settings.caFile, inner, "ca")
    check(file: settings.certificateFile, inner, "certificate")
    check(file: settings.keyFile, inner, "key")
    if inner.has("certificate") != inner.has("key") {
      inner.report(
        inner.position(of: inner.has("key") ? "key" : "certificate"), "a certificate and its key belong together",
        remedy: "Add `\(inner.has("key") ? "certificate" : "key"):`.")
    }
    return settings
  }

  /// `<prefix>-file`, `<prefix>-env` or `<prefix>-credential`.
  func secret(_ section: Section, _ prefix: String) -> Secret? {
    let keys = ["\(prefix)-file", "\(prefix)-env", "\(prefix)-credential"].filter(section.has)
    if keys.count > 1 {
      section.report(
        section.position(of: keys[1]), "\(section.name) has more than one source of its \(prefix)",
        remedy: "Keep one of \(keys.joined(separator: ", ")).")
    }
    if let path = section.read("\(prefix)-file", .text) {
      check(file: path, section, "\(prefix)-file")
      return .file(path)
    }
    if let name = section.read("\(prefix)-env", .identifier("_")) { return .environment(name) }
    return section.read("\(prefix)-credential", .identifier("_-.")).map(Secret.credential)
  }
}
