import Rules
import Telemetry

/// What a person does to alarms, as the journal holds it. It names what the person saw: occurrences, never "whatever is
/// active when this arrives".
public struct AlarmCommand: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    case acknowledge([Int])
    case reset(String)
    case shelve(String, until: Timestamp)
    case unshelve(String)
    case takeOut(String)
    case takeIn(String)

    /// Its name in the journal.
    public var name: String {
      switch self {
      case .acknowledge: "alarm-acknowledge"
      case .reset: "alarm-reset"
      case .shelve: "alarm-shelve"
      case .unshelve: "alarm-unshelve"
      case .takeOut: "alarm-suppress"
      case .takeIn: "alarm-unsuppress"
      }
    }
  }

  /// Names of all commands about alarms.
  public static let names = [
    "alarm-acknowledge", "alarm-reset", "alarm-shelve", "alarm-unshelve", "alarm-suppress", "alarm-unsuppress",
  ]

  public var action: Action
  public var person: String
  public var reason: String

  public init(_ action: Action, person: String, reason: String) {
    self.action = action
    self.person = person
    self.reason = reason
  }

  public var signature: AlarmMachine.Signature { .init(person: person, reason: reason) }

  /// What is wrong with a command, and what would be right.
  public struct Mistake: Error, Hashable, CustomStringConvertible {
    public var description: String
    public init(description: String) { self.description = description }
  }

  public init(_ command: SiteCommand) throws(Mistake) {
    func text(_ name: String) throws(Mistake) -> String {
      guard let text = command.members[name]?.stringValue, !text.isEmpty else {
        throw Mistake(description: "\"\(name)\" is missing")
      }
      return text
    }
    person = try text("person")
    // Who knows of an alarm need not say why; who silences one must.
    reason = command.name == "alarm-acknowledge" ? command.members["reason"]?.stringValue ?? "" : try text("reason")
    switch command.name {
    case "alarm-acknowledge":
      let numbers = command.members["occurrences"]?.arrayValue?.compactMap(\.integerValue) ?? []
      guard !numbers.isEmpty else { throw Mistake(description: "\"occurrences\" is missing") }
      action = .acknowledge(numbers.map { Int($0) })
    case "alarm-reset": action = .reset(try text("alarm"))
    case "alarm-shelve":
      guard let until = Timestamp(rfc3339: try text("until")) else {
        throw Mistake(description: "\"until\" is no time such as 2026-11-21T18:00:00+08:00")
      }
      action = .shelve(try text("alarm"), until: until)
    case "alarm-unshelve": action = .unshelve(try text("alarm"))
    case "alarm-suppress": action = .takeOut(try text("alarm"))
    case "alarm-unsuppress": action = .takeIn(try text("alarm"))
    default: throw Mistake(description: "there is no command \"\(command.name)\" about alarms")
    }
  }

  /// For the journal.
  public var journaled: SiteCommand {
    var members: [String: JSONValue] = ["person": .string(person), "reason": .string(reason)]
    switch action {
    case .acknowledge(let numbers): members["occurrences"] = .array(numbers.map { .integer(Int64($0)) })
    case .shelve(let alarm, let until):
      members["alarm"] = .string(alarm)
      members["until"] = .string(until.rfc3339UTC)
    case .reset(let alarm), .unshelve(let alarm), .takeOut(let alarm), .takeIn(let alarm):
      members["alarm"] = .string(alarm)
    }
    return SiteCommand(name: action.name, members: members)
  }
}
