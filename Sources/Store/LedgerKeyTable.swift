import Foundation
import GRDB
import Ledger
import Telemetry

/// A key with which heads were or are signed.
public struct LedgerKey: Hashable, Sendable {
  public var key: PublicKey
  public var since: Timestamp
  /// By the key before; nil for the first, and for one that took the place of a lost key.
  public var handover: String?
}

/// The public keys of the ledger, within a transaction.
struct LedgerKeyTable {
  let db: Database

  /// The oldest first.
  func all() throws -> [LedgerKey] {
    try Row.fetchAll(db, sql: "SELECT public, since, handover FROM ledger_keys ORDER BY number").map { row in
      LedgerKey(
        key: try PublicKey(raw: [UInt8](row[0] as Data)), since: Timestamp(nanoseconds: row[1]), handover: row[2])
    }
  }

  /// From the first key that is connected with the newest one.
  func handovers() throws -> [String] {
    var texts: [String] = []
    for key in try all() {
      if let text = key.handover { texts.append(text) } else { texts = [] }
    }
    return texts
  }

  func append(_ key: LedgerKey) throws {
    try db.execute(
      sql: "INSERT INTO ledger_keys (public, since, handover) VALUES (?, ?, ?)",
      arguments: [Data(key.key.raw), key.since.nanoseconds, key.handover])
  }
}
