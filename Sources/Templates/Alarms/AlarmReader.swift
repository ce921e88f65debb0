import Factors
import Telemetry

/// Reads the section `alarms:`, and the table that it names. Keys of the section win over those of the table.
struct AlarmReader {
  static let tableKeys = [
    "classes", "priorities", "grouping", "flood", "chattering", "stale-after", "longest-shelving", "targets", "limits",
    "guides",
  ]
  static let keys =
    [
      "table", "segments", "supplies", "suppressions", "safety", "language", "work-orders", "routes", "stack-lights",
    ] + tableKeys
  static let classKeys = [
    "rules", "category", "on-delay", "off-delay", "latching", "blinding", "ignored", "status", "note",
  ]
  static let priorityKeys = ["severity"] + Asset.Criticality.allCases.map(\.rawValue) + ["status", "note"]
  static let groupingKeys = ["window", "settle", "segment-devices", "segment-share", "quiet", "status", "note"]
  static let floodKeys = ["interval", "start-above", "end-below", "hour-above", "status", "note"]
  static let chatteringKeys = ["activations", "window", "status", "note"]
  static let targetKeys = ["metric", "at-most", "manageable", "status", "note"]
  static let segmentKeys = ["name", "assets"]
  static let supplyKeys = ["asset", "dependants"]
  static let suppressionKeys = ["rules", "assets", "while", "at"]
  static let standard = "standard"

  let folders: TableFolders
  let assets: [Asset]
  let destinations: [Destination]
  /// Names of the shifts.
  let shifts: [String]
  /// Names of the connections that are not Sparkplug's.
  let brokers: [String]
  /// The section; then the table, if there is one.
  private(set) var layers: [Section] = []

  init(
    folders: TableFolders, assets: [Asset], destinations: [Destination] = [], shifts: [String] = [],
    brokers: [String] = []
  ) {
    self.brokers = brokers
    self.folders = folders
    self.assets = assets
    self.destinations = destinations
    self.shifts = shifts
  }

  mutating func settings(_ top: Section) -> AlarmSettings? {
    guard let node = top["alarms"], !top.isOff("alarms") else { return nil }
    var name = Self.standard
    if node.entries == nil, !node.isNothing, let text = node.text {
      // `alarms: standard` and `alarms: on` name the table alone.
      if !["true", "yes", "on"].contains(text) { name = text }
      guard let table = folders.open(name, kind: "alarms", keys: Self.tableKeys, from: top, key: "alarms") else {
        return nil
      }
      layers = [table]
      return read(table, name: name)
    }
    guard let section = top.section("alarms", "alarms", keys: Self.keys) else { return nil }
    name = section.read("table", .text, default: Self.standard)
    layers = [section]
    // The canonical text has everything inline.
    if !section.has("priorities") {
      guard let table = folders.open(name, kind: "alarms", keys: Self.tableKeys, from: section, key: "table") else {
        return nil
      }
      layers.append(table)
    }
    return read(section, name: name)
  }

  private func read(_ section: Section, name: String) -> AlarmSettings? {
    let classes = layers.flatMap { self.classes($0) }
    let priorities = priorities()
    guard let grouping = grouping(), let flood = flood(), let chattering = chattering(),
      let stale = value("stale-after", .duration(.minutes(1)...(.days(365)))),
      let shelving = value("longest-shelving", .duration(.minutes(1)...(.days(31))))
    else { return nil }
    var settings = AlarmSettings(
      table: name, classes: classes, priorities: priorities, grouping: grouping, flood: flood, chattering: chattering,
      staleAfter: stale, longestShelving: shelving)
    settings.targets = layers.first { $0.has("targets") }.map(targets) ?? []
    settings.segments = segments(section)
    settings.supplies = supplies(section)
    settings.suppressions = suppressions(section)
    settings.limits = layers.flatMap { limits($0) }
    checkLimits(settings.limits, section)
    settings.guides = layers.flatMap { guides($0) }
    settings.safety = safety(section, classes: classes)
    settings.language = section.read("language", Self.language, default: .english)
    settings.workOrders = workOrders(section)
    settings.routes = routes(section)
    settings.lights = lights(section)
    return settings
  }

  private func layer(_ key: String) -> Section? {
    if let layer = layers.first(where: { $0.has(key) }) { return layer }
    layers.last?.missing(key, remedy: "Add `\(key):` as in Config/alarms/standard.yaml, or name a table that has it.")
    return nil
  }

  private func value<T>(_ key: String, _ scalar: Scalar<T>) -> T? { layer(key)?.read(key, scalar) }

  private func group(_ key: String, keys: [String]) -> Section? { layer(key)?.section(key, key, keys: keys) }

  static func items(_ section: Section, _ key: String, _ noun: String, keys: [String]) -> [Section] {
    guard let node = section[key], !node.isNothing else { return [] }
    guard let items = node.items else {
      section.report(
        node.position, "\"\(key)\" must be a list, found \(node.description)",
        remedy: "Write each \(noun) behind a dash: `- { \(keys[0]): … }`.")
      return []
    }
    return items.compactMap { section.section($0, noun, keys: keys) }
  }

  /// How well a value is founded: what must not be a default is refused in a table.
  @discardableResult
  func status(_ entry: Section) -> FactorStatus {
    let status = TariffReader.status(entry)
    if !status.mayBeDefault {
      entry.report(
        entry["status"]?.position, "\(entry.name) is \(status.rawValue): such a value may not be used as a default",
        remedy: "Leave it out, or decide it for this plant and write `status: site`.")
    }
    return status
  }

  // MARK: Lists

