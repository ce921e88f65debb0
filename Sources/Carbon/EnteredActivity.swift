import Factors
import Plant
import Rules
import Telemetry

/// Activity data that a person entered: an invoice, a refill, a purchase. Never changed, only superseded by another.
public struct EnteredActivity: Hashable, Sendable {
  /// The command of the journal.
  public static let command = "carbon-activity"

  public var id: String
  /// As it was entered: `diesel`, `refrigerant:R-410A` …
  public var what: String
  public var activity: Activity
  public var start: Timestamp
  public var end: Timestamp
  /// Asset id or place; empty for the whole site.
  public var place: String
  public var document: String
  /// Of the document's file; empty without a file.
  public var documentHash: String
  public var person: String
  public var note: String
  public var supersedes: String?
  /// Why the other entry is superseded.
  public var reason: String
  /// When it was entered.
  public var entered: Timestamp

  /// What is wrong with an entry, and what would be right.
  public struct Mistake: Error, Hashable, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
  }

  private static let required = ["id", "what", "amount", "unit", "start", "end", "person", "document", "entered"]
  private static let optional = ["place", "note", "document_hash", "supersedes", "reason", "scope", "gwp"]

  /// - Parameter wasTaken: it counts already, so that what is refused today must still be read.
  public init(_ command: SiteCommand, wasTaken: Bool = false) throws(Mistake) {
    var texts: [String: String] = [:]
    for (name, value) in command.members {
      guard Self.required.contains(name) || Self.optional.contains(name) else {
        throw Mistake(
          "an entry has no \"\(name)\"; it has \((Self.required + Self.optional).joined(separator: ", "))")
      }
      guard let text = value.stringValue else { throw Mistake("\"\(name)\" is not a text") }
      texts[name] = text
    }
    for name in Self.required where texts[name, default: ""].isEmpty { throw Mistake("\"\(name)\" is missing") }
    func text(_ name: String) -> String { texts[name] ?? "" }
    id = text("id")
    guard id.utf8.count <= 64, id.utf8.allSatisfy(Self.isIDByte) else {
      throw Mistake("the id \"\(id)\" has other characters than letters, digits, - and _, or more than 64")
    }
    guard let amount = ExactDecimal(text("amount")) else {
      throw Mistake("the amount \"\(text("amount"))\" is no decimal number such as 12345.67")
    }
    let scope = try texts["scope"].map { word throws(Mistake) in
      guard let scope = Int(word), (1...3).contains(scope) else { throw Mistake("the scope is 1, 2 or 3") }
      return scope
    }
    what = text("what")
    activity = Activity(try Self.kind(what, scope: scope, gwp: texts["gwp"]), amount, text("unit"))
    guard let start = Timestamp(rfc3339: text("start")), let end = Timestamp(rfc3339: text("end")), start < end else {
      throw Mistake(
        "the period \(text("start")) – \(text("end")) has no length, or is not written as times with offset")
    }
    guard let entered = Timestamp(rfc3339: text("entered")) else { throw Mistake("\"entered\" is no time with offset") }
    (self.start, self.end, self.entered) = (start, end, entered)
    place = text("place")
    document = text("document")
    documentHash = text("document_hash")
    guard documentHash.isEmpty || (documentHash.utf8.count == 64 && documentHash.utf8.allSatisfy(Self.isHexByte)) else {
      throw Mistake("the document's hash is not a SHA-256 in 64 hexadecimal digits")
    }
    person = text("person")
    note = text("note")
    supersedes = texts["supersedes"]
    reason = text("reason")
    if supersedes != nil, reason.isEmpty { throw Mistake("say why the other entry is superseded (reason)") }
    if supersedes == id { throw Mistake("an entry cannot supersede itself") }
    if amount.isNegative, !wasTaken {
      throw Mistake(
        "a negative amount; a mistake is corrected by an entry that supersedes it with the right amount (0 if there was "
          + "nothing), and what was sold has words of its own (electricity:exported, heat:exported)")
    }
  }

  /// The command that makes this entry again.
  public var journaled: SiteCommand {
    var members: [String: JSONValue] = [
      "id": .string(id), "what": .string(what), "amount": .string(activity.amount.description),
      "unit": .string(activity.unit), "start": .string(start.rfc3339UTC), "end": .string(end.rfc3339UTC),
      "person": .string(person), "document": .string(document), "entered": .string(entered.rfc3339UTC),
    ]
    for (name, value) in [("place", place), ("note", note), ("document_hash", documentHash), ("reason", reason)]
    where !value.isEmpty {
      members[name] = .string(value)
    }
    if let supersedes { members["supersedes"] = .string(supersedes) }
    switch activity.kind {
    case .listed(_, let scope?): members["scope"] = .string("\(scope)")
    case .entered(let scope, _, let gwp):
      members["scope"] = .string("\(scope)")
      if let gwp { members["gwp"] = .string(gwp) }
    default: break
    }
    return SiteCommand(name: Self.command, members: members)
  }

  // MARK: - What

  /// What can be entered.
  public static let forms =
    "a fuel of the fuel set (diesel, natural_gas …), electricity, electricity:exported, electricity:non-fossil:<proof>, "
    + "heat, heat:exported, steam, steam:<state>, hot-water:<°C>, refrigerant:<name>, carbonate:<name>, "
    + "factor:<set>/<name>, emissions (kg or t of CO2e, with a scope), emissions:CO2, offset"

  static func kind(_ what: String, scope: Int?, gwp: String?) throws(Mistake) -> Activity.Kind {
    let colon = what.firstIndex(of: ":")
    let word = colon.map { String(what[..<$0]) } ?? what
    let rest = colon.map { String(what[what.index(after: $0)...]) } ?? ""
    switch (word, rest) {
    case ("electricity", ""): return .electricity(.ordinary)
    case ("electricity", "exported"): return .electricity(Activity.Electricity(.exported, .ordinary))
    case ("electricity", _) where rest.hasPrefix("non-fossil"):
      let proof = rest.dropFirst("non-fossil".count).drop { $0 == ":" }
      return .electricity(Activity.Electricity(.purchased, .nonFossil, proof: proof.isEmpty ? nil : String(proof)))
    case ("heat", ""): return .heat
    case ("heat", "exported"): return .exportedHeat
    case ("steam", _): return .steam(rest.isEmpty ? nil : rest)
    case ("hot-water", _):
      guard let temperature = ExactDecimal(rest) else { throw Mistake("hot water needs its temperature: hot-water:60") }
      return .hotWater(temperature)
    case ("refrigerant", _) where !rest.isEmpty: return .refrigerant(rest)
    case ("carbonate", _) where !rest.isEmpty: return .carbonate(rest)
    case ("factor", _) where !rest.isEmpty: return .listed(rest, scope: scope)
    case ("emissions", ""), ("emissions", "CO2"), ("emissions", "CO2e"):
      guard let scope else { throw Mistake("emissions need the scope that they belong to (scope 1, 2 or 3)") }
      return .entered(scope: scope, gas: rest == "CO2" ? .co2 : .co2e, gwp: gwp)
    case ("offset", ""): return .offset
    case (_, ""): return .fuel(word)
    default: throw Mistake("\"\(what)\" is nothing that can be entered; there is: \(forms)")
    }
  }

  private static func isIDByte(_ byte: UInt8) -> Bool {
    isHexByte(byte) || (97...122).contains(byte) || (65...90).contains(byte) || byte == 45 || byte == 95
  }

  private static func isHexByte(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte)
  }
}
