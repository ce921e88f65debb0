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
