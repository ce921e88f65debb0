/// `lots:`, plans by which lots are accepted or refused.
extension InspectionReader {
  static let lotKeys = ["table", "plans"]
  static let lotPlanKeys = [
    "name", "stations", "products", "defects", "aql", "level", "lot", "size", "switching", "reduced",
  ]

  /// - Parameter assets: ids.
  static func lots(_ inspection: Section, _ folders: TableFolders, assets: [String]) -> LotSettings? {
    guard !inspection.isOff("lots"), let section = inspection.section("lots", "lots", keys: lotKeys),
      let table = samplingTable(section, folders)
    else { return nil }
    guard let items = section["plans"]?.items, !items.isEmpty else {
      section.missing(
        "plans", remedy: "Add one: `plans: [ { name: shells, stations: [\"shell-*\"], aql: 0.65, level: II } ]`.")
      return nil
    }
    var plans: [LotPlan] = []
    for item in items {
      guard let entry = section.section(item, "plan", keys: lotPlanKeys),
        let plan = plan(entry, table, assets: assets)
      else { continue }
      if plans.contains(where: { $0.name == plan.name }) {
        entry.report(
          entry["name"]?.position, "two plans are named \"\(plan.name)\"", remedy: "Give each a name of its own.")
      }
      plans.append(plan)
    }
    return LotSettings(table: table, plans: plans)
  }

  /// A name or path, or the table itself.
  private static func samplingTable(_ section: Section, _ folders: TableFolders) -> SamplingTable? {
    if let node = section["table"], node.entries != nil {
      return section.section(node, "table", keys: SamplingTableFile.keys).flatMap(SamplingTableFile.table)
    }
    let name = section.read("table", .text, default: SamplingTableFile.standard)
    return folders.open(name, kind: "sampling", keys: SamplingTableFile.keys, from: section, key: "table")
      .flatMap(SamplingTableFile.table)
  }

  private static func plan(_ entry: Section, _ table: SamplingTable, assets: [String]) -> LotPlan? {
    let stations = entry.list("stations", .text) ?? []
    if stations.isEmpty {
      entry.missing("stations", remedy: "Name the stations whose results are the sample: `stations: [\"shell-*\"]`.")
    }
    for (station, position) in stations where !assets.contains(where: { Wildcard.matches($0, station) }) {
      entry.report(
        position, "no asset matches \"\(station)\"", remedy: NearestWord.remedy(station, in: assets, noun: "asset"))
    }
    let limit = Scalar<String>(
      "an acceptance quality limit of the table", example: "0.65",
      remedy: { _ in "Write one of its columns: \(table.limits.joined(separator: ", "))." },
      parse: { text in table.limits.first { $0 == text || Double($0) == Double(text) } })
    guard let name = entry.require("name", .identifier(), remedy: "Add `name: shells`; findings and records name it."),
      let limit = entry.require("aql", limit, remedy: "Add `aql: 0.65`, a column of the table."), !stations.isEmpty
    else { return nil }
    var plan = LotPlan(name: name, stations: stations.map(\.value), limit: limit)
    plan.products = (entry.list("products", .text) ?? []).map(\.value)
    plan.defects = (entry.list("defects", .text) ?? []).map(\.value)
    plan.level = entry.read("level", .word(SamplingTable.Level.allCases, noun: "level"), default: plan.level)
    plan.source = entry.read("lot", .word(LotPlan.Source.allCases, noun: "kind of lot"), default: plan.source)
    if !entry.isOff("size") { plan.size = entry.read("size", .integer(2...1_000_000_000)) }
    plan.series = entry.read("switching", .word(LotPlan.Series.allCases, noun: "series"), default: plan.series)
    plan.allowsReduced = entry.has("reduced") && !entry.isOff("reduced")
    if plan.allowsReduced, table.reduced.isEmpty || table.switching.reduce == nil {
      entry.report(
        entry["reduced"]?.position, "the table \(table.name) has no plans for reduced inspection",
        remedy: "Remove `reduced`, or copy the plans from your copy of the standard into a table of your own.")
    }
    return plan
  }
}

extension LotSettings {
  func write(to writer: inout CanonicalWriter) {
    writer.object("lots") { writer in
      writer.object("table") { table.write(to: &$0) }
      writer.list("plans") { writer in
        for plan in plans { writer.object { plan.write(to: &$0) } }
      }
    }
  }
}

extension LotPlan {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("name", name)
    writer.list("stations", stations)
    if !products.isEmpty { writer.list("products", products) }
    if !defects.isEmpty { writer.list("defects", defects) }
    writer.field("aql", limit)
    writer.field("level", level.rawValue)
    writer.field("lot", source.rawValue)
    if let size { writer.field("size", size) }
    writer.field("switching", series.rawValue)
    if allowsReduced { writer.field("reduced", "on") }
  }
}
