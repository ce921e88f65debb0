import Engine
import Gateway
import Journal
import Plant
import Rules
import Telemetry
import Templates

/// What the rules of energy and carbon add to the engine, as a share of one core: an hour of the plant with the end of a day and month,
/// one reading a second of each meter, with all rules and without those of energy, carbon, money and budgets.
struct CarbonBench {
  /// Rules of the assets that are not of energy or carbon; whatever else there is counts as added.
  private static let others: Set<String> = [
    "quality", "silence", "signals", "condition", "limits", "inspection", "orders", "activity",
  ]

  let site: Site
  let minutes: Int

  func run() throws {
    let factories = try RuleSet.factories(for: site)
    let all = try Pass(site: site, minutes: minutes, rules: factories, siteRules: RuleSet.siteFactories(for: site))
      .run()
    let base = try Pass(
      site: site, minutes: minutes, rules: factories.filter { Self.others.contains($0.name) }, siteRules: []
    ).run()
    let seconds = Double(minutes * 60)
    func share(_ pass: Pass.Outcome) -> Double { Double(pass.nanoseconds) / (seconds * 1e9) * 100 }
    print(
      "added_percent=\(share(all) - share(base)) all_percent=\(share(all)) base_percent=\(share(base))",
      "records=\(all.records) ledger_records=\(all.ledger) longest_ms=\(Double(all.longest) / 1e6)",
      "samples=\(all.samples)")
  }

  /// One run of the engine over the made-up plant.
  private struct Pass {
    struct Outcome {
      var nanoseconds = 0
      var longest = 0
      var records = 0
      var ledger = 0
      var samples = 0
    }

    let site: Site
    let minutes: Int
    let rules: [RuleFactory]
    let siteRules: [SiteRuleFactory]

    func run() throws -> Outcome {
      let catalog = SeriesCatalog(site: site)
      let store = MemoryStore()
      let engine = try Engine(site: site, catalog: catalog, reader: store, rules: rules, siteRules: siteRules)
      let meters = site.assets.indices.filter { place in
        site.assets[place].signals.contains { $0.kind.quantity == .activeEnergyImport }
      }
      var outcome = Outcome()
      var output = EngineOutput()
      var position: Int64 = 1
      var first = Batch()
      first.position = position
      let connection = catalog.connection(named: site.connections[0].name)
      first.entries = [.connection(connection, .up), .connection(connection, .drained)]
      try engine.process(first, into: &output)
      // Half of it before the plant's midnight that ends 2026-11, so that a day and a month end in it.
      let zone = try PlantZone(identifier: site.zone)
      let start = zone.startOfMonth(containing: Timestamp(seconds: 1_797_292_800)) - Span64.minutes(Int64(minutes / 2))
      for second in 0..<(minutes * 60) {
        var batch = Batch()
        position += 1
        batch.position = position
        let time = start + Span64(nanoseconds: Int64(second) * 1_000_000_000)
        batch.entries.append(.mark(time))
        for meter in meters { append(meter, second, time, catalog, to: &batch) }
        batch.entries.append(.samples(0..<batch.samples.count))
        let used = try CPUClock.measure { try engine.process(batch, into: &output) }
        outcome.nanoseconds += used
        outcome.longest = max(outcome.longest, used)
        outcome.records += output.records.count
        outcome.ledger += output.records.count { $0.kind.isLedger }
        output = EngineOutput()
        guard engine.shouldCheckpoint else { continue }
        var taken: Checkpoint?
        outcome.nanoseconds += CPUClock.measure { taken = engine.checkpoint() }
        if let taken { store.commit(taken) }
      }
      outcome.samples = engine.counts.samplesDecoded
      return outcome
    }

    /// A reading of all signals of a meter.
    private func append(
      _ meter: Int, _ second: Int, _ time: Timestamp, _ catalog: SeriesCatalog, to batch: inout Batch
    ) {
      for (place, signal) in site.assets[meter].signals.enumerated() {
        let value: Value
        switch signal.kind {
        case .register: value = .scaled(ScaledInteger(1_000_000 + Int64(second) * Int64(1 + meter % 3), exponent: -2))
        case .gauge: value = .double(100 + Double((second &* 7 &+ meter &* 13 &+ place) % 50) / 10)
        default: continue
        }
        batch.samples.append(Sample(series: catalog.series(asset: meter, signal: place), time: time, value: value))
      }
    }
  }
}