  private func classes(_ section: Section) -> [AlarmSettings.Class] {
    Self.items(section, "classes", "class", keys: Self.classKeys).compactMap { entry in
      status(entry)
      let rules = entry.list("rules", .text)?.map(\.value) ?? []
      if rules.isEmpty { entry.missing("rules", remedy: "Add the names of rules: `rules: [no-data]`.") }
      guard !rules.isEmpty,
        let category = entry.require("category", .word(AlarmSettings.Category.allCases, noun: "category"))
      else { return nil }
      var kind = AlarmSettings.Class(rules: rules, category: category)
      let delay = Scalar<Span64>.duration(.zero...(.hours(24)))
      kind.onDelay = entry.read("on-delay", delay, default: .zero)
      kind.offDelay = entry.read("off-delay", delay, default: .zero)
      kind.isLatching = entry.read("latching", .boolean, default: false)
      kind.isBlinding = entry.read("blinding", .boolean, default: false)
      kind.isIgnored = entry.read("ignored", .boolean, default: false)
      if category == .safety, kind.onDelay != .zero || kind.isIgnored {
        entry.report(
          entry.position(of: kind.isIgnored ? "ignored" : "on-delay"),
          "a safety alarm is raised at once: it has no on-delay and is never ignored",
          remedy: "Leave the key out, or give the rules another category.")
      }
      return kind
    }
  }

  private func priorities() -> [AlarmSettings.Row] {
    guard let section = layer("priorities") else { return [] }
    var rows: [AlarmSettings.Row] = []
    let words = AlarmSettings.Priority.allCases.filter { $0 != .safety }.map(\.word) + ["none"]
    let scalar = Scalar<String>(
      "a priority", example: "medium", remedy: { NearestWord.remedy($0, in: words, noun: "priority") },
      parse: { words.contains($0) ? $0 : nil })
    for entry in Self.items(section, "priorities", "row of priorities", keys: Self.priorityKeys) {
      status(entry)
      let known = Finding.Severity.allCases
      let severities = Scalar<Finding.Severity>(
        "a severity", example: "warning",
        remedy: { NearestWord.remedy($0, in: known.map(\.word), noun: "severity") },
        parse: { text in known.first { $0.word == text } })
      guard let severity = entry.require("severity", severities) else { continue }
      for criticality in Asset.Criticality.allCases {
        guard let word = entry.require(criticality.rawValue, scalar) else { continue }
        rows.append(.init(severity: severity, criticality: criticality, priority: .init(word: word)))
      }
    }
    for severity in Finding.Severity.allCases where !rows.contains(where: { $0.severity == severity }) {
      section.report(
        section["priorities"]?.position, "\"priorities\" does not say what \(severity.word) findings are",
        remedy: "Add `- { severity: \(severity.word), low: none, normal: low, high: medium, safety: high }`.")
    }
    // In one order, however they stand in the file.
    return Finding.Severity.allCases.flatMap { severity in rows.filter { $0.severity == severity } }
  }

  private func targets(_ section: Section) -> [AlarmSettings.Target] {
    Self.items(section, "targets", "target", keys: Self.targetKeys).compactMap { entry in
      let number = Scalar<Double>("a number of 0 or more", example: "150") { text in
        Double(text).flatMap { $0 >= 0 && $0.isFinite ? $0 : nil }
      }
      let metrics = AlarmSettings.Target.metrics
      let metric = Scalar<String>(
        "a metric", example: metrics[0], remedy: { NearestWord.remedy($0, in: metrics, noun: "metric") },
        parse: { metrics.contains($0) ? $0 : nil })
      guard let name = entry.require("metric", metric), let most = entry.require("at-most", number) else { return nil }
      return AlarmSettings.Target(
        metric: name, atMost: most, manageable: entry.read("manageable", number), status: status(entry).rawValue)
    }
  }

  // MARK: Groups

  private func grouping() -> AlarmSettings.Grouping? {
    guard let group = group("grouping", keys: Self.groupingKeys) else { return nil }
    status(group)
    let duration = Scalar<Span64>.duration(.zero...(.days(1)))
    let percent = Scalar<Int>("a percentage", example: "50 %") { text in
      guard text.hasSuffix("%") else { return nil }
      return Int(text.dropLast().filter { !$0.isWhitespace }).flatMap { (1...100).contains($0) ? $0 : nil }
    }
    guard let window = group.require("window", duration), let settle = group.require("settle", duration),
      let devices = group.require("segment-devices", .integer(2...10_000)),
      let share = group.require("segment-share", percent), let quiet = group.require("quiet", duration)
    else { return nil }
    return .init(window: window, settle: settle, segmentDevices: devices, segmentPercent: share, quiet: quiet)
  }

  private func flood() -> AlarmSettings.Flood? {
    guard let group = group("flood", keys: Self.floodKeys) else { return nil }
    status(group)
    let count = Scalar<Int>.integer(1...100_000)
    guard let interval = group.require("interval", .duration(.minutes(1)...(.hours(1)))),
      let start = group.require("start-above", count), let end = group.require("end-below", count),
      let hour = group.require("hour-above", count)
    else { return nil }
    return .init(interval: interval, startAbove: start, endBelow: end, hourAbove: hour)
  }

  private func chattering() -> AlarmSettings.Chattering? {
    guard let group = group("chattering", keys: Self.chatteringKeys) else { return nil }
    status(group)
    guard let activations = group.require("activations", .integer(2...1000)),
      let window = group.require("window", .duration(.seconds(1)...(.hours(24))))
    else { return nil }
    return .init(activations: activations, window: window)
  }
}
