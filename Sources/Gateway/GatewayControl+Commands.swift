import Alarms
import Carbon
import Control
import Factors
import Inspection
import Journal
import Plant
import Production
import Rules
import Telemetry
import Templates

/// Commands of people: checked while the person waits, then durable in the journal, from where the rules take them.
extension GatewayControl {
  func command(_ text: String) async throws -> CommandReceipt {
    guard let command = SiteCommand(text: text) else {
      throw ControlRefusal(.badRequest, "The command is no JSON object with a member `command`.")
    }
    do {
      return try await carryOut(command)
    } catch let refusal as ControlRefusal {
      try noteRefusal(command, refusal)
      throw refusal
    }
  }

  private func carryOut(_ command: SiteCommand) async throws -> CommandReceipt {
    switch command.name {
    case EnteredActivity.command: return try enter(command)
    case Recalculation.command: return try recompute(command)
    case ImportedFootprint.command: return try importFootprint(command)
    case let name where AlarmCommand.names.contains(name): return try alarmCommand(command)
    case WorkOrderCommand.name: return try await workOrderCommand(command)
    case AlarmRule.testCommand: return try notifyTest(command)
    case InspectionRule.baselineCommand: return try relearn(command)
    case LotRule.command: return try judgeLot(command)
    case MaintenanceRecord.command: return try recordMaintenance(command)
    default:
      throw ControlRefusal(
        .badRequest,
        "There is no command \"\(command.name)\".\n  → There are \(EnteredActivity.command), "
          + "\(Recalculation.command), \(ImportedFootprint.command), \(MaintenanceRecord.command) and "
          + "\(InspectionRule.baselineCommand), \(LotRule.command), \(AlarmCommand.names.joined(separator: ", ")), "
          + "\(WorkOrderCommand.name), \(AlarmRule.testCommand).")
    }
  }

  /// Entered activity data. Its period may be given by name (`2026-10`), in the plant's time.
  private func enter(_ given: SiteCommand) throws -> CommandReceipt {
    guard let settings = site.carbon else {
      throw ControlRefusal(
        .badRequest,
        "This gateway counts no emissions.\n  → Add a section `carbon:` to its configuration, and `weir reload`.")
    }
    let now = PlantClock.system().wall
    var command = given
    let entry: EnteredActivity
    do {
      if let name = command.members.removeValue(forKey: "period")?.stringValue {
        let period = try PlantPeriod(name, now: now, zone: zone, shifts: shifts)
        command.members["start"] = .string(period.start.rfc3339UTC)
        command.members["end"] = .string(period.end.rfc3339UTC)
      }
      command.members["entered"] = .string(now.rfc3339UTC)
      entry = try EnteredActivity(command)
    } catch {
      throw ControlRefusal(.badRequest, "The entry was not taken: \(error).")
    }
    try checkPlace(entry)
    try checkIdentity(entry)
    do throws(DecimalError) {
      try entry.checkDigits(months: zone.months(touching: entry.start..<entry.end))
    } catch {
      throw ControlRefusal(
        .badRequest,
        "The entry was not taken: \(error).\n  → Enter \(entry.activity.unit) with fewer digits, or a larger unit.")
    }
    let lastDay = CivilDate(lastDayBefore: entry.end, in: zone)
    let emissions = try EmissionCalculator(settings).emissions(
      of: entry.activity, lastDay: lastDay, hourly: entry.hours(settings))
    if let problem = emissions.compactMap(\.problem).first, emissions.allSatisfy({ $0.problem != nil }) {
      throw ControlRefusal(.badRequest, "The entry was not taken: \(problem.message).\n  → \(problem.remedy)")
    }
    let position = try writer.append(command: entry.journaled)
    let figures = emissions.map { method in
      if let problem = method.problem { return "\(method.method.rawValue): no figure, \(problem)" }
      return "\(method.method.rawValue): " + method.lines.map(\.formula).joined(separator: "; ")
    }
    return CommandReceipt(
      id: entry.id, position: position,
      summary: "\(entry.activity.amount) \(entry.activity.unit) \(entry.what), "
        + "\(zone.rfc3339(entry.start)) – \(zone.rfc3339(entry.end))\n" + figures.joined(separator: "\n"),
      warnings: emissions.flatMap { method in method.warnings.map { "\(method.method.rawValue): \($0)" } })
  }

  private func checkPlace(_ entry: EnteredActivity) throws {
    guard !entry.place.isEmpty else { return }
    let places = site.assets.map(\.place)
    guard
      site.assets.contains(where: { $0.id == entry.place })
        || places.contains(where: { $0 == entry.place || $0.hasPrefix(entry.place + "/") })
    else {
      throw ControlRefusal(
        .badRequest,
        "The entry was not taken: there is no asset and no place \"\(entry.place)\".\n  → `weir assets` "
          + "lists them; leave it out for the whole site.")
    }
  }

  /// What the rule would have to leave is refused while somebody can still say what was meant.
  private func checkIdentity(_ entry: EnteredActivity) throws {
    let known = try entries()
    if known[entry.id] != nil {
      throw ControlRefusal(.badRequest, "The entry was not taken: there is an entry \(entry.id) already.")
    }
    guard let old = entry.supersedes else { return }
    guard let status = known[old] else {
      throw ControlRefusal(
        .badRequest,
        "The entry was not taken: there is no entry \(old) that it could supersede.\n  → `weir carbon "
          + "entries` lists them.")
    }
    guard status == "in-force" else {
      throw ControlRefusal(
        .badRequest,
        "The entry was not taken: \(old) is superseded already.\n  → Supersede the entry that did it; "
          + "`weir carbon entries` shows which.")
    }
  }

  /// Status by id.
  private func entries() throws -> [String: String] {
    var status: [String: String] = [:]
    for record in try store.records(kind: .carbonActivity, limit: .max) {
      let body = try JSONValue(parsing: record.json)["body"]
      guard let id = body?["entry"]?.stringValue else { continue }
      status[id] = body?["status"]?.stringValue
    }
    return status
  }
}
