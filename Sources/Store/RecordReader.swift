import Foundation
import GRDB
import Ledger
import Telemetry
import Templates

/// Reads rows of `records` as issued records.
struct RecordReader {
  let gateway: Gateways
  let formatTime: (Timestamp) -> String

  /// Select list and tables; a WHERE clause on `records` follows.
  static let select = """
    SELECT records.kind, records.asset, records.sequence, records.issued, records.start, records.end,
      records.revision, records.key, records.gateway, records.leaf, records.hash, records.supersedes, records.cause,
      records.body, leaves.hash, before.hash
    FROM records LEFT JOIN leaves ON leaves.number = records.leaf
      LEFT JOIN leaves AS before ON before.number = records.leaf - 1
    """

  /// The records of some kinds after a sequence, in order.
  ///
  /// The plus keeps SQLite from taking the index by kind, with which it would sort the whole backlog for every page.
  static func page(of allowed: AllowList) -> String {
    select + " WHERE records.sequence > ? AND +records.kind IN (\(allowed.kindCodes)) ORDER BY records.sequence"
  }

  static func kind(_ row: Row) throws -> RecordKind {
    guard let kind = RecordKind(code: row[0]) else { throw StoreError.corrupt("a record has no known kind") }
    return kind
  }

  func record(_ row: Row) throws -> IssuedRecord {
    let kind = try Self.kind(row)
    let key: String = row[7]
    let revision: Int = row[6]
    let issued = Timestamp(nanoseconds: row[3])
    guard let gatewayID = gateway.ids[row[8]] else { throw StoreError.corrupt("a record has no known gateway") }
    let id = IssuedRecord.id(gateway: gatewayID, kind: kind, key: key, revision: revision)
    var envelope = Envelope(
      gateway: gatewayID, kind: kind, key: key, revision: revision, id: id, issued: formatTime(issued),
      hash: [UInt8](row[10] as Data))
    envelope.supersedes = (row[11] as Data?).map { [UInt8]($0) }
    envelope.cause = try (row[12] as Data?).map { try CauseText.json([UInt8]($0), formatTime: formatTime) }
    if let leaf = row[9] as Int64? {
      guard let hash = row[14] as Data? else { throw StoreError.corrupt("leaf \(leaf) of the ledger is missing") }
      envelope.chain = Envelope.Chain(
        number: leaf, record: row[2], asset: row[1], start: formatTime(Timestamp(nanoseconds: row[4])),
        end: formatTime(Timestamp(nanoseconds: row[5])),
        previous: (row[15] as Data?).map { [UInt8]($0) } ?? LedgerHash.genesis, hash: [UInt8](hash))
    }
    return IssuedRecord(
      sequence: row[2], id: id, kind: kind, asset: row[1], key: key, revision: revision,
      start: Timestamp(nanoseconds: row[4]), end: Timestamp(nanoseconds: row[5]), issued: issued,
      json: envelope.json(body: [UInt8](row[13] as Data)))
  }
}

extension AllowList {
  /// The codes of the kinds for an SQL `IN`, rising.
  var kindCodes: String { kinds.map(\.code).sorted().map(String.init).joined(separator: ",") }
}
