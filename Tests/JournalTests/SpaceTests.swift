import Foundation
import GRDB
import Telemetry
import Testing

@testable import Journal

@Suite struct SpaceTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func trimmingByBytesBoundsTheFiles() throws {
    let bound = 4 << 20
    let journal = try scratch.journal(bytes: bound)
    var removed = 0
    var largest = 0
    for round in 1...2000 as ClosedRange<UInt64> {
      var batch = plantBatch(messages: 200, seed: round % 10, firstPacketID: UInt16(round * 200 % 60_000 + 1))
      try journal.append(&batch)
      if round % 20 == 0 { removed += try journal.trim(before: batch.position, now: Timestamp(seconds: 1_800_000_000)) }
      largest = max(largest, journal.bytesOnDisk)
    }
    #expect(removed > 1000)
    #expect(largest <= bound)
    #expect(try journal.all().count == 2000 - removed)
    let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    let sizes = try files.map { name in
      try FileManager.default.attributesOfItem(atPath: scratch.path + "/" + name)[.size] as? Int ?? 0
    }
    #expect(journal.bytesOnDisk == sizes.reduce(0, +))
  }

  @Test func neverTrimsWhatTheEngineNeeds() throws {
    let journal = try scratch.journal(bytes: 1 << 20, age: .seconds(1))
    for seed in 1...300 as ClosedRange<UInt64> {
      var batch = plantBatch(messages: 200, seed: seed)
      try journal.append(&batch)
    }
    let late = Timestamp(seconds: 1_900_000_000)
    #expect(journal.bytesOnDisk > 1 << 20)
    #expect(try journal.trim(before: 100, now: late) == 99)
    #expect(try journal.all().first?.position == 100)
    #expect(try journal.trim(before: .max, now: late) == 200)
    #expect(try journal.all().map(\.position) == [300])
    // A journal that had outgrown its bound gives the space back.
    for _ in 0..<20 { try journal.trim(before: .max, now: late) }
    var batch = plantBatch(messages: 1)
    try journal.append(&batch)
    #expect(batch.position == 301)
    try journal.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    #expect(journal.bytesOnDisk <= 1 << 20)
  }

  @Test func trimmingByAgeUsesTheCommitTime() throws {
    let clock = Clock()
    let journal = try scratch.journal(age: .days(1), now: { clock.time })
    for day in 0..<10 {
      clock.seconds = Int64(day) * 86_400
      var batch = plantBatch(messages: 1)
      try journal.append(&batch)
    }
    #expect(try journal.trim(before: 10, now: Timestamp(seconds: 5 * 86_400)) == 4)
    #expect(try journal.all().first?.position == 5)
  }

  @Test func aFullDatabaseRollsBackAndRecovers() throws {
    let journal = try scratch.journal()
    var batch = plantBatch(messages: 50)
    batch.quarantined = [quarantined("a", payload: String(repeating: "x", count: 3000))]
    try journal.append(&batch)
    try journal.pool.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + 1)")
    }
    var refused = batch
    refused.position = 0
    #expect {
      try journal.append(&refused)
    } throws: { error in
      if case .diskFull? = error as? JournalError { true } else { false }
    }
    #expect(refused.position == 0)
    #expect(journal.lastPosition == 1)
    #expect(try journal.quarantine(limit: 10).count == 1)
    try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
    try journal.append(&refused)
    #expect(refused.position == 2)
    #expect(try journal.all().count == 2)
    #expect(try journal.quarantine(limit: 10).count == 2)
  }

  @Test func theReserveIsTakenAndGivenBack() throws {
    let journal = try scratch.journal(reserve: 1 << 20)
    let path = scratch.journalPath + ".reserve"
    #expect(journal.holdsReserve)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int == 1 << 20)
    try journal.releaseReserve()
    try journal.releaseReserve()
    #expect(!journal.holdsReserve)
    #expect(!FileManager.default.fileExists(atPath: path))
    try journal.restoreReserve()
    #expect(journal.holdsReserve)
  }

  /// The disk really full: everything that was committed stays, the reserve is enough to trim, and it goes on.
  @Test func aFullDiskStallsAndRecovers() throws {
    let mount = try Scratch()
    guard mountSmallDisk(mount.path) else {
      print("skipped: a full disk needs the right to mount a tmpfs")
      return
    }
    defer { unmount(mount.path) }
    let journal = try mount.journal(bytes: 32 << 20, reserve: 1 << 20)
    #expect(journal.openingNotes.isEmpty)
    var committed: Int64 = 0
    var full: JournalError?
    for seed in 1...10_000 as ClosedRange<UInt64> {
      var batch = plantBatch(messages: 100, seed: seed % 20)
      do {
        try journal.append(&batch)
        committed = batch.position
      } catch {
        full = error
        break
      }
    }
    guard case .diskFull? = full else {
      Issue.record("expected a full disk, got \(String(describing: full))")
      return
    }
    #expect(committed > 100)
    // Several more attempts fail in the same way, nothing is half stored.
    for _ in 0..<5 {
      var batch = plantBatch(messages: 5000)
      #expect(throws: JournalError.self) { try journal.append(&batch) }
    }
    #expect(journal.lastPosition == committed)
    #expect(try journal.all().count == Int(committed))
    #expect(throws: JournalError.self) { try restoreTwice(journal) }

    try journal.releaseReserve()
    let removed = try journal.trim(before: committed - 10, now: Timestamp(seconds: 1_900_000_000))
    #expect(removed == Int(committed) - 11)
    for seed in 1...50 as ClosedRange<UInt64> {
      var batch = plantBatch(messages: 100, seed: seed)
      try journal.append(&batch)
    }
    #expect(journal.lastPosition == committed + 50)
    try journal.close()
    #expect(try mount.journal(bytes: 32 << 20).all().count == 61)
  }

  /// Needs another megabyte that is not there.
  private func restoreTwice(_ journal: Journal) throws {
    let another = SpaceReserve(path: journal.files.path + ".more", bytes: 1 << 20)
    try another.restore()
  }

  private func mountSmallDisk(_ path: String) -> Bool {
    mount("tmpfs", path, "tmpfs", 0, "size=8m") == 0
  }

  private func unmount(_ path: String) {
    // Lazily: the database may still be open when an expectation has failed.
    if umount2(path, Int32(MNT_DETACH)) != 0 { print("cannot unmount \(path)") }
  }

  private final class Clock: @unchecked Sendable {
    var seconds: Int64 = 0
    var time: Timestamp { Timestamp(seconds: seconds) }
  }
}
