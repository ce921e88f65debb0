import Foundation
import GRDB
import Rules
import Telemetry
import Testing

@testable import Store

@Suite struct CommitTests {
  @Test func aReplayOfOutputsIsIgnored() throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try store.commit([draft(minute: 1)], at: 5)
    try store.commit(checkpoint(5, state: [("k", [1])]), output: EngineOutput(), issued: StoreFixture.origin)
    try store.commit([draft(minute: 2), draft(minute: 3)], at: 9)
    let crashed = try fixture.copy()
    let again = try crashed.open()
    #expect(again.checkpointPosition == 5)
    #expect(again.outputPosition == 9)
    #expect(try again.state("k") == [1])
    // The engine makes them again, in other portions but with a cut at 9.
    try again.commit([draft(minute: 2)], at: 7)
    try again.commit([draft(minute: 3)], at: 9)
    try again.commit([draft(minute: 4)], at: 12)
    #expect(try again.drain("all") == (try store.drain("all")) + [try #require(try again.lastID())])
    #expect(try again.destinationCounts("all").issued == 4)
  }

  @Test func aCheckpointDuringAReplayKeepsTheOutputs() throws {
    let fixture = try StoreFixture()
    try fixture.open().commit([draft(minute: 1)], at: 9)
    let store = try fixture.copy().open()
    try store.commit(
      checkpoint(4, state: [("a", [4])]), output: output([draft(minute: 1)]), issued: StoreFixture.origin)
    #expect(store.checkpointPosition == 4)
    #expect(store.outputPosition == 9)
    #expect(try store.destinationCounts("all").issued == 1)
    try store.commit(
      checkpoint(10, state: [("a", nil)]), output: output([draft(minute: 2)]), issued: StoreFixture.origin)
    #expect(store.outputPosition == 10)
    #expect(try store.state("a") == nil)
    #expect(try store.destinationCounts("all").issued == 2)
  }

  @Test func positionsNeverGoBack() throws {
    let store = try StoreFixture().open()
    try store.commit([draft()], at: 5)
    #expect(throws: StoreError.self) { try store.commit([draft()], at: 4) }
    #expect(throws: StoreError.self) { try store.commit([draft()], at: 5) }
    #expect(throws: StoreError.self) {
      try store.commit(checkpoint(3), output: EngineOutput(), issued: StoreFixture.origin)
    }
    // Empty outputs only move along.
    try store.commit([], at: 8)
    #expect(store.outputPosition == 5)
    try store.commit([draft(minute: 2)], at: 9)
    #expect(store.outputPosition == 9)
  }

  @Test func aFailureInsideTheTransactionLeavesNothing() throws {
    struct Stop: Error {}
    var fixture = try StoreFixture()
    let fails = FlagBox()
    fixture.options.beforeCommit = { if fails.isSet { throw Stop() } }
    let store = try fixture.open()
    try store.commit([draft(.energyInterval, minute: 1)], at: 1)
    fails.isSet = true
    #expect(throws: StoreError.self) { try store.commit([draft(.energyInterval, minute: 2)], at: 2) }
    #expect(throws: StoreError.self) {
      try store.commit(
        checkpoint(2, state: [("k", [1])]), output: output([draft(minute: 3)]), issued: StoreFixture.origin)
    }
    #expect(store.outputPosition == 1)
    #expect(try store.ledgerHead().number == 1)
    #expect(try store.state("k") == nil)
    fails.isSet = false
    try store.commit([draft(.energyInterval, minute: 2)], at: 2)
    #expect(try store.ledgerHead().number == 2)
    #expect(try store.verifyLedger() == nil)
    #expect(try store.destinationCounts("all").issued == 2)
  }

  @Test func theCountsComeBack() throws {
    let fixture = try StoreFixture()
    var counts = EngineCounts()
    counts.messagesReceived = 12
    counts.messagesRetried = 2
    counts.messagesQuarantined = [.notJSON: 3, .tooLarge: 1]
    counts.samplesDecoded = 40
    counts.samplesQuarantined = [.conflict: 2]
    try fixture.open().commit(output([draft()]), upTo: 3, counts: counts, issued: StoreFixture.origin)
    let again = try fixture.copy().open()
    #expect(try again.engineCounts() == counts)
    #expect(try again.recordCounts().map(\.counts.issued).reduce(0, +) == 1)
  }

  @Test func theCodesOfKindsAreUnique() {
    #expect(Set(RecordKind.allCases.map(\.code)).count == RecordKind.allCases.count)
    for kind in RecordKind.allCases { #expect(RecordKind(code: kind.code) == kind) }
  }

  @Test func theLogIsSyncedForOutputs() throws {
    let store = try StoreFixture().open()
    try store.commit([draft()], at: 1)
    let mode = try store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
    #expect(mode == 2)
    #expect(try store.pool.read { try Int.fetchOne($0, sql: "PRAGMA auto_vacuum") } == 2)
    #expect(try store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA secure_delete") } == 0)
  }
}

/// A flag that a closure on another thread may read.
final class FlagBox: @unchecked Sendable {
  private let lock = NSLock()
  private var value = false
  var isSet: Bool {
    get { lock.withLock { value } }
    set { lock.withLock { value = newValue } }
  }
}

extension Store {
  func lastID() throws -> String? {
    try records(kind: .signalSummary, newestFirst: true, limit: 1).first?.id
  }
}
