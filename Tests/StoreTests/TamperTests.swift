import Foundation
import GRDB
import Ledger
import Telemetry
import Testing

@testable import Store

@Suite struct TamperTests {
  private struct Undo: Error {}

  /// Audits the file as it is after some SQL, which is then undone.
  private func audit(_ store: Store, after sql: String, _ arguments: StatementArguments = []) throws -> AuditReport {
    var report = AuditReport()
    do {
      try store.pool.write { db in
        try db.execute(sql: sql, arguments: arguments)
        report = try StoreAudit(db: db).run(LedgerAudit.Options())
        throw Undo()
      }
    } catch is Undo {}
    return report
  }

  @Test func anUnalteredFileHolds() throws {
    let ledger = try LedgerFixture()
    let report = try ledger.store.audit()
    #expect(report.damages == [])
    #expect(report.leaves == 24 && report.bodies == 20 && report.stubs == 4 && report.heads == 2)
  }

  /// 1,000 random values in random columns of leaves and their records: all are found at their leaf.
  @Test func everyAlteredColumnIsFound() throws {
    let ledger = try LedgerFixture()
    let columns = try ledger.store.pool.read { db in
      try ["leaves", "records"].flatMap { table in
        try db.columns(in: table).map { (table: table, name: $0.name, type: $0.type) }
      }
    }
    var random = SplitMix64(seed: 12)
    for round in 0..<1000 {
      let column = columns[Int.random(in: columns.indices, using: &random)]
      let isLeaf = column.table == "leaves"
      // Leaves 1…4 have no record any more.
      let leaf = Int64.random(in: isLeaf ? 1...24 : 5...24, using: &random)
      let new = value(column.type, &random)
      let row = isLeaf ? "number" : "leaf"
      let old = try ledger.store.pool.read { db in
        try DatabaseValue.fetchOne(
          db, sql: "SELECT \(column.name) FROM \(column.table) WHERE \(row) = ?", arguments: [leaf])
      }
      guard new != old else { continue }
      let report: AuditReport
      do {
        report = try audit(
          ledger.store, after: "UPDATE \(column.table) SET \(column.name) = ? WHERE \(row) = ?", [new, leaf])
      } catch let error as DatabaseError where [.SQLITE_CONSTRAINT, .SQLITE_MISMATCH].contains(error.resultCode) {
        continue
      }
      let isFound = report.damages.contains { damage in
        damage.leaf.map { ($0...(damage.lastLeaf ?? $0)).contains(leaf) } ?? false
      }
      #expect(
        isFound, "round \(round): \(column) of leaf \(leaf): \(String(describing: old)) → \(new): \(report.damages)")
      if !isFound { break }
    }
  }

  private func value(_ type: String, _ random: inout SplitMix64) -> DatabaseValue {
    switch (type, Int.random(in: 0..<8, using: &random)) {
    case (_, 0): return Int64.random(in: -2...30, using: &random).databaseValue
    case (_, 1): return Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }).databaseValue
    case (_, 2): return "x\(random.next())".databaseValue
    case ("INTEGER", 3): return (Double(random.next() >> 12) / 1000).databaseValue
    case ("INTEGER", _):
      return Int64(bitPattern: random.next() >> UInt64.random(in: 0...63, using: &random)).databaseValue
    case ("TEXT", _): return "meter-\(Int.random(in: 0...3, using: &random))".databaseValue
    default: return Data([UInt8(truncatingIfNeeded: random.next())]).databaseValue
    }
  }

  @Test(arguments: [
    ("DELETE FROM leaves WHERE number = 7", LedgerDamage.Kind.missing, 7, 7),
    ("DELETE FROM leaves WHERE number BETWEEN 10 AND 12", .missing, 10, 12),
    ("DELETE FROM leaves WHERE number > 20", .truncated, 21, 24),
    ("DELETE FROM records WHERE leaf = 7", .missing, 7, 7),
    ("UPDATE records SET body = CAST('{}' AS BLOB) WHERE leaf = 7", .body, 7, 7),
    ("UPDATE leaves SET key = key || char(0) || 'x' WHERE number = 7", .column, 7, 7),
    ("UPDATE leaves SET number = -1 WHERE number = 7", .missing, 7, 7),
    ("UPDATE leaves SET number = 9223372036854775807 WHERE number = 7", .missing, 7, 7),
    ("UPDATE leaves SET number = 9223372036854775807 WHERE number = 24", .truncated, 24, 24),
    (
      """
      UPDATE leaves SET number = -7 WHERE number = 7; UPDATE leaves SET number = 7 WHERE number = 8;
      UPDATE leaves SET number = 8 WHERE number = -7
      """, .reordered, 7, 7
    ),
    ("UPDATE ledger_keys SET public = zeroblob(32) WHERE number = 1", .key, 8, 8),
    ("UPDATE ledger_keys SET handover = NULL WHERE number = 2; DELETE FROM ledger_keys WHERE number = 1", .key, 8, 8),
    ("DELETE FROM records WHERE kind = 30 AND start < 1795300000000000000", .missing, 16, 16),
    ("UPDATE records SET issued = issued + 1 WHERE kind = 30", .head, 8, 8),
    ("UPDATE meta SET value = 5 WHERE name = 'leaf-number'", .column, 24, 24),
    ("UPDATE meta SET value = zeroblob(32) WHERE name = 'leaf-hash'", .rewritten, 24, 24),
  ])
  func whatIsDoneShows(sql: String, kind: LedgerDamage.Kind, from: Int64, to: Int64) throws {
    let report = try audit(LedgerFixture().store, after: sql)
    #expect(
      report.damages.contains { $0.kind == kind && $0.leaf == from && ($0.lastLeaf ?? from) == to }, "\(report.damages)"
    )
  }

  @Test func aForwardedHeadShowsACutFile() throws {
    let ledger = try LedgerFixture()
    let head = try #require(try ledger.heads().last)
    let hash = try ledger.store.pool.read { db in
      try #require(try Data.fetchOne(db, sql: "SELECT hash FROM leaves WHERE number = 12"))
    }
    let cut = """
      DELETE FROM leaves WHERE number > 12; DELETE FROM records WHERE leaf > 12;
      DELETE FROM records WHERE kind = 30 AND start > 1795300000000000000;
      UPDATE meta SET value = 12 WHERE name = 'leaf-number'; UPDATE meta SET value = 1 WHERE name = 'head-number'
      """
    var options = LedgerAudit.Options()
    options.outsideHeads = [head]
    try ledger.store.pool.write { db in
      try db.execute(sql: cut)
      try Meta.set(.leafHash, hash, in: db)
    }
    #expect(try ledger.store.audit().damages == [])
    let damages = try ledger.store.audit(options).damages
    #expect(damages.map(\.kind) == [.truncated])
    #expect(damages.first?.leaf == 13 && damages.first?.lastLeaf == 16)
  }

  /// Whatever bytes of the file change: it is reported, or no leaf and no body has changed.
  @Test func randomBytesOfTheFile() throws {
    let ledger = try LedgerFixture()
    try ledger.store.close()
    let file = try Data(contentsOf: URL(fileURLWithPath: ledger.fixture.path))
    let before = try contents(ledger.fixture.path)
    #expect(before.count == 44)
    var random = SplitMix64(seed: 77)
    var reported = 0
    for round in 0..<400 {
      var changed = file
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: 0..<file.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let path = ledger.fixture.folder + "/changed.sqlite"
      try changed.write(to: URL(fileURLWithPath: path))
      do {
        if try !StoreFile(path: path).audit().isSound {
          reported += 1
        } else {
          #expect(try contents(path) == before, "round \(round)")
        }
      } catch {
        reported += 1
      }
    }
    #expect(reported > 50)
  }

  private func contents(_ path: String) throws -> [Row] {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT number, sequence, kind, asset, issued, start, end, revision, key, gateway, body_hash, supersedes, cause,
            hash, evicted FROM leaves
          """)
        + Row.fetchAll(db, sql: "SELECT * FROM records WHERE leaf IS NOT NULL")
    }
  }
}
