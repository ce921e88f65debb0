/// Who asks through the control socket, as the operating system says it.
public struct ControlCaller: Hashable, Sendable {
  /// nil: the system does not say.
  public var userID: UInt32?
  public init(userID: UInt32?) { self.userID = userID }
}

/// What somebody wants to do.
public enum ControlAct: Hashable, Sendable {
  case read
  /// A command of the journal, by its name.
  case command(String)
  /// Retry or drop messages of the quarantine.
  case quarantine
  /// Bring another configuration into force.
  case reload
  /// Keys and heads of the ledger.
  case ledger

  public init(method: String, path: String) {
    switch path {
    case _ where method == "GET": self = .read
    case _ where path.hasPrefix("/v1/quarantine/"): self = .quarantine
    case _ where path.hasPrefix("/v1/ledger/"): self = .ledger
    default: self = .reload
    }
  }

  public var word: String {
    switch self {
    case .read: "read"
    case .command(let name): name
    case .quarantine: "quarantine"
    case .reload: "reload"
    case .ledger: "ledger"
    }
  }
}
