import Foundation
import GRDB
import Telemetry

extension Journal {
  /// Rows that are taken in one read access: a long one would keep the write-ahead log from beginning at its front.
  private static let rowsAtOnce = 256
  private static let bytesAtOnce = 1 << 20

  private struct StoredBatch {
    var position: Int64
    var bytes: [UInt8]
  }

  /// Calls `body` with every batch after `position`, in order, up to the last one at the time of the call or later.
  /// Takes memory for about one batch and 1 MB.
  ///
  /// - Parameters:
  ///   - skipping: asked about a batch whose bytes are damaged; true leaves it out, false (the default) throws.
  ///   - body: false = stop. It may use the journal.
  public func forEachBatch(
    after position: Int64, skipping: (_ position: Int64, _ reason: JournalError) -> Bool = { _, _ in false },
    _ body: (Batch) throws -> Bool
  ) throws {
    var position = position
    while true {
      let rows = try perform { try pool.read { try Self.rows(after: position, in: $0) } }
      guard let final = rows.last else { return }
      for row in rows {
        let batch: Batch
        do {
          batch = try BatchDecoder.decode(row.bytes, position: row.position)
        } catch {
          guard skipping(row.position, error) else { throw error }
          continue
        }
        guard try body(batch) else { return }
      }
      position = final.position
    }
  }

  private static func rows(after position: Int64, in db: Database) throws -> [StoredBatch] {
    let statement = try db.cachedStatement(
      sql: "SELECT position, bytes FROM batches WHERE position > ? ORDER BY position")
    let cursor = try Row.fetchCursor(statement, arguments: [position])
    var rows: [StoredBatch] = []
    var size = 0
    while rows.count < rowsAtOnce, size < bytesAtOnce, let row = try cursor.next() {
      let bytes = try row.withUnsafeData(atIndex: 1) { [UInt8]($0 ?? Data()) }
      size += bytes.count
      rows.append(StoredBatch(position: row[0], bytes: bytes))
    }
    return rows
  }

  /// The identities of the last `limit` messages of a connection within its present session, oldest first: what
  /// `RedeliveryFilter.reconnected` wants after a start.
  ///
  /// A batch whose bytes are damaged ends the search: what is older is not needed to tell the newest redeliveries.
  ///
  /// Looks no further back than four times `limit` messages of all connections together.
  public func recentIdentities(_ connection: ConnectionID, limit: Int = 65_535) throws(JournalError)
    -> [MessageIdentity]
  {
    // Newest first, turned round at the end.
    var found: [MessageIdentity] = []
    var seen = 0
    var position = Int64.max
    while found.count < limit, seen < limit * 4 {
      let rows = try perform { try pool.read { try Self.rowsWithMessages(before: position, in: $0) } }
      guard let oldest = rows.last else { break }
      for row in rows {
        let identities: [MessageIdentity]
        do {
          identities = try BatchDecoder.identities(row.bytes, position: row.position)
        } catch {
          return found.reversed()
        }
        seen += identities.count
        for identity in identities.reversed() where identity.connection == connection {
          if identity == .newSession(connection) { return found.reversed() }
          found.append(identity)
          if found.count == limit { return found.reversed() }
        }
      }
      position = oldest.position
    }
    return found.reversed()
  }

  private static func rowsWithMessages(before position: Int64, in db: Database) throws -> [StoredBatch] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT position, bytes FROM batches WHERE position < ? AND messages > 0 ORDER BY position DESC LIMIT 64
        """)
    return try Row.fetchAll(statement, arguments: [position]).map { row in
      StoredBatch(position: row[0], bytes: try row.withUnsafeData(atIndex: 1) { [UInt8]($0 ?? Data()) })
    }
  }
}
