import Foundation
import GRDB
import Ledger
import Telemetry

/// A `store.sqlite` for reading only: to audit, export and prove, also while a gateway writes it, or on a copy.
public final class StoreFile: Sendable {
  public let path: String
  private let queue: DatabaseQueue
  private let formatTime: @Sendable (Timestamp) -> String

  /// - Parameters:
  ///   - path: of the file, or of the data directory in which it is.
  ///   - formatTime: how times are written in envelopes.
  public init(path: String, formatTime: @escaping @Sendable (Timestamp) -> String = { $0.rfc3339UTC }) throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let path = isFolder.boolValue ? "\(path)/store.sqlite" : path
    guard exists, FileManager.default.fileExists(atPath: path) else {
      throw LedgerError("there is no \(path); name a store.sqlite, or the data directory of a gateway")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw LedgerError("\(path) may not be read by this user; use the gateway's user, or a copy of the file")
    }
    self.path = path
    self.formatTime = formatTime
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(Double(StoreOpening.busyMilliseconds) / 1000)
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY") }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
    } catch { throw StoreError.from(error, path: path) }
  }

  /// The same file with times in another zone.
  public func formatting(_ formatTime: @escaping @Sendable (Timestamp) -> String) throws -> StoreFile {
    try StoreFile(path: path, formatTime: formatTime)
  }

  public func state(_ key: String) throws -> [UInt8]? {
    try read { db in
      try Data.fetchOne(db, sql: "SELECT bytes FROM state WHERE key = ?", arguments: [key]).map { [UInt8]($0) }
    }
  }

  /// Never throws for damage: that is in the report. Throws if the file is none of this program's.
  public func audit(_ options: LedgerAudit.Options = LedgerAudit.Options()) throws -> AuditReport {
    do {
      return try queue.read { db in
        let format = Cell.integer(
          try DatabaseValue.fetchOne(
            db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [Meta.format.rawValue])
            ?? .null)
        guard format == StoreFormat.version else {
          throw StoreError.failed(
            "its format is \(format.map(String.init) ?? "unknown"), and this program reads \(StoreFormat.version)")
        }
        return try StoreAudit(db: db).run(options)
      }
    } catch let error as DatabaseError {
      var report = AuditReport()
      report.add(LedgerDamage(.unreadable, "the file is damaged: \(error.message ?? "\(error.resultCode)")"))
      return report
    }
  }

  public func ledgerKeys() throws -> [LedgerKey] { try read { db in try LedgerKeyTable(db: db).all() } }

  /// Writes records as JSON lines, the promise first. See `LedgerExport`.
  @discardableResult
  public func export(_ export: LedgerExport, line: ([UInt8]) throws -> Void) throws -> ExportPromise {
    try read { db in try export.run(LedgerReader(db, formatTime: formatTime), line: line) }
  }

  /// A proof for a record whose leaf is under a signed head.
  ///
  /// - Parameter withBody: false: the proof shows only the envelope, and of the body its hash.
  public func proof(of id: String, withBody: Bool = true) throws -> LedgerProof {
    try read { db in try LedgerReader(db, formatTime: formatTime).proof(of: id, withBody: withBody) }
  }

  private func read<T>(_ body: (Database) throws -> T) throws -> T {
    do {
      return try queue.read(body)
    } catch let error as DatabaseError { throw StoreError.from(error, path: path) }
  }
}
