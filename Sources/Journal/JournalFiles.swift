import Foundation
import GRDB

/// The files of a journal: opening, setting aside, sizes.
struct JournalFiles: Sendable {
  /// Version 1: the tables of `create`.
  static let formatVersion = 1
  /// "Weir" in ASCII: tells a journal from another SQLite file.
  static let applicationID = 0x5765_6972
  /// A page holds the batch of a quiet second. Small pages waste little of the last one of a batch.
  static let pageSize = 1024
  private static let keptDamagedFiles = 2
  /// Up to this size the whole file is checked at every start.
  private static let alwaysChecked = 16 << 20

  let path: String
  let reserve: SpaceReserve

  init(path: String, reserveBytes: Int) {
    self.path = path
    reserve = SpaceReserve(path: path + ".reserve", bytes: reserveBytes)
  }

  private var suspectPath: String { path + ".suspect" }

  /// - Throws: `corrupt` if the file is damaged; the caller sets it aside.
  func open(walBytes: Int) throws(JournalError) -> DatabasePool {
    var configuration = Configuration()
    configuration.maximumReaderCount = 2
    configuration.busyMode = .timeout(5)
    configuration.label = "journal"
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -128 : -512)")
      guard !db.configuration.readonly else { return }
      // Debian's SQLite overwrites what is deleted with zeros by default: twice the wear, and nothing is secret here
      // that is not in the file anyway.
      try db.execute(sql: "PRAGMA page_size = \(Self.pageSize); PRAGMA auto_vacuum = INCREMENTAL")
      _ = try Row.fetchOne(db, sql: "PRAGMA secure_delete = OFF")
    }
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        _ = try Row.fetchOne(db, sql: "PRAGMA wal_autocheckpoint = \(walBytes / Self.pageSize)")
        _ = try Row.fetchOne(db, sql: "PRAGMA journal_size_limit = \(walBytes * 2)")
        try prepareFormat(db)
      }
      try check(pool)
      return pool
    } catch {
      throw JournalError(error, self)
    }
  }

  private func prepareFormat(_ db: Database) throws {
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
    if version == 0, application == 0, isEmpty {
      try db.inTransaction(.immediate) {
        try Self.create(db)
        return .commit
      }
      return
    }
    guard application == Self.applicationID else {
      throw JournalError.failed("\(path) is a database of another program; move it away or choose another directory")
    }
    guard version <= Self.formatVersion else {
      throw JournalError.failed(
        "\(path) has format \(version), this version of weir reads up to \(Self.formatVersion): install the newer weir")
    }
  }

  private static func create(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE batches (
          position INTEGER PRIMARY KEY, created INTEGER NOT NULL, messages INTEGER NOT NULL, bytes BLOB NOT NULL);
        CREATE TABLE assets (id INTEGER PRIMARY KEY, asset TEXT NOT NULL UNIQUE);
        CREATE TABLE series (
          id INTEGER PRIMARY KEY, asset INTEGER NOT NULL REFERENCES assets, signal TEXT NOT NULL,
          UNIQUE (asset, signal));
        CREATE TABLE connections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE quarantine (
          id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, received INTEGER NOT NULL,
          connection INTEGER NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL, reason INTEGER NOT NULL,
          detail TEXT NOT NULL, state INTEGER NOT NULL);
        CREATE TABLE quarantine_totals (
          reason INTEGER NOT NULL, state INTEGER NOT NULL, messages INTEGER NOT NULL, bytes INTEGER NOT NULL,
          PRIMARY KEY (reason, state)) WITHOUT ROWID;
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(formatVersion);
        """)
  }

  /// A large file is only read through when something was wrong with it before: the start must not take minutes.
  private func check(_ pool: DatabasePool) throws {
    let suspected = access(suspectPath, F_OK) == 0
    try pool.read { db in
      guard suspected || size(path) <= Self.alwaysChecked else { return }
      let answer = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
      guard answer == "ok" else { throw JournalError.corrupt("\(path): \(answer)") }
    }
    if suspected { unlink(suspectPath) }
  }

  /// Remembers that the file has shown damage, so that the next start reads it through.
  func suspect() {
    let descriptor = Glibc.open(suspectPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Moves the damaged file and its companions away. Returns its new path.
  func setAside() throws(JournalError) -> String {
    var number = 1
    while access("\(path).corrupt-\(number)", F_OK) == 0 { number += 1 }
    let target = "\(path).corrupt-\(number)"
    for suffix in ["-wal", "-shm", ""] where access(path + suffix, F_OK) == 0 {
      guard rename(path + suffix, target + suffix) == 0 else {
        throw .failed("cannot set \(path + suffix) aside: \(String(cString: strerror(errno)))")
      }
    }
    unlink(suspectPath)
    // They are for a person to look at, and must not fill the disk.
    if number > Self.keptDamagedFiles {
      for old in 1...(number - Self.keptDamagedFiles) {
        for suffix in ["-wal", "-shm"] { unlink("\(path).corrupt-\(old)\(suffix)") }
        // The name stays taken, so that numbers go up.
        truncate("\(path).corrupt-\(old)", 0)
      }
    }
    return target
  }

  /// Main file, write-ahead log and its index, in bytes.
  var bytesOnDisk: Int { size(path) + size(path + "-wal") + size(path + "-shm") }

  /// Bytes that a process may still write to the file system of the journal; nil if it cannot be asked.
  var freeBytes: Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  private func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}

extension JournalError {
  /// Below this an I/O error of SQLite is taken for a full disk: some of its calls do not tell.
  private static let nearlyNothing = 256 << 10

  init(_ error: any Error, _ files: JournalFiles) {
    if let error = error as? JournalError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self = .failed("\(files.path): \(error)")
      return
    }
    let text = "\(files.path): \(error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")"
    switch error.resultCode {
    case .SQLITE_FULL: self = .diskFull(text)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(text)
    case .SQLITE_IOERR, .SQLITE_CANTOPEN:
      self = (files.freeBytes ?? .max) < Self.nearlyNothing ? .diskFull(text) : .failed(text)
    default: self = .failed(text)
    }
  }
}
