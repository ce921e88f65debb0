import Journal
import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite struct TopicTests {
  @Test("few topics are subscribed to exactly")
  func exact() {
    let topics = (0..<100).map { "plant/press/\($0)" }
    #expect(SubscriptionPlan.filters(for: topics) == topics)
    #expect(SubscriptionPlan.filters(for: []) == [])
    #expect(SubscriptionPlan.filters(for: ["a", "a"]) == ["a"])
  }

  @Test("many topics that differ in one level share a filter, wherever the level is")
  func aggregated() {
    let presses = (0..<101).map { "plant/press/\($0)" }
    let meters = (0..<150).map { "plant/meter-\($0)/energy" }
    let few = ["plant/press/7/detail", "other/press/7"]
    #expect(SubscriptionPlan.filters(for: presses + few + meters) == ["plant/press/+"] + few + ["plant/+/energy"])
    // Neither area alone is large enough, both levels together are.
    let areas = (0..<10).flatMap { area in (0..<60).map { "p/area\(area)/m\($0)/x" } }
    #expect(SubscriptionPlan.filters(for: areas) == ["p/+/+/x"])
    // The first level is never a wildcard: it would take in foreign and system topics.
    let flat = (0..<300).map { "machine-\($0)" }
    #expect(SubscriptionPlan.filters(for: flat) == flat)
  }

  @Test("filters cover every topic once and never overlap", arguments: [UInt64(41), 42, 43])
  func coverage(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var topics: [String] = []
    for _ in 0..<600 {
      let levels = Int.random(in: 1...4, using: &random)
      topics.append((0..<levels).map { _ in "\(Int.random(in: 0..<6, using: &random))" }.joined(separator: "/"))
    }
    topics = Array(Set(topics)).sorted()
    let filters = SubscriptionPlan.filters(for: topics, threshold: 5).map { $0.split(separator: "/").map(String.init) }
    for topic in topics {
      let parts = topic.split(separator: "/").map(String.init)
      #expect(filters.filter { SubscriptionPlan.matches($0, parts) }.count == 1, "\(topic)")
    }
    #expect(filters.count < topics.count)
    #expect(filters.allSatisfy { $0[0] != "+" })
  }

  @Test("the filters are those of the plain greedy choice", arguments: 0..<30)
  func greedy(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var topics: [String] = []
    for _ in 0..<300 {
      let levels = Int.random(in: 1...5, using: &random)
      topics.append((0..<levels).map { _ in "\(Int.random(in: 0..<4, using: &random))" }.joined(separator: "/"))
    }
    #expect(SubscriptionPlan.filters(for: topics, threshold: 4) == Self.greedyFilters(topics, threshold: 4))
  }

  /// Takes the filter that covers most of what is left, as long as it covers nothing twice.
  private static func greedyFilters(_ topics: [String], threshold: Int) -> [String] {
    let all = topics.map { $0.split(separator: "/").map(String.init) }
    var chosen: [[String]] = []
    for wildcards in 1..<5 {
      while true {
        let open = all.filter { topic in !chosen.contains { SubscriptionPlan.matches($0, topic) } }
        let covered = all.filter { topic in chosen.contains { SubscriptionPlan.matches($0, topic) } }
        var order: [[String]] = []
        var counts: [[String]: Int] = [:]
        for topic in open where topic.count > wildcards {
          // Choices of places in the order of their first, then of their second … place.
          let masks = (0..<(1 << (topic.count - 1))).filter { $0.nonzeroBitCount == wildcards }
          let places = masks.map { mask in (1..<topic.count).filter { mask & (1 << ($0 - 1)) != 0 } }
          for choice in places.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            var pattern = topic
            for place in choice { pattern[place] = "+" }
            if counts[pattern] == nil { order.append(pattern) }
            counts[pattern, default: 0] += 1
          }
        }
        var best: (count: Int, pattern: [String])?
        for pattern in order where !covered.contains(where: { SubscriptionPlan.matches(pattern, $0) }) {
          let count = counts[pattern] ?? 0
          if count > threshold, count > best?.count ?? 0 { best = (count, pattern) }
        }
        guard let best else { break }
        chosen.append(best.pattern)
      }
    }
    var written: [String] = []
    for topic in all {
      let filter = (chosen.first { SubscriptionPlan.matches($0, topic) } ?? topic).joined(separator: "/")
      if !written.contains(filter) { written.append(filter) }
    }
    return written
  }

  @Test("every topic finds its own plan, and nothing else does")
  func table() {
    let topics = (0..<3000).map { "plant/area\($0 % 7)/machine-\($0)" } + ["x", "plant"]
    let table = TopicTable(topics)
    for (number, topic) in topics.enumerated() {
      #expect(table.plan(for: Array(topic.utf8).span) == number)
      #expect(table.plan(for: Array((topic + "/").utf8).span) == nil)
      #expect(table.plan(for: Array(topic.utf8.dropLast()).span) == topics.firstIndex(of: String(topic.dropLast())))
    }
    #expect(table.plan(for: [UInt8]().span) == nil)
  }

  @Test("assets that share a topic, and topics that share a shape, keep their own series")
  func series() {
    func asset(_ id: String, _ topic: String, _ path: String, connection: String = "main") -> Asset {
      var bench = Bench.gauge(path)
      bench.topic = topic
      var asset = bench.asset
      asset.id = id
      asset.connection = connection
      return asset
    }
    let site = Bench.site([
      asset("m1", "line", "a"), asset("m2", "line", "b"), asset("m3", "single", "a"),
      asset("m4", "foreign", "a", connection: "x"),
      asset("m5", "second", "a"),
    ])
    let decoder = Bench.decoder(site)
    #expect(decoder.subscriptions == ["line", "single", "second"])
    var batch = Batch()
    decoder.decode("line", #"{"a":1,"b":2}"#, into: &batch)
    decoder.decode("second", #"{"a":5}"#, into: &batch)
    decoder.decode("single", #"{"a":3}"#, into: &batch)
    decoder.decode("foreign", #"{"a":4}"#, into: &batch)
    #expect(batch.samples.map(\.series.rawValue) == [1, 2, 5, 3])
    #expect(batch.samples.map(\.value) == [.double(1), .double(2), .double(5), .double(3)])
    #expect(batch.quarantined.map(\.topic) == ["foreign"])
    decoder.decode("line", #"{"a":1}"#, into: &batch)
    #expect(batch.quarantined.last?.detail == #"field "b" of asset m2 is missing"#)
    let plan = DecodePlan(site: site, catalog: SeriesCatalog(site: site), connectionName: "main")
    #expect(plan.topics.count == 3 && plan.shapes.count == 2)
  }
}
