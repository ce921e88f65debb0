import Foundation
import GRDB
import Ledger
import Telemetry

/// The newest leaf of the ledger.
public struct LedgerHead: Hashable, Sendable {
  /// From 1, without gaps; 0 for an empty ledger.
  public var number: Int64
  /// 32 bytes.
  public var hash: [UInt8]
}

extension Store {
  public func ledgerHead() throws -> LedgerHead {
    try read { db in
      LedgerHead(
        number: try Meta.integer(.leafNumber, in: db), hash: try Meta.bytes(.leafHash, in: db) ?? LedgerHash.genesis)
    }
  }

  /// Recomputes the whole chain, the hashes of all bodies that are kept, and the heads with their signatures.
  public func audit(_ options: LedgerAudit.Options = LedgerAudit.Options()) throws -> AuditReport {
    try read { db in try StoreAudit(db: db).run(options) }
  }

  /// The first damage of the ledger. Nil if everything holds.
  public func verifyLedger() throws -> LedgerDamage? { try audit().damages.first }
}
