import GRDB
import Rules
import Telemetry
import Testing

@testable import Store

@Suite struct FindingTests {
  @Test func aFindingOpensChangesAndCloses() throws {
    let store = try StoreFixture().open()
    func commit(_ findings: [Finding], _ position: Int64) throws {
      try store.commit(
        output(findings: findings), upTo: position, counts: EngineCounts(), issued: StoreFixture.origin)
    }
    try commit([finding("no-data/press-1"), finding("b", severity: .critical, opened: 3)], 1)
    #expect(try store.openFindings().map(\.key) == ["b", "no-data/press-1"])
    // The same again is no news, another severity is; an opening keeps its time.
    try commit([finding("no-data/press-1")], 2)
    try commit([finding("no-data/press-1", severity: .critical, opened: 2)], 3)
    #expect(try store.openFindings().map(\.key) == ["no-data/press-1", "b"])
    try commit([finding("no-data/press-1", closed: 9), finding("unknown", closed: 9)], 4)
    #expect(try store.openFindings().map(\.key) == ["b"])
    try commit([finding("no-data/press-1", opened: 20)], 5)
    #expect(try store.findings(limit: 9).map(\.opened) == [20, 3, 0].map { StoreFixture.origin + .minutes($0) })
    #expect(try store.findings(limit: 9).last == finding("no-data/press-1", closed: 9))

    let records = try store.nextRecords(for: "all", limit: 99, maxBytes: 1 << 20)
    let key = "no-data/press-1/\(StoreFixture.origin.rfc3339UTC)"
    let history = records.filter { $0.key == key }
    #expect(history.map(\.revision) == [0, 1, 2])
    var hash: JSONValue?
    for record in history {
      let json = try JSONValue(parsing: record.json)
      #expect(json["supersedes"] == hash)
      hash = json["hash"]
      #expect(RecordSchema.record(.finding).validate(json).isEmpty)
      #expect(record.asset == "press-1")
      #expect(try store.record(id: record.id) == record)
    }
    let closed = try JSONValue(parsing: try #require(history.last).json)["body"]
    #expect(closed?["closed"]?.stringValue == (StoreFixture.origin + .minutes(9)).rfc3339UTC)
  }

  @Test func findingsOfTheShellHaveNoPosition() throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try store.commit(findings: [finding("destination-held/all")], issued: StoreFixture.origin)
    #expect(store.outputPosition == 0)
    #expect(try fixture.copy().open().openFindings().count == 1)
  }

  @Test func onlyTheNewestClosedFindingsAreKept() throws {
    var fixture = try StoreFixture()
    fixture.options.closedFindings = 5
    let store = try fixture.open()
    func commit(_ findings: [Finding]) throws { try store.commit(findings: findings, issued: StoreFixture.origin) }
    try commit([finding("old", opened: 0), finding("open", opened: 1)])
    for minute in 10..<30 { try commit([finding("f\(minute)", opened: minute)]) }
    for minute in 10..<30 { try commit([finding("f\(minute)", closed: minute + 30)]) }
    #expect(try store.findings(limit: 99).map(\.key) == ["f29", "f28", "f27", "f26", "f25", "open"] + ["old"])
    // It was opened first and closed last.
    try commit([finding("old", closed: 90)])
    #expect(try store.findings(limit: 99).map(\.key) == ["f29", "f28", "f27", "f26", "open", "old"])
    // Many in one commit.
    try commit((0..<9).map { finding("g\($0)", opened: 95) })
    try commit((0..<9).map { finding("g\($0)", closed: 99) })
    #expect(try store.findings(limit: 99).map(\.key) == ["g8", "g7", "g6", "g5", "g4", "open"])
    #expect(try store.openFindings().map(\.key) == ["open"])
    // What was issued stays to be delivered.
    #expect(try store.destinationCounts("all").pending == 61)
  }

  /// A file of a program without the index gets it when it is opened.
  @Test func olderFilesGetTheIndex() throws {
    let fixture = try StoreFixture()
    let first = try fixture.open()
    try first.pool.write { try $0.execute(sql: "DROP INDEX findings_closed") }
    try first.close()
    let store = try fixture.open()
    let plan = try store.read { db in
      try Row.fetchAll(
        db,
        sql: """
          EXPLAIN QUERY PLAN SELECT number FROM findings WHERE closed IS NOT NULL
          ORDER BY closed DESC, number DESC LIMIT 9 OFFSET 9
          """
      ).map { $0["detail"] as String }
    }
    #expect(plan.count == 1 && plan[0].contains("findings_closed"), "\(plan)")
  }

  @Test func samplesThatWereSetAsideAreKept() throws {
    var fixture = try StoreFixture()
    fixture.options.quarantineRows = 10
    let store = try fixture.open()
    #expect(try store.sampleQuarantineCount() == 0)
    let values: [Value] = [.double(1.5), .double(-.infinity), .scaled(ScaledInteger(-325, exponent: -2))]
    let samples = values.enumerated().map { index, value in
      QuarantinedSample(
        asset: "a\(index % 2)", signal: "s", time: StoreFixture.origin, value: value, reason: .conflict,
        detail: "first 2", noticed: StoreFixture.origin + .minutes(1))
    }
    var first = EngineOutput()
    first.quarantined = samples
    try store.commit(first, upTo: 1, counts: EngineCounts(), issued: StoreFixture.origin)
    #expect(try store.sampleQuarantine(limit: 9).map(\.sample) == samples.reversed())
    #expect(try store.sampleQuarantine(asset: "a1", limit: 9).map(\.sample) == [samples[1]])
    #expect(try store.sampleQuarantine(before: 2, limit: 9).map(\.number) == [1])
    for position in Int64(2)...9 {
      try store.commit(first, upTo: position, counts: EngineCounts(), issued: StoreFixture.origin)
    }
    #expect(try store.sampleQuarantineCount() == 10)
    #expect(try store.sampleQuarantine(limit: 99).map(\.number) == (18...27).reversed().map { Int64($0) })
    var odd = EngineOutput()
    odd.quarantined = [samples[0]]
    odd.quarantined[0].value = .double(.nan)
    try store.commit(odd, upTo: 10, counts: EngineCounts(), issued: StoreFixture.origin)
    guard case .double(let value)? = try store.sampleQuarantine(limit: 1).first?.sample.value else {
      Issue.record("a double was expected")
      return
    }
    #expect(value.isNaN)
  }
}
