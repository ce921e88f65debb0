import Foundation
import GRDB
import Ledger
import Telemetry

/// Records as JSON lines, in the order in which they were issued: what a file destination writes, with two things more.
/// The first line says what follows, and leaves without a body (evicted, or of a kind that is not wanted) go as an
/// envelope alone, so that the chain can be checked from the first leaf to the last.
public struct LedgerExport: Hashable, Sendable {
  /// Bodies of these kinds; heads always go with the leaves.
  public var kinds: Set<RecordKind>
  /// Of records whose interval begins in [from, to).
  public var from: Timestamp
  public var to: Timestamp

  public init(kinds: Set<RecordKind>, from: Timestamp = .distantPast, to: Timestamp = .distantFuture) {
    self.kinds = kinds
    self.from = from
    self.to = to
  }

  /// Leaves first…last, and the sequences between which heads are wanted.
  private struct Extent {
    var first: Int64
    var last: Int64
    var heads: ClosedRange<Int64>?
  }

  func run(_ reader: LedgerReader, line: ([UInt8]) throws -> Void) throws -> ExportPromise {
    let db = reader.db
    let extent = try extent(db)
    let others = kinds.filter { !$0.isLedger && $0 != .ledgerHead }.map { String($0.code) }.sorted()
      .joined(separator: ",")
    let wanted = """
      records.kind IN (\(others)) AND records.start >= ?1 AND records.start < ?2
        OR records.kind = \(RecordKind.ledgerHead.code) AND records.sequence BETWEEN ?3 AND ?4
      """
    let arguments: StatementArguments = [
      from.nanoseconds, to.nanoseconds, extent.heads?.lowerBound ?? 0, extent.heads?.upperBound ?? -1,
    ]
    let loose = try Int64.fetchOne(db, sql: "SELECT count(*) FROM records WHERE \(wanted)", arguments: arguments) ?? 0
    let newest = try Row.fetchOne(
      db, sql: "SELECT hash, gateway FROM leaves WHERE number = ?", arguments: [extent.last])
    let gateway = try Int64.fetchOne(db, sql: "SELECT max(number) FROM gateways") ?? 0
    let promise = ExportPromise(
      gateway: reader.gateways[newest?[1] ?? gateway] ?? "", first: extent.first, last: extent.last,
      chain: (newest?[0] as Data?).map { [UInt8]($0) } ?? LedgerHash.genesis,
      lines: extent.last - extent.first + 1 + loose)
    try line(promise.json.canonicalBytes())

    let records = RecordReader(gateway: Gateways(current: gateway, ids: reader.gateways), formatTime: reader.formatTime)
    let rows = try Row.fetchCursor(
      db, sql: RecordReader.select + " WHERE \(wanted) ORDER BY records.sequence", arguments: arguments)
    var next = try rows.next().map(records.record)
    let leaves = try Row.fetchCursor(
      db, sql: LedgerReader.select + " WHERE leaves.number BETWEEN ? AND ? ORDER BY leaves.number",
      arguments: [extent.first, extent.last])
    while let row = try leaves.next() {
      let leaf = try reader.line(row)
      while let record = next, record.sequence < leaf.sequence {
        try line(record.json)
        next = try rows.next().map(records.record)
      }
      let shows = kinds.contains(leaf.kind) && leaf.start >= from && leaf.start < to
      try line(leaf.envelope.json(body: shows ? leaf.body : nil))
    }
    while let record = next {
      try line(record.json)
      next = try rows.next().map(records.record)
    }
    return promise
  }

  /// Whole heads: what is under a head that signs one of the wanted leaves goes with it, so that its signature can be
  /// checked.
  private func extent(_ db: Database) throws -> Extent {
    let codes = kinds.filter(\.isLedger).map { String($0.code) }.sorted().joined(separator: ",")
    let bounds = try Row.fetchOne(
      db, sql: "SELECT min(number), max(number) FROM leaves WHERE kind IN (\(codes)) AND start >= ? AND start < ?",
      arguments: [from.nanoseconds, to.nanoseconds])
    guard var first = bounds?[0] as Int64?, var last = bounds?[1] as Int64? else { return Extent(first: 1, last: 0) }
    if let head = try head(behind: first, in: db), head.first <= first { first = head.first }
    if let head = try head(behind: last, in: db), head.last >= last { last = head.last }
    let begin = try sequence(of: first, in: db) ?? 0
    let end = try sequence(of: last + 1, in: db) ?? .max
    return Extent(first: first, last: last, heads: begin...end)
  }

  /// The first head that was made after a leaf.
  private func head(behind leaf: Int64, in db: Database) throws -> HeadStatement.Contents? {
    let body = try Data.fetchOne(
      db, sql: "SELECT body FROM records WHERE kind = ? AND sequence > ? ORDER BY sequence LIMIT 1",
      arguments: [RecordKind.ledgerHead.code, sequence(of: leaf, in: db)])
    return try body.map { try HeadStatement(body: JSONValue(parsing: [UInt8]($0))).contents }
  }

  private func sequence(of leaf: Int64, in db: Database) throws -> Int64? {
    try Int64.fetchOne(db, sql: "SELECT sequence FROM leaves WHERE number = ?", arguments: [leaf])
  }
}
