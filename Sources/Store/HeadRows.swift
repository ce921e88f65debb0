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
      let values = (0..<13).map { (place: Int) -> DatabaseValue in row[place] }
      switch Self.read(values, gateways) {
      case .success(let entry): return entry
      case .failure(let error):
        let number = Cell.integer(values[12]).map(String.init) ?? "?"
        damages.append(LedgerDamage(.head, "record \(number): \(error)"))
      }
    }
    return nil
  }

  private static func read(_ values: [DatabaseValue], _ gateways: [Int64: String]) -> Result<Entry, LedgerError> {
    Result { () throws(LedgerError) -> Entry in try entry(values, gateways) }
  }

  private static func entry(_ values: [DatabaseValue], _ gateways: [Int64: String]) throws(LedgerError) -> Entry {
    let body = Cell.blob(values[0]) ?? []
    let json: JSONValue
    do { json = try JSONValue(parsing: body) } catch { throw LedgerError("its body is no JSON") }
    let head = try HeadStatement(body: json)
    let contents = head.contents
    var flaws: [String] = []
    func expect(_ holds: Bool, _ flaw: String) { if !holds { flaws.append(flaw) } }
    expect(json.canonicalBytes() == body, "the body is not canonical")
    expect(Cell.blob(values[1]) == LedgerHash.sha256(body), "column hash is not that of the body")
    expect(Cell.text(values[2]) == contents.key, "column key does not fit the body")
    expect(Cell.integer(values[3]) == contents.start.nanoseconds, "column start does not fit the body")
    expect(Cell.integer(values[4]) == contents.end.nanoseconds, "column end does not fit the body")
    expect(Cell.integer(values[5]) == contents.issued.nanoseconds, "column issued does not fit the body")
    let gateway = Cell.integer(values[6]) ?? -1
    expect(gateways[gateway] == contents.gateway, "column gateway does not fit the body")
    expect(
      Cell.integer(values[7]) == 0 && Cell.text(values[8]) == RecordWriter.headSubject
        && values[9...11].allSatisfy(\.isNull), "a column has a value that heads do not have")
    let id = IssuedRecord.id(gateway: contents.gateway, kind: .ledgerHead, key: contents.key, revision: 0)
    return Entry(head: head, id: id, flaws: flaws)
  }
}
