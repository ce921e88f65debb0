import Telemetry

/// What hangs together in the plant: segments of the network, supplies and what lives on them.
extension AlarmReader {
  func segments(_ section: Section) -> [AlarmSettings.Segment] {
    var seen: Set<String> = []
    return Self.items(section, "segments", "segment", keys: Self.segmentKeys).compactMap { entry in
      guard let name = entry.require("name", .text) else { return nil }
      if !seen.insert(name).inserted {
        entry.report(
          entry["name"]?.position, "two segments are named \"\(name)\"", remedy: "Give each a name of its own.")
      }
      return AlarmSettings.Segment(name: name, assets: patterns(entry, "assets"))
    }
  }

  func supplies(_ section: Section) -> [AlarmSettings.Supply] {
    Self.items(section, "supplies", "supply", keys: Self.supplyKeys).compactMap { entry in
      guard let asset = entry.require("asset", .text) else { return nil }
      let ids = assets.map(\.id)
      if !ids.contains(asset) {
        entry.report(
          entry["asset"]?.position, "there is no asset \"\(asset)\"",
          remedy: NearestWord.remedy(asset, in: ids, noun: "asset"))
      }
      return AlarmSettings.Supply(asset: asset, dependants: patterns(entry, "dependants"))
    }
  }

  func suppressions(_ section: Section) -> [AlarmSettings.Suppression] {
    Self.items(section, "suppressions", "suppression", keys: Self.suppressionKeys).compactMap { entry in
      let rules = entry.list("rules", .text)?.map(\.value) ?? []
      if rules.isEmpty { entry.missing("rules", remedy: "Add the names of rules: `rules: [low-flow]`.") }
      let assets = entry.has("assets") ? patterns(entry, "assets") : ["*"]
      let ids = self.assets.map(\.id)
      let asset = entry.read("at", .text)
      if let asset, !ids.contains(asset) {
        entry.report(
          entry["at"]?.position, "there is no asset \"\(asset)\"",
          remedy: NearestWord.remedy(asset, in: ids, noun: "asset"))
      }
      let remedy = "Add the rule whose finding silences them: `while: machine-stopped`."
      guard let cause = entry.require("while", .text, remedy: remedy) else { return nil }
      return AlarmSettings.Suppression(rules: rules, assets: assets, cause: cause, causeAsset: asset)
    }
  }

  private func patterns(_ entry: Section, _ key: String) -> [String] {
    guard let list = entry.list(key, .text), !list.isEmpty else {
      entry.missing(key, remedy: "Add the ids of assets, with `*` for many: `\(key): [press-*]`.")
      return []
    }
    let ids = assets.map(\.id)
    for (pattern, position) in list where !ids.contains(where: { Wildcard.matches($0, pattern) }) {
      entry.report(
        position, "no asset matches \"\(pattern)\"", remedy: NearestWord.remedy(pattern, in: ids, noun: "asset"))
    }
    return list.map(\.value)
  }
}
