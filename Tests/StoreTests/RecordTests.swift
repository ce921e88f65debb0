import Foundation
import GRDB
import Ledger
import Telemetry
import Testing

@testable import Store

@Suite struct RecordTests {
  @Test func theEnvelopeIsCanonicalAndComplete() throws {
    let store = try StoreFixture().open()
    let first = draft(.energyInterval, "meter \"1\"", minute: 15)
    let second = draft(.energyInterval, "meter \"1\"", minute: 15, revision: 1)
    try store.commit([first, second], at: 1)
    let records = try store.nextRecords(for: "all", limit: 9, maxBytes: 1 << 20)
    #expect(records.count == 2)
    for (record, draft) in zip(records, [first, second]) {
      let json = try JSONValue(parsing: record.json)
      #expect(json.canonicalBytes() == record.json)
      #expect(json["body"]?.canonicalBytes() == draft.body)
      #expect(json["hash"]?.stringValue == hex(LedgerHash.sha256(draft.body)))
      #expect(json["id"]?.stringValue == record.id)
      #expect(record.id == "gw/energy-interval/\(draft.key)/\(draft.revision)")
      #expect(json["issued"]?.stringValue == "2026-11-21T00:00:00Z")
      #expect(json["kind"] == "energy-interval")
    }
    let one = try JSONValue(parsing: records[0].json)
    let two = try JSONValue(parsing: records[1].json)
    #expect(one["supersedes"] == nil && one["cause"] == nil)
    #expect(two["supersedes"] == one["hash"])
    #expect(two["cause"]?["reason"] == "late")
    #expect(two["chain"]?["previous"] == one["chain"]?["hash"])
    #expect(two["chain"]?["sequence"] == 2)
    #expect(one["chain"]?["previous"]?.stringValue == String(repeating: "0", count: 64))
    let leaf = Leaf(
      number: 1, record: 1, gateway: "gw", kind: "energy-interval", key: first.key, revision: 0, asset: first.asset,
      start: first.start, end: first.end, issued: StoreFixture.origin, bodyHash: LedgerHash.sha256(first.body))
    #expect(one["chain"]?["hash"]?.stringValue == hex(leaf.hash(after: LedgerHash.genesis)))
    #expect(one["chain"]?["asset"]?.stringValue == first.asset)
    // Whoever has the record can make the statement that was hashed.
    let statement: JSONValue = [
      "asset": .string(first.asset), "body": one["hash"] ?? .null, "end": .string(first.end.rfc3339UTC), "format": 2,
      "gateway": "gw", "issued": "2026-11-21T00:00:00Z", "key": .string(first.key), "kind": "energy-interval",
      "leaf": 1, "previous": .string(String(repeating: "0", count: 64)), "record": 1, "revision": 0,
      "start": .string(first.start.rfc3339UTC),
    ]
    #expect(leaf.statement(after: LedgerHash.genesis) == statement.canonicalBytes())
  }

  @Test func onlyLedgerKindsHaveAChain() throws {
    let store = try StoreFixture().open()
    try store.commit(RecordKind.allCases.map { draft($0) }, at: 1)
    for record in try store.nextRecords(for: "all", limit: 99, maxBytes: 1 << 20) {
      #expect((try JSONValue(parsing: record.json)["chain"] != nil) == record.kind.isLedger)
    }
    #expect(try store.ledgerHead().number == Int64(RecordKind.allCases.count { $0.isLedger }))
  }

  @Test func theChainGoesOnAfterACrash() throws {
    var fixture = try StoreFixture()
    var store = try fixture.open()
    for position in 1...20 {
      try store.commit([draft(.energyInterval, minute: position), draft(minute: position)], at: Int64(position))
      guard position % 5 == 0 else { continue }
      fixture = try fixture.copy()
      store = try fixture.open()
    }
    #expect(try store.ledgerHead().number == 20)
    #expect(try store.verifyLedger() == nil)
  }

  @Test func aRevisionNamesAnEvictedLeafsHash() throws {
    let store = try StoreFixture().open()
    let first = draft(.energyInterval, minute: 1)
    try store.commit([first, draft(minute: 1)], at: 1)
    try store.pool.write { try $0.execute(sql: "DELETE FROM records; UPDATE leaves SET evicted = 1") }
    try store.commit([draft(.energyInterval, minute: 1, revision: 1), draft(minute: 1, revision: 1)], at: 2)
    let records = try store.nextRecords(for: "all", limit: 9, maxBytes: 1 << 20)
    #expect(
      try JSONValue(parsing: records[0].json)["supersedes"]?.stringValue == hex(LedgerHash.sha256(first.body)))
    #expect(try JSONValue(parsing: records[1].json)["supersedes"] == nil)
    #expect(try store.verifyLedger() == nil)
  }

  @Test func recordsAreFoundByKindAssetTimeAndID() throws {
    let store = try StoreFixture().open()
    var drafts: [RecordDraft] = []
    for minute in 0..<10 {
      for asset in ["a", "b"] { drafts.append(draft(.signalSummary, asset, minute: minute)) }
    }
    drafts.append(draft(.signalSummary, "a", minute: 3, revision: 1))
    drafts.append(draft(.energyDay, "a", minute: 3))
    try store.commit(drafts, at: 1)
    let from = StoreFixture.origin + .minutes(2)
    let to = StoreFixture.origin + .minutes(5)
    let latest = try store.records(kind: .signalSummary, asset: "a", from: from, to: to, limit: 99)
    #expect(latest.map(\.revision) == [0, 1, 0])
    let all = try store.records(kind: .signalSummary, asset: "a", from: from, to: to, latestOnly: false, limit: 99)
    #expect(all.map(\.revision) == [0, 0, 1, 0])
    #expect(try store.records(kind: .signalSummary, limit: 99).count == 20)
    #expect(try store.records(kind: .signalSummary, newestFirst: true, limit: 1).first?.asset == "b")
    for record in all { #expect(try store.record(id: record.id) == record) }
    for id in ["", "gw/x/y/0", "gw/signal-summary/a/2020-01-01T00:00:00Z/0", "other/signal-summary/a/b/0"] {
      #expect(try store.record(id: id) == nil)
    }
  }

  @Test func aRenamedGatewayKeepsTheIDsOfItsRecords() throws {
    let fixture = try StoreFixture()
    try fixture.open().commit([draft(.energyDay, minute: 1)], at: 1)
    let store = try fixture.copy().open(gateway: "new")
    try store.commit([draft(.energyDay, minute: 2)], at: 2)
    #expect(try store.drain("all").map { $0.prefix(3) } == ["gw/", "new"])
    #expect(try store.verifyLedger() == nil)
  }

  private func hex(_ bytes: [UInt8]) -> String { LedgerHash.hex(bytes) }
}
