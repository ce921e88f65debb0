/// Ids and places from topics.
struct AssetNaming {
  let finder: DeviceFinder

  /// The levels that can name a device, without `telemetry`, `state` and the like at the end.
  private func levels(_ base: [String]) -> [String] {
    var levels = base.filter { !$0.isEmpty }
    while levels.count > 1, let last = levels.last, finder.isGeneric(last) { levels.removeLast() }
    return levels
  }

  private func id(_ levels: [String], depth: Int) -> (text: String, used: Int) {
    var used = depth
    // A number alone names nothing: `line/3` is line-3.
    while used < levels.count,
      !levels.suffix(used).contains(where: { $0.contains(where: \.isLetter) && !PointGrouping.isPhase($0) })
    {
      used += 1
    }
    // Nor does it begin a name: `gateway/1/batch` is gateway-1-batch.
    while used > 1, used < levels.count, !levels[levels.count - used].contains(where: \.isLetter) { used += 1 }
    return (Self.sanitized(levels.suffix(used).joined(separator: "-")), used)
  }

  static func sanitized(_ text: String) -> String {
    var result = ""
    for character in text {
      let isAllowed =
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ".")
      if isAllowed {
        result.append(character)
      } else if result.last != "-", !result.isEmpty {
        result.append("-")
      }
    }
    while result.last == "-" { result.removeLast() }
    return String(result.prefix(100))
  }

  /// One id for each device, none of them taken, with the levels that remain for the place.
  func ids(_ devices: [Device], taken: Set<String>) -> [(id: String, place: [String])] {
    let all = devices.map { levels($0.base) }
    var depth = Array(repeating: 1, count: devices.count)
    var texts = zip(all, depth).map { id($0, depth: $1) }
    let deepest = all.map(\.count).max() ?? 1
    for _ in 0..<deepest {
      var counts: [String: Int] = [:]
      for text in texts { counts[text.text, default: 0] += 1 }
      var isChanged = false
      for index in texts.indices where counts[texts[index].text, default: 0] > 1 || taken.contains(texts[index].text) {
        guard texts[index].used < all[index].count else { continue }
        depth[index] = texts[index].used + 1
        texts[index] = id(all[index], depth: depth[index])
        isChanged = true
      }
      if !isChanged { break }
    }
    var used = taken.union(["gateway"])
    return texts.indices.map { index in
      let plain = texts[index].text.contains(where: \.isLetter) ? texts[index].text : "asset-\(texts[index].text)"
      let wanted = plain == "asset-" ? "asset" : plain
      var text = wanted
      var number = 2
      while !used.insert(text).inserted {
        text = "\(wanted)-\(number)"
        number += 1
      }
      let rest = all[index].dropLast(min(texts[index].used, all[index].count)).filter { !finder.isGeneric($0) }
      return (text, Array(rest.suffix(4)))
    }
  }

  /// A place as the configuration takes it; nil if a level cannot stand there.
  static func place(_ levels: [String]) -> String? {
    let isFine = levels.allSatisfy { !$0.contains(where: { "+#{}\0".contains($0) }) }
    return levels.isEmpty || !isFine ? nil : levels.joined(separator: "/")
  }
}
