import Foundation
import GRDB
import Ledger
import Telemetry

/// A row of `leaves` with its record, as an audit reads it.
struct LeafRow {
  let number: Int64
  let entry: AuditEntry

  /// Columns that the leaf and its record must share, as they are named in both.
  private static let shared = [
    "kind", "asset", "issued", "start", "end", "revision", "key", "gateway", "supersedes", "cause",
  ]
  private static let texts = ["asset", "key"]
  private static let recordBegin = 15

  static let select: String = {
    var columns = [
      "leaves.number", "leaves.sequence", "leaves.body_hash", "leaves.hash", "leaves.evicted",
    ]
    columns += shared.map { "leaves.\($0)" }
    columns += shared.map { "records.\($0)" }
    columns += ["records.sequence", "records.leaf", "records.hash", "records.body"]
    // A text with a zero in it is longer than it seems.
    columns += texts.map { "length(CAST(leaves.\($0) AS BLOB))" }
    columns += texts.map { "length(CAST(records.\($0) AS BLOB))" }
    return "SELECT \(columns.joined(separator: ", ")) FROM leaves "
      + "LEFT JOIN records ON records.sequence = leaves.sequence ORDER BY leaves.number"
  }()

  init(_ row: Row, gateways: [Int64: String]) {
    number = Cell.integer(row[0]) ?? 0
    var flaws: [String] = []
    func column<T>(_ place: Int, _ name: String, _ read: (DatabaseValue) -> T?) -> T? {
      let value = read(row[place])
      if value == nil { flaws.append("column \(name) has no value of its type") }
      return value
    }
    func optional<T>(_ place: Int, _ name: String, _ read: (DatabaseValue) -> T?) -> T? {
      row[place] as DatabaseValue == .null ? nil : column(place, name, read)
    }
    func hash(_ value: DatabaseValue) -> [UInt8]? {
      Cell.blob(value).flatMap { $0.count == LedgerHash.size ? $0 : nil }
    }
    let sequence = column(1, "sequence", Cell.integer)
    let bodyHash = column(2, "body_hash", hash)
    let stored = column(3, "hash", hash)
    let evicted = column(4, "evicted") { Cell.integer($0).flatMap { (0...1).contains($0) ? $0 : nil } }
    let kind = column(5, "kind") { Cell.integer($0).flatMap(RecordKind.init(code:)) }
    let asset = column(6, "asset", Cell.text)
    let issued = column(7, "issued", Cell.integer)
    let start = column(8, "start", Cell.integer)
    let end = column(9, "end", Cell.integer)
    let revision = column(10, "revision", Cell.integer)
    let key = column(11, "key", Cell.text)
    let gateway = column(12, "gateway") { Cell.integer($0).flatMap { gateways[$0] } }
    let supersedes = optional(13, "supersedes", hash)
    let cause = optional(14, "cause") { Cell.blob($0).flatMap(Self.cause) }
    let hasRecord = row[25] as DatabaseValue != .null
    for (offset, name) in Self.texts.enumerated() {
      let text = offset == 0 ? asset : key
      if let text, Cell.integer(row[29 + offset]) != Int64(text.utf8.count) {
        flaws.append("column \(name) is no text")
      }
      let other = Cell.text(row[Self.recordBegin + (offset == 0 ? 1 : 6)])
      if hasRecord, let other, Cell.integer(row[31 + offset]) != Int64(other.utf8.count) {
        flaws.append("column \(name) of the record is no text")
      }
    }
    var body = AuditEntry.Body.stub
    var belongsTo: Int64?
    if hasRecord {
      body = .present((Cell.blob(row[28])).map(LedgerHash.sha256) ?? [])
      if evicted == 1 { flaws.append("column evicted says that the record is not there") }
      let claimed = Cell.integer(row[26])
      if let claimed, claimed != number {
        belongsTo = claimed
        flaws.append("column leaf of its record names leaf \(claimed)")
      } else if claimed == nil {
        flaws.append("column leaf of its record names no leaf")
      }
      if let bodyHash, hash(row[27]) != bodyHash { flaws.append("column hash of the record differs from the leaf's") }
      for (offset, name) in Self.shared.enumerated()
      where row[5 + offset] as DatabaseValue != row[Self.recordBegin + offset] as DatabaseValue {
        flaws.append("column \(name) differs between leaf and record")
      }
    } else if evicted == 0 {
      body = .missing
    }
    // What could not be read is a flaw already; anything else in its place keeps the rest comparable.
    entry = AuditEntry(
      leaf: Leaf(
        number: number, record: sequence ?? .max, gateway: gateway ?? "", kind: kind?.rawValue ?? "", key: key ?? "",
        revision: revision ?? -1, asset: asset ?? "", start: Timestamp(nanoseconds: start ?? 0),
        end: Timestamp(nanoseconds: end ?? 0), issued: Timestamp(nanoseconds: issued ?? 0), bodyHash: bodyHash ?? [],
        supersedes: supersedes, cause: cause), hash: stored ?? [], body: body, flaws: flaws, belongsTo: belongsTo)
  }

  private static func cause(_ bytes: [UInt8]) -> RevisionCause? {
    do { return try CauseText.decode(bytes) } catch { return nil }
  }
}
