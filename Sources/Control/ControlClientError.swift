import Foundation

/// Why the gateway could not be asked; each with what to do next.
public enum ControlClientError: Error, Hashable, CustomStringConvertible {
  /// The data directory does not exist.
  case noDirectory(String)
  /// The data directory exists, the control socket does not.
  case noSocket(directory: String)
  /// A socket is there and nobody listens on it.
  case notListening(directory: String)
  case permissionDenied(path: String)
  /// The gateway took the question and did not answer it.
  case timeout(seconds: Int)
  /// The question itself was refused: an unknown id, a wrong word.
  case refused(status: Int, message: String)
  /// An answer that this program does not understand.
  case unreadable(String)
  case failed(String)

  public var description: String {
    switch self {
    case .noDirectory(let directory):
      "There is no data directory \(directory).\n"
        + "  → Name the gateway's data directory (`data:` in its configuration) with --data or WEIR_DATA; "
        + "start a gateway with `weir run plant.yaml`."
    case .noSocket(let directory):
      "No gateway runs on \(directory).\n  → Start it with `weir run plant.yaml`, or name the right directory with "
        + "--data or WEIR_DATA."
    case .notListening(let directory):
      "The gateway of \(directory) does not answer: it was killed, or it is just starting.\n"
        + "  → Ask again in a few seconds; if it stays so, look at its log and start it with `weir run plant.yaml`."
    case .permissionDenied(let path):
      "You may not use \(path): permission denied.\n  → Ask as the user that runs the gateway (or with sudo)."
    case .timeout(let seconds):
      "The gateway runs, but did not answer within \(seconds) s: it is stuck or overloaded.\n"
        + "  → Look at its log and at the disk; it loses nothing by a restart."
    case .refused(let status, let message):
      switch status {
      case 400, 403, 404: message
      default: "The gateway could not answer (\(status)): \(message)\n  → Look at its log."
      }
    case .unreadable(let detail):
      "The gateway's answer cannot be read: \(detail).\n  → Is it of another version? Compare `weir --version` with "
        + "the version in its log, and restart it after an update."
    case .failed(let detail):
      "The gateway could not be asked: \(detail)."
    }
  }

  /// Waiting may help: the gateway is not there yet, or not there for the moment.
  public var isPassing: Bool {
    switch self {
    case .noDirectory, .noSocket, .notListening, .timeout: true
    case .permissionDenied, .refused, .unreadable, .failed: false
    }
  }
}
