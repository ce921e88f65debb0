import Rules
import Telemetry

/// Something that a person did to the gateway, or wanted to do and might not.
struct AuditEntry: Hashable, Sendable {
  /// The plant clock.
  var time: Timestamp
  /// `alarm-shelve`, `reload` …
  var act: String
  /// Who they say they are; empty if the act asks for no name.
  var person: String
  /// Their login and role, where roles are configured.
  var user: String
  var role: String
  /// What it was done to: an alarm, an occurrence, a machine, a work order.
  var what: String
  var reason: String
  var isAccepted: Bool
  /// Why not.
  var refusal: String

  /// The journal's entry of a login that may do something, or may not.
  static let checked = "audit"
  /// The journal's entry of a command that was refused with a reason.
  static let refused = "audit-refused"

  private static let whats = [
    "alarm", "occurrences", "number", "asset", "entry", "id", "station", "to", "product", "from", "months", "period",
  ]
  private static let longest = 300

  /// What a command of the journal says of itself.
  init(_ command: SiteCommand, act: String, at time: Timestamp, isAccepted: Bool) {
    func text(_ name: String) -> String { String((command.members[name]?.stringValue ?? "").prefix(Self.longest)) }
    self.time = time
    self.act = act
    person = [text("person"), text("by"), text("author")].first { !$0.isEmpty } ?? ""
    user = text("user")
    role = text("role")
    var what: [String] = []
    for name in Self.whats {
      switch command.members[name] {
      case .string(let value) where !value.isEmpty: what.append(value)
      case .integer(let number): what.append("\(number)")
      case .array(let list): what.append(list.map { $0.stringValue ?? $0.canonicalText }.joined(separator: ", "))
      default: break
      }
    }
    if let state = command.members["state"]?.stringValue { what.append(state) }
    self.what = String(what.joined(separator: " ").prefix(Self.longest))
    reason = [text("reason"), text("note")].first { !$0.isEmpty } ?? ""
    self.isAccepted = isAccepted
    refusal = isAccepted ? "" : text("refusal")
  }

  func encode(into writer: inout ByteWriter) {
    writer.timestamp(time)
    for text in [act, person, user, role, what, reason, refusal] { writer.string(text) }
    writer.boolean(isAccepted)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    time = try reader.timestamp()
    act = try reader.string()
    person = try reader.string()
    user = try reader.string()
    role = try reader.string()
    what = try reader.string()
    reason = try reader.string()
    refusal = try reader.string()
    isAccepted = try reader.boolean()
  }
}
