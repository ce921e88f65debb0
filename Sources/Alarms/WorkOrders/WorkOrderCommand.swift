import Rules
import Telemetry

/// What a person or a maintenance system says of a work order.
public struct WorkOrderCommand: Hashable, Sendable {
  public static let name = "work-order-state"

  /// The words of maintenance systems for the states that they can tell.
  private static let words: [(state: WorkOrder.State, words: [String])] = [
    (.accepted, ["accepted", "assigned", "acknowledged", "new", "planned", "scheduled", "on-hold"]),
    (.started, ["started", "in-progress", "work-in-progress", "active"]),
    (.done, ["done", "completed", "complete", "resolved", "closed", "finished"]),
    (.cancelled, ["cancelled", "canceled", "rejected"]),
  ]

  public var number: Int
  public var state: WorkOrder.State
  public var person: String
  public var reference: String?
  public var note: String

  public init(number: Int, state: WorkOrder.State, person: String, reference: String? = nil, note: String = "") {
    self.number = number
    self.state = state
    self.person = person
    self.reference = reference
    self.note = note
  }

  /// From `number` (or `work_order`), `state` (or `status`), `person`, `reference`, `note`; numbers may be texts, and a
  /// correlation id `<gateway>/work-order/<gateway>/<number>` counts as its number.
  public init(_ command: SiteCommand) throws(AlarmCommand.Mistake) {
    func text(_ names: String...) -> String? {
      for name in names {
        guard let value = command.members[name] else { continue }
        if let text = value.stringValue, !text.isEmpty { return text }
        if let number = value.integerValue { return "\(number)" }
      }
      return nil
    }
    guard let named = text("number", "work_order", "correlation_id"),
      let number = Int(named.split(separator: "/").last.map(String.init) ?? "")
    else { throw AlarmCommand.Mistake(description: "\"number\" of the work order is missing") }
    guard let word = text("state", "status") else {
      throw AlarmCommand.Mistake(description: "\"state\" is missing")
    }
    let folded = word.lowercased().replacing(" ", with: "-").replacing("_", with: "-")
    guard let state = Self.words.first(where: { $0.words.contains(folded) })?.state else {
      let known = Self.words.map { "\($0.state.rawValue) (\($0.words.joined(separator: ", ")))" }
      throw AlarmCommand.Mistake(
        description: "\"\(word)\" is no state of a work order; there are \(known.joined(separator: "; "))")
    }
    self.number = number
    self.state = state
    person = text("person") ?? "maintenance system"
    reference = text("reference")
    note = text("note") ?? ""
  }

  public var journaled: SiteCommand {
    var members: [String: JSONValue] = [
      "number": .integer(Int64(number)), "state": .string(state.rawValue), "person": .string(person),
    ]
    if let reference { members["reference"] = .string(reference) }
    if !note.isEmpty { members["note"] = .string(note) }
    return SiteCommand(name: Self.name, members: members)
  }
}
