import Glibc

/// What can go wrong before there is a connection to speak of.
public enum MQTTError: Error, Hashable, CustomStringConvertible {
  /// A topic filter that no broker would accept.
  case invalidFilter(String)
  /// A password, certificate or setting that cannot be used: what and where.
  case configuration(String)
  case system(String, errno: Int32)
  /// `start()` was called twice.
  case alreadyStarted

  public var description: String {
    switch self {
    case .invalidFilter(let filter): "invalid topic filter \"\(filter)\""
    case .configuration(let what): what
    case .system(let what, let code): "\(what): \(String(cString: strerror(code)))"
    case .alreadyStarted: "already started"
    }
  }
}
