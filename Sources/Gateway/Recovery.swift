import Engine
import Journal
import Logging
import Plant
import Rules
import Store
import Telemetry
import Templates

/// Brings the engine to where the journal ends: state of the last checkpoint, then the batches after it.
struct Recovery {
  let journal: Journal
  let store: Store
  /// What the engine reads.
  let reader: CheckpointReader
  let logger: Logger
  /// Tells days whose head the crash prevented.
  let zone: PlantZone

  struct Result {
    var engine: Engine
    /// The configuration that the engine works with: the one in force at the end of the journal.
    var site: Site
    /// Batches that were replayed.
    var batches: Int
    /// Positions of batches whose bytes were damaged.
    var damaged: [Int64]
  }

  /// - Parameter site: the configuration of this start; taken where the journal has none yet.
  func run(site configured: Site) throws -> Result {
    var site = configured
    if let bytes = try store.state(SiteRecord.configuration) {
      site = try load(String(decoding: bytes, as: UTF8.self), configured)
    }
    var engine = try makeEngine(site)
    var output = EngineOutput()
    var batches = 0
    let known = store.outputPosition
    func checkpoint() throws {
      try store.commit(SiteRecord.attach(site, journal, to: engine.checkpoint()), output: output, issued: issueTime())
      output = EngineOutput()
    }
    var days = DayWatch(zone: zone, sealedUntil: try store.sealedUntil(), clock: engine.plantClock)
    var damaged: [Int64] = []
    try journal.forEachBatch(
      after: store.checkpointPosition,
      skipping: { position, reason in
        logger.error("a batch of the journal is damaged and left out", metadata: ["error": "\(reason)"])
        damaged.append(position)
        return true
      }
    ) { batch in
      for case .configuration(let hash, let text) in batch.entries where hash != site.hash {
        // From here on another configuration was in force: close the books of the one before.
        if engine.position > 0 { try checkpoint() }
        site = try load(text, configured)
        engine = try makeEngine(site)
      }
      try engine.process(batch, into: &output)
      // What was committed before the crash is in the store already; the engine has just said it once more.
      if batch.position <= known { output = EngineOutput() }
      if let day = days.ended(at: engine.plantClock), batch.position > known {
        try store.commit(
          output, upTo: batch.position, counts: engine.counts, issued: issueTime(), sealing: day)
        output = EngineOutput()
      }
      batches += 1
      if engine.shouldCheckpoint { try checkpoint() }
      return true
    }
    if !output.isEmpty { try checkpoint() }
    if batches > 0 { logger.info("recovered", metadata: ["batches": "\(batches)", "position": "\(engine.position)"]) }
    return Result(engine: engine, site: site, batches: batches, damaged: damaged)
  }

  /// Usually the configuration of this start, which is read already.
  private func load(_ text: String, _ configured: Site) throws -> Site {
    text == configured.canonicalText ? configured : try SiteLoader.load(canonicalText: text)
  }

  func makeEngine(_ site: Site) throws -> Engine {
    try Engine(
      site: site, catalog: journal.catalog(for: site), reader: reader, rules: RuleSet.factories(for: site),
      siteRules: RuleSet.siteFactories(for: site))
  }

  private func issueTime() -> Timestamp { PlantClock.system().wall }
}
