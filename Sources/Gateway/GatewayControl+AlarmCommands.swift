import Alarms
import Control
import Journal
import Rules
import Telemetry
import Templates

/// What people do to alarms: checked while they wait, then in the journal.
extension GatewayControl {
  func alarmCommand(_ given: SiteCommand) throws -> CommandReceipt {
    let state = try alarmState()
    var members = given.members
    // A length of time counts from the plant's clock, not from that of whoever asks.
    if let seconds = members.removeValue(forKey: "for_seconds")?.integerValue {
      members["until"] = .string((plantNow + .seconds(max(0, min(seconds, 1 << 32)))).rfc3339UTC)
    }
    let command: AlarmCommand
    do {
      command = try AlarmCommand(SiteCommand(name: given.name, members: members))
    } catch {
      throw ControlRefusal(.badRequest, "Nothing was done: \(error).")
    }
    let summary = try check(command, state)
    let position = try writer.append(command: command.journaled)
    return CommandReceipt(id: command.action.name, position: position, summary: summary, warnings: [])
  }

  /// What will happen, in words; refused while the person can still say what was meant.
  private func check(_ command: AlarmCommand, _ state: AlarmState) throws -> String {
    switch command.action {
    case .acknowledge(let occurrences):
      let entries = try occurrences.map { number in
        guard let entry = state.book.entry(occurrence: number), entry.machine.state.waitsForPerson else {
          throw ControlRefusal(
            .badRequest,
            "Nothing was acknowledged: occurrence \(number) is not one that waits for it. It was acknowledged before, or "
              + "the alarm has come again under another number.\n  → `weir alarms` shows the numbers that wait.")
        }
        return entry
      }
      return entries.map { "\($0.subject.key) (\($0.machine.occurrence)) acknowledged by \(command.person)" }
        .joined(separator: "\n")
    case .reset(let key):
      let found = try entry(key, state)
      guard found.machine.isHeld else {
        throw ControlRefusal(
          .badRequest,
          "Nothing was reset: \(key) is \(found.machine.state.word) and not latched.\n  → Only what has returned by "
            + "itself and is held can be reset.")
      }
      return "\(key) reset by \(command.person)"
    case .shelve(let key, let until):
      let longest = state.book.settings.longestShelving
      guard plantNow < until else {
        throw ControlRefusal(
          .badRequest, "Nothing was shelved: \(text(until)) is over already.\n  → Give a time to come: --for 2h.")
      }
      guard until <= plantNow + longest else {
        throw ControlRefusal(
          .badRequest,
          "Nothing was shelved: this site allows \(hours(longest)) at most (`alarms: longest-shelving:`).\n  → Shelve it "
            + "for less, or take it out of service: weir suppress.")
      }
      try known(key, state)
      return "\(key) shelved until \(text(until)) by \(command.person): \(command.reason)"
    case .unshelve(let key):
      guard try entry(key, state).machine.shelf != nil else { throw notSilenced(key, "shelved") }
      return "\(key) is heard again"
    case .takeOut(let key):
      try known(key, state)
      return
        "\(key) out of service by \(command.person) until somebody ends it (weir suppress --end): \(command.reason)"
    case .takeIn(let key):
      guard try entry(key, state).machine.outOfService != nil else { throw notSilenced(key, "out of service") }
      return "\(key) is in service again"
    }
  }

  private func hours(_ span: Span64) -> String {
    let seconds = span.nanoseconds / 1_000_000_000
    return seconds % 3600 == 0 ? "\(seconds / 3600) h" : "\(seconds / 60) min"
  }

  private func notSilenced(_ key: String, _ word: String) -> ControlRefusal {
    ControlRefusal(.badRequest, "Nothing was done: \(key) is not \(word).\n  → `weir alarms` shows what is silenced.")
  }

  private func entry(_ key: String, _ state: AlarmState) throws -> AlarmBook.Entry {
    guard let entry = state.book.entries[key] else { throw unknown(key, state) }
    return entry
  }

  /// An alarm that is there, or one that a finding could raise.
  private func known(_ key: String, _ state: AlarmState) throws {
    if state.book.entries[key] != nil { return }
    let parts = key.split(separator: "/").map(String.init)
    let subjects = Set(site.assets.map(\.id) + site.destinations.map(\.name) + [GatewayFindings.subject])
    guard parts.count >= 2, subjects.contains(parts[1]),
      let kind = state.book.settings.class(of: parts[0]), !kind.isIgnored
    else { throw unknown(key, state) }
  }

  private func unknown(_ key: String, _ state: AlarmState) -> ControlRefusal {
    let near = NearestFirst.plausible(state.book.entries.keys.sorted(), for: key).map { "Did you mean \($0)? " } ?? ""
    return ControlRefusal(
      .notFound, "There is no alarm \"\(key)\".\n  → \(near)`weir alarms` lists them; one is named <rule>/<asset>.")
  }
}
