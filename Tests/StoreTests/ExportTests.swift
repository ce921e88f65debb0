import Foundation
import GRDB
import Ledger
import Telemetry
import Testing

@testable import Store

@Suite struct ExportTests {
  @Test func anExportHolds() throws {
    let ledger = try LedgerFixture()
    let lines = try ledger.lines()
    var options = LedgerAudit.Options()
    options.outsideHeads = try ledger.heads()
    for key in [ledger.first, ledger.second] {
      options.trustedKey = key.publicKey
      let report = LedgerFixture.audit(lines, options)
      #expect(report.damages == [])
      #expect(report.leaves == 24 && report.bodies == 20 && report.stubs == 4 && report.heads == 2)
      #expect(report.signedUpTo == 16 && report.notes == [])
      #expect(report.keys == [ledger.first, ledger.second].map(\.publicKey.fingerprint))
    }
    options.trustedKey = try SigningKey().publicKey
    #expect(LedgerFixture.audit(lines, options).damages.map(\.kind).contains(.key))
  }

  /// Numbers beyond every ledger, where counting on would overflow.
  @Test(arguments: [Int64.max, 4_611_686_018_427_387_905] as [Int64])
  func numbersThatNoLedgerReaches(number: Int64) throws {
    let ledger = try LedgerFixture()
    let lines = try ledger.lines()
    for (first, last) in [(Int64.min, Int64.max), (1, number), (number, number), (.min, 24)] {
      let promise = ExportPromise(
        gateway: "gw", first: first, last: last, chain: Array(repeating: 0, count: 32), lines: Int64(lines.count))
      let report = LedgerFixture.audit([promise.json.canonicalBytes()] + lines.dropFirst())
      #expect(report.damages.contains { $0.kind == .unreadable && $0.line == 1 })
    }
    for options in [LedgerAudit.Options(), partial] {
      for place in [2, lines.count / 2, lines.count - 1] {
        var altered = lines
        let text = String(decoding: lines[place], as: UTF8.self)
        let pattern = try Regex(#""sequence":\d+"#)
        altered[place] = Array(text.replacing(pattern, with: "\"sequence\":\(number)").utf8)
        guard altered[place] != lines[place] else { continue }
        #expect(!LedgerFixture.audit(altered, options).isSound)
      }
    }
  }

  private var partial: LedgerAudit.Options {
    var options = LedgerAudit.Options()
    options.isPartial = true
    return options
  }

  @Test func aPartOfTheTimeHoldsToo() throws {
    let ledger = try LedgerFixture()
    var lines: [[UInt8]] = []
    let from = StoreFixture.origin + .days(1)
    try StoreFile(path: ledger.fixture.path).export(LedgerExport(kinds: [.energyDay, .finding], from: from)) {
      lines.append($0)
    }
    let report = LedgerFixture.audit(lines)
    #expect(report.damages == [])
    #expect(
      report.first == 9 && report.last == 24 && report.heads == 1 && report.signedUpTo == 16 && report.others == 0)
    let all = LedgerFixture.audit(try ledger.lines(Set(RecordKind.allCases)))
    #expect(all.damages == [] && all.others == 1)
  }

