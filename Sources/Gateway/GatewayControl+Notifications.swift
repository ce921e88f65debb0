import Alarms
import Control
import Journal
import Rules
import Store
import Telemetry
import Templates

/// What people were told, and whether it arrived.
extension GatewayControl {
  func notifications(limit: Int) async throws -> [NotificationLine] {
    _ = try alarmState()
    let records = try store.records(kind: .notification, newestFirst: true, limit: limit)
    var states: [String: (cursor: Int64, refused: [String: String])] = [:]
    for destination in site.destinations where destination.kinds.contains(.notification) {
      let refused = try store.refusals(of: destination.name, limit: 1000)
      states[destination.name] = (
        try store.destinationCounts(destination.name).cursor,
        Dictionary(refused.map { ($0.id, $0.reason) }, uniquingKeysWith: { first, _ in first })
      )
    }
    return try records.compactMap { record in
      guard let body = try JSONValue(parsing: record.json)["body"], let number = body["number"]?.integerValue,
        let to = body["to"]?.stringValue
      else { return nil }
      let delivery: String
      if let state = states[to] {
        delivery =
          state.refused[record.id].map { "refused: \($0)" }
          ?? (record.sequence <= state.cursor ? "delivered" : "waiting")
      } else {
        delivery = "no such destination"
      }
      return NotificationLine(
        number: Int(number), time: body["time"]?.stringValue ?? "", to: to, what: body["what"]?.stringValue ?? "",
        incident: body["incident"]?.integerValue.map { Int($0) }, priority: body["priority"]?.stringValue ?? "",
        title: body["title"]?.stringValue ?? "", delivery: delivery)
    }
  }

  /// A test of the channels, through the journal like everything that people are told.
  func notifyTest(_ given: SiteCommand) throws -> CommandReceipt {
    let settings = try alarmState().book.settings
    let known = Set(settings.routes.flatMap(\.to) + settings.lights.map(\.to)).sorted()
    guard !known.isEmpty else {
      throw ControlRefusal(
        .badRequest, "Nobody is told of anything: there are no routes.\n  → Add `routes:` in `alarms:`.")
    }
    var command = SiteCommand(name: AlarmRule.testCommand, members: [:])
    command.members["person"] = .string(given.members["person"]?.stringValue ?? "somebody")
    if let to = given.members["to"]?.stringValue {
      guard known.contains(to) else {
        let near = NearestFirst.plausible(known, for: to).map { "Did you mean \($0)?" }
        throw ControlRefusal(
          .notFound,
          "No route leads to \"\(to)\".\n  → \(near ?? "There are: \(known.joined(separator: ", ")).")")
      }
      command.members["to"] = .string(to)
    }
    let position = try writer.append(command: command)
    let names = command.members["to"]?.stringValue.map { [$0] } ?? known
    return CommandReceipt(
      id: AlarmRule.testCommand, position: position, summary: "test to \(names.joined(separator: ", "))",
      warnings: [])
  }

  /// For the status; nil without `alarms:`.
  func alarmTotals() throws -> AlarmTotals? {
    guard site.alarms != nil else { return nil }
    let state = try alarmState()
    let active = state.book.list.filter { $0.machine.state.isActive }
    let incidents = state.correlator.list
    func count(_ priorities: [AlarmSettings.Priority]) -> [String: Int] {
      Dictionary(grouping: priorities, by: \.word).mapValues(\.count)
    }
    return AlarmTotals(
      active: count(active.map(\.subject.priority)), incidents: count(incidents.map(\.priority)),
      waiting: state.book.list.count { $0.machine.state.waitsForPerson && !$0.machine.isMuted },
      silenced: state.book.list.count { $0.machine.isMuted }, isFlood: state.correlator.isFlood,
      workOrders: state.orders.orders.values.count { !$0.state.isOver },
      first: incidents.prefix(5).map { "\($0.number) \($0.priority.word): \(IncidentText($0).summary)" })
  }
}
