import Telemetry

/// A person's decision that the emissions of a time are counted again: with other factors, or with those of a
/// configuration that has changed.
///
/// It is an entry of the journal and in force from its place there: what is issued or revised afterwards for its time is
/// counted so. Of two for one time the later holds alone; one without a change brings the configuration back.
public struct Recalculation: Hashable, Sendable {
  /// The command of the journal.
  public static let command = "carbon-recompute"
  /// Where the inventory's rule keeps those that were made, for the other rules.
  public static let stateKey = "carbon/recalculations"

  public var id: String
  /// First instant, a plant-local month's start.
  public var start: Timestamp
  /// Half-open; nil = from then on.
  public var end: Timestamp?
  public var person: String
  public var reason: String
  /// When it was entered.
  public var entered: Timestamp
  public var change: FactorChange
  /// Whether records of single windows are issued again, too; the rest always is.
  public var includesWindows: Bool

  public init(
    id: String, start: Timestamp, end: Timestamp?, person: String, reason: String, entered: Timestamp,
    change: FactorChange, includesWindows: Bool = true
  ) {
    self.id = id
    self.start = start
    self.end = end
    self.person = person
    self.reason = reason
    self.entered = entered
    self.change = change
    self.includesWindows = includesWindows
  }

  /// Whether what begins at `time` is counted so.
  public func covers(_ time: Timestamp) -> Bool { start <= time && (end.map { time < $0 } ?? true) }

  /// Why a record is issued again: who, why, and with which factors.
  public func cause(gateway: String) -> RevisionCause {
    RevisionCause(
      asset: gateway, signal: id, time: entered, reason: .recalculated, note: "\(person): \(reason) (\(change.text))")
  }
}

extension Recalculation {
  private static let members: Set<String> = [
    "id", "start", "end", "person", "reason", "entered", "change", "windows", "tell_again",
  ]

  /// The command's members.
  public var json: [String: JSONValue] {
    var again: [String: JSONValue] = ["start": .string(start.rfc3339UTC), "windows": .boolean(includesWindows)]
    again["end"] = end.map { .string($0.rfc3339UTC) }
    var members: [String: JSONValue] = [
      "id": .string(id), "start": .string(start.rfc3339UTC), "person": .string(person), "reason": .string(reason),
      "entered": .string(entered.rfc3339UTC), "change": change.json, "windows": .boolean(includesWindows),
      // The rules of the meters read this one; they know nothing of emissions.
      "tell_again": .object(again),
    ]
    members["end"] = end.map { .string($0.rfc3339UTC) }
    return members
  }

  /// - Throws: for members that say too little, or something else.
  public init(json: [String: JSONValue]) throws(FactorProblem) {
    func mistake(_ text: String) -> FactorProblem {
      FactorProblem(
        text, remedy: "a recalculation has id, start, person, reason and entered, and may have end and change")
    }
    func text(_ name: String) throws(FactorProblem) -> String {
      guard let text = json[name]?.stringValue, !text.isEmpty else { throw mistake("\"\(name)\" is missing") }
      return text
    }
    func time(_ name: String) throws(FactorProblem) -> Timestamp {
      guard let time = Timestamp(rfc3339: try text(name)) else { throw mistake("\"\(name)\" is no time") }
      return time
    }
    for name in json.keys.sorted() where !Self.members.contains(name) {
      throw mistake("a recalculation has no \"\(name)\"")
    }
    self.init(
      id: try text("id"), start: try time("start"), end: json["end"] == nil ? nil : try time("end"),
      person: try text("person"), reason: try text("reason"), entered: try time("entered"),
      change: try json["change"].map { value throws(FactorProblem) in try FactorChange(json: value) } ?? FactorChange(),
      includesWindows: json["windows"]?.booleanValue ?? true)
    if let end, end <= start { throw mistake("the end is not after the start") }
  }

  /// Those that were made, in their order, as state.
  public static func encode(_ list: [Recalculation]) -> [UInt8] {
    JSONValue.array(list.map { .object($0.json) }).canonicalBytes()
  }

  public static func decode(_ bytes: [UInt8]?) throws -> [Recalculation] {
    guard let bytes else { return [] }
    return try (try JSONValue(parsing: bytes).arrayValue ?? []).map { value in
      guard case .object(let members) = value else { throw FactorProblem("saved as no object", remedy: "") }
      return try Recalculation(json: members)
    }
  }
}
