import Foundation
import GRDB
import Ledger
import Telemetry

@testable import Store

/// A store with a ledger of everything that one can have: revisions, evicted bodies, two gateway ids, heads by two keys.
struct LedgerFixture {
  let fixture: StoreFixture
  let store: Store
  let first: SigningKey
  let second: SigningKey

  static func day(_ number: Int) -> LedgerPeriod {
    let start = StoreFixture.origin + .days(Int64(number))
    return LedgerPeriod(reason: .day, day: "2026-11-\(21 + number)", start: start, end: start + .days(1))
  }

  /// - Parameter perDay: leaves of each of the three days; the third has no head.
  init(perDay: Int = 8) throws {
    fixture = try StoreFixture()
    first = try SigningKey()
    second = try SigningKey()
    let before = try fixture.open(gateway: "old")
    try before.use(first, since: StoreFixture.origin)
    try before.commit(Self.drafts(0, perDay), at: 1)
    try before.close()
    let store = try fixture.open()
    self.store = store
    try store.use(first, since: StoreFixture.origin)
    try store.seal(Self.day(0), issued: StoreFixture.origin + .days(1))
    try store.rotate(to: second, issued: StoreFixture.origin + .days(1))
    try store.commit(
      output(Self.drafts(1, perDay)), upTo: 2, counts: .init(), issued: StoreFixture.origin + .days(2),
      sealing: Self.day(1))
    try store.commit(Self.drafts(2, perDay), at: 3)
    try store.commit(output(findings: [finding("a")]), upTo: 4, counts: .init(), issued: StoreFixture.origin + .days(3))
    try store.pool.write { db in
      var report = EvictionReport()
      let gone = StoreFixture.origin + .days(30)
      for step in [EvictionStep.undeliveredWindows, .undeliveredDays] {
        _ = try store.evict(step, after: 0, limit: 2, now: gone, report: &report, in: db)
      }
    }
  }

  private static func drafts(_ day: Int, _ count: Int) -> [RecordDraft] {
    (0..<count).map { number in
      let minute = day * 1440 + number / 2 * 15
      return draft(
        number % 4 < 2 ? .energyInterval : .energyDay, "meter-\(number % 4 / 2)", minute: minute, revision: number % 2)
    }
  }

  func lines(_ kinds: Set<RecordKind> = [.energyInterval, .energyDay]) throws -> [[UInt8]] {
    var lines: [[UInt8]] = []
    try StoreFile(path: fixture.path).export(LedgerExport(kinds: kinds)) { lines.append($0) }
    return lines
  }

  static func audit(
    _ lines: [[UInt8]], _ options: LedgerAudit.Options = LedgerAudit.Options()
  ) -> AuditReport {
    var audit = ExportAudit(options)
    for line in lines { audit.take(line) }
    return audit.finish()
  }

  func heads() throws -> [HeadStatement] {
    try store.records(kind: .ledgerHead, latestOnly: false, limit: 99).map {
      try HeadStatement(body: JSONValue(parsing: $0.json)["body"] ?? .null)
    }
  }
}
