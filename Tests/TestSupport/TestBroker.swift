import Glibc
import MQTT
import Telemetry
import Templates

/// A real mosquitto on a free loopback port, with its own directory. It can be stopped, killed and started again on
/// the same port and with the same data; it ends with the last reference to it.
public final class TestBroker: @unchecked Sendable {
  public let port: Int
  public let directory: TemporaryDirectory
  private let lines: [String]
  private var process: ChildProcess?

  public static let isInstalled = access(executable, X_OK) == 0
  private static let executable = "/usr/sbin/mosquitto"

  /// `configuration`: lines in addition to the usual ones (persistence, unbounded queue), in which `$DIR` stands for
  /// the directory. Anonymous clients are allowed unless a line says otherwise.
  public init(configuration: [String] = [], files: [String: String] = [:], starts: Bool = true) throws {
    directory = try TemporaryDirectory()
    port = try LoopbackPort.free()
    for (name, text) in files { try directory.write(text, to: name) }
    let own = directory.path
    lines = configuration.map { line in
      line.split(separator: "$DIR", omittingEmptySubsequences: false).joined(separator: own)
    }
    if starts { try start() }
  }

  deinit { process?.signal(SIGKILL) }

  public var processID: pid_t? { process?.processID }
  public var isRunning: Bool { process?.isRunning ?? false }

  /// Starts it; returns when it accepts connections.
  public func start() throws {
    guard !isRunning else { return }
    let usual = [
      "listener \(port) 127.0.0.1", "persistence true", "persistence_location \(directory.path)/",
      "max_queued_messages 0", "max_inflight_messages 1000", "set_tcp_nodelay true", "user root",
    ]
    let words = Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) })
    let anonymous = words.contains("allow_anonymous") ? [] : ["allow_anonymous true"]
    try directory.write((usual + anonymous + lines).joined(separator: "\n") + "\n", to: "mosquitto.conf")
    let process = try ChildProcess(
      Self.executable, arguments: ["-c", directory.appending("mosquitto.conf")],
      output: directory.appending("mosquitto.log"))
    self.process = process
    let isReady = eventually { !process.isRunning || LoopbackPort.accepts(host: "127.0.0.1", port: port) }
    guard isReady, process.isRunning else {
      throw TestSupportError("mosquitto did not start; see \(directory.appending("mosquitto.log"))")
    }
  }

  /// SIGTERM: saves its queues and sessions.
  public func stop() throws {
    guard let process else { return }
    process.signal(SIGTERM)
    guard process.waitForEnd(within: .seconds(20)) else { throw TestSupportError("mosquitto does not stop") }
    self.process = nil
  }

  /// SIGKILL: what it had not saved is lost.
  public func kill() throws {
    guard let process else { return }
    process.signal(SIGKILL)
    guard process.waitForEnd(within: .seconds(20)) else { throw TestSupportError("mosquitto does not die") }
    self.process = nil
  }

  /// SIGSTOP and SIGCONT: a broker that is there but does not answer.
  public func freeze() { process?.signal(SIGSTOP) }
  public func thaw() { process?.signal(SIGCONT) }

  /// Settings of a connection to this broker.
  public func connection(
    clientID: String, name: String = "plant", username: String? = nil, password: Secret? = nil,
    tls: TLSSettings? = nil, keepAlive: Span64 = .seconds(60), commitInterval: Span64 = .milliseconds(20)
  ) -> Connection {
    Connection(
      name: name, host: "127.0.0.1", port: port, clientID: clientID, username: username, password: password, tls: tls,
      keepAlive: keepAlive, sessionExpiry: .days(1), commitInterval: commitInterval, maximumPacketSize: 1 << 20,
      embedded: nil)
  }
}
