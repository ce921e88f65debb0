import Foundation
import GRDB
import Ledger
import Telemetry

/// Reads leaves with what is left of their records, within a snapshot.
struct LedgerReader {
  struct Line {
    var number: Int64
    var sequence: Int64
    var kind: RecordKind
    var start: Timestamp
    var envelope: Envelope
    /// Nil if it was evicted.
    var body: [UInt8]?
  }

  let db: Database
  let gateways: [Int64: String]
  let formatTime: (Timestamp) -> String

  init(_ db: Database, formatTime: @escaping (Timestamp) -> String) throws {
    self.db = db
    self.formatTime = formatTime
    var ids: [Int64: String] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT number, id FROM gateways") { ids[row[0]] = row[1] }
    gateways = ids
  }

  /// A WHERE clause on `leaves` follows.
  static let select = """
    SELECT leaves.number, leaves.sequence, leaves.kind, leaves.asset, leaves.issued, leaves.start, leaves.end,
      leaves.revision, leaves.key, leaves.gateway, leaves.body_hash, leaves.supersedes, leaves.cause, leaves.hash,
      before.hash, records.body
    FROM leaves LEFT JOIN records ON records.sequence = leaves.sequence
      LEFT JOIN leaves AS before ON before.number = leaves.number - 1
    """

  func line(_ row: Row) throws -> Line {
    let number: Int64 = row[0]
    guard let kind = RecordKind(code: row[2]), let gateway = gateways[row[9]] else {
      throw StoreError.corrupt("leaf \(number) has no known kind or gateway; `weir verify` says more")
    }
    let start = Timestamp(nanoseconds: row[5])
    let key: String = row[8]
    let revision: Int = row[7]
    var envelope = Envelope(
      gateway: gateway, kind: kind, key: key, revision: revision,
      id: IssuedRecord.id(gateway: gateway, kind: kind, key: key, revision: revision),
      issued: formatTime(Timestamp(nanoseconds: row[4])), hash: [UInt8](row[10] as Data))
    envelope.supersedes = (row[11] as Data?).map { [UInt8]($0) }
    envelope.cause = try (row[12] as Data?).map { try CauseText.json([UInt8]($0), formatTime: formatTime) }
    envelope.chain = Envelope.Chain(
      number: number, record: row[1], asset: row[3], start: formatTime(start),
      end: formatTime(Timestamp(nanoseconds: row[6])),
      previous: (row[14] as Data?).map { [UInt8]($0) } ?? LedgerHash.genesis, hash: [UInt8](row[13] as Data))
    return Line(
      number: number, sequence: row[1], kind: kind, start: start, envelope: envelope,
      body: (row[15] as Data?).map { [UInt8]($0) })
  }

  // MARK: Proofs

  func proof(of id: String, withBody: Bool) throws -> LedgerProof {
    guard let name = RecordName(id: id) else {
      throw LedgerError("\"\(id)\" is no record id; one looks like plant/energy-day/meter-1/2026-11-20T16:00:00Z/0")
    }
    guard name.kind.isLedger else {
      throw LedgerError("\(name.kind.rawValue) records have no ledger; of these: \(Self.ledgerKinds)")
    }
    let filter = " WHERE leaves.kind = ?1 AND leaves.key = ?2 AND leaves.revision = ?3"
    let start = name.start.map { " AND leaves.start = \($0.nanoseconds)" } ?? ""
    let rows = try Row.fetchAll(
      db, sql: Self.select + filter + start, arguments: [name.kind.code, name.key, name.revision])
    guard let line = try rows.map(line).first(where: { $0.envelope.id == id }) else {
      throw LedgerError("the ledger has no record \"\(id)\"; `weir export` lists the ids")
    }
    guard !withBody || line.body != nil else {
      throw LedgerError("the body of \(id) was evicted; --without-body proves its hash")
    }
    let head = try self.head(over: line.number)
    let hashes = try Data.fetchAll(
      db, sql: "SELECT hash FROM leaves WHERE number BETWEEN ? AND ? ORDER BY number",
      arguments: [head.contents.first, head.contents.last]
    ).map { [UInt8]($0) }
    guard hashes.count == Int(head.contents.count) else {
      throw LedgerError("leaves of the ledger are missing; `weir verify` says which")
    }
    return try LedgerProof(
      record: JSONValue(parsing: line.envelope.json(body: withBody ? line.body : nil)),
      path: MerklePath(to: Int(line.number - head.contents.first), in: hashes), head: head,
      handovers: LedgerKeyTable(db: db).handovers())
  }

  private func head(over leaf: Int64) throws -> HeadStatement {
    // Heads come after their leaves; the first behind the leaf covers it.
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT body FROM records WHERE kind = ? AND sequence > (SELECT sequence FROM leaves WHERE number = ?)
        ORDER BY sequence
        """, arguments: [RecordKind.ledgerHead.code, leaf])
    while let row = try rows.next() {
      let head = try HeadStatement(body: JSONValue(parsing: [UInt8](row[0] as Data)))
      if head.contents.first...max(head.contents.first, head.contents.last) ~= leaf { return head }
    }
    throw LedgerError(
      "leaf \(leaf) is under no signed head yet: heads are made when a day of the plant ends, or by `weir ledger seal`")
  }

  private static let ledgerKinds = RecordKind.allCases.filter(\.isLedger).map(\.rawValue).joined(separator: ", ")
}
