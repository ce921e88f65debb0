import Foundation
import GRDB

/// The single values of the file: positions, heads of the counters, totals. All of them live in one page, so a commit
/// that changes several writes one.
enum Meta: String {
  case format
  case checkpointPosition = "checkpoint-position"
  case outputPosition = "output-position"
  /// History of blocks before this one is no longer needed.
  case oldestBlock = "oldest-block"
  /// History before this block was given up for space although a horizon needs it, and how many chunks that were.
  case historyFloor = "history-floor"
  case neededHistoryEvicted = "needed-history-evicted"
  /// The last number given to a record; never given again, also when the record is evicted.
  case recordSequence = "record-sequence"
  case leafNumber = "leaf-number"
  case leafHash = "leaf-hash"
  /// The newest signed head.
  case headNumber = "head-number"
  case headHash = "head-hash"
  case headLeaf = "head-leaf"
  /// End of the last plant-local day that a head was made for, nanoseconds.
  case sealedUntil = "sealed-until"
  case quarantineNumber = "quarantine-number"
  case refusedNumber = "refused-number"
  case counts

  static func integer(_ name: String, in db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(sql: "SELECT value FROM meta WHERE name = ?")
    return try Int64.fetchOne(statement, arguments: [name]) ?? 0
  }

  static func integer(_ item: Meta, in db: Database) throws -> Int64 { try integer(item.rawValue, in: db) }

  static func bytes(_ item: Meta, in db: Database) throws -> [UInt8]? {
    let statement = try db.cachedStatement(sql: "SELECT value FROM meta WHERE name = ?")
    return try Data.fetchOne(statement, arguments: [item.rawValue]).map { [UInt8]($0) }
  }

  static func set(_ name: String, _ value: some DatabaseValueConvertible, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
    try statement.execute(arguments: [name, value])
  }

  static func set(_ item: Meta, _ value: some DatabaseValueConvertible, in db: Database) throws {
    try set(item.rawValue, value, in: db)
  }

  static func add(_ name: String, _ amount: Int, in db: Database) throws {
    guard amount != 0 else { return }
    try set(name, try integer(name, in: db) + Int64(amount), in: db)
  }
}
