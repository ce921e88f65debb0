import Glibc
import Telemetry
import Templates
import TestSupport
import Testing

@testable import MQTT

/// Passwords and certificates.
@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
struct AccessTests {
  static func run(_ program: String, _ arguments: [String], in directory: TemporaryDirectory) throws {
    let process = try ChildProcess(program, arguments: arguments, output: directory.appending("output"))
    guard process.waitForEnd(within: .seconds(30)) else { throw TestSupportError("\(program) does not end") }
  }

  @Test func userNameAndPassword() async throws {
    let secrets = try TemporaryDirectory()
    let file = secrets.appending("passwords")
    try Self.run("mosquitto_passwd", ["-b", "-c", file, "weir", "s3cret"], in: secrets)
    try secrets.write("s3cret\n", to: "right")
    try secrets.write("wrong\n", to: "wrong")
    let broker = try TestBroker(configuration: ["allow_anonymous false", "password_file \(file)"])
    for (name, isAccepted) in [("right", true), ("wrong", false), ("missing", false)] {
      let delegate = RecordingDelegate()
      let settings = broker.connection(
        clientID: "weir-test", username: "weir", password: .file(secrets.appending(name)))
      let receiver = Receiver(settings: settings, gateway: "g1", subscriptions: ["plant/#"], delegate: delegate)
      try receiver.start()
      #expect(eventually { delegate.isDrained || delegate.read { $0.events.contains { $0.isConnectFailure } } })
      receiver.stop()
      #expect(delegate.read { $0.events.contains(.drained) } == isAccepted)
      if case .connectFailed(let failure, _) = delegate.read({ $0.events.first }) {
        #expect(!failure.description.contains("s3cret"))
        #expect(name == "wrong" ? failure == .refused(code: 0x87) : failure.description.contains("password file"))
      }
    }
  }

  @Test func tlsWithClientCertificates() async throws {
    let files = try TemporaryDirectory()
    func path(_ name: String) -> String { files.appending(name) }
    let quick = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    try Self.run(
      "openssl",
      ["req", "-x509", "-days", "2", "-subj", "/CN=Weir test CA", "-keyout", path("ca.key"), "-out", path("ca.pem")]
        + quick, in: files)
    for name in ["server", "client"] {
      try Self.run(
        "openssl",
        ["req", "-subj", "/CN=127.0.0.1", "-keyout", path("\(name).key"), "-out", path("\(name).csr")] + quick,
        in: files)
      try files.write("subjectAltName=IP:127.0.0.1\n", to: "names")
      try Self.run(
        "openssl",
        [
          "x509", "-req", "-days", "2", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
          "-CAcreateserial", "-extfile", path("names"), "-out", path("\(name).pem"),
        ], in: files)
    }
    let broker = try TestBroker(configuration: [
      "cafile \(path("ca.pem"))", "certfile \(path("server.pem"))", "keyfile \(path("server.key"))",
      "require_certificate true",
    ])
    let mutual = TLSSettings(caFile: path("ca.pem"), certificateFile: path("client.pem"), keyFile: path("client.key"))
    let delegate = RecordingDelegate()
    let receiver = Receiver(
      settings: broker.connection(clientID: "weir-tls", tls: mutual), gateway: "g1", subscriptions: ["plant/#"],
      delegate: delegate)
    try receiver.start()
    #expect(eventually { delegate.isDrained })
    let publisher = try Publisher(settings: broker.connection(clientID: "publisher-tls", tls: mutual))
    try publisher.start()
    #expect(try await publisher.waitUntilConnected())
    try ReceiverTests.succeed(
      await publisher.publish((0..<3000).map { OutgoingMessage(topic: "plant/a", payload: Array(String($0).utf8)) }))
    #expect(eventually { delegate.read { $0.committed.count } >= 3000 })
    publisher.stop()
    receiver.stop()
    #expect(delegate.committedPayloads == ReceiverTests.texts(0..<3000))

    // Without a certificate of its own, or trusting somebody else, there is no connection.
    for tls in [
      TLSSettings(caFile: path("ca.pem"), certificateFile: nil, keyFile: nil),
      TLSSettings(caFile: path("client.pem"), certificateFile: path("client.pem"), keyFile: path("client.key")),
      TLSSettings(caFile: path("nowhere.pem"), certificateFile: nil, keyFile: nil),
    ] {
      let delegate = RecordingDelegate()
      let receiver = Receiver(
        settings: broker.connection(clientID: "weir-tls", tls: tls), gateway: "g1", subscriptions: ["plant/#"],
        delegate: delegate)
      try receiver.start()
      #expect(eventually { delegate.read { $0.events.contains { $0.isConnectFailure } } })
      receiver.stop()
      #expect(delegate.read { !$0.events.contains { if case .up = $0 { true } else { false } } })
    }
  }
}
