import Alarms
import Control
import Forwarding
import Journal
import Rules
import Store
import Telemetry
import Templates

/// Work orders as people and maintenance systems see them: the newest revision of each record.
extension GatewayControl {
  func workOrders(all: Bool, language: String?) async throws -> [WorkOrderLine] {
    let language = try voice(language).language
    var lines: [WorkOrderLine] = []
    try store.visitBodies(kind: .workOrder, from: .distantPast, to: .distantFuture, names: names) { stored in
      if let line = Self.order(try JSONValue(parsing: stored.body), language), all || !line.isOver {
        lines.append(line)
      }
    }
    return lines.sorted { $0.number > $1.number }
  }

  static func order(_ body: JSONValue, _ language: Language) -> WorkOrderLine? {
    func text(_ name: String) -> String? { body[name]?.stringValue }
    func local(_ name: String) -> String? { (language == .chinese ? text("\(name)_zh") : nil) ?? text(name) }
    func list(_ name: String) -> [String] {
      (body[language == .chinese ? "\(name)_zh" : name]?.arrayValue ?? []).compactMap(\.stringValue)
    }
    guard let number = body["number"]?.integerValue, let state = text("state"), let priority = text("priority"),
      let asset = text("asset"), let proposed = text("proposed"), let opened = text("opened")
    else { return nil }
    return WorkOrderLine(
      number: Int(number), state: state, priority: priority, title: local("title") ?? "", asset: asset,
      place: text("place") ?? "", fault: text("fault"), reason: local("reason") ?? "", skill: local("skill"),
      steps: list("steps"), parts: list("parts"), leadTime: text("lead_time"), proposed: proposed, stop: text("stop"),
      due: text("due"), opened: opened, changed: text("changed") ?? opened, person: text("person") ?? "",
      note: text("note") ?? "", reference: text("reference"), maintenanceRecord: text("maintenance_record"),
      findings: (body["findings"]?.arrayValue ?? []).compactMap(\.stringValue),
      incidents: (body["incidents"]?.arrayValue ?? []).compactMap { $0.integerValue.map { Int($0) } })
  }

  /// From a maintenance system. Without a token in the configuration nobody may.
  func workOrderState(_ text: String, number: Int?, token: String?) async throws -> CommandReceipt {
    guard let secret = site.control.workOrderToken else {
      throw ControlRefusal(
        .forbidden,
        "Nobody may tell the state of work orders here: there is no token.\n  → Add `control: { work-order-token-file: "
          + "… }`, or use `weir workorders state`.")
    }
    guard let token, try Self.isSame(token, secret) else {
      throw ControlRefusal(.forbidden, "The token is wrong.\n  → Send it as `Authorization: Bearer …`.")
    }
    guard case .success(.object(var members)) = Result(catching: { try JSONValue(parsing: text) }) else {
      throw ControlRefusal(.badRequest, "The body is no JSON object.\n  → {\"state\": \"done\", \"reference\": \"…\"}")
    }
    if let number { members["number"] = .integer(Int64(number)) }
    return try await workOrderCommand(SiteCommand(name: WorkOrderCommand.name, members: members))
  }

  private static func isSame(_ token: String, _ secret: Secret) throws -> Bool {
    let known: String
    do {
      known = try SecretText.read(secret)
    } catch {
      throw ControlRefusal(.forbidden, "The token of the gateway cannot be read: \(error)")
    }
    // In a time that does not depend on where they differ.
    let (a, b) = (Array(token.utf8), Array(known.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// Checked while somebody waits, then durable in the journal.
  func workOrderCommand(_ given: SiteCommand) async throws -> CommandReceipt {
    let command: WorkOrderCommand
    do {
      command = try WorkOrderCommand(given)
    } catch {
      throw ControlRefusal(.badRequest, "The state was not taken: \(error).")
    }
    let orders = try await workOrders(all: true, language: nil)
    guard let order = orders.first(where: { $0.number == command.number }) else {
      throw ControlRefusal(
        .notFound, "There is no work order \(command.number).\n  → `weir workorders --all` lists them.")
    }
    guard !order.isOver else {
      throw ControlRefusal(
        .badRequest, "The state was not taken: work order \(command.number) is \(order.state) since \(order.changed).")
    }
    let position = try writer.append(command: command.journaled)
    return CommandReceipt(
      id: "\(command.number)", position: position,
      summary: "work order \(command.number) is \(command.state.rawValue), says \(command.person)", warnings: [])
  }
}
