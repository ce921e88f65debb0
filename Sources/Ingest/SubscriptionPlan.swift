/// Chooses MQTT filters that cover a list of exact topics.
///
/// Where more than `threshold` topics differ in one level only (later in two levels, and so on), one filter with `+`
/// at that place stands for them. The first level is never a wildcard, and no topic of the list is matched by two
/// filters: a broker may deliver a message once for each filter that matches it.
enum SubscriptionPlan {
  static let threshold = 100
  private static let wildcard: Int32 = -1

  /// One possible filter: levels by number, `wildcard` for `+`, and the topics that it matches.
  private struct Candidate {
    var pattern: [Int32]
    var topics: [Int] = []
  }

  /// - Returns: filters and exact topics, in the order of the first topic that each covers.
  static func filters(for topics: [String], threshold: Int = threshold) -> [String] {
    var names: [Substring: Int32] = [:]
    let levels = topics.map { topic in
      topic.split(separator: "/", omittingEmptySubsequences: false).map { level in
        if let number = names[level] { return number }
        let number = Int32(names.count)
        names[level] = number
        return number
      }
    }
    /// By topic: the filter that covers it.
    var filterOfTopic: [[Int32]?] = topics.map { _ in nil }
    let deepest = levels.map(\.count).max() ?? 0
    for wildcards in 1..<max(2, deepest) {
      let open = levels.indices.filter { filterOfTopic[$0] == nil }
      guard open.count > threshold else { break }
      // Of filters that share a topic at most one can be chosen, so choosing one changes nothing about the others but
      // that some drop out: the largest first, of equals the one that comes first.
      let candidates = candidates(levels, topics: topics, wildcards: wildcards, threshold: threshold)
      let best = candidates.enumerated().sorted {
        ($1.element.topics.count, $0.offset) < ($0.element.topics.count, $1.offset)
      }
      for (_, candidate) in best where candidate.topics.allSatisfy({ filterOfTopic[$0] == nil }) {
        for topic in candidate.topics { filterOfTopic[topic] = candidate.pattern }
      }
    }
    return written(topics, levels, filterOfTopic)
  }

  /// The filters with so many wildcards that match more than `threshold` topics, in the order of their first topic.
  private static func candidates(
    _ levels: [[Int32]], topics: [String], wildcards: Int, threshold: Int
  ) -> [Candidate] {
    var places: [[Int32]: Int] = [:]
    var found: [Candidate] = []
    for (number, topic) in levels.enumerated() where topic.count > wildcards && !topics[number].hasPrefix("$") {
      forEachChoice(of: wildcards, from: 1..<topic.count) { chosen in
        var pattern = topic
        for place in chosen { pattern[place] = wildcard }
        if let place = places[pattern] {
          found[place].topics.append(number)
        } else {
          places[pattern] = found.count
          found.append(Candidate(pattern: pattern, topics: [number]))
        }
      }
    }
    return found.filter { $0.topics.count > threshold }
  }

  private static func written(_ topics: [String], _ levels: [[Int32]], _ filters: [[Int32]?]) -> [String] {
    var result: [String] = []
    var seen: Set<[Int32]> = []
    for (number, filter) in filters.enumerated() where seen.insert(filter ?? levels[number]).inserted {
      guard let filter else {
        result.append(topics[number])
        continue
      }
      let own = topics[number].split(separator: "/", omittingEmptySubsequences: false)
      result.append(zip(filter, own).map { $0 == wildcard ? "+" : String($1) }.joined(separator: "/"))
    }
    return result
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

  static func matches(_ filter: [String], _ topic: [String]) -> Bool {
    filter.count == topic.count && zip(filter, topic).allSatisfy { $0 == "+" || $0 == $1 }
  }
}
