import Glibc
import Telemetry
import Templates
import TestSupport
import Testing

@testable import MQTT

@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
struct EmbeddedBrokerTests {
  static func settings(queuedBytes: Int = 100_000_000) -> EmbeddedBrokerSettings {
    EmbeddedBrokerSettings(
      maximumInflight: 1000, maximumQueuedBytes: queuedBytes, maximumPacketSize: 1 << 20,
      autosaveInterval: .seconds(60), passwordFile: nil, tls: nil, requireCertificate: false)
  }

  @Test func itIsStartedAdoptedReplacedAndStopped() throws {
    let directory = try TemporaryDirectory()
    let port = try LoopbackPort.free()
    func make(_ bytes: Int = 100_000_000) -> EmbeddedBroker {
      EmbeddedBroker(
        settings: Self.settings(queuedBytes: bytes), host: "127.0.0.1", port: port, directory: directory.path)
    }
    let first = make()
    #expect(!first.isRunning)
    #expect(try first.start() == .started)
    let process = try #require(first.processID)
    #expect(getsid(process) == process, "its own session: Ctrl-C does not reach it")

    // As after a SIGKILL of the gateway: another object knows nothing but the directory.
    let second = make()
    #expect(try second.start() == .adopted)
    #expect(second.processID == process)

    let changed = make(50_000_000)
    #expect(try changed.start() == .replaced)
    #expect(changed.processID != process)
    #expect(!first.isRunning || first.processID == changed.processID)

    // It dies: the supervisor's next look brings it back.
    #expect(try changed.ensureRunning() == false)
    kill(try #require(changed.processID), SIGKILL)
    #expect(eventually { !changed.isRunning })
    #expect(try changed.ensureRunning())
    try changed.stop()
    #expect(!changed.isRunning)
    #expect(!LoopbackPort.accepts(host: "127.0.0.1", port: port))
    try changed.stop()
  }

  @Test func aTakenPortIsSaid() throws {
    let other = try TestBroker()
    let directory = try TemporaryDirectory()
    let broker = EmbeddedBroker(
      settings: Self.settings(), host: "127.0.0.1", port: other.port, directory: directory.path)
    #expect(throws: EmbeddedBrokerError.portTaken(host: "127.0.0.1", port: other.port)) { try broker.start() }
  }

  @Test func withoutProtectionItListensOnlyToLoopback() throws {
    let directory = try TemporaryDirectory()
    let broker = EmbeddedBroker(
      settings: Self.settings(), host: "0.0.0.0", port: try LoopbackPort.free(), directory: directory.path)
    #expect(throws: EmbeddedBrokerError.unprotected(host: "0.0.0.0")) { try broker.start() }

    var protected = Self.settings()
    protected.passwordFile = try directory.write("", to: "passwords")
    let configuration = try EmbeddedBrokerConfiguration(
      protected, host: "0.0.0.0", port: 1883, directory: directory.path)
    #expect(configuration.text.contains("allow_anonymous false\n"))
    #expect(configuration.text.contains("password_file \(directory.path)/passwords\n"))
    try directory.write("weir:x\n", to: "passwords")
    let changed = try EmbeddedBrokerConfiguration(protected, host: "0.0.0.0", port: 1883, directory: directory.path)
    #expect(changed.text == configuration.text && changed.hash != configuration.hash)
  }

  @Test func whatMosquittoDoesNotLikeIsQuoted() throws {
    let directory = try TemporaryDirectory()
    var settings = Self.settings()
    settings.tls = TLSSettings(
      caFile: nil, certificateFile: try directory.write("x", to: "cert"), keyFile: try directory.write("x", to: "key"))
    let broker = EmbeddedBroker(
      settings: settings, host: "127.0.0.1", port: try LoopbackPort.free(), directory: directory.path)
    let error = #expect(throws: EmbeddedBrokerError.self) { try broker.start() }
    #expect(error?.description.contains("mosquitto.log") == true)
    #expect(error?.description.contains("Error") == true, "\(String(describing: error))")
  }
}
