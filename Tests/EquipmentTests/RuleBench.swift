import Engine
import Journal
import Plant
import Rules
import Telemetry
import Templates

/// One asset in a real engine with an in-memory store: samples in, records and findings out.
struct RuleBench {
  private final class Memory: StateReader {
    var states: [String: [UInt8]] = [:]
    var chunks: [String: [[UInt8]]] = [:]
    func state(_ key: String) throws -> [UInt8]? { states[key] }
    func history(asset: UInt32, block: Int64) throws -> [[UInt8]] { chunks["\(asset)/\(block)"] ?? [] }
    func save(_ checkpoint: Checkpoint) {
      for (key, bytes) in checkpoint.state { states[key] = bytes }
      for chunk in checkpoint.history { chunks["\(chunk.asset)/\(chunk.block)", default: []].append(chunk.bytes) }
    }
  }

  let site: Site
  let catalog: SeriesCatalog
  private let memory = Memory()
  private let factories: [RuleFactory]
  private var engine: Engine
  private var position: Int64 = 0
  private(set) var output = EngineOutput()

  init(site: Site, factories: [RuleFactory]) throws {
    self.site = site
    self.factories = factories
    catalog = SeriesCatalog(site: site)
    engine = try Engine(site: site, catalog: catalog, reader: memory, rules: factories)
    let connection = catalog.connection(named: site.connections[0].name)
    try feed { $0.entries.append(.connection(connection, .drained)) }
  }

  mutating func feed(_ fill: (inout Batch) -> Void) throws {
    var batch = Batch()
    fill(&batch)
    position += 1
    batch.position = position
    try engine.process(batch, into: &output)
  }

  mutating func sample(_ signal: Int, at time: Timestamp, _ value: Double, quality: Quality = .good) throws {
    let series = catalog.series(asset: 0, signal: signal)
    try feed { batch in
      batch.samples.append(Sample(series: series, time: time, value: .double(value), quality: quality))
      batch.entries.append(.samples(0..<1))
    }
  }

  mutating func event(at time: Timestamp, id: UInt64, _ attributes: [Event.Attribute]) throws {
    let series = catalog.series(asset: 0, signal: 0)
    try feed { batch in
      batch.entries.append(.event(Event(series: series, time: time, identity: id, attributes: attributes)))
    }
  }

  mutating func mark(_ time: Timestamp) throws { try feed { $0.entries.append(.mark(time)) } }

  /// A crash: the engine comes back from its checkpoint.
  mutating func restart() throws {
    memory.save(engine.checkpoint())
    engine = try Engine(site: site, catalog: catalog, reader: memory, rules: factories)
  }

  var counts: EngineCounts { engine.counts }

  /// Bodies of the latest revisions by key.
  func bodies(_ kind: RecordKind) throws -> [String: JSONValue] {
    var latest: [String: JSONValue] = [:]
    for record in output.records where record.kind == kind { latest[record.key] = try JSONValue(parsing: record.body) }
    return latest
  }
}
