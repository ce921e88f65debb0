import Foundation
import GRDB
import Rules
import Telemetry
import Testing

@testable import Store

/// What goes when space is short, and for whom.
@Suite struct SpaceTests {
  private static let now = StoreFixture.origin + .days(9)

  /// 4000 records of 1 kB for a dead destination, 4000 that nobody awaits.
  private func filled(bytes: Int = 64 << 20) throws -> Store {
    var fixture = try StoreFixture()
    fixture.settings.storeBytes = bytes
    fixture.destinations = [destination("dead", assets: ["wanted"])]
    let store = try fixture.open()
    for position in 1...8 {
      let minutes = position * 500..<(position + 1) * 500
      try store.commit(
        minutes.flatMap { minute in
          ["wanted", "local"].map { draft(.energyInterval, $0, minute: minute, size: 1000) }
        }, at: Int64(position))
    }
    return store
  }

  @Test(arguments: [true, false])
  func anotherProgramsFullDiskCostsNoUndeliveredRecord(sparing: Bool) throws {
    let store = try filled()
    try store.foldLog()
    let before = store.bytesOnDisk
    let report = try store.makeRoom(bytes: 1 << 30, now: Self.now, sparingUndelivered: sparing)
    #expect(report.deliveredRecords == 4000 && report.undeliveredRecords == 0)
    #expect(report.freedBytes == before - store.bytesOnDisk)
    #expect(report.freedBytes > 4 << 20)
    #expect(!report.lostWhatWasWanted)
    let again = try store.makeRoom(bytes: 1 << 30, now: Self.now, sparingUndelivered: sparing)
    #expect(again.isEmpty && again.freedBytes == 0)
    let counts = try store.destinationCounts("dead")
    #expect(counts.pending == 4000 && counts.evicted.isEmpty)
    #expect(store.takeEvictions().deliveredRecords == 4000)
    #expect(store.takeEvictions() == EvictionReport())
  }

  @Test func noMoreGoesThanTheFileSystemNeeds() throws {
    let store = try filled()
    let report = try store.makeRoom(bytes: 1 << 20, now: Self.now, sparingUndelivered: true)
    #expect(report.freedBytes >= 1 << 20 && report.freedBytes < 3 << 20)
    #expect((500...2000).contains(report.deliveredRecords))
  }

  @Test func freePagesGoFirst() throws {
    let store = try filled()
    var report = EvictionReport()
    _ = try store.write { db in
      try store.evict(.deliveredWindows, after: 0, limit: 2000, now: Self.now, report: &report, in: db)
    }
    #expect(report.deliveredRecords == 2000)
    let given = try store.makeRoom(bytes: 1 << 20, now: Self.now, sparingUndelivered: true)
    #expect(given.isEmpty && given.freedBytes >= 1 << 20)
    #expect(try store.verifyLedger() == nil)
  }

  @Test func aFullFileLosesAFewMegabytesAtMost() {
    for megabytes in [1, 4, 64, 256, 4096] {
      let budget = SpaceBudget(bytes: megabytes << 20)
      #expect(budget.lowWater <= budget.wantedMark && budget.wantedMark <= budget.highWater)
      #expect(budget.highWater - budget.wantedMark <= 1024)
    }
  }

