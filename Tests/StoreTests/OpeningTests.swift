import Foundation
import GRDB
import Telemetry
import Testing

@testable import Store

@Suite struct OpeningTests {
  @Test func aNewFileIsEmpty() throws {
    let store = try StoreFixture().open()
    #expect(store.openingNotes.isEmpty)
    #expect(store.checkpointPosition == 0 && store.outputPosition == 0)
    #expect(try store.verifyLedger() == nil)
    #expect(try store.openFindings().isEmpty)
  }

  @Test func aClosedStoreOpensAgain() throws {
    let fixture = try StoreFixture()
    let first = try fixture.open()
    try first.commit([draft()], at: 3)
    try first.close()
    let store = try fixture.open()
    #expect(store.outputPosition == 3 && store.openingNotes.isEmpty)
  }

  @Test(arguments: ["header", "everything", "short", "heads"])
  func aDamagedFileIsSetAside(what: String) throws {
    let fixture = try StoreFixture()
    let first = try fixture.open()
    try first.commit((0..<500).map { draft(.energyInterval, minute: $0, size: 500) }, at: 3)
    if what == "heads" { try first.pool.write { try $0.execute(sql: "DELETE FROM leaves WHERE number > 490") } }
    try first.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
    switch what {
    case "header": bytes.replaceSubrange(0..<16, with: Data(repeating: 7, count: 16))
    case "everything": bytes = Data(repeating: 0xA5, count: bytes.count)
    case "short": bytes = bytes.prefix(bytes.count / 4096 / 2 * 4096)
    default: break
    }
    try bytes.write(to: URL(fileURLWithPath: fixture.path))
    let store = try fixture.open()
    #expect(store.openingNotes.first?.contains("store.sqlite.corrupt-1") == true, "\(store.openingNotes)")
    #expect(FileManager.default.fileExists(atPath: fixture.path + ".corrupt-1"))
    #expect(store.checkpointPosition == 0)
    // Rebuilt from the journal: the same ids again.
    try store.commit([draft(.energyInterval, minute: 0)], at: 1)
    #expect(try store.drain("all").count == 1)
  }

  @Test func damageThatIsMetLaterIsFoundAtTheNextOpening() throws {
    let fixture = try StoreFixture()
    let first = try fixture.open()
    for position in 1...40 {
      try first.commit(
        (0..<50).map { draft(.signalSummary, "a\($0)", minute: position, size: 500) }, at: Int64(position))
    }
    try first.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
    for page in stride(from: 100, to: 200, by: 3) {
      bytes.replaceSubrange(page * 4096..<page * 4096 + 64, with: Data(repeating: 0xFF, count: 64))
    }
    try bytes.write(to: URL(fileURLWithPath: fixture.path))
    let damaged = try fixture.open()
    #expect(damaged.openingNotes.isEmpty)
    let failure = #expect(throws: StoreError.self) { try damaged.drain("all", page: 1000) }
    guard case .corrupt? = failure else {
      Issue.record("damage was expected, not \(String(describing: failure))")
      return
    }
    try damaged.close()
    #expect(try fixture.open().openingNotes.count == 1)
    #expect(try fixture.open().openingNotes.isEmpty)
  }

  @Test func aFileOfANewerProgramIsLeftAlone() throws {
    let fixture = try StoreFixture()
    let first = try fixture.open()
    try first.pool.write { try Meta.set(.format, StoreFormat.version + 1, in: $0) }
    try first.close()
    let failure = #expect(throws: StoreError.self) { try fixture.open() }
    #expect(failure?.description.contains("newer") == true)
    #expect(!FileManager.default.fileExists(atPath: fixture.path + ".corrupt-1"))
  }
}
