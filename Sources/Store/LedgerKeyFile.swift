import Foundation
import Glibc
import Ledger

/// The gateway's secret key: `ledger.key` in the data directory, readable by its owner only.
///
/// A rotation puts the new key beside the old one before the Store knows of the hand-over, and in its place afterwards;
/// a crash between the two is put right by the next opening, by what the Store knows.
public struct LedgerKeyFile: Sendable {
  private let path: String
  private var nextPath: String { path + ".next" }

  /// - Parameter directory: the data directory; exists.
  public init(directory: String) { path = "\(directory)/ledger.key" }

  /// The key in use; made at the first start.
  ///
  /// - Parameter known: the newest key that the Store knows.
  public func open(known: PublicKey?) throws -> SigningKey {
    let current = try read(path)
    let next = try read(nextPath)
    if let next, let known, next.publicKey == known, current?.publicKey != known {
      try move()
      return next
    }
    if next != nil { try remove(nextPath) }
    if let current { return current }
    let key = try SigningKey()
    try write(key, to: path)
    return key
  }

  /// Puts a new key in place; `record` makes the Store know of it, durably.
  public func rotate(to key: SigningKey, record: () throws -> Void) throws {
    try write(key, to: nextPath)
    do {
      try record()
    } catch {
      try remove(nextPath)
      throw error
    }
    try move()
  }

  // MARK: Files

  private func read(_ path: String) throws -> SigningKey? {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("cannot be read", path)
    }
    defer { Glibc.close(file) }
    var status = stat()
    // A key that others could read is brought back to its owner; a copy that somebody made cannot be.
    if fstat(file, &status) == 0, status.st_mode & 0o077 != 0, fchmod(file, 0o600) != 0 {
      throw failure("is readable by others, and its mode cannot be set to 0600", path)
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(file, &bytes, bytes.count)
    guard count >= 0 else { throw failure("cannot be read", path) }
    do {
      return try SigningKey(file: String(decoding: bytes[..<count], as: UTF8.self))
    } catch {
      throw LedgerError(
        "\(path) is no key: \(error). Restore it from a backup; if it is lost, move it away: the gateway then makes a new "
          + "one, which the old one has not signed")
    }
  }

  private func write(_ key: SigningKey, to path: String) throws {
    let part = path + ".part"
    unlink(part)
    let file = Glibc.open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("cannot be made", path) }
    let bytes = Array(key.fileText.utf8)
    let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    let code = errno
    Glibc.close(file)
    guard isWritten, rename(part, path) == 0 else {
      if !isWritten { errno = code }
      let error = failure("cannot be written", path)
      unlink(part)
      throw error
    }
    try syncFolder()
  }

  private func move() throws {
    guard rename(nextPath, path) == 0 else { throw failure("cannot take its new contents", path) }
    try syncFolder()
  }

  private func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot be removed", path) }
  }

  private func syncFolder() throws {
    let folder = Glibc.open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("cannot be made durable", path) }
    defer { Glibc.close(folder) }
    guard fsync(folder) == 0 else { throw failure("cannot be made durable", path) }
  }

  private func failure(_ what: String, _ path: String) -> LedgerError {
    LedgerError("\(path) \(what): \(String(cString: strerror(errno)))")
  }
}
