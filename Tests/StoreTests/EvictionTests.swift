import Foundation
import GRDB
import Rules
import Telemetry
import Testing

@testable import Store

@Suite struct EvictionTests {
  private static let now = StoreFixture.origin + .days(9)

  /// Which records are left after all steps up to one.
  private func left(_ store: Store) throws -> Set<String> {
    var names: Set<String> = []
    for kind in RecordKind.allCases {
      for record in try store.records(kind: kind, limit: 1000) { names.insert("\(kind.rawValue) \(record.asset)") }
    }
    return names
  }

  @Test func theOrderOfTheTable() throws {
    var fixture = try StoreFixture()
    fixture.destinations = [destination("up", assets: ["new-*", "old-*", "undelivered"])]
    let store = try fixture.open()
    let kinds: [RecordKind] = [
      .signalSummary, .energyInterval, .energyDay, .energyMonth, .carbonActivity, .productionOrder, .finding,
    ]
    try store.commit(kinds.map { draft($0, "old-1") }, at: 1)
    try store.commit(kinds.map { draft($0, "new-1") }, at: 2, minute: 8 * 24 * 60)
    try store.drain("up")
    try store.commit(kinds.map { draft($0, "undelivered") }, at: 3, minute: 8 * 24 * 60)
    // No destination wants it: as good as delivered.
    try store.commit([draft(.signalSummary, "local")], at: 4, minute: 8 * 24 * 60)
    try store.commit(
      checkpoint(5, history: [HistoryChunk(block: 1, asset: 1, bytes: [1])]), output: EngineOutput(),
      issued: Self.now)
    func words(_ kinds: [RecordKind], _ asset: String) -> Set<String> { Set(kinds.map { "\($0.rawValue) \(asset)" }) }
    var expected: Set<String> = ["signal-summary local"]
    for asset in ["old-1", "new-1", "undelivered"] { expected.formUnion(words(kinds, asset)) }
    #expect(try left(store) == expected)
    let others: [RecordKind] = [.productionOrder, .finding]
    let gone: [(EvictionStep, Set<String>)] = [
      (.agedSummaries, words([.signalSummary], "old-1")), (.agedWindows, words([.energyInterval], "old-1")),
      (.agedDays, words([.energyDay], "old-1")), (.agedOthers, words(others, "old-1")),
      (.deliveredSummaries, words([.signalSummary], "new-1").union(words([.signalSummary], "local"))),
      (.deliveredWindows, words([.energyInterval], "new-1")), (.deliveredDays, words([.energyDay], "new-1")),
      (.deliveredOthers, words(others, "new-1")), (.history, []),
      (.undeliveredSummaries, words([.signalSummary], "undelivered")),
      (.undeliveredWindows, words([.energyInterval], "undelivered")),
      (.undeliveredDays, words([.energyDay], "undelivered")),
      (.undeliveredFigures, words([.productionOrder], "undelivered")), (.neededHistory, []),
    ]
    #expect(gone.map(\.0) == EvictionStep.allCases)
    for (step, names) in gone {
      var report = EvictionReport()
      _ = try store.write { try store.evict(step, after: 0, limit: 1000, now: Self.now, report: &report, in: $0) }
      expected.subtract(names)
      #expect(try left(store) == expected, "\(step)")
      #expect(report.deliveredRecords + report.undeliveredRecords == names.count)
    }
    let kept = ["old-1", "new-1", "undelivered"].map { words([.energyMonth, .carbonActivity], $0) }
    #expect(expected == kept.reduce(["finding undelivered"]) { $0.union($1) })
    let counts = try store.destinationCounts("up")
    #expect(counts.evicted == ["space": 4] && counts.pending == 3 && counts.balances)
    #expect(try store.ledgerHead().number == 12)
    #expect(try store.verifyLedger() == nil)
    #expect(try store.history(asset: 1, block: 1).count == 1)
  }

