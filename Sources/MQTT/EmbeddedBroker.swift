import Glibc
import Telemetry
import Templates

/// Runs mosquitto as the gateway's own broker.
///
/// The broker outlives a gateway that is killed: it has its own session, and the next `start()` finds it by its pid
/// file and its command line, which names a configuration file with the configuration's hash. One with the same hash
/// is adopted, one with another is stopped cleanly and replaced.
public final class EmbeddedBroker: Sendable {
  public enum StartOutcome: Hashable, Sendable {
    case started
    /// It was running already, with the same configuration.
    case adopted
    /// One with another configuration was running; it was stopped and a new one started.
    case replaced
  }

  public let host: String
  public let port: Int
  public let directory: String
  private let settings: EmbeddedBrokerSettings
  private let executable: String
  private let child = Locked<ChildProcess?>(nil)

  /// `directory` belongs to the broker: configuration, log, pid file and `data/` are in it.
  public init(
    settings: EmbeddedBrokerSettings, host: String, port: Int, directory: String, executable: String? = nil
  ) {
    self.settings = settings
    self.host = host
    self.port = port
    self.directory = directory
    // Debian puts it where only root's PATH looks.
    self.executable = executable ?? (FileBytes.exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto")
  }

  /// Where mosquitto writes what it has to say.
  public var logFile: String { directory + "/mosquitto.log" }
  private var pidFile: String { directory + "/mosquitto.pid" }

  /// The process, whoever started it; nil if the broker does not run.
  public var processID: pid_t? { running()?.processID }
  public var isRunning: Bool { processID != nil }

  /// Adopts, replaces or starts the broker; returns when it accepts connections.
  @discardableResult
  public func start(within deadline: Duration = .seconds(20)) throws(EmbeddedBrokerError) -> StartOutcome {
    let configuration = try EmbeddedBrokerConfiguration(settings, host: host, port: port, directory: directory)
    let end = Monotonic.now() + deadline.nanoseconds
    var outcome = StartOutcome.started
    if let found = running() {
      if found.hash == configuration.hash {
        try waitUntilReady(found.processID, end)
        return .adopted
      }
      try stop(within: deadline)
      outcome = .replaced
    }
    guard !LoopbackPort.accepts(host: connectHost, port: port) else { throw .portTaken(host: host, port: port) }
    let process = try spawn(configuration)
    child.with { $0 = process }
    try waitUntilReady(process.processID, end)
    return outcome
  }

  /// Starts the broker again if it is gone; true if it had to. For a supervisor that looks every second or so.
  @discardableResult
  public func ensureRunning(within deadline: Duration = .seconds(20)) throws(EmbeddedBrokerError) -> Bool {
    guard !isRunning else { return false }
    return try start(within: deadline) != .adopted
  }

  /// Asks the broker to end (it saves its sessions and queues) and waits until it has. Never kills it.
  public func stop(within deadline: Duration = .seconds(30)) throws(EmbeddedBrokerError) {
    guard let found = running() else { return }
    kill(found.processID, SIGTERM)
    let end = Monotonic.now() + deadline.nanoseconds
    while running()?.processID == found.processID {
      guard Monotonic.now() < end else { throw .doesNotStop(processID: found.processID) }
      poll(nil, 0, 10)
    }
    child.with { $0 = nil }
  }

  // MARK: Finding it

  private struct Running {
    var processID: pid_t
    var hash: String
  }

  /// The running broker of this directory: the process in the pid file (mosquitto writes it itself), if its command
  /// line names a configuration of this directory.
  private func running() -> Running? {
    // Collects the exit status of an own child; a zombie is not a running broker.
    if let own = child.with({ $0 }), own.isRunning, let hash = configurationHash(of: own.processID) {
      return Running(processID: own.processID, hash: hash)
    }
    guard let bytes = try? FileBytes.read(pidFile),
      let processID = pid_t(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)),
      let hash = configurationHash(of: processID)
    else { return nil }
    return Running(processID: processID, hash: hash)
  }

  private func configurationHash(of processID: pid_t) -> String? {
    guard let bytes = try? FileBytes.read("/proc/\(processID)/cmdline") else { return nil }
    let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    let prefix = directory + "/mosquitto-"
    let suffix = ".conf"
    guard let path = words.first(where: { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }) else { return nil }
    return String(path.dropFirst(prefix.count).dropLast(suffix.count))
  }

  // MARK: Starting it

  private func spawn(_ configuration: EmbeddedBrokerConfiguration) throws(EmbeddedBrokerError) -> ChildProcess {
    let path = "\(directory)/mosquitto-\(configuration.hash).conf"
    do {
      for folder in [directory, directory + "/data"] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
        throw MQTTError.system(folder, errno: errno)
      }
      removeOldFiles(keeping: path)
      try FileBytes.write(Array(configuration.text.utf8), to: path)
      return try ChildProcess(executable, arguments: ["-c", path], output: logFile)
    } catch {
      throw .cannotStart(String(describing: error))
    }
  }

  /// Configurations of other hashes, a pid file that a killed broker left, a log that has grown large.
  private func removeOldFiles(keeping path: String) {
    unlink(pidFile)
    var status = stat()
    if stat(logFile, &status) == 0, status.st_size > 1 << 20 { rename(logFile, logFile + ".1") }
    guard let folder = opendir(directory) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      let full = directory + "/" + name
      if name.hasPrefix("mosquitto-"), name.hasSuffix(".conf"), full != path { unlink(full) }
    }
  }

  /// A broker on all interfaces is asked through loopback.
  private var connectHost: String { host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host }

  private func waitUntilReady(_ processID: pid_t, _ end: Int64) throws(EmbeddedBrokerError) {
    while true {
      guard isAlive(processID) else { throw .ended(logFile: logFile, lastLine: lastLogLine()) }
      // Twice: an end of the process closes the first connection too.
      if LoopbackPort.isServed(host: connectHost, port: port), isAlive(processID),
        LoopbackPort.isServed(host: connectHost, port: port), isAlive(processID)
      {
        return
      }
      guard Monotonic.now() < end else { throw .notReady(logFile: logFile, lastLine: lastLogLine()) }
      poll(nil, 0, 5)
    }
  }

  private func isAlive(_ processID: pid_t) -> Bool {
    if let own = child.with({ $0 }), own.processID == processID { return own.isRunning }
    return kill(processID, 0) == 0
  }

  private func lastLogLine() -> String {
    guard let bytes = try? FileBytes.read(logFile) else { return "" }
    return bytes.split(separator: UInt8(ascii: "\n")).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
