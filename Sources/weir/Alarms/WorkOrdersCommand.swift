import ArgumentParser
import Control
import Foundation
import Telemetry

struct WorkOrdersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workorders", abstract: "Work that predicted failures and urgent incidents make necessary.",
    discussion: """
      One order for each cause. A maintenance record of the machine closes it (weir maintenance record); a maintenance \
      system tells how far it is by HTTP, by MQTT, or somebody does it here.
      """, subcommands: [List.self, Show.self, State.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open orders, the newest first.")
    @OptionGroup var gateway: GatewayOptions
    @Flag(name: .long, help: "Those that are over, too.") var all = false
    @OptionGroup var voice: LanguageOptions
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      let orders = try await gateway.client.workOrders(all: all, language: voice.wanted)
      print(
        json
          ? String(decoding: try ControlCoding.encoder().encode(orders), as: UTF8.self) : WorkOrderText.list(orders))
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One order: where, what, who, with which parts, when, and how far it is.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "Its number.") var number: Int
    @OptionGroup var voice: LanguageOptions
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      let orders = try await gateway.client.workOrders(all: true, language: voice.wanted)
      guard let order = orders.first(where: { $0.number == number }) else {
        throw ValidationError("there is no work order \(number); `weir workorders --all` lists them")
      }
      print(
        json ? String(decoding: try ControlCoding.encoder().encode(order), as: UTF8.self) : WorkOrderText.page(order))
    }
  }

  struct State: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say how far an order is: accepted, started, done, cancelled.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "Its number.") var number: Int
    @Argument(help: "accepted, started, done or cancelled.") var state: String
    @Option(name: .long, help: "Who you are. Default: the name you are logged in with.") var by: String?
    @Option(name: .long, help: "Its number in the maintenance system.") var reference: String?
    @Option(name: .long, help: "Anything else.") var note: String?

    func run() async throws {
      guard let person = by ?? ProcessInfo.processInfo.environment["USER"], !person.isEmpty else {
        throw ValidationError("say who you are: --by \"Li Na\"")
      }
      var members: [String: JSONValue] = [
        "command": "work-order-state", "number": .integer(Int64(number)), "state": .string(state),
        "person": .string(person),
      ]
      members["reference"] = reference.map { .string($0) }
      members["note"] = note.map { .string($0) }
      let receipt = try await gateway.client.command(
        String(decoding: JSONValue.object(members).canonicalBytes(), as: UTF8.self))
      print(receipt.summary)
    }
  }
}

enum WorkOrderText {
  static func list(_ orders: [WorkOrderLine]) -> String {
    guard !orders.isEmpty else { return "no work order" }
    var table = Columns(alignRight: [0])
    table.add("#", "PRIORITY", "STATE", "PROPOSED", "ASSET", "PLACE", "REFERENCE")
    for order in orders {
      table.add(
        "\(order.number)", order.priority, order.state, order.proposed, order.asset, order.place,
        order.reference ?? "-")
    }
    var lines: [String] = []
    for (place, row) in table.lines(indent: "").enumerated() {
      lines.append(row)
      if place > 0 { lines.append("      \(orders[place - 1].title)") }
    }
    lines.append("\(orders.count) order\(orders.count == 1 ? "" : "s"); weir workorders show <#>")
    return lines.joined(separator: "\n")
  }

  static func page(_ order: WorkOrderLine) -> String {
    var lines = ["Work order \(order.number): \(order.state), \(order.priority)", order.title]
    func add(_ name: String, _ text: String?) {
      if let text, !text.isEmpty { lines.append("  \(name): \(text)") }
    }
    add("where", "\(order.asset), \(order.place)")
    add("fault", order.fault)
    add("why", order.reason)
    add("proposed", order.proposed + (order.stop.map { " (\($0))" } ?? ""))
    add("due", order.due)
    add("who", order.skill)
    add("parts", order.parts.joined(separator: ", "))
    add("lead time", order.leadTime)
    for (place, step) in order.steps.enumerated() { lines.append("  \(place + 1). \(step)") }
    add("opened", order.opened)
    add("changed", order.changed + (order.person.isEmpty ? "" : " by \(order.person)"))
    add("note", order.note)
    add("reference", order.reference)
    add("maintenance record", order.maintenanceRecord)
    add("findings", order.findings.joined(separator: ", "))
    add("incidents", order.incidents.map { "\($0)" }.joined(separator: ", "))
    return lines.joined(separator: "\n")
  }
}