  private func limit(_ store: Store, pages: Int?) throws {
    try store.pool.writeWithoutTransaction { db in
      let now = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages ?? now)")
    }
  }

  @Test func aCommitWithoutRoomTakesWhatItNeeds() throws {
    let store = try filled()
    try store.makeRoom(bytes: 1 << 30, now: Self.now, sparingUndelivered: true)
    _ = store.takeEvictions()
    try limit(store, pages: nil)
    try store.commit((0..<300).map { draft(minute: 9000 + $0, size: 1000) }, at: 9)
    #expect(store.outputPosition == 9)
    let evicted = store.takeEvictions()
    #expect(evicted.lostWhatWasWanted && evicted.deliveredRecords == 0)
    #expect((300...1500).contains(evicted.undeliveredRecords))
    let counts = try store.destinationCounts("dead")
    #expect(counts.balances && counts.evicted == ["space": evicted.undeliveredRecords])
    // The oldest went.
    let first = try #require(try store.nextRecords(for: "dead", limit: 1, maxBytes: 1).first)
    #expect(first.start == StoreFixture.origin + .minutes(Int64(500 + evicted.undeliveredRecords)))
  }

  @Test func aCommitThatNeverFitsDoesNotEmptyTheOutbox() throws {
    let store = try filled(bytes: 16 << 20)
    try store.makeRoom(bytes: 1 << 30, now: Self.now, sparingUndelivered: true)
    _ = store.takeEvictions()
    try limit(store, pages: nil)
    let records = (0..<8000).map { draft(minute: 9000 + $0, size: 1000) }
    for attempt in 1...4 {
      let failure = #expect(throws: StoreError.self) { try store.commit(records, at: 9) }
      guard case .diskFull? = failure else {
        Issue.record("disk full was expected, not \(String(describing: failure))")
        return
      }
      let evicted = store.takeEvictions().undeliveredRecords
      #expect(attempt == 1 ? (1000...3999).contains(evicted) : evicted == 0, "\(evicted) at attempt \(attempt)")
    }
    #expect(try store.destinationCounts("dead").pending > 0)
    try store.commit([draft(minute: 9000)], at: 9)
  }

  /// After any history of deliveries nothing that was delivered is left, and everything else is.
  @Test(arguments: [1, 2, 3])
  func whatWasDeliveredIsFoundWhereverTheCursorsAre(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let names = ["a", "b"]
    var fixture = try StoreFixture()
    fixture.destinations = [destination("a", assets: ["m1", "m2"]), destination("b", assets: ["m2", "m3"])]
    let store = try fixture.open()
    var position: Int64 = 0
    for round in 0..<120 {
      switch Int.random(in: 0..<6, using: &random) {
      case 0..<3:
        position += 1
        try store.commit(
          ruleKinds.map { draft($0, "m\(Int.random(in: 1...4, using: &random))", minute: round) },
          at: position)
      case 3..<5:
        let name = names[Int.random(in: 0..<2, using: &random)]
        let page = try store.nextRecords(for: name, limit: Int.random(in: 1...9, using: &random), maxBytes: 1 << 20)
        guard let last = page.last else { continue }
        try store.advance(destination: name, delivered: page.map(\.sequence), refused: [], cursor: last.sequence)
      default:
        try store.makeRoom(bytes: 1 << 30, now: Self.now, sparingUndelivered: true)
        var wanted: Set<Int64> = []
        for name in names {
          wanted.formUnion(
            try store.nextRecords(for: name, limit: 10_000, maxBytes: 1 << 30)
              .filter { !EvictionStep.kept.contains($0.kind) }.map(\.sequence))
        }
        let never = EvictionStep.kept.map { String($0.code) }.joined(separator: ",")
        let kept = try store.read {
          try Int64.fetchAll($0, sql: "SELECT sequence FROM records WHERE kind NOT IN (\(never))")
        }
        #expect(Set(kept) == wanted)
      }
    }
    #expect(store.takeEvictions().undeliveredRecords == 0)
  }

  @Test(arguments: [false, true])
  func historyWithinItsHorizonGoesLastAndIsTold(allowed: Bool) throws {
    var fixture = try StoreFixture()
    fixture.settings.storeBytes = 4 << 20
    fixture.options.evictsNeededHistory = allowed
    let store = try fixture.open()
    try store.commit([draft(.energyInterval, minute: 1)], at: 1)
    var failures = 0
    for round in 0..<80 {
      let chunks = (0..<20).map {
        HistoryChunk(block: Int64(round * 20 + $0), asset: 1, bytes: [UInt8](repeating: 1, count: 3000))
      }
      do {
        try store.commit(checkpoint(Int64(round + 2), history: chunks), output: EngineOutput(), issued: Self.now)
      } catch StoreError.diskFull {
        failures += 1
      }
    }
    let evicted = store.takeEvictions()
    let lost = try store.lostHistory()
    #expect((failures == 0) == allowed)
    #expect(try store.destinationCounts("all").evicted == ["space": 1])
    guard allowed else {
      #expect(lost == nil && evicted.neededHistoryChunks == 0)
      #expect(try store.history(asset: 1, block: 0).count == 1)
      return
    }
    let beforeBlock = try #require(lost).beforeBlock
    #expect(lost?.chunks == evicted.neededHistoryChunks && evicted.lostWhatWasWanted)
    #expect(Int(beforeBlock) == evicted.neededHistoryChunks)
    #expect(try store.history(asset: 1, block: beforeBlock - 1).isEmpty)
    #expect(try store.history(asset: 1, block: beforeBlock).count == 1)
    #expect(try store.history(asset: 1, block: 1599).count == 1)
    #expect(try fixture.copy().open().lostHistory() == lost)
  }

  @Test(arguments: [
    (ResultCode.SQLITE_FULL, true, true), (.SQLITE_IOERR_WRITE, false, true), (.SQLITE_IOERR_SHMSIZE, false, true),
    (.SQLITE_IOERR_FSYNC, false, true), (.SQLITE_CANTOPEN, false, true), (.SQLITE_IOERR_READ, false, false),
    (.SQLITE_IOERR_SHORT_READ, false, false), (.SQLITE_BUSY, false, false),
  ])
  func aFullDiskHasManyCodes(code: ResultCode, isFull: Bool, isFullOnFullDisk: Bool) {
    for (diskIsFull, expected) in [(false, isFull), (true, isFullOnFullDisk)] {
      var found = false
      if case .diskFull = StoreError(DatabaseError(resultCode: code), isDiskFull: diskIsFull) { found = true }
      #expect(found == expected, "\(code), disk full: \(diskIsFull)")
    }
  }
}
