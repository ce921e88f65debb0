import Foundation
@testable import Telemetry
import Templates
import Testing

@testable import Store

@Suite struct SchemaTests {
  private var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Config/schemas")
  }

  /// `WEIR_WRITE_SCHEMAS=1` writes the files.
  @Test func theFilesAreGenerated() throws {
    let writes = ProcessInfo.processInfo.environment["WEIR_WRITE_SCHEMAS"] == "1"
    for (name, schema) in RecordSchema.files + ConfigurationSchema.files {
      let file = folder.appendingPathComponent(name)
      if writes { try Data(schema.text.utf8).write(to: file) }
      #expect(
        try String(contentsOf: file, encoding: .utf8) == schema.text,
        "\(name) is out of date: run the tests with WEIR_WRITE_SCHEMAS=1")
      #expect(try JSONValue(parsing: schema.text) == schema.json)
    }
    let present = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(present == (RecordSchema.files + ConfigurationSchema.files).map(\.name).sorted())
  }

  @Test func everyIssuedRecordFitsTheEnvelope() throws {
    let store = try StoreFixture().open()
    try store.commit(RecordKind.allCases.flatMap { [draft($0), draft($0, revision: 1)] }, at: 1)
    for record in try store.nextRecords(for: "all", limit: 99, maxBytes: 1 << 20) {
      #expect(RecordSchema.envelope.validate(try JSONValue(parsing: record.json)) == [])
    }
  }

  @Test func theSchemasOfTheKindsAreStrict() throws {
    let body: JSONValue = [
      "asset": "v1", "place": "p", "start": "2026-11-21T08:00:00+08:00", "end": "2026-11-21T08:15:00+08:00",
      "results": 3, "verdicts": ["ok": 2, "nok": 1], "defects": ["scratch": 1],
    ]
    let schema = RecordSchema.body(.inspectionCount)
    #expect(schema.validate(body) == [])
    let mistakes: [(String, JSONValue?, String)] = [
      ("results", -1, "/results: below the minimum"), ("results", 1.5, "/results: expected integer, found 1.5"),
      ("results", nil, "the document: \"results\" is missing"), ("more", 1, "/more: not allowed"),
      ("start", "2026-11-21", "/start: \"2026-11-21\" is not a date-time"),
      ("verdicts", ["ok": "2"], "/verdicts/ok: expected integer, found \"2\""),
      ("asset", nil, "the document: \"asset\" is missing"), ("place", .null, "/place: expected string, found null"),
    ]
    for (name, value, problem) in mistakes {
      guard case .object(var members) = body else { return }
      members[name] = value
      #expect(schema.validate(.object(members)) == [problem])
    }
    #expect(schema.validate([]) == ["the document: expected object, found []"])
  }

  @Test func gaugesAndStatesAreToldApart() {
    let gauge: JSONValue = [
      "unit": "°C", "count": 2, "minimum": 1, "maximum": 2.5, "mean": 1.75, "first": 1, "last": 2.5,
      "standard_deviation": 1.06, "good_share": 1, "coverage": 0.5,
    ]
    let state: JSONValue = ["count": 1, "seconds_in_state": ["run": 42.5], "coverage": 0.7, "last": "run"]
    func body(_ signals: JSONValue) -> JSONValue {
      [
        "asset": "m", "place": "p", "start": "2026-11-21T08:00:00Z", "end": "2026-11-21T08:01:00Z", "signals": signals,
      ]
    }
    let schema = RecordSchema.body(.signalSummary)
    #expect(schema.validate(body(["t": gauge, "s": state])) == [])
    #expect(schema.validate(body(["t": ["count": 1]])) == ["/signals/t: fits none of the alternatives"])
  }

  @Test(arguments: [
    ("0", true), ("-0.50", true), ("126238.29", true), ("007", false), ("1.", false), (".5", false), ("", false),
    ("-", false), ("1e3", false), ("1.2.3", false), ("١", false),
  ])
  func decimals(text: String, fits: Bool) throws {
    #expect(RecordSchema.Pattern.decimal.matches(text) == fits)
    let regex = try Regex(RecordSchema.Pattern.decimal.rawValue)
    #expect((text.wholeMatch(of: regex) != nil) == fits)
  }
}
