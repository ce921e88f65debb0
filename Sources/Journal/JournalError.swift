/// What can go wrong with the journal. The text says what happened and to which file.
public enum JournalError: Error, Hashable, CustomStringConvertible {
  /// No space left: nothing of the transaction is stored, and the journal works again once there is space
  /// (`releaseReserve()`, `trim`).
  case diskFull(String)
  /// Stored bytes are damaged.
  case corrupt(String)
  /// Anything else: permissions, a newer format, an I/O error.
  case failed(String)

  public var description: String {
    switch self {
    case .diskFull(let text): "disk full: \(text)"
    case .corrupt(let text): "damaged journal: \(text)"
    case .failed(let text): "journal: \(text)"
    }
  }
}
