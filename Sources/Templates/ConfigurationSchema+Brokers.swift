import Telemetry

/// Brokers and destinations.
extension ConfigurationSchema {
  static let tls = any(
    "TLS; true: the authorities that the system trusts.",
    [
      flag("On or off."),
      group(
        "Files.", SiteReader.tlsKeys,
        [
          "ca": text("Certificate of the authority.", "/etc/weir/ca.pem"),
          "certificate": text("The gateway's own certificate.", "/etc/weir/weir.pem"),
          "key": text("Its key.", "/etc/weir/weir.key"),
        ]),
    ])

  private static let connection: [String: JSONValue] = [
    "name": text("Assets refer to it.", "hall-1"), "host": text("Name or address.", "192.168.10.5"),
    "port": integer("Default: 1883, with TLS 8883.", 1...65535),
    "client-id": text("The broker keeps the session under this name.", "weir-plant-1"),
    "username": text("User at the broker.", "weir"), "password-file": text("File with the password.", "/etc/weir/pw"),
    "password-env": text("Environment variable with the password.", "WEIR_BROKER_PASSWORD"),
    "password-credential": text("systemd credential with the password.", "broker-password"), "tls": tls,
    "keep-alive": duration("MQTT keep-alive.", "30 s"),
    "session-expiry": duration("How long the broker keeps messages while the gateway is away.", "7 d"),
    "commit-interval": duration("Longest wait of a message for its commit.", "20 ms"),
    "maximum-packet-size": size("256 KB"),
    "share": text("Group of a shared subscription: the broker divides the messages among its members.", "weir"),
    "rate-limit": group(
      "What a topic sends faster than this is set aside.", SiteReader.rateLimitKeys,
      [
        "rate": text("Messages of one topic, in the long run.", "50 per s"),
        "burst": integer("Messages that may come at once; default: those of a minute.", 1...1_000_000),
        "quiet": duration("The source counts as babbling until it kept the limit so long.", "10 min"),
      ], required: ["rate"]),
    "embedded": any(
      "The gateway runs the broker itself.",
      [
        flag("With all defaults."),
        group(
          "Settings of the embedded broker.", SiteReader.embeddedKeys,
          [
            "maximum-inflight": integer("Unacknowledged messages a client may have.", 1...65535),
            "maximum-queued": size("256 MB"), "maximum-packet-size": size("256 KB"),
            "autosave": duration("What a crash of the broker can lose.", "60 s"),
            "password-file": text("Users and passwords.", "/etc/weir/mosquitto.passwd"), "tls": tls,
            "require-certificate": flag("Clients need a certificate."),
          ]),
      ]),
  ]

  static let broker = group("An MQTT broker that samples come from.", SiteReader.brokerKeys, connection)

  static let destination = group(
    "A destination and what may leave the plant for it.", SiteReader.destinationKeys,
    [
      "name": text("Status and logs show it.", "archive"),
      "file": group(
        "JSON lines.", ["path", "rotate", "keep"],
        [
          "path": text("The file.", "data/records.jsonl"), "rotate": size("64 MB"),
          "keep": integer("Files kept.", 1...10_000),
        ], required: ["path"]),
      "mqtt": group(
        "An MQTT broker.", SiteReader.mqttKeys,
        connection.merging([
          "topic": text("With {gateway}, {kind}, {asset}.", "weir/{gateway}/records/{kind}"),
          "batch": integer("Records in a message.", 1...10_000), "retain-last": flag("Retained messages."),
          "shape": words("How a record is written.", Destination.MessageShape.allCases.map(\.rawValue)),
        ]) { $1 }, required: ["host"]),
      "http": group(
        "A web address.", SiteReader.httpKeys,
        [
          "url": text("The address.", "https://example.com/records"),
          "batch": integer("Records in a request.", 1...10_000),
          "gzip": flag("Compressed bodies."), "token-file": text("File with the bearer token.", "/etc/weir/token"),
          "token-env": text("Environment variable with the token.", "WEIR_TOKEN"),
          "token-credential": text("systemd credential with the token.", "token"), "tls": tls,
          "timeout": duration("Of a request.", "30 s"),
        ], required: ["url"]),
      "records": any(
        "Which kinds of record may leave the plant.",
        [
          words("All, or one kind.", ["all"] + RecordKind.allCases.map(\.rawValue)),
          list("Some.", of: words("A kind.", RecordKind.allCases.map(\.rawValue))),
        ]),
      "assets": any("Whose records may leave.", [anyText, list("Ids and patterns with *.", of: anyText)]),
    ].merging(channels) { $1 }, required: ["name", "records", "assets"])
}