  @Test func whatAFileDestinationGetsHolds() throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try store.use(SigningKey(), since: StoreFixture.origin)
    try store.commit((0..<20).map { draft(.energyInterval, "m\($0 % 3)", minute: $0) }, at: 1)
    _ = try store.seal(LedgerFixture.day(0), issued: StoreFixture.origin)
    let records = try store.nextRecords(for: "all", limit: 99, maxBytes: 1 << 20)
    #expect(LedgerFixture.audit(records.map(\.json)).damages == [])
    // An allow-list lets a part through, and a crash repeats a line.
    var some = records.filter { $0.asset != "m1" }.map(\.json)
    some.insert(some[4], at: 5)
    #expect(!LedgerFixture.audit(some).isSound)
    var options = LedgerAudit.Options()
    options.isPartial = true
    let report = LedgerFixture.audit(some, options)
    #expect(report.damages == [] && !report.notes.isEmpty)
  }

  /// Every one of 1,000 random changes of a byte is found in its line.
  @Test func everyAlteredByteIsFound() throws {
    let lines = try LedgerFixture(perDay: 6).lines()
    let text = Array(lines.joined(separator: [10])) + [10]
    var random = SplitMix64(seed: 2026)
    for round in 0..<1000 {
      var changed = text
      let place = Int.random(in: 0..<(text.count - 1), using: &random)
      let byte = UInt8.random(in: 1...255, using: &random)
      changed[place] ^= byte
      let line = text[..<place].count { $0 == 10 } + 1
      let report = LedgerFixture.audit(
        changed.dropLast().split(separator: 10, omittingEmptySubsequences: false).map(Array.init))
      let found = report.damages.contains { damage in
        damage.line.map { $0 == line || $0 == line + 1 && text[place] == 10 } ?? false
      }
      #expect(found, "round \(round): line \(line), byte \(place) xor \(byte): \(report.damages)")
      if !found { break }
    }
  }

  @Test func deletedLinesAreFound() throws {
    let lines = try LedgerFixture().lines()
    for place in lines.indices {
      var changed = lines
      changed.remove(at: place)
      let report = LedgerFixture.audit(changed)
      let leaf = try JSONValue(parsing: lines[place])["chain"]?["sequence"]?.integerValue
      if place == 0 {
        // Without the promise a whole export is like a file of a destination.
        #expect(report.isSound)
      } else if let leaf {
        #expect(
          report.damages.contains { [.missing, .truncated].contains($0.kind) && $0.leaf == leaf }, "leaf \(leaf)")
      } else {
        #expect(!report.isSound, "line \(place + 1)")
      }
    }
  }

  @Test func swappedAndRepeatedLinesAreFound() throws {
    let lines = try LedgerFixture().lines()
    for place in 1..<(lines.count - 1) {
      var changed = lines
      changed.swapAt(place, place + 1)
      let report = LedgerFixture.audit(changed)
      #expect(
        report.damages.contains { ($0.line ?? 0) >= place + 1 && ($0.line ?? 0) <= place + 2 }, "swap \(place + 1)")
      changed = lines
      changed.insert(lines[place], at: place + 1)
      #expect(LedgerFixture.audit(changed).damages.first?.kind == .duplicated, "repeat \(place + 1)")
    }
  }

  @Test func aCutTailIsFoundByAForwardedHead() throws {
    let ledger = try LedgerFixture()
    let lines = try Array(ledger.lines().dropFirst())
    var options = LedgerAudit.Options()
    options.outsideHeads = [try #require(try ledger.heads().last)]
    for keep in 1..<16 {
      let report = LedgerFixture.audit(Array(lines[..<keep]), options)
      let leaf = report.damages.last { $0.kind == .truncated }
      #expect(leaf?.leaf == report.leaves + 1 && leaf?.lastLeaf ?? leaf?.leaf == 16, "\(keep) lines")
    }
  }

  /// Somebody with write access makes the chain anew from an altered record on: only signatures can tell.
  @Test func aRewrittenChainIsFoundByHeads() throws {
    let ledger = try LedgerFixture()
    try ledger.store.pool.write { db in
      var previous = LedgerHash.genesis
      for number in 1...24 {
        let row = LeafRow(
          try #require(try Row.fetchOne(db, sql: "SELECT * FROM (\(LeafRow.select)) WHERE number = \(number)")),
          gateways: ["old", "gw"].enumerated().reduce(into: [:]) { $0[Int64($1.offset + 1)] = $1.element })
        var leaf = row.entry.leaf
        if number == 10 { leaf.asset = "meter-9" }
        previous = leaf.hash(after: previous)
        try db.execute(
          sql: "UPDATE leaves SET asset = ?, hash = ? WHERE number = ?",
          arguments: [leaf.asset, Data(previous), number])
        try db.execute(sql: "UPDATE records SET asset = ? WHERE leaf = ?", arguments: [leaf.asset, number])
      }
      try Meta.set(.leafHash, Data(previous), in: db)
    }
    let damages = try ledger.store.audit().damages
    #expect(damages.count == 1 && damages[0].kind == .rewritten && damages[0].leaf == 9 && damages[0].lastLeaf == 16)
    let lines = try Array(ledger.lines().dropFirst())
    #expect(LedgerFixture.audit(lines).damages.map(\.kind) == [.rewritten])
    // Without the heads among its lines a forwarded one tells.
    var options = LedgerAudit.Options()
    options.outsideHeads = [try #require(try ledger.heads().last)]
    let bare = try lines.filter { try JSONValue(parsing: $0)["kind"] != "ledger-head" }
    #expect(LedgerFixture.audit(bare, options).damages.map(\.kind) == [.rewritten])
  }
}
