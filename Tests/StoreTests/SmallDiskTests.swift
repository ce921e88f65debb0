import Foundation
import Telemetry
import Testing

@testable import Store

/// A file system of its own that another program fills.
@Suite struct SmallDiskTests {
  private static let now = StoreFixture.origin + .days(9)

  @Test func anotherProgramFillsTheDisk() throws {
    var fixture = try StoreFixture()
    fixture.settings.storeBytes = 64 << 20
    fixture.destinations = [destination("dead", assets: ["wanted"])]
    guard mount("tmpfs", fixture.folder, "tmpfs", 0, "size=32m") == 0 else {
      print("skipped: a full disk needs the right to mount a tmpfs")
      return
    }
    defer {
      if umount2(fixture.folder, Int32(MNT_DETACH)) != 0 { Issue.record("cannot unmount \(fixture.folder)") }
    }
    let store = try fixture.open()
    for position in 1...8 {
      try store.commit(
        (0..<500).flatMap { minute in
          ["wanted", "local"].map { draft(.energyInterval, $0, minute: position * 500 + minute, size: 1000) }
        }, at: Int64(position))
    }
    let space = DiskSpace(of: fixture.path)
    #expect(!space.isFull)
    // Like the gateway's: without it not even deleting has room on a full disk.
    try Data(repeating: 1, count: 8 << 20).write(to: URL(fileURLWithPath: fixture.folder + "/reserve"))
    try fill(fixture.folder + "/filler")
    #expect(space.isFull)

    // Commits go on in the room of what nobody awaits, then of the oldest records, a little at a time.
    var position: Int64 = 8
    var failures = 0
    var lost = EvictionReport()
    for _ in 0..<100 {
      do {
        try store.commit(
          (0..<100).map { draft(.energyInterval, "wanted", minute: Int(position) * 1000 + $0, size: 1000) },
          at: position + 1)
        position += 1
      } catch StoreError.diskFull {
        if failures == 0 { try FileManager.default.removeItem(atPath: fixture.folder + "/reserve") }
        failures += 1
      }
      let evicted = store.takeEvictions()
      // While delivered ones are left no other goes.
      #expect(evicted.undeliveredRecords == 0 || lost.deliveredRecords + evicted.deliveredRecords == 4000)
      #expect(evicted.undeliveredRecords <= 3000)
      lost.add(evicted)
    }
    #expect(failures == 1)
    #expect(lost.undeliveredRecords > 0)
    let counts = try store.destinationCounts("dead")
    #expect(counts.balances && counts.evicted == ["space": lost.undeliveredRecords])
    // What came in took the place of the oldest: the file did not grow, and most of the outbox is there.
    #expect(counts.pending > 8000, "\(lost)")

    // The file system's free space rises by what the report says.
    try store.foldLog()
    let before = try #require(space.freeBytes)
    let report = try store.makeRoom(bytes: 4 << 20, now: Self.now, sparingUndelivered: true)
    #expect(report.undeliveredRecords == 0)
    #expect(report.freedBytes > 0)
    #expect(abs(try #require(space.freeBytes) - before - report.freedBytes) < 64 << 10)

    try FileManager.default.removeItem(atPath: fixture.folder + "/filler")
    try store.commit([draft(minute: 900_000)], at: position + 1)
    #expect(try store.verifyLedger() == nil)
    try store.close()
  }

  @Test func aFullDiskAtTheOpeningIsSaidAsSuch() throws {
    let fixture = try StoreFixture()
    guard mount("tmpfs", fixture.folder, "tmpfs", 0, "size=2m") == 0 else {
      print("skipped: a full disk needs the right to mount a tmpfs")
      return
    }
    defer {
      if umount2(fixture.folder, Int32(MNT_DETACH)) != 0 { Issue.record("cannot unmount \(fixture.folder)") }
    }
    try fill(fixture.folder + "/filler")
    let failure = #expect(throws: StoreError.self) { try fixture.open() }
    guard case .diskFull? = failure else {
      Issue.record("disk full was expected, not \(String(describing: failure))")
      return
    }
    try FileManager.default.removeItem(atPath: fixture.folder + "/filler")
    try fixture.open().close()
  }

  /// Writes until nothing fits any more.
  private func fill(_ path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    for size in [1 << 20, 4096, 1] {
      let bytes = [UInt8](repeating: 0x5A, count: size)
      while write(descriptor, bytes, size) == size {}
    }
  }
}
