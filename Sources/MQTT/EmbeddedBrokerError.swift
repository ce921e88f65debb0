import Glibc

/// Why the embedded broker does not run as it should, and what to do.
public enum EmbeddedBrokerError: Error, Hashable, CustomStringConvertible {
  /// It would listen to the network without any protection.
  case unprotected(host: String)
  case configuration(String)
  case portTaken(host: String, port: Int)
  case cannotStart(String)
  /// It started and ended by itself.
  case ended(logFile: String, lastLine: String)
  case notReady(logFile: String, lastLine: String)
  case doesNotStop(processID: pid_t)

  public var description: String {
    switch self {
    case .unprotected(let host):
      "the broker would listen on \(host) without protection: give it a password file, or TLS with "
        + "required certificates, or let it listen on 127.0.0.1"
    case .configuration(let what): what
    case .portTaken(let host, let port):
      "\(host):\(port) is in use by another program: stop it or choose another port for the broker"
    case .cannotStart(let what): "the broker cannot be started: \(what); is the package mosquitto installed?"
    case .ended(let logFile, let line): "the broker ended at once: \(line) (see \(logFile))"
    case .notReady(let logFile, let line): "the broker does not accept connections: \(line) (see \(logFile))"
    case .doesNotStop(let processID): "the broker (process \(processID)) does not end; it was asked with SIGTERM"
    }
  }
}
