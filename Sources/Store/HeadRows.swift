import Foundation
import GRDB
import Ledger
import Telemetry

/// The signed heads of a file in their order, as an audit reads them.
struct HeadRows {
  struct Entry {
    var head: HeadStatement
    var id: String
    var flaws: [String]
  }

  private let rows: RowCursor
  private let gateways: [Int64: String]

  init(db: Database, gateways: [Int64: String]) throws {
    self.gateways = gateways
    rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT body, hash, key, start, end, issued, gateway, revision, asset, leaf, supersedes, cause, sequence
        FROM records WHERE kind = ? ORDER BY sequence
        """, arguments: [RecordKind.ledgerHead.code])
  }

  /// The next that can be read; what is wrong with those before it goes to `damages`.
  func next(into damages: inout [LedgerDamage]) throws -> Entry? {
    while let row = try rows.next() {
      let number = Cell.integer(row[12]).map(String.init) ?? "?"
      do {
        let body = Cell.blob(row[0]) ?? []
        let json: JSONValue
        do { json = try JSONValue(parsing: body) } catch { throw LedgerError("its body is no JSON") }
        let head = try HeadStatement(body: json)
        let contents = head.contents
        let id = IssuedRecord.id(
          gateway: contents.gateway, kind: .ledgerHead, key: contents.key, revision: 0)
        var flaws: [String] = []
        if json.canonicalBytes() != body { flaws.append("the body is not canonical") }
        if Cell.blob(row[1]) != LedgerHash.sha256(body) { flaws.append("column hash is not that of the body") }
        if Cell.text(row[2]) != contents.key { flaws.append("column key does not fit the body") }
        if Cell.integer(row[3]) != contents.start.nanoseconds { flaws.append("column start does not fit the body") }
        if Cell.integer(row[4]) != contents.end.nanoseconds { flaws.append("column end does not fit the body") }
        if Cell.integer(row[5]) != contents.issued.nanoseconds { flaws.append("column issued does not fit the body") }
        if Cell.integer(row[6]).flatMap({ gateways[$0] }) != contents.gateway {
          flaws.append("column gateway does not fit the body")
        }
        if Cell.integer(row[7]) != 0 || Cell.text(row[8]) != RecordWriter.headSubject
          || [9, 10, 11].contains(where: { row[$0] as DatabaseValue != .null })
        {
          flaws.append("a column has a value that heads do not have")
        }
        return Entry(head: head, id: id, flaws: flaws)
      } catch let error as LedgerError {
        damages.append(LedgerDamage(.head, "record \(number): \(error)"))
      }
    }
    return nil
  }
}
