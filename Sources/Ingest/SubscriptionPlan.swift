/// Chooses MQTT filters that cover a list of exact topics.
///
/// Where more than `threshold` topics differ in one level only (later in two levels, and so on), one filter with `+`
/// at that place stands for them. The first level is never a wildcard, and no topic of the list is matched by two
/// filters: a broker may deliver a message once for each filter that matches it.
enum SubscriptionPlan {
  static let threshold = 100

  /// - Returns: filters and exact topics, in the order of the first topic that each covers.
  static func filters(for topics: [String], threshold: Int = threshold) -> [String] {
    var open = topics.map(levels)
    var chosen: [[String]] = []
    var covered: [[String]] = []
    let deepest = open.map(\.count).max() ?? 0
    for wildcards in 1..<max(2, deepest) {
      // Every choice changes what remains, so the best one is taken again and again.
      while let best = bestPattern(open, wildcards: wildcards, threshold: threshold, excluding: covered) {
        chosen.append(best)
        covered += open.filter { matches(best, $0) }
        open.removeAll { matches(best, $0) }
      }
    }
    var result: [String] = []
    var written = Set<String>()
    for topic in topics {
      let parts = levels(topic)
      let filter = (chosen.first { matches($0, parts) } ?? parts).joined(separator: "/")
      if written.insert(filter).inserted { result.append(filter) }
    }
    return result
  }

  /// The pattern that covers most topics, the first of equals; nil if none covers more than `threshold`.
  private static func bestPattern(
    _ topics: [[String]], wildcards: Int, threshold: Int, excluding covered: [[String]]
  ) -> [String]? {
    guard topics.count > threshold else { return nil }
    var counts: [String: Int] = [:]
    var order: [(key: String, pattern: [String])] = []
    for topic in topics where topic.count > wildcards && !topic[0].hasPrefix("$") {
      forEachChoice(of: wildcards, from: 1..<topic.count) { places in
        var pattern = topic
        for place in places { pattern[place] = "+" }
        let key = pattern.joined(separator: "/")
        if counts[key] == nil { order.append((key, pattern)) }
        counts[key, default: 0] += 1
      }
    }
    var best: (count: Int, pattern: [String])?
    for candidate in order {
      let count = counts[candidate.key] ?? 0
      guard count > threshold, count > best?.count ?? 0, !covered.contains(where: { matches(candidate.pattern, $0) })
      else { continue }
      best = (count, candidate.pattern)
    }
    return best?.pattern
  }

  private static func forEachChoice(of count: Int, from places: Range<Int>, _ body: ([Int]) -> Void) {
    func choose(_ chosen: [Int], _ next: Int) {
      if chosen.count == count {
        body(chosen)
        return
      }
      for place in next..<max(next, places.upperBound) { choose(chosen + [place], place + 1) }
    }
    choose([], places.lowerBound)
  }

  private static func levels(_ topic: String) -> [String] {
    topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  }

  static func matches(_ filter: [String], _ topic: [String]) -> Bool {
    filter.count == topic.count && zip(filter, topic).allSatisfy { $0 == "+" || $0 == $1 }
  }
}
