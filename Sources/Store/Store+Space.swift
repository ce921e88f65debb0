import Foundation
import GRDB

/// The file's size, and giving it back.
extension Store {
  /// Pages that one transaction moves at most, so that the log stays small.
  private static let vacuumSlice = 256

  /// Bytes of the file, its write-ahead log and its shared memory.
  public var bytesOnDisk: Int { ["", "-wal", "-shm"].reduce(0) { $0 + size($1) } }

  private func size(_ suffix: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  func usedPages(_ db: Database) throws -> Int {
    let (all, free) = try pages(db)
    return all - free
  }

  private func pages(_ db: Database) throws -> (all: Int, free: Int) {
    (
      try Int.fetchOne(try db.cachedStatement(sql: "PRAGMA page_count")) ?? 0,
      try Int.fetchOne(try db.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
    )
  }

  func pageCount() throws -> Int { try read { db in try pages(db).all } }

  /// Gives free pages back until the file has no more than `count`, or none is free.
  func shrink(toPages count: Int) throws {
    var (all, free) = try read { db in try pages(db) }
    while all > count, free > 0 {
      try vacuum(min(all - count, Self.vacuumSlice, free))
      try foldLog()
      (all, free) = try read { db in try pages(db) }
    }
    try settleLog()
  }

  /// Copies the write-ahead log into the file, and gives its space back if it is unusually large.
  ///
  /// A log of the ordinary size stays: what another program took of it, neither a commit nor an eviction could do
  /// without on a full disk.
  func settleLog() throws {
    guard try foldLog(), size("-wal") > 2 * budget.ordinaryLogBytes else { return }
    try emptyLog()
  }

  /// Bytes by which the file grows when the log is copied into it.
  func growthInLog() throws -> Int { max(try pageCount() * SpaceBudget.pageSize - size(""), 0) }

  /// Gives free pages back: all of them beyond a quarter of the file, or whatever is beyond the bound (it may have been
  /// lowered).
  func shrinkSurplus(by limit: Int, settlingLog: Bool) throws {
    let (all, free) = try read { db in try pages(db) }
    // Free pages below a quarter are where the next records go: moving others into them would only be wear.
    let surplus = max(free > 512 ? free - all / 4 : 0, min(free, all - budget.maximumPages))
    guard surplus > 0 else { return }
    try vacuum(min(surplus, limit))
    if settlingLog { try settleLog() }
  }

  private func vacuum(_ pages: Int) throws {
    try access {
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA incremental_vacuum(\(pages))")
        try db.execute(sql: "PRAGMA max_page_count = \(budget.maximumPages)")
      }
    }
  }

  /// Copies the write-ahead log into the file and empties it; both become as short as they can be.
  ///
  /// Unless a reader needs an older snapshot for long: then a later checkpoint of the log does it.
  func emptyLog() throws {
    try access {
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA busy_timeout = 200")
        do {
          _ = try db.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {}
        try db.execute(sql: "PRAGMA busy_timeout = \(StoreOpening.busyMilliseconds)")
      }
    }
  }

  /// Copies the write-ahead log into the file. The log keeps its size and begins at its front again, so that the next
  /// transaction needs no new space.
  ///
  /// Returns false if the file cannot grow so far: what does not fit stays in the log and is read from there.
  @discardableResult
  func foldLog() throws -> Bool {
    do {
      try access {
        try pool.writeWithoutTransaction { db in
          do {
            _ = try db.checkpoint(.passive)
          } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {}
        }
      }
      return true
    } catch StoreError.diskFull {
      return false
    }
  }
}
