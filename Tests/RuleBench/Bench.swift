import Engine
import Journal
import Rules
import Telemetry
import Templates

/// Assets in a real engine with an in-memory store: samples, events and marks in, records and findings out.
public struct Bench {
  public private(set) var site: Site
  public private(set) var catalog: SeriesCatalog
  public let store = MemoryStore()
  public private(set) var output = EngineOutput()
  private var factories: [RuleFactory]
  private let siteFactories: [SiteRuleFactory]
  private var engine: Engine
  private var position: Int64 = 0
  /// Of each asset, by time.
  private var ids: [[String]]

  /// - Parameter drained: the connection is up from the beginning.
  public init(
    site: Site, drained: Bool = true, factories: [RuleFactory], siteFactories: [SiteRuleFactory] = []
  ) throws {
    self.siteFactories = siteFactories
    self.site = site
    self.factories = factories
    catalog = SeriesCatalog(site: site)
    ids = site.assets.map { [$0.id] }
    engine = try Engine(site: site, catalog: catalog, reader: store, rules: factories, siteRules: siteFactories)
    if drained { try connection(.drained) }
  }

  public mutating func feed(_ fill: (inout Batch) -> Void) throws {
    var batch = Batch()
    fill(&batch)
    position += 1
    batch.position = position
    try engine.process(batch, into: &output)
  }

  public mutating func sample(
    _ signal: Int, at time: Timestamp, _ value: Double, quality: Quality = .good, asset: Int = 0
  ) throws {
    try sample(signal, at: time, .double(value), quality: quality, asset: asset)
  }

  public mutating func sample(
    _ signal: Int, at time: Timestamp, _ value: Value, quality: Quality = .good, asset: Int = 0
  ) throws {
    let series = catalog.series(asset: asset, signal: signal)
    try feed { batch in
      batch.samples.append(Sample(series: series, time: time, value: value, quality: quality))
      batch.entries.append(.samples(0..<1))
    }
  }

  public mutating func event(
    at time: Timestamp, id: UInt64, _ attributes: [Event.Attribute], signal: Int = 0, asset: Int = 0
  ) throws {
    let series = catalog.series(asset: asset, signal: signal)
    try feed { batch in
      batch.entries.append(.event(Event(series: series, time: time, identity: id, attributes: attributes)))
    }
  }

  /// A person's command, as the control API journals it.
  public mutating func command(_ command: SiteCommand) throws {
    try feed { $0.entries.append(.command(command.text)) }
  }

  public mutating func mark(_ time: Timestamp) throws { try feed { $0.entries.append(.mark(time)) } }

  public mutating func connection(_ change: Batch.ConnectionChange) throws {
    let connection = catalog.connection(named: site.connections[0].name)
    try feed { $0.entries.append(.connection(connection, change)) }
  }

  /// The engine comes back from a checkpoint, with another configuration if `change` makes one.
  /// - Parameter rules: those of the changed configuration, if they hold something of it; nil = the same.
  public mutating func restart(
    _ change: (inout Site) -> Void = { _ in }, rules: ((Site) throws -> [RuleFactory])? = nil
  ) throws {
    store.commit(engine.checkpoint())
    change(&site)
    if ids.indices.contains(where: { ids[$0].last != site.assets[$0].id }) { rename() }
    if let rules { factories = try rules(site) }
    engine = try Engine(site: site, catalog: catalog, reader: store, rules: factories, siteRules: siteFactories)
  }

  /// The catalogue keeps numbers and names, as the journal's does.
  private mutating func rename() {
    for place in ids.indices where ids[place].last != site.assets[place].id { ids[place].append(site.assets[place].id) }
    var connections: [String: ConnectionID] = [:]
    for connection in site.connections { connections[connection.name] = catalog.connection(named: connection.name) }
    catalog = SeriesCatalog(
      assetNumbers: ids.indices.map { catalog.assetNumber($0) },
      seriesNumbers: site.assets.enumerated().map { place, asset in
        asset.signals.indices.map { catalog.series(asset: place, signal: $0) }
      }, connections: connections, stableNames: ids.map { $0[0] }, formerNames: ids.map { Array($0.dropLast()) })
  }

  public var counts: EngineCounts { engine.counts }
  public var nextDeadline: Timestamp? { engine.nextDeadline }
  public var view: EngineView { engine.view() }

  /// Bodies of the latest revisions by key.
  public func bodies(_ kind: RecordKind) throws -> [String: JSONValue] {
    var latest: [String: JSONValue] = [:]
    for record in output.records where record.kind == kind { latest[record.key] = try JSONValue(parsing: record.body) }
    return latest
  }

  /// Keys of the state that rules have saved by the last restart.
  public func savedKeys(containing part: String) -> [String] {
    store.states.keys.filter { $0.contains(part) }.sorted()
  }
}
