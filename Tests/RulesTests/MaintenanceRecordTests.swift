import Rules
import Telemetry
import Testing

@Suite struct MaintenanceRecordTests {
  private static let full: [String: JSONValue] = [
    "id": "mr-1", "asset": "pump-1", "kind": "done", "time": "2026-10-05T14:30:00+08:00", "person": "Li Wei",
    "entered": "2026-10-05T15:00:00+08:00", "finding": "condition-change/pump-1", "fault": "bearing-wear",
    "found": "other:misalignment", "failed": "2026-10-05T12:00:00+08:00", "note": "coupling aligned",
    "parts": ["6205-2RS", "grease"], "supersedes": "mr-0", "reason": "wrong machine",
  ]

  private static func record(_ change: [String: JSONValue?] = [:]) throws -> MaintenanceRecord {
    var members = full
    for (name, value) in change { members[name] = value }
    return try MaintenanceRecord(SiteCommand(name: MaintenanceRecord.command, members: members))
  }

  @Test func readsEveryMemberAndWritesItAgain() throws {
    let record = try Self.record()
    #expect(record.found == .other("misalignment"))
    #expect(record.parts == ["6205-2RS", "grease"])
    #expect(record.failed == Timestamp(rfc3339: "2026-10-05T04:00:00Z"))
    #expect(record.renews)
    let text = record.journaled.text
    let again = try MaintenanceRecord(try #require(SiteCommand(text: text)))
    #expect(again == record)
    #expect(again.journaled.text == text)
  }

  @Test func leavesOutWhatWasNotSaid() throws {
    let record = try Self.record([
      "finding": nil, "fault": nil, "found": nil, "failed": nil, "note": nil, "parts": nil, "supersedes": nil,
      "reason": nil, "kind": "inspected",
    ])
    #expect(record.found == nil && record.failed == nil && !record.renews)
    #expect(try MaintenanceRecord(record.journaled) == record)
    #expect(record.journaled.members.count == 6)
  }

  @Test(
    arguments: [
      (["kind": "repaired"], "is none of done, inspected, replaced"),
      (["id": "a b"], "other characters"),
      (["time": "yesterday"], "no time with offset"),
      (["time": "2026-10-05T16:30:00+08:00"], "lies in the future"),
      (["failed": "2026-10-05T14:31:00+08:00"], "repaired before it failed"),
      (["found": "maybe"], "none of yes, no and other:WHAT"),
      (["found": "other:"], "none of yes, no and other:WHAT"),
      (["supersedes": "mr-1"], "cannot supersede itself"),
      (["reason": ""], "say why"),
      (["person": ""], "\"person\" is missing"),
      (["colour": "red"], "a record has no \"colour\""),
      (["note": 3], "is not a text"),
      (["parts": "6205"], "is not a list of texts"),
      (["parts": [""]], "is not a list of texts"),
    ] as [([String: JSONValue], String)])
  func saysWhatIsWrong(change: [String: JSONValue], message: String) throws {
    let error = #expect(throws: MaintenanceRecord.Mistake.self) { try Self.record(change.mapValues { $0 }) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
