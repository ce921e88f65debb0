import Telemetry

/// Who is told, and which causes become work.
extension AlarmReader {
  static let routeKeys = [
    "name", "to", "priorities", "place", "assets", "shifts", "after", "again", "at-most", "within", "returns", "tells",
    "language",
  ]
  static let lightKeys = ["to", "place"]
  static let orderKeys = ["horizon", "priorities", "status-topic", "status-brokers"]
  static let language = Scalar<Language>.word(Language.allCases, noun: "language")

  private static let priority = Scalar<AlarmSettings.Priority>(
    "a priority", example: "high",
    remedy: { NearestWord.remedy($0, in: AlarmSettings.Priority.allCases.map(\.word), noun: "priority") },
    parse: AlarmSettings.Priority.init(word:))

  func routes(_ section: Section) -> [AlarmSettings.Route] {
    var seen: Set<String> = []
    return Self.items(section, "routes", "route", keys: Self.routeKeys).compactMap { entry in
      guard let name = entry.require("name", .identifier(), remedy: "Add a name: `name: night`.") else { return nil }
      if !seen.insert(name).inserted {
        entry.report(
          entry["name"]?.position, "two routes are named \"\(name)\"", remedy: "Give each a name of its own.")
      }
      let to = entry.list("to", .text) ?? []
      if to.isEmpty { entry.missing("to", remedy: "Add the names of destinations: `to: [duty-phone]`.") }
      for (destination, position) in to { check(destination, position, entry) }
      let known = shifts
      for (shift, position) in entry.list("shifts", .text) ?? [] where !known.contains(shift) {
        entry.report(
          position, "there is no shift \"\(shift)\"",
          remedy: known.isEmpty
            ? "Add the plan of shifts (`shifts:`), or leave it out."
            : NearestWord.remedy(shift, in: known, noun: "shift")
        )
      }
      let span = Scalar<Span64>.duration(.zero...(.days(7)))
      return AlarmSettings.Route(
        name: name, to: to.map(\.value), priorities: priorities(entry), place: entry.place(of: assets),
        assets: entry.assetPatterns(of: assets.map(\.id)), shifts: entry.list("shifts", .text)?.map(\.value) ?? [],
        after: entry.read("after", span, default: .zero),
        again: entry.read("again", .duration(.minutes(1)...(.days(7)))),
        atMost: entry.read("at-most", .integer(1...10_000), default: 10),
        within: entry.read("within", .duration(.minutes(1)...(.days(1))), default: .minutes(10)),
        returns: entry.read("returns", span, default: .hours(8)),
        events: entry.list("tells", .word(AlarmSettings.Route.Event.allCases, noun: "event"))?.map(\.value)
          ?? AlarmSettings.Route.Event.allCases, language: entry.read("language", Self.language))
    }
  }

  /// All of them if nothing is said; in the order of their urgency.
  private func priorities(
    _ entry: Section, otherwise: [AlarmSettings.Priority] = AlarmSettings.Priority.allCases
  ) -> [AlarmSettings.Priority] {
    guard let given = entry.list("priorities", Self.priority)?.map(\.value) else { return otherwise }
    return AlarmSettings.Priority.allCases.filter(given.contains)
  }

  private func check(_ name: String, _ position: Position, _ entry: Section) {
    guard let destination = destinations.first(where: { $0.name == name }) else {
      entry.report(
        position, "there is no destination \"\(name)\"",
        remedy: NearestWord.remedy(name, in: destinations.map(\.name), noun: "destination"))
      return
    }
    guard !destination.kinds.contains(.notification) else { return }
    entry.report(
      position, "the destination \"\(name)\" takes no notifications",
      remedy: "Add `notification` to its `records`: only what is listed there leaves the plant.")
  }

  func lights(_ section: Section) -> [AlarmSettings.StackLight] {
    Self.items(section, "stack-lights", "stack light", keys: Self.lightKeys).compactMap { entry in
      guard let to = entry.require("to", .text), let position = entry["to"]?.position else { return nil }
      check(to, position, entry)
      return AlarmSettings.StackLight(to: to, place: entry.place(of: assets))
    }
  }

  func workOrders(_ section: Section) -> AlarmSettings.WorkOrders? {
    guard section.has("work-orders"), !section.isOff("work-orders") else { return nil }
    let usual: [AlarmSettings.Priority] = [.high, .safety]
    if let text = section["work-orders"]?.text, ["on", "yes", "true"].contains(text) {
      return AlarmSettings.WorkOrders(horizon: nil, priorities: usual)
    }
    guard let entry = section.section("work-orders", "work-orders", keys: Self.orderKeys) else { return nil }
    let topic = Scalar<String>("a topic filter without `#`", example: "cmms/orders/+/status") { text in
      text.isEmpty || text.contains("#") || text.hasPrefix("$") ? nil : text
    }
    return AlarmSettings.WorkOrders(
      horizon: entry.read("horizon", .duration(.hours(1)...(.days(365)))),
      priorities: priorities(entry, otherwise: usual), statusTopic: entry.read("status-topic", topic),
      statusBrokers: statusBrokers(entry))
  }

  private func statusBrokers(_ entry: Section) -> [String] {
    let given = entry.list("status-brokers", .text) ?? []
    for (name, position) in given where !brokers.contains(name) {
      entry.report(
        position, "there is no broker \"\(name)\" that takes other topics than Sparkplug's",
        remedy: NearestWord.remedy(name, in: brokers, noun: "broker"))
    }
    if !given.isEmpty, !entry.has("status-topic") {
      entry.missing("status-topic", remedy: "Say on which topic: `status-topic: cmms/orders/+/status`.")
    }
    return given.map(\.value)
  }
}
