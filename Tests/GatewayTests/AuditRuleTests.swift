import Control
import Rules
import Telemetry
import Testing

@testable import Gateway
@testable import weir

@Suite("What people did") struct AuditRuleTests {
  /// What the rule saves.
  final class Services: RuleServices {
    var saved: [String: [UInt8]] = [:]
    var asset: Int { -1 }
    func load(_ key: String) throws -> [UInt8]? { saved[key] }
    func save(_ key: String, _ bytes: [UInt8]?) { saved[key] = bytes }
    func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample] { [] }
    func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample? { nil }
    func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample? { nil }
  }

  private struct Bench {
    var rule = AuditRule()
    let services = Services()
    var context: RuleContext
    init() { context = RuleContext(clock: Timestamp(seconds: 1), collector: OutputCollector(), services: services) }

    mutating func hear(_ name: String, _ members: [String: JSONValue]) throws {
      try rule.heard(SiteCommand(name: name, members: members), context: &context)
    }
    func page(_ number: Int) throws -> [AuditEntry] {
      try AuditRule.entries(services.saved[AuditRule.key(ofPage: number)] ?? [])
    }
  }

  @Test("who, with which role, what, why; also what was refused, and never what the gateway tells itself")
  func entries() throws {
    var bench = Bench()
    try bench.hear("finding", ["key": "no-data/m1"])
    try bench.hear(
      "audit", ["act": "alarm-shelve", "allowed": true, "command": true, "user": "li", "role": "operator"])
    #expect(try bench.page(0).isEmpty, "the command comes next")
    try bench.hear("alarm-shelve", ["alarm": "no-data/m1", "person": "LiNa", "reason": "moved", "until": "x"])
    try bench.hear("alarm-acknowledge", ["occurrences": [3, 4], "person": "Wang", "reason": ""])
    try bench.hear(
      "audit",
      ["act": "reload", "allowed": false, "user": "wang", "role": "viewer", "refusal": "not for that role"])
    try bench.hear(
      "audit-refused", ["act": "alarm-shelve", "alarm": "x", "person": "LiNa", "reason": "r", "refusal": "too long"])
    let all = try bench.page(0)
    #expect(all.map(\.act) == ["alarm-shelve", "alarm-acknowledge", "reload", "alarm-shelve"])
    #expect(all.map(\.isAccepted) == [true, true, false, false])
    #expect(all[0].person == "LiNa" && all[0].user == "li" && all[0].role == "operator")
    #expect(all[0].what == "no-data/m1" && all[0].reason == "moved")
    #expect(all[1].what == "3, 4" && all[1].user.isEmpty)
    #expect(all[2].user == "wang" && all[2].refusal == "not for that role")
    #expect(all[3].refusal == "too long" && all[3].user.isEmpty)
  }

  @Test("pages are filled one after the other, old ones go, and a restart goes on where it was")
  func pages() throws {
    var bench = Bench()
    for number in 0..<250 {
      try bench.hear("maintenance-record", ["asset": .string("m\(number)"), "person": "LiNa"])
      var writer = ByteWriter()
      bench.rule.encodeState(into: &writer)
      bench.rule = AuditRule()
      var reader = ByteReader(writer.bytes)
      try bench.rule.restoreState(from: &reader)
    }
    #expect(try bench.page(0).count == 100 && bench.page(2).count == 50)
    #expect(try bench.page(2).last?.what == "m249")
    #expect(try AuditRule.newestPage(bench.services.saved[AuditRule.indexKey] ?? []) == 2)
    #expect(bench.rule.sharedKeys.contains(AuditRule.key(ofPage: 2)))
  }

  @Test func asText() {
    let line = AuditLine(
      time: "2026-11-02T08:00:00+08:00", person: "Li, Na", user: "li", role: "operator", act: "alarm-shelve",
      what: "no-data/m1", reason: "=1+1", outcome: "refused", refusal: "too long")
    #expect(
      AuditText.csv([line])
        == "time,person,user,role,act,what,reason,outcome,refusal\r\n2026-11-02T08:00:00+08:00,\"Li, Na\",li,operator,alarm-shelve,no-data/m1,'=1+1,refused,too long\r\n"
    )
    let page = AuditText.page(AuditReport(lines: [line], isCut: true))
    #expect(page.contains("Li, Na (li)") && page.contains("too long") && page.contains("older ones"))
    #expect(AuditText.page(AuditReport(lines: [], isCut: false)).contains("nobody"))
  }
}
