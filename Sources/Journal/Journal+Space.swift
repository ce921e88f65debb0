import GRDB
import Telemetry
import Templates

extension Journal {
  /// Redeliveries are told by the messages of this many back, so their batches stay while they are not too old and
  /// take no more than a quarter of the bound.
  private static let keptMessages = 65_535
  /// Of the bound, what the quarantine may take.
  private static let quarantineShare = 4
  private static let batchesAtOnce = 256
  private static let bytesAtOnce = 1 << 20
  /// Of giving free pages back to the file system.
  private static let pagesAtOnce = 1024
  private static let stepsAtOnce = 4

  /// Main file, write-ahead log and its index, free pages included.
  public var bytesOnDisk: Int { files.bytesOnDisk }

  /// Bytes that the file system still has; nil if it cannot be asked.
  public var freeBytes: Int? { files.freeBytes }

  /// Gives the preallocated reserve back to the file system, and uses it to fold the write-ahead log into the main
  /// file, so that `trim` can write.
  public func releaseReserve() throws(JournalError) {
    try files.reserve.release()
    try perform { _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) } }
  }

  /// Takes the reserve again. Throws `diskFull` if there is no room for it yet.
  public func restoreReserve() throws(JournalError) { try files.reserve.restore() }

  /// Whether the reserve is there to be released.
  public var holdsReserve: Bool { files.reserve.isHeld }

  /// Removes the oldest batches and quarantined messages until the journal is as young and as small as configured.
  /// Returns how many batches were removed.
  ///
  /// Never removes the batch at `position` or a later one, nor the last batch; to save space it does not remove those
  /// with the last 65,535 messages either, if they take less than a quarter of the bound. On a full disk release the
  /// reserve first: to delete takes a little space, too.
  ///
  /// - Parameter position: everything before it is in a checkpoint of the engine.
  @discardableResult
  public func trim(before position: Int64, now: Timestamp) throws(JournalError) -> Int {
    let oldest = now - settings.journalAge
    try trimQuarantine(olderThan: oldest)
    var removed = 0
    let end = min(position, lastPosition)
    let target = target(appended: appended.exchange(0, ordering: .relaxed))
    var protected: Int64?
    while true {
      let count = try perform {
        try pool.writeWithoutTransaction { db -> Int in
          let surplus = try Self.usedBytes(db) - target
          if surplus > 0, protected == nil { protected = try Self.oldestProtected(target: target, in: db) }
          var count = 0
          try db.inTransaction(.immediate) {
            count = try Self.removeBatches(
              before: end, olderThan: oldest, surplus: surplus, protected: protected ?? 0, in: db)
            return .commit
          }
          return count
        }
      }
      guard count > 0 else { break }
      removed += count
    }
    try shrink()
    return removed
  }

  /// Bytes of used pages that the main file may have. On top come the write-ahead log, its index, and room until the
  /// next trim: a little more than was needed since the last one.
  private func target(appended: Int) -> Int {
    let bound = settings.journalBytes
    let wal = Self.walBytes(settings)
    return max(bound - wal - wal / 8 - max(bound / 16, appended + appended / 4), bound / 4)
  }

  private static func usedBytes(_ db: Database) throws -> Int {
    let pages = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA page_count")) ?? 0
    let free = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
    return (pages - free) * JournalFiles.pageSize
  }

  /// - Parameter protected: from here on batches go only because of their age.
  private static func removeBatches(
    before end: Int64, olderThan oldest: Timestamp, surplus: Int, protected: Int64, in db: Database
  ) throws -> Int {
    let statement = try db.cachedStatement(
      sql: "SELECT position, created, length(bytes) FROM batches WHERE position < ? ORDER BY position LIMIT ?")
    var surplus = surplus
    var size = 0
    var last: Int64?
    var count = 0
    let cursor = try Row.fetchCursor(statement, arguments: [end, batchesAtOnce])
    while size < bytesAtOnce, let row = try cursor.next() {
      let isTooMuch = surplus > 0 && row[0] < protected
      guard isTooMuch || row[1] < oldest.nanoseconds else { break }
      size += row[2]
      surplus -= row[2]
      last = row[0]
      count += 1
    }
    guard let last else { return 0 }
    try db.cachedStatement(sql: "DELETE FROM batches WHERE position <= ?").execute(arguments: [last])
    return count
  }

  private static func oldestProtected(target: Int, in db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(
      sql: "SELECT position, messages, length(bytes) FROM batches ORDER BY position DESC")
    let cursor = try Row.fetchCursor(statement)
    var oldest = Int64.max
    var messages = 0
    var size = 0
    while messages < keptMessages, let row = try cursor.next() {
      size += row[2]
      guard size < target / 4 else { break }
      messages += row[1]
      oldest = row[0]
    }
    return oldest
  }

  private func trimQuarantine(olderThan oldest: Timestamp) throws(JournalError) {
    let bound = settings.journalBytes / Self.quarantineShare
    while true {
      let removed = try perform {
        try pool.write { db in
          let bytes = try Int.fetchOne(db.cachedStatement(sql: "SELECT sum(bytes) FROM quarantine_totals")) ?? 0
          return try Quarantine.evict(
            olderThan: oldest, surplus: bytes - bound, limit: Self.batchesAtOnce, in: db)
        }
      }
      guard removed > 0 else { return }
    }
  }

  /// Free pages are used again, so a journal that is trimmed in time never needs this; one that had to wait for the
  /// engine gives back what it has too much. That moves pages about, so it goes in small steps, and some at a time.
  private func shrink() throws(JournalError) {
    for _ in 0..<Self.stepsAtOnce {
      let isDone = try perform {
        try pool.writeWithoutTransaction { db in
          let pages = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA page_count")) ?? 0
          let free = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
          let bound = settings.journalBytes - Self.walBytes(settings)
          let surplus = min(pages - bound / JournalFiles.pageSize, free)
          guard surplus > 0 else { return true }
          let step = try db.makeStatement(sql: "PRAGMA incremental_vacuum(\(min(surplus, Self.pagesAtOnce)))")
          let cursor = try Row.fetchCursor(step)
          while try cursor.next() != nil {}
          return false
        }
      }
      if isDone { return }
    }
  }
}
