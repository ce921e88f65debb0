import GRDB
import Rules
import Telemetry
import Templates
import Testing

@testable import Store

@Suite struct OutboxTests {
  @Test func onlyWhatIsAllowedLeaves() throws {
    var fixture = try StoreFixture()
    fixture.destinations = [
      destination("energy", kinds: [.energyInterval, .energyDay]), destination("press", assets: ["press-*"]),
      destination("none", assets: []), destination("nothing", kinds: []),
    ]
    let store = try fixture.open()
    try store.commit(
      [
        draft(.energyInterval, "press-1"), draft(.signalSummary, "press-1"), draft(.energyDay, "oven"),
        draft(.signalSummary, "oven"),
      ], at: 1)
    #expect(try store.drain("energy").count == 2)
    #expect(try store.drain("press").count == 2)
    #expect(try store.drain("none").isEmpty)
    #expect(try store.drain("nothing").isEmpty)
    #expect(try store.destinationCounts("none").issued == 0)
    for (name, isConfigured, counts) in try store.allDestinationCounts() {
      #expect(counts.balances && counts.pending == 0 && isConfigured, "\(name)")
    }
    #expect(throws: StoreError.self) { try store.destinationCounts("unknown") }
  }

  @Test func pagesAreBoundedInRowsAndBytes() throws {
    let store = try StoreFixture().open()
    try store.commit((0..<20).map { draft(minute: $0, size: 1000) }, at: 1)
    let one = try #require(try store.nextRecords(for: "all", limit: 1, maxBytes: 1 << 20).first)
    #expect(try store.nextRecords(for: "all", limit: 6, maxBytes: 1 << 20).count == 6)
    #expect(try store.nextRecords(for: "all", limit: 99, maxBytes: one.json.count * 3 + 200).count == 3)
    #expect(try store.nextRecords(for: "all", limit: 99, maxBytes: 1).count == 1)
    #expect(try store.nextRecords(for: "all", limit: 0, maxBytes: 1000).isEmpty)
    let ahead = try store.nextRecords(for: "all", limit: 99, maxBytes: 1 << 20, after: 15)
    #expect(ahead.map(\.sequence) == [16, 17, 18, 19, 20])
    #expect(try store.drain("all").count == 20)
  }

