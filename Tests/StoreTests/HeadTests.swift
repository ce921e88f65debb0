import Foundation
import Ledger
import Telemetry
import Testing

@testable import Store

@Suite struct HeadTests {
  private struct Crash: Error {}

  @Test func aDayHasOneHead() throws {
    let store = try StoreFixture().open()
    try store.use(SigningKey(), since: StoreFixture.origin)
    #expect(try store.seal(LedgerFixture.day(0), issued: StoreFixture.origin) == nil, "no leaf, no head")
    try store.commit([draft(.energyInterval, minute: 1)], at: 1)
    let issued = StoreFixture.origin + .days(1)
    let head = try #require(try store.seal(LedgerFixture.day(0), issued: issued))
    #expect(RecordSchema.record(.ledgerHead).validate(try JSONValue(parsing: head.json)) == [])
    #expect(try store.seal(LedgerFixture.day(0), issued: issued) == nil)
    try store.commit(output(), upTo: 2, counts: .init(), issued: issued, sealing: LedgerFixture.day(0))
    #expect(try store.newestHead() == head)
    // On request there are more, and a day without leaves has one too.
    var request = LedgerFixture.day(1)
    request.reason = .request
    let more = try #require(try store.seal(request, issued: issued))
    try store.commit(output(), upTo: 3, counts: .init(), issued: issued, sealing: LedgerFixture.day(1))
    let last = try #require(try store.newestHead())
    let bodies = try [head, more, last].map { try #require(try JSONValue(parsing: $0.json)["body"]) }
    #expect(bodies.map { $0["number"] } == [1, 2, 3])
    #expect(bodies.map { $0["count"] } == [1, 0, 0])
    #expect(bodies[2]["previous"]?.stringValue == LedgerHash.hex(LedgerHash.sha256(bodies[1].canonicalBytes())))
    #expect(try store.audit().damages == [])
    #expect(try store.sealedUntil() == LedgerFixture.day(1).end)
  }

  @Test func aHeadIsOneWithTheCommitOfItsDay() throws {
    var fixture = try StoreFixture()
    let key = try SigningKey()
    let issued = StoreFixture.origin + .days(1)
    let day = LedgerFixture.day(0)
    func end(_ store: Store) throws {
      try store.use(key, since: StoreFixture.origin)
      try store.commit(
        output([draft(.energyInterval, minute: 2)]), upTo: 2, counts: .init(), issued: issued, sealing: day)
    }
    fixture.options.beforeCommit = { throw Crash() }
    let calm = try StoreFixture()
    try calm.open().commit([draft(.energyInterval, minute: 1)], at: 1)
    fixture = try calm.copy()
    fixture.options.beforeCommit = { throw Crash() }
    #expect(throws: (any Error).self) { try end(fixture.open()) }
    // Neither the records nor the head are there; the repetition after the crash makes both.
    let after = try fixture.copy().open()
    #expect(try after.ledgerHead().number == 1)
    #expect(try after.newestHead() == nil)
    try end(after)
    #expect(try after.newestHead() != nil)
    #expect(try after.audit().signedUpTo == 2)
    // A replay of the same batches makes nothing more.
    let copy = try calm.copy()
    let store = try copy.open()
    try end(store)
    try store.close()
    let again = try copy.open()
    try end(again)
    #expect(try again.audit().heads == 1)
    #expect(try again.ledgerHead().number == 2)
  }

  @Test func headsAreAllowListedWhateverTheAssets() throws {
    var fixture = try StoreFixture()
    fixture.destinations = [
      destination("heads", kinds: [.ledgerHead], assets: ["meter-*"]), destination("none", kinds: [.energyDay]),
    ]
    let store = try fixture.open()
    try store.use(SigningKey(), since: StoreFixture.origin)
    try store.commit(
      output([draft(.energyInterval)]), upTo: 1, counts: .init(), issued: StoreFixture.origin,
      sealing: LedgerFixture.day(0))
    #expect(try store.drain("heads").count == 1)
    #expect(try store.drain("none") == [])
    for name in ["heads", "none"] { #expect(try store.destinationCounts(name).balances) }
  }

  @Test func keysAreHandedOver() throws {
    let ledger = try LedgerFixture()
    let keys = try ledger.store.ledgerKeys()
    #expect(keys.map(\.key) == [ledger.first, ledger.second].map(\.publicKey))
    #expect(keys[0].handover == nil && keys[1].handover != nil)
    #expect(try ledger.store.use(ledger.second, since: StoreFixture.origin) == .known)
    // A key that nobody signed breaks the trust, and the ledger says so to whoever trusts the old ones.
    #expect(try ledger.store.use(SigningKey(), since: StoreFixture.origin) == .replaced)
    _ = try ledger.store.seal(LedgerFixture.day(2), issued: StoreFixture.origin + .days(3))
    #expect(try ledger.store.audit().damages == [])
    var options = LedgerAudit.Options()
    options.trustedKey = ledger.first.publicKey
    #expect(try ledger.store.audit(options).damages.map(\.kind) == [.key])
  }

  @Test func theKeyFileSurvivesCrashes() throws {
    let folder = try StoreFixture().folder
    let file = LedgerKeyFile(directory: folder)
    let first = try file.open(known: nil)
    #expect(try file.open(known: first.publicKey).publicKey == first.publicKey)
    let mode = try FileManager.default.attributesOfItem(atPath: folder + "/ledger.key")[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let second = try SigningKey()
    // The Store never heard of it: the old key stays.
    #expect(throws: Crash.self) { try file.rotate(to: second) { throw Crash() } }
    #expect(try file.open(known: first.publicKey).publicKey == first.publicKey)
    // It died between the Store and the renaming.
    try second.fileText.write(toFile: folder + "/ledger.key.next", atomically: true, encoding: .utf8)
    #expect(try file.open(known: second.publicKey).publicKey == second.publicKey)
    #expect(try file.open(known: second.publicKey).publicKey == second.publicKey)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["ledger.key"])
    try "nothing".write(toFile: folder + "/ledger.key", atomically: true, encoding: .utf8)
    #expect(throws: LedgerError.self) { try file.open(known: second.publicKey) }
  }
}
