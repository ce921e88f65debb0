import Engine
import Gateway
import Ingest
import Journal
import Rules
import Telemetry
import Templates

/// ns per sample of the engine with the rules of the gateway: accepting samples and closing windows, and apart from it
/// the checkpoints.
struct EngineBench {
  /// Messages of a batch: 20 ms at 5,000 messages a second.
  private static let batch = 100

  let site: Site
  let messages: MessageFile

  func run() throws {
    let catalog = SeriesCatalog(site: site)
    let store = MemoryStore()
    let engine = try Engine(site: site, catalog: catalog, reader: store, rules: RuleSet.factories(for: site))
    let batches = decoded(catalog)
    var output = EngineOutput()
    var records = 0
    var process = 0
    var checkpoint = 0
    var checkpoints = 0
    for batch in batches {
      process += try CPUClock.measure { try engine.process(batch, into: &output) }
      records += output.records.count
      output = EngineOutput()
      guard engine.shouldCheckpoint else { continue }
      var taken: Checkpoint?
      checkpoint += CPUClock.measure { taken = engine.checkpoint() }
      checkpoints += 1
      if let taken { store.commit(taken) }
    }
    let samples = engine.counts.samplesDecoded
    let perSample = { (time: Int) in Int((Double(time) / Double(max(1, samples))).rounded()) }
    print(
      "engine_ns=\(perSample(process)) checkpoint_ns=\(perSample(checkpoint)) checkpoints=\(checkpoints)",
      "samples=\(samples) records=\(records) history_bytes=\(store.historyBytes)",
      "set_aside=\(engine.counts.samplesQuarantined.values.reduce(0, +)) balanced=\(engine.counts.samplesBalance)")
  }

  /// The messages in batches, each with a time mark at its front as with the system clock.
  private func decoded(_ catalog: SeriesCatalog) -> [Batch] {
    let name = site.connections[0].name
    let connection = catalog.connection(named: name)
    let decoder = Decoder(site: site, catalog: catalog, connection: connection, connectionName: name)
    var first = Batch()
    first.position = 1
    first.entries = [.connection(connection, .up), .connection(connection, .drained)]
    var batches = [first]
    var latest = Timestamp.distantPast
    for start in stride(from: 0, to: messages.count, by: Self.batch) {
      var batch = Batch()
      batch.position = Int64(batches.count + 1)
      messages.forEach(in: start..<min(messages.count, start + Self.batch)) { topic, payload in
        decoder.decode(topic: topic, payload: payload, received: latest, into: &batch)
      }
      latest = max(latest, batch.samples.map(\.time).max() ?? latest)
      batch.entries.insert(.mark(latest), at: 0)
      batches.append(batch)
    }
    return batches
  }
}
