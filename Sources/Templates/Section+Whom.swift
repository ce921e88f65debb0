/// Whom an entry is about.
extension Section {
  /// `assets:`, ids or patterns; all if it is left out. What matches nothing is a mistake.
  func assetPatterns(of ids: [String]) -> [String] {
    let patterns = list("assets", .text) ?? []
    for (pattern, position) in patterns where !ids.contains(where: { Wildcard.matches($0, pattern) }) {
      report(position, "no asset matches \"\(pattern)\"", remedy: NearestWord.remedy(pattern, in: ids, noun: "asset"))
    }
    return has("assets") ? patterns.map(\.value) : ["*"]
  }

  /// `place:`, at or below which one of the assets stands.
  func place(of assets: [Asset]) -> String? {
    let place = read("place", .text)
    let places = Set(assets.map(\.place)).sorted()
    if let place, !places.contains(where: { $0 == place || $0.hasPrefix(place + "/") }) {
      report(
        self["place"]?.position, "nothing stands at \"\(place)\"",
        remedy: NearestWord.remedy(place, in: places, noun: "place"))
    }
    return place
  }
}
