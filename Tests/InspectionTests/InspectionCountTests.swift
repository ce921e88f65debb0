import Engine
import Inspection
import Journal
import Plant
import Rules
import Telemetry
import Templates
import Testing

@Suite struct InspectionCountTests {
  private final class Memory: StateReader {
    var states: [String: [UInt8]] = [:]
    var chunks: [String: [[UInt8]]] = [:]
    func state(_ key: String) throws -> [UInt8]? { states[key] }
    func history(asset: UInt32, block: Int64) throws -> [[UInt8]] { chunks["\(asset)/\(block)"] ?? [] }
  }

  private struct Bench {
    let memory = Memory()
    let factories: [RuleFactory]
    let site: Site
    let catalog: SeriesCatalog
    var engine: Engine
    var position: Int64 = 0
    var output = EngineOutput()

    init() throws {
      var site = try SiteLoader.load(
        text: """
          gateway: { id: test, data: data/test }
          zone: Asia/Shanghai
          broker: { host: 127.0.0.1, port: 1883 }
          assets: []
          """, file: "test.yaml", devices: [])
      site.assets = [
        Asset(
          id: "vision-1", name: "", site: "cq", area: "", line: "", cell: "", template: "test", criticality: .normal,
          connection: site.connections[0].name, topics: [],
          signals: [
            Signal(
              name: "result", kind: .event, unit: "1", minimum: nil, maximum: nil, expectedInterval: .minutes(1),
              modulus: nil, resolution: 0, stateWords: [:])
          ], ratedPower: nil)
      ]
      self.site = site
      let zone = try PlantZone(identifier: site.zone)
      factories = [
        RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) }
      ]
      catalog = SeriesCatalog(site: site)
      engine = try Engine(site: site, catalog: catalog, reader: memory, rules: factories)
      try feed([.connection(catalog.connection(named: site.connections[0].name), .drained)])
    }

    mutating func feed(_ entries: [Batch.Entry]) throws {
      var batch = Batch()
      position += 1
      batch.position = position
      batch.entries = entries
      try engine.process(batch, into: &output)
    }

    mutating func result(_ id: UInt64, at time: Timestamp, _ verdict: String, _ defects: [String] = []) throws {
      try feed([
        .event(
          Event(
            series: catalog.series(asset: 0, signal: 0), time: time, identity: id,
            attributes: [.init("verdict", verdict)] + defects.map { .init("defect", $0) }))
      ])
    }

    mutating func restart() throws {
      let checkpoint = engine.checkpoint()
      for (key, bytes) in checkpoint.state { memory.states[key] = bytes }
      for chunk in checkpoint.history {
        memory.chunks["\(chunk.asset)/\(chunk.block)", default: []].append(chunk.bytes)
      }
      engine = try Engine(site: site, catalog: catalog, reader: memory, rules: factories)
    }
  }

  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  @Test func countsVerdictsAndDefectsOnceWhateverIsSentTwice() throws {
    var bench = try Bench()
    try bench.result(1, at: start + .seconds(1), "OK")
    try bench.result(2, at: start + .seconds(2), "NG", ["scratch", "glue-gap"])
    try bench.result(2, at: start + .seconds(2), "NG", ["scratch", "glue-gap"])
    try bench.restart()
    try bench.result(1, at: start + .seconds(1), "OK")
    try bench.result(3, at: start + .seconds(899), "NG", ["scratch"])
    try bench.result(4, at: start + .seconds(900), "OK")
    try bench.feed([.mark(start + .minutes(30))])
    let first = try JSONValue(parsing: try #require(bench.output.records.first).body)
    #expect(first["results"] == 3)
    #expect(first["verdicts"] == ["OK": 1, "NG": 2])
    #expect(first["defects"] == ["scratch": 2, "glue-gap": 1])
    #expect(bench.output.records.map(\.revision) == [0, 0])
    #expect(bench.engine.counts.samplesDuplicate == 2)
    #expect(bench.engine.counts.samplesBalance && bench.engine.counts.samplesPending == 0)
  }

  @Test func lateResultIsOneRevisionWithItsCause() throws {
    var bench = try Bench()
    try bench.result(1, at: start, "OK")
    try bench.feed([.mark(start + .minutes(60))])
    try bench.restart()
    try bench.result(2, at: start + .seconds(60), "NG", ["scratch"])
    try bench.result(3, at: start + .seconds(61), "OK")
    try bench.feed([.mark(start + .minutes(61))])
    let revision = try #require(bench.output.records.last)
    #expect(bench.output.records.count == 2)
    #expect(revision.revision == 1)
    #expect(revision.cause?.time == start + .seconds(60))
    #expect(try JSONValue(parsing: revision.body)["results"] == 3)
    #expect(bench.engine.counts.samplesPending == 0)
  }
}