  @Test func theFileStaysWithinItsBoundAndTheNewestIsKept() throws {
    var fixture = try StoreFixture()
    fixture.settings.storeBytes = 4 << 20
    fixture.destinations = [destination("dead")]
    let store = try fixture.open()
    var largest = 0
    for position in 1...600 {
      try store.commit(
        (0..<20).map { draft(.signalSummary, "a\($0)", minute: position, size: 500) }
          + [draft(.energyInterval, "a1", minute: position, size: 500)],
        at: Int64(position), minute: position)
      largest = max(largest, store.bytesOnDisk)
    }
    #expect(largest <= 4 << 20)
    let counts = try store.destinationCounts("dead")
    #expect(counts.issued == 12_600 && counts.balances)
    #expect(counts.evicted["space"] ?? 0 > 6000)
    // Energy is given up last, and all leaves are there.
    #expect(try store.records(kind: .energyInterval, limit: 1000).count == 600)
    #expect(try store.verifyLedger() == nil)
    let pending = try store.nextRecords(for: "dead", limit: 100_000, maxBytes: 1 << 30)
    #expect(pending.count == counts.pending)
    #expect(pending.last?.start == StoreFixture.origin + .minutes(600))
    #expect(try fixture.copy().open().destinationCounts("dead") == counts)
  }

  @Test func theFileShrinks() throws {
    var fixture = try StoreFixture()
    fixture.settings.storeBytes = 32 << 20
    let store = try fixture.open()
    for position in 1...20 {
      try store.commit(
        (0..<500).map { draft(.signalSummary, "a\($0)", minute: position, size: 1000) }, at: Int64(position))
    }
    try store.drain("all", page: 1000)
    let before = store.bytesOnDisk
    let report = try store.makeRoom(bytes: 16 << 20, now: StoreFixture.origin)
    #expect(report.undeliveredRecords == 0 && report.deliveredRecords > 5000)
    #expect(report.freedBytes > 8 << 20)
    #expect(store.bytesOnDisk < before - 8 << 20)
  }

  @Test func aLowerBoundIsMet() throws {
    let fixture = try StoreFixture()
    try fixture.open().commit((0..<10_000).map { draft(minute: $0, size: 1000) }, at: 1)
    var smaller = try fixture.copy()
    smaller.settings.storeBytes = 4 << 20
    let store = try smaller.open()
    try store.makeRoom(now: StoreFixture.origin)
    #expect(store.bytesOnDisk < 4 << 20)
    #expect(try store.destinationCounts("all").balances)
    try store.commit([draft(minute: 20_000)], at: 2)
  }

  @Test func aFullDiskIsSaidAndOvercome() throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try store.commit([draft(.energyInterval, minute: 1)], at: 1)
    func limit(_ pages: Int) throws {
      try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
    }
    try limit(40)
    // Findings and leaves may not go, so nothing helps.
    let many = (0..<200).map { finding("f\($0)", opened: $0) }
    let failure = #expect(throws: StoreError.self) {
      try store.commit(output(findings: many), upTo: 2, counts: EngineCounts(), issued: Self.now)
    }
    guard case .diskFull? = failure else {
      Issue.record("disk full was expected, not \(String(describing: failure))")
      return
    }
    #expect(store.outputPosition == 1)
    #expect(try store.openFindings().isEmpty)
    #expect(try store.destinationCounts("all").balances)
    try limit(1 << 20)
    try store.commit(output(findings: many), upTo: 2, counts: EngineCounts(), issued: Self.now)
    #expect(try store.openFindings().count == 200)
    #expect(try store.verifyLedger() == nil)
  }

  /// The caller repeats a commit that threw: one that is stored must not throw because of what comes after it.
  @Test func aCommitThatIsStoredDoesNotThrowForWantOfRoom() throws {
    var fixture = try StoreFixture()
    fixture.settings.storeBytes = 1 << 20
    let store = try fixture.open()
    var stored = 0
    var failures = 0
    for position in Int64(1)...400 {
      do {
        try store.commit(
          output(findings: (0..<5).map { finding("f\(position) \($0)", opened: Int(position)) }), upTo: position,
          counts: EngineCounts(), issued: Self.now)
        stored += 5
      } catch StoreError.diskFull {
        failures += 1
      }
      #expect(try store.openFindings().count == stored)
    }
    #expect(stored > 100 && failures > 0)
    #expect(store.bytesOnDisk <= 1 << 20)
    #expect(try store.destinationCounts("all").balances)
  }
}
