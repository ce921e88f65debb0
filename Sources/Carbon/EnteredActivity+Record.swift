import Rules
import Telemetry

extension EnteredActivity {
  /// From the body of its record (`carbon-activity`); nil for one that does not count any more.
  public init?(recordBody body: JSONValue) throws(Mistake) {
    guard body["status"] == "in-force" else { return nil }
    var members: [String: JSONValue] = [:]
    func take(_ name: String, as other: String) { if let value = body[name] { members[other] = value } }
    for name in ["what", "amount", "unit", "start", "end", "person", "entered", "supersedes", "gwp"] {
      take(name, as: name)
    }
    take("entry", as: "id")
    for name in ["place", "note", "reason"] where body[name]?.stringValue?.isEmpty == false { take(name, as: name) }
    members["document"] = body["document"]?["name"]
    if let hash = body["document"]?["sha256"], hash.stringValue?.isEmpty == false { members["document_hash"] = hash }
    if let scope = body["scope"]?.integerValue { members["scope"] = .string("\(scope)") }
    try self.init(SiteCommand(name: Self.command, members: members), wasTaken: true)
  }
}
