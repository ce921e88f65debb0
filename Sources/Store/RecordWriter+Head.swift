import Foundation
import GRDB
import Ledger
import Telemetry

extension RecordWriter {
  /// Subject of the records of heads.
  static let headSubject = "gateway"

  /// Issues a signed head over the leaves since the head before, those of this transaction included.
  ///
  /// - Returns: nil if there is nothing to sign: no leaf yet, or the day has its head.
  @discardableResult
  mutating func seal(
    _ period: LedgerPeriod, at issued: Timestamp, by key: SigningKey, formatTime: (Timestamp) -> String
  ) throws -> HeadStatement? {
    let sealed = try Meta.integer(.sealedUntil, in: db)
    let isDay = period.reason == .day
    guard leafNumber > 0, !isDay || sealed < period.end.nanoseconds else { return nil }
    let first = try Meta.integer(.headLeaf, in: db) + 1
    var tree = MerkleTree()
    let hashes = try Data.fetchCursor(
      db, sql: "SELECT hash FROM leaves WHERE number >= ? ORDER BY number", arguments: [first])
    while let hash = try hashes.next() { tree.append([UInt8](hash)) }
    guard tree.count == leafNumber - first + 1 else { throw StoreError.corrupt("leaves of the ledger are missing") }
    let contents = HeadStatement.Contents(
      number: try Meta.integer(.headNumber, in: db) + 1, gateway: gateway.currentID, reason: period.reason,
      day: period.day, start: isDay && sealed > 0 ? Timestamp(nanoseconds: sealed) : period.start, end: period.end,
      issued: issued, first: first, last: leafNumber, root: tree.root, chain: leafHash,
      previous: try Meta.bytes(.headHash, in: db) ?? LedgerHash.genesis)
    let head = try HeadStatement(
      contents, handovers: LedgerKeyTable(db: db).handovers(), by: key, formatTime: formatTime)
    try issue(
      RecordDraft(
        kind: .ledgerHead, key: contents.key, revision: 0, asset: Self.headSubject, start: contents.start,
        end: contents.end, body: head.body.canonicalBytes()), at: issued)
    try Meta.set(.headNumber, contents.number, in: db)
    try Meta.set(.headHash, Data(head.hash), in: db)
    try Meta.set(.headLeaf, contents.last, in: db)
    if isDay { try Meta.set(.sealedUntil, period.end.nanoseconds, in: db) }
    return head
  }
}
