import GRDB

/// Why the Store could not do what it was asked. The transaction was rolled back; the Store stays usable.
public enum StoreError: Error, Hashable, CustomStringConvertible {
  /// The file system, or the bound of `StorageSettings.storeBytes`, has no room although everything that may be
  /// evicted was. Try again when there is room.
  case diskFull(String)
  /// The file is damaged. The next opening checks all of it, and sets it aside if that is so.
  case corrupt(String)
  /// Anything else: an I/O error, or a call that would break the Store's order.
  case failed(String)

  public var description: String {
    switch self {
    case .diskFull(let text): "no room for store.sqlite: \(text)"
    case .corrupt(let text): "store.sqlite is damaged: \(text)"
    case .failed(let text): "store.sqlite: \(text)"
    }
  }

  /// What SQLite means by its result code.
  ///
  /// - Parameter isDiskFull: whether the file system has no room: SQLite calls that an I/O error, or a file that cannot
  ///   be opened, when it grows its shared memory, makes a file or syncs.
  init(_ error: DatabaseError, isDiskFull: @autoclosure () -> Bool) {
    let text = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_FULL: self = .diskFull(text)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(text)
    case .SQLITE_IOERR, .SQLITE_CANTOPEN:
      // What cannot be read is not for want of room.
      let isFull = !Self.readingFailures.contains(error.extendedResultCode) && isDiskFull()
      self = isFull ? .diskFull(text) : Self.failed(error, text)
    default: self = Self.failed(error, text)
    }
  }

  private static let readingFailures: [ResultCode] = [
    .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_CORRUPTFS, .SQLITE_IOERR_DATA,
  ]

  private static func failed(_ error: DatabaseError, _ text: String) -> StoreError {
    .failed("\(text) (code \(error.extendedResultCode.rawValue))")
  }

  /// The error of this module for any error of an access to the database at `path`.
  static func from(_ error: any Error, path: String) -> StoreError {
    switch error {
    case let error as StoreError: error
    case let error as DatabaseError: StoreError(error, isDiskFull: DiskSpace(of: path).isFull)
    default: .failed("\(error)")
    }
  }
}
