import Telemetry

/// Work on a machine that a person enters: what was done and what was found. Never changed, only superseded by another.
///
/// It is a command of the journal. The rule of the machine's condition learns anew behind it (`renews`), the rule of
/// maintenance holds what was predicted against what was found.
public struct MaintenanceRecord: Hashable, Sendable {
  /// The command of the journal.
  public static let command = "maintenance-record"

  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Repaired, adjusted, cleaned, lubricated.
    case done
    /// Looked at; nothing of the machine was changed.
    case inspected
    /// The machine, or the part that wears, is a new one: its age begins again.
    case replaced
  }

  /// Whether the fault was there that was looked for.
  public enum Found: Hashable, Sendable {
    case yes
    case no
    /// Another one, in the words of the person or as the id of a fault.
    case other(String)

    public var text: String {
      switch self {
      case .yes: "yes"
      case .no: "no"
      case .other(let what): "other:\(what)"
      }
    }
  }

  public var id: String
  /// Id of the machine.
  public var asset: String
  public var kind: Kind
  /// Key of the finding that was followed; nil = of none, or of the one about `fault`.
  public var finding: String?
  /// Id of the fault that was looked for, as its fault model names it.
  public var fault: String?
  /// Id of the service that was done, of `maintenance: services:`; its hours begin again.
  public var service: String?
  /// nil = not said: then no prediction is judged by it.
  public var found: Found?
  /// When the machine had failed by itself, before anybody repaired it; nil = it had not.
  public var failed: Timestamp?
  public var parts: [String]
  public var note: String
  /// When it was done.
  public var time: Timestamp
  public var person: String
  /// When it was entered.
  public var entered: Timestamp
  public var supersedes: String?
  /// Why the other record is superseded.
  public var reason: String

  /// What is wrong with a record, and what would be right.
  public struct Mistake: Error, Hashable, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
  }

  /// The machine is not the one that was learned any more. Service leaves it as it is.
  public var renews: Bool { kind == .replaced || kind == .done && service == nil }

  private static let required = ["id", "asset", "kind", "time", "person", "entered"]
  private static let optional = ["finding", "fault", "service", "found", "failed", "note", "supersedes", "reason"]
  private static let partsKey = "parts"

  /// From a command of this name.
  public init(_ command: SiteCommand) throws(Mistake) {
    var texts: [String: String] = [:]
    var parts: [String] = []
    for (name, value) in command.members.sorted(by: { $0.key < $1.key }) {
      if name == Self.partsKey {
        guard case .array(let items) = value else { throw Mistake("\"parts\" is not a list of texts") }
        for item in items {
          guard let part = item.stringValue, !part.isEmpty else { throw Mistake("\"parts\" is not a list of texts") }
          parts.append(part)
        }
        continue
      }
      guard Self.required.contains(name) || Self.optional.contains(name) else {
        let known = (Self.required + Self.optional + [Self.partsKey]).joined(separator: ", ")
        throw Mistake("a record has no \"\(name)\"; it has \(known)")
      }
      guard let text = value.stringValue else { throw Mistake("\"\(name)\" is not a text") }
      guard text.utf8.count <= 4000 else { throw Mistake("\"\(name)\" is longer than 4000 bytes") }
      if !text.isEmpty { texts[name] = text }
    }
    for name in Self.required where texts[name] == nil { throw Mistake("\"\(name)\" is missing") }
    func text(_ name: String) -> String { texts[name] ?? "" }
    func time(_ name: String) throws(Mistake) -> Timestamp {
      guard let time = Timestamp(rfc3339: text(name)) else {
        throw Mistake("\"\(name)\" is no time with offset, such as 2026-10-05T14:30:00+08:00")
      }
      return time
    }
    id = text("id")
    guard id.utf8.count <= 64, id.utf8.allSatisfy(Self.isIDByte) else {
      throw Mistake("the id \"\(id)\" has other characters than letters, digits, - and _, or more than 64")
    }
    asset = text("asset")
    guard let kind = Kind(rawValue: text("kind")) else {
      throw Mistake("the kind \"\(text("kind"))\" is none of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.kind = kind
    finding = texts["finding"]
    fault = texts["fault"]
    service = texts["service"]
    if let word = texts["found"] { found = try Self.found(word) }
    self.parts = parts
    note = text("note")
    self.time = try time("time")
    person = text("person")
    entered = try time("entered")
    if texts["failed"] != nil { failed = try time("failed") }
    supersedes = texts["supersedes"]
    reason = text("reason")
    if supersedes != nil, reason.isEmpty { throw Mistake("say why the other record is superseded (reason)") }
    if supersedes == id { throw Mistake("a record cannot supersede itself") }
    if entered < self.time { throw Mistake("it is entered before it was done: \"time\" lies in the future") }
    if let failed, self.time < failed {
      throw Mistake("it was repaired before it failed (\"failed\" is after \"time\")")
    }
  }

  /// yes, no, or other:WHAT.
  public static func found(_ word: String) throws(Mistake) -> Found {
    switch word {
    case "yes": return .yes
    case "no": return .no
    default:
      guard word.hasPrefix("other:"), word.utf8.count > 6 else {
        throw Mistake("\"\(word)\" is none of yes, no and other:WHAT (the fault that was there instead)")
      }
      return .other(String(word.dropFirst(6)))
    }
  }

  /// The command that makes this record again.
  public var journaled: SiteCommand {
    var members: [String: JSONValue] = [
      "id": .string(id), "asset": .string(asset), "kind": .string(kind.rawValue), "time": .string(time.rfc3339UTC),
      "person": .string(person), "entered": .string(entered.rfc3339UTC),
    ]
    let texts = [
      ("finding", finding), ("fault", fault), ("service", service), ("found", found?.text),
      ("failed", failed?.rfc3339UTC),
      ("supersedes", supersedes), ("note", note.isEmpty ? nil : note), ("reason", reason.isEmpty ? nil : reason),
    ]
    for (name, value) in texts { if let value { members[name] = .string(value) } }
    if !parts.isEmpty { members[Self.partsKey] = .array(parts.map(JSONValue.string)) }
    return SiteCommand(name: Self.command, members: members)
  }

  private static func isIDByte(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte) || byte == 45 || byte == 95
  }
}
