import Foundation
import GRDB
import Telemetry
import Testing

@testable import Journal

@Suite struct JournalTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func batchesComeBackInOrderAfterReopening() throws {
    var written: [Batch] = []
    do {
      let journal = try scratch.journal()
      #expect(journal.lastPosition == 0)
      for seed in 1...300 as ClosedRange<UInt64> {
        var batch = plantBatch(messages: Int(seed % 7), seed: seed)
        if seed % 50 == 0 { batch.quarantined = [quarantined("a/\(seed)")] }
        try journal.append(&batch)
        #expect(batch.position == Int64(seed))
        written.append(asReadBack(batch))
      }
      try journal.close()
    }
    let journal = try scratch.journal()
    #expect(journal.openingNotes.isEmpty)
    #expect(journal.lastPosition == 300)
    #expect(zip(try journal.all(), written).allSatisfy(same))
    #expect(try journal.all(after: 290).map(\.position) == Array(291...300))
    #expect(try journal.all(after: 300).isEmpty)
  }

  @Test func readingStopsWhenToldAndMayUseTheJournal() throws {
    let journal = try scratch.journal()
    for seed in 1...10 as ClosedRange<UInt64> {
      var batch = plantBatch(messages: 1, seed: seed)
      try journal.append(&batch)
    }
    var seen: [Int64] = []
    try journal.forEachBatch(after: 2) { batch in
      seen.append(batch.position)
      var another = plantBatch(messages: 1)
      try journal.append(&another)
      return batch.position < 5
    }
    #expect(seen == [3, 4, 5])
    #expect(journal.lastPosition == 13)
  }

  @Test func commitsAreSyncedAndTheFormatIsMarked() throws {
    let journal = try scratch.journal()
    let settings = try journal.pool.writeWithoutTransaction { db in
      try ["synchronous", "secure_delete", "page_size", "auto_vacuum", "user_version"].map { name in
        try Int.fetchOne(db, sql: "PRAGMA \(name)")
      }
    }
    #expect(settings == [2, 0, JournalFiles.pageSize, 2, JournalFiles.formatVersion])
    #expect(try journal.pool.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
  }

  @Test func severalThreadsMayAppend() async throws {
    let journal = try scratch.journal()
    let positions = try await withThrowingTaskGroup(of: [Int64].self) { group in
      for connection in 1...4 as ClosedRange<UInt8> {
        group.addTask {
          try (0..<50).map { index in
            var batch = plantBatch(messages: 2, seed: UInt64(index), connection: connection)
            try journal.append(&batch)
            return batch.position
          }
        }
      }
      return try await group.reduce(into: [Int64]()) { $0 += $1 }
    }
    #expect(positions.sorted() == Array(1...200))
    #expect(try journal.all().map(\.position) == Array(1...200))
  }

  @Test func aNewerFormatIsRefusedAndLeftAlone() throws {
    do {
      let journal = try scratch.journal()
      try journal.pool.write { try $0.execute(sql: "PRAGMA user_version = 2") }
      try journal.close()
    }
    #expect {
      try scratch.journal()
    } throws: { error in
      (error as? JournalError).map { "\($0)".contains("has format 2, this version of weir reads up to 1") } ?? false
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).allSatisfy { !$0.contains("corrupt") })
  }

  @Test func aStrangeDatabaseIsRefused() throws {
    try DatabaseQueue(path: scratch.journalPath).write { try $0.execute(sql: "CREATE TABLE mine (a)") }
    #expect(throws: JournalError.self) { try scratch.journal() }
  }

  @Test func aDamagedFileIsSetAside() throws {
    for round in 1...4 {
      try Data(repeating: 0x5A, count: 5000).write(to: URL(fileURLWithPath: scratch.journalPath))
      let journal = try scratch.journal()
      guard case .setAside(let path, _)? = journal.openingNotes.first else {
        Issue.record("no note of the damage")
        return
      }
      #expect(path == scratch.journalPath + ".corrupt-\(round)")
      #expect(journal.lastPosition == 0)
      journal.continuePositions(after: 41)
      var batch = plantBatch(messages: 1)
      try journal.append(&batch)
      #expect(batch.position == 42)
      try journal.close()
      #expect(try scratch.journal().lastPosition == 42)
      for suffix in ["", "-wal", "-shm"] { unlink(scratch.journalPath + suffix) }
    }
    let sizes = try (1...4).map { number in
      try FileManager.default.attributesOfItem(atPath: scratch.journalPath + ".corrupt-\(number)")[.size] as? Int
    }
    #expect(sizes == [0, 0, 5000, 5000])
  }

  @Test func damageInsideIsFoundAtTheNextStart() throws {
    do {
      let journal = try scratch.journal()
      for seed in 1...50 as ClosedRange<UInt64> {
        var batch = plantBatch(messages: 50, seed: seed)
        try journal.append(&batch)
      }
      try journal.close()
    }
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.journalPath))
    let size = try handle.seekToEnd()
    try handle.seek(toOffset: size / 2)
    try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(size / 4)))
    try handle.close()
    let journal = try scratch.journal()
    #expect(journal.openingNotes.count == 1)
    #expect(journal.lastPosition == 0)
  }

  @Test func aDamagedBatchIsReportedAndCanBeSkipped() throws {
    let journal = try scratch.journal()
    for seed in 1...5 as ClosedRange<UInt64> {
      var batch = plantBatch(messages: 1, seed: seed)
      try journal.append(&batch)
    }
    try journal.pool.write { try $0.execute(sql: "UPDATE batches SET bytes = x'0102030405' WHERE position = 3") }
    #expect(throws: JournalError.corrupt("batch 3 does not match its checksum")) { try journal.all() }
    var seen: [Int64] = []
    var skipped: [Int64] = []
    try journal.forEachBatch(
      after: 0,
      skipping: { position, _ in
        skipped.append(position)
        return true
      },
      { batch in
        seen.append(batch.position)
        return true
      })
    #expect(seen == [1, 2, 4, 5])
    #expect(skipped == [3])
  }

  @Test func recentIdentitiesAreThoseOfTheConnectionAndItsSession() throws {
    let journal = try scratch.journal()
    let one = ConnectionID(1)
    var expected: [MessageIdentity] = []
    for index in 0..<200 as Range<UInt64> {
      var batch = plantBatch(
        messages: 10, seed: index, connection: index % 3 == 0 ? 2 : 1, firstPacketID: UInt16(index * 10 + 1))
      if index == 50 { batch.identities.insert(.newSession(one), at: 4) }
      try journal.append(&batch)
      let mine = batch.identities.filter { $0.connection == one }
      if index == 50 { expected = Array(mine.suffix(6)) } else if index > 50 { expected += mine }
    }
    #expect(try journal.recentIdentities(one) == expected)
    #expect(try journal.recentIdentities(one, limit: 25) == expected.suffix(25))
    #expect(try journal.recentIdentities(ConnectionID(2)).count == 670)
    #expect(try journal.recentIdentities(ConnectionID(3)).isEmpty)
  }
}
