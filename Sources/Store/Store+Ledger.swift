import Foundation
import GRDB
import Telemetry

/// The newest leaf of the ledger.
public struct LedgerHead: Hashable, Sendable {
  /// From 1, without gaps; 0 for an empty ledger.
  public var number: Int64
  /// 32 bytes.
  public var hash: [UInt8]
}

/// What is wrong with the ledger, at its first place.
public struct LedgerDamage: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// A number is missing.
    case gap
    /// A leaf's hash is not that of its contents and the leaf before.
    case broken = "broken chain"
    /// A kept body is not the one that the leaf is about.
    case body = "changed body"
    /// The last leaf is not the head, or names a revision that no leaf has.
    case head
  }
  public var leaf: Int64
  public var kind: Kind
  public var id: String
  public var description: String { "ledger leaf \(leaf) (\(id)): \(kind.rawValue)" }
}

extension Store {
  public func ledgerHead() throws -> LedgerHead {
    try read { db in
      LedgerHead(
        number: try Meta.integer(.leafNumber, in: db), hash: try Meta.bytes(.leafHash, in: db) ?? Digest.genesis)
    }
  }

  /// Recomputes the whole chain and the hashes of all bodies that are kept. Nil if everything holds.
  public func verifyLedger() throws -> LedgerDamage? {
    try read { db in
      var previous = Digest.genesis
      var number: Int64 = 0
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT leaves.number, leaves.kind, leaves.key, leaves.revision, leaves.gateway, leaves.body_hash, leaves.hash,
            records.body
          FROM leaves LEFT JOIN records ON records.sequence = leaves.sequence ORDER BY leaves.number
          """)
      while let row = try rows.next() {
        number += 1
        let leaf: Int64 = row[0]
        guard let kind = RecordKind(code: row[1]) else { return LedgerDamage(leaf: leaf, kind: .broken, id: "") }
        let id = IssuedRecord.id(
          gateway: gateway.ids[row[4]] ?? "", kind: kind, key: row[2], revision: row[3])
        guard leaf == number else { return LedgerDamage(leaf: number, kind: .gap, id: id) }
        let bodyHash = [UInt8](row[5] as Data)
        previous = Digest.leaf(previous: previous, bodyHash: bodyHash, id: id)
        guard previous == [UInt8](row[6] as Data) else { return LedgerDamage(leaf: leaf, kind: .broken, id: id) }
        if let body = row[7] as Data?, Digest.sha256([UInt8](body)) != bodyHash {
          return LedgerDamage(leaf: leaf, kind: .body, id: id)
        }
      }
      let head = try Meta.bytes(.leafHash, in: db) ?? Digest.genesis
      guard number == (try Meta.integer(.leafNumber, in: db)), previous == head else {
        return LedgerDamage(leaf: number, kind: .head, id: "")
      }
      return nil
    }
  }
}
