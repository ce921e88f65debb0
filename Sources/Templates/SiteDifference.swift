import Telemetry

/// What is different between two configurations, for people: short, and what many assets have in common on one line.
///
/// The canonical texts are compared as documents, so whatever a configuration can say is compared.
public struct SiteDifference: Sendable {
  /// One change each, under headings; empty if the two mean the same.
  public private(set) var lines: [String] = []
  /// What cannot be changed while the gateway runs, each with its remedy.
  public private(set) var fixed: [String] = []

  public var isEmpty: Bool { lines.isEmpty }

  public init(from old: Site, to new: Site) {
    guard old.hash != new.hash || old.canonicalText != new.canonicalText else { return }
    if old.gateway.id != new.gateway.id {
      fixed.append(
        "the gateway's id is \(old.gateway.id) and cannot become \(new.gateway.id) while it runs: it is part of every "
          + "record's id. Stop the gateway and start it with the new configuration")
    }
    if old.gateway.dataDirectory != new.gateway.dataDirectory {
      fixed.append(
        "the data directory is \(old.gateway.dataDirectory) and cannot become \(new.gateway.dataDirectory) while the "
          + "gateway runs. Stop it, move the directory, and start it with the new configuration")
    }
    let before = Self.document(old)
    let after = Self.document(new)
    let known = Set(Self.sections)
    let others = Set(before.keys).union(after.keys).subtracting(known).sorted()
    for key in Self.sections + others {
      let heading = Self.headings[key] ?? key
      var changes: [String]
      switch key {
      case "assets":
        changes = AssetDifference.lines(before[key], after[key])
      case "brokers", "destinations":
        changes = Self.named(before[key], after[key])
      case "products":
        changes = Self.named(before[key], after[key], key: "id")
      case "templates":
        changes = Self.templates(before[key], after[key], assets: after["assets"])
      case "fault-models":
        changes = Self.faultModels(before[key], after[key])
      default:
        changes = Leaves(before[key]).changes(to: Leaves(after[key])).map { "~ \($0)" }
      }
      if changes.count > Self.shown {
        let more = changes.count - Self.shown
        changes = Array(changes.prefix(Self.shown)) + ["… and \(more) more"]
      }
      if changes.isEmpty { continue }
      lines.append("\(heading):")
      lines += changes.map { "  \($0)" }
    }
  }

  /// Lines under a heading.
  private static let shown = 60

  private static let sections = [
    "gateway", "zone", "clock", "brokers", "assets", "templates", "quality", "horizons", "energy", "tariff", "carbon",
    "products", "footprint", "shifts", "condition", "maintenance", "fault-models", "alarms", "destinations", "storage",
    "control",
  ]
  private static let headings = [
    "quality": "data quality", "templates": "templates in use", "fault-models": "fault models in use",
  ]

  /// The canonical text is JSON.
  private static func document(_ site: Site) -> [String: JSONValue] {
    do {
      guard case .object(let members) = try JSONValue(parsing: site.canonicalText) else { return [:] }
      return members
    } catch {
      // Only a site that was put together by hand has another text: it is shown as a whole.
      return ["configuration": .string(site.canonicalText)]
    }
  }

  /// Objects of a list that are known by their names.
  private static func named(_ before: JSONValue?, _ after: JSONValue?, key: String = "name") -> [String] {
    let old = Entries(before, key: key)
    let new = Entries(after, key: key)
    var lines: [String] = []
    for name in old.order where new[name] == nil { lines.append("- \(name)\(address(old[name]))") }
    for name in new.order {
      guard let entry = new[name] else { continue }
      guard let former = old[name] else {
        lines.append("+ \(name)\(address(entry))")
        continue
      }
      lines += Leaves(former).changes(to: Leaves(entry)).map { "~ \(name): \($0)" }
    }
    return lines
  }

  private static func address(_ entry: JSONValue?) -> String {
    guard let entry else { return "" }
    let place = entry["mqtt"] ?? entry
    if let host = place["host"]?.stringValue, let port = place["port"]?.integerValue { return " \(host):\(port)" }
    return (entry["file"]?["path"] ?? entry["http"]?["url"])?.stringValue.map { " \($0)" } ?? ""
  }

  /// One that is new or gone is told with its assets.
  private static func faultModels(_ before: JSONValue?, _ after: JSONValue?) -> [String] {
    guard case .object(let old)? = before, case .object(let new)? = after else { return [] }
    return Set(old.keys).intersection(new.keys).sorted().flatMap { name in
      Leaves(old[name]).changes(to: Leaves(new[name])).map { "~ \(name): \($0)" }
    }
  }

  private static func templates(_ before: JSONValue?, _ after: JSONValue?, assets: JSONValue?) -> [String] {
    guard case .object(let old)? = before, case .object(let new)? = after else { return [] }
    var users: [String: Int] = [:]
    for asset in assets?.arrayValue ?? [] { users[asset["template"]?.stringValue ?? "", default: 0] += 1 }
    var lines: [String] = []
    // One that is new or gone is told with its assets.
    for name in Set(old.keys).intersection(new.keys).sorted() {
      let count = users[name] ?? 0
      lines += Leaves(old[name]).changes(to: Leaves(new[name])).map {
        "~ \(name) (\(count) asset\(count == 1 ? "" : "s")): \($0)"
      }
    }
    return lines
  }
}

/// A list of objects by one of their members, in its order.
struct Entries {
  private(set) var order: [String] = []
  private var entries: [String: JSONValue] = [:]

  init(_ list: JSONValue?, key: String) {
    for entry in list?.arrayValue ?? [] {
      let name = entry[key]?.stringValue ?? ""
      if entries.updateValue(entry, forKey: name) == nil { order.append(name) }
    }
  }

  subscript(name: String) -> JSONValue? { entries[name] }
}

/// A document as its values by path.
struct Leaves {
  private var values: [String: String] = [:]

  init(_ value: JSONValue?) { if let value { add(value, path: "") } }

  private mutating func add(_ value: JSONValue, path: String) {
    switch value {
    case .object(let members):
      // An empty group says something too (`states: {}`).
      if members.isEmpty { values[path] = "{}" }
      for (name, member) in members { add(member, path: path.isEmpty ? name : "\(path).\(name)") }
    case .array(let items): values[path] = "[\(items.map(Self.text).joined(separator: ", "))]"
    default: values[path] = Self.text(value)
    }
  }

  private static func text(_ value: JSONValue) -> String { value.stringValue ?? value.canonicalText }

  /// `path: old → new`, sorted by path.
  func changes(to new: Leaves, _ adapt: (String) -> String = { $0 }) -> [String] {
    Set(values.keys).union(new.values.keys).sorted().compactMap { path in
      let before = values[path]
      let after = new.values[path]
      guard before != after else { return nil }
      let name = path.isEmpty ? "" : "\(path): "
      return switch (before, after) {
      case (let before?, let after?): "\(name)\(adapt(before)) → \(adapt(after))"
      case (let before?, nil): "\(name)\(adapt(before)) → (default)"
      case (nil, let after?): "\(name)(default) → \(adapt(after))"
      case (nil, nil): nil
      }
    }
  }

  mutating func remove(_ path: String) { values[path] = nil }
}