  /// A page must not cost a look at the whole backlog.
  @Test func aPageIsReadInTheOrderOfTheTable() throws {
    let store = try StoreFixture().open()
    try store.commit((0..<100).map { draft(minute: $0) }, at: 1)
    let page = RecordReader.page(of: AllowList(kinds: [.signalSummary, .finding], assets: ["*"]))
    let plan = try store.pool.write { db in
      try db.execute(sql: "ANALYZE")
      return try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + page, arguments: [7]).map { $0["detail"] as String }
    }
    #expect(plan.first == "SEARCH records USING INTEGER PRIMARY KEY (rowid>?)")
    #expect(!plan.contains { $0.contains("TEMP B-TREE") })
  }

  @Test func settlingCountsAndKeepsReasons() throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try store.commit((0..<10).map { draft(minute: $0) }, at: 1)
    let page = try store.nextRecords(for: "all", limit: 6, maxBytes: 1 << 20).map(\.sequence)
    let refused = [(page[1], "http-422: field x is missing"), (page[4], "http-413")]
    try store.advance(
      destination: "all", delivered: [page[0], page[2], page[3], page[5]], refused: refused, cursor: page[5])
    // The same again changes nothing.
    try store.advance(
      destination: "all", delivered: [page[0], page[2], page[3], page[5]], refused: refused, cursor: page[5])
    let counts = try store.destinationCounts("all")
    #expect(counts.issued == 10 && counts.delivered == 4 && counts.pending == 4 && counts.balances)
    #expect(counts.refused == ["http-422": 1, "http-413": 1])
    #expect(
      try store.refusals(of: "all", limit: 9).map(\.reason) == ["http-413", "http-422: field x is missing"])
    #expect(try store.refusals(of: "all", limit: 1).first?.id.hasPrefix("gw/signal-summary/press-1/") == true)
    #expect(throws: StoreError.self) {
      try store.advance(destination: "all", delivered: [9], refused: [], cursor: 8)
    }
    #expect(throws: StoreError.self) {
      try store.advance(destination: "all", delivered: [9], refused: [], cursor: 80)
    }
    #expect(try fixture.copy().open().drain("all").count == 4)
  }

  @Test func aDestinationAddedLaterStartsNow() throws {
    let fixture = try StoreFixture()
    try fixture.open().commit([draft(minute: 1)], at: 1)
    var later = try fixture.copy()
    later.destinations.append(destination("new"))
    let store = try later.open()
    #expect(store.openingNotes.count == 1)
    try store.commit([draft(minute: 2)], at: 2)
    #expect(try store.drain("new").count == 1)
    #expect(try store.drain("all").count == 2)
  }

  @Test func aDestinationThatComesBackKeepsItsCursor() throws {
    var fixture = try StoreFixture()
    fixture.destinations = [destination("all"), destination("press", assets: ["press-*"])]
    let first = try fixture.open()
    try first.commit([draft(minute: 1), draft(minute: 2), draft(.signalSummary, "oven", minute: 2)], at: 1)
    let page = try first.nextRecords(for: "press", limit: 1, maxBytes: 1)
    try first.advance(destination: "press", delivered: page.map(\.sequence), refused: [], cursor: page[0].sequence)

    fixture = try fixture.copy()
    fixture.destinations = [destination("all")]
    let without = try fixture.open()
    try without.commit([draft(minute: 3), draft(.signalSummary, "oven", minute: 3)], at: 2)
    #expect(try without.destinationCounts("press").pending == 1)
    #expect(try without.nextRecords(for: "press", limit: 9, maxBytes: 1000).isEmpty)

    fixture = try fixture.copy()
    fixture.destinations = [destination("all"), destination("press", assets: ["press-*", "ov*"])]
    let back = try fixture.open()
    let counts = try back.destinationCounts("press")
    // With its new list, what is after the cursor: press 2 and 3, oven 2 and 3.
    #expect(counts.pending == 4 && counts.balances && counts.issued == 5)
    #expect(try back.drain("press").count == 4)
    #expect(try back.destinationCounts("press").balances)
  }

  /// Commits, deliveries, refusals, evictions, restarts in any order: the sums always hold, nothing is delivered twice
  /// or forgotten, and what a destination got is what its list allows.
  @Test(arguments: [UInt64(1), 2, 3, 4])
  func theCountsBalanceWhateverHappens(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var fixture = try StoreFixture()
    fixture.destinations = [
      destination("all"), destination("energy", kinds: [.energyInterval]), destination("odd", assets: ["*1", "*3"]),
      destination("dead", assets: ["a*"]),
    ]
    let lists = fixture.destinations.map { ($0.name, AllowList($0)) }
    var store = try fixture.open()
    var position: Int64 = 0
    var issued: [RecordDraft] = []
    var settled: [String: Set<String>] = [:]
    func id(_ draft: RecordDraft) -> String {
      IssuedRecord.id(gateway: "gw", kind: draft.kind, key: draft.key, revision: draft.revision)
    }
    for round in 0..<150 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4:
        position += 1
        let records = (0..<Int.random(in: 1...8, using: &random)).map { index in
          draft(
            ruleKinds.randomElement(using: &random) ?? .finding, "a\(index)", minute: round)
        }
        try store.commit(records, at: position, minute: round)
        issued += records
      case 4..<8:
        let name = lists[Int.random(in: 0..<3, using: &random)].0
        let page = try store.nextRecords(
          for: name, limit: Int.random(in: 1...9, using: &random), maxBytes: 1 << 20)
        guard let last = page.last else { continue }
        // An eviction may come while the page is under way.
        if Bool.random(using: &random) { try evictSome(store, using: &random) }
        var delivered: [Int64] = []
        var refused: [(Int64, String)] = []
        for record in page {
          #expect(settled[name, default: []].insert(record.id).inserted)
          if Int.random(in: 0..<5, using: &random) == 0 {
            refused.append((record.sequence, "http-422: n"))
          } else {
            delivered.append(record.sequence)
          }
        }
        try store.advance(destination: name, delivered: delivered, refused: refused, cursor: last.sequence)
      case 8: try evictSome(store, using: &random)
      default:
        fixture = try fixture.copy()
        store = try fixture.open()
      }
      for (name, list) in lists {
        let counts = try store.destinationCounts(name)
        let allowed = issued.filter { list.allows($0.kind, asset: $0.asset) }
        #expect(counts.balances)
        #expect(counts.issued == allowed.count)
        #expect(counts.delivered + counts.refused.values.reduce(0, +) == settled[name]?.count ?? 0)
        let pending = try store.nextRecords(for: name, limit: 10_000, maxBytes: 1 << 30).map(\.id)
        #expect(counts.pending == pending.count)
        #expect(Set(pending).isSubset(of: Set(allowed.map(id))))
        #expect(Set(pending).isDisjoint(with: settled[name] ?? []))
      }
    }
    #expect(try store.verifyLedger() == nil)
    let kept = try store.recordCounts()
    #expect(kept.map(\.counts.issued).reduce(0, +) == issued.count)
    for (kind, counts) in kept {
      #expect(try store.records(kind: kind, latestOnly: false, limit: 100_000).count == counts.kept)
    }
  }

  private func evictSome(_ store: Store, using random: inout SplitMix64) throws {
    guard let step = EvictionStep.allCases.randomElement(using: &random) else { return }
    var report = EvictionReport()
    try store.write { db in
      _ = try store.evict(
        step, after: 0, limit: Int.random(in: 1...4, using: &random), now: .distantFuture, report: &report, in: db)
    }
  }
}
