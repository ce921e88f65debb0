import Control
import Journal
import Plant
import Rules
import Telemetry
import Templates

/// What people did, and what they were refused.
extension GatewayControl {
  func audit(_ query: AuditQuery) async throws -> AuditReport {
    let period = try query.period.map { try plantPeriod($0) }
    guard let index = board.view?.shared[AuditRule.indexKey] else { return AuditReport(lines: [], isCut: false) }
    let newest = try AuditRule.newestPage(index)
    var lines: [AuditLine] = []
    var isCut = false
    // The newest page as the engine has it, older ones as they were saved.
    for page in stride(from: newest, through: max(0, newest - AuditRule.keptPages + 1), by: -1) {
      let key = AuditRule.key(ofPage: page)
      let bytes = try board.view?.shared[key] ?? store.state(SiteState.key(key)) ?? []
      let entries = try AuditRule.entries(bytes)
      for entry in entries.reversed() where isMeant(entry, query, period) {
        if lines.count == query.limit {
          isCut = true
          break
        }
        lines.append(line(entry))
      }
      if isCut { break }
      if let period, let first = entries.first, first.time < period.start { break }
    }
    return AuditReport(lines: lines, isCut: isCut)
  }

  private func isMeant(_ entry: AuditEntry, _ query: AuditQuery, _ period: PlantPeriod?) -> Bool {
    if let period, entry.time < period.start || entry.time >= period.end { return false }
    if query.onlyRefused, entry.isAccepted { return false }
    if let act = query.act, !Wildcard.matches(entry.act, act) { return false }
    if let person = query.person, entry.person != person, entry.user != person { return false }
    if let what = query.what, !entry.what.contains(what) { return false }
    return true
  }

  private func line(_ entry: AuditEntry) -> AuditLine {
    AuditLine(
      time: zone.rfc3339(entry.time), person: entry.person, user: entry.user, role: entry.role, act: entry.act,
      what: entry.what, reason: entry.reason, outcome: entry.isAccepted ? "accepted" : "refused",
      refusal: entry.refusal)
  }

  /// Somebody was refused what they asked for: that stands in the journal beside what was done.
  func noteRefusal(_ given: SiteCommand, _ refusal: ControlRefusal) throws {
    var members = given.members
    members["act"] = .string(given.name)
    members["refusal"] = .string(String(refusal.description.prefix { $0 != "\n" }.prefix(300)))
    for (name, value) in members where !Self.isShort(value) { members[name] = nil }
    try writer.append(command: SiteCommand(name: AuditEntry.refused, members: members))
  }

  /// A whole document of somebody is not kept because it was refused.
  private static func isShort(_ value: JSONValue) -> Bool {
    switch value {
    case .object: false
    case .array(let list): list.count <= 20
    case .string(let text): text.utf8.count <= 1000
    default: true
    }
  }
}
