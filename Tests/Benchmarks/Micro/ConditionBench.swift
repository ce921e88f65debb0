import Engine
import Foundation
import Glibc
import Gateway
import Journal
import Rules
import Telemetry
import Templates

/// What the condition of machines adds to the engine: CPU time at a reading a second of each signal, and memory of machines
/// of which everything is learnt.
///
/// Figures for `Deploy/benchmark`, one a line: name|value|unit|most or least|limit.
struct ConditionBench {
  let devices: String
  /// Of the template `rotating-machine`, four signals each.
  let machines: Int
  let minutes: Int

  /// Machines and days of the part about memory: the longest memory of a model.
  private static let known = (machines: 20, days: 46)

  func run() throws {
    let site = try site(machines, interval: "1 s")
    let signals = machines * site.assets[0].signals.count { $0.kind == .gauge }
    let second = try Pass(site: site, step: .seconds(1), steps: minutes * 60, isWatched: true).run()
    let without = try Pass(site: site, step: .seconds(1), steps: minutes * 60, isWatched: false).run()
    let added = Double(second.nanoseconds - without.nanoseconds) / Double(minutes * 60) / 1e7
    let old = try self.site(Self.known.machines, interval: "10 min")
    let steps = Self.known.days * 144
    let learnt = try Pass(site: old, step: .minutes(10), steps: steps, isWatched: true).run()
    let plain = try Pass(site: old, step: .minutes(10), steps: steps, isWatched: false).run()
    let frames = Double(Self.known.machines * steps)
    // Minutes cost what they cost in the first part; frames of a machine that is known cost more than those of a new one.
    let frame = Double(learnt.nanoseconds - plain.nanoseconds) / frames
    let known = added + frame * Double(machines) / 600 / 1e7
    let perMachine = Double(learnt.heap - plain.heap) / Double(Self.known.machines)
    print("condition of \(signals) signals a second, of a core|\(text(known, 2))|% of core|most|5")
    print("condition, a frame of a machine that is known|\(text(frame / 1000, 1))|µs||")
    print(
      "condition, all learnt state of \(signals) signals|\(text(perMachine * Double(machines) / 1e6, 1))|MB|most|20")
    let saved = (learnt.stateBytes - plain.stateBytes) / Self.known.machines
    print("condition, saved state of a machine of four signals|\(saved)|bytes||")
  }

  private func text(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

  private func site(_ count: Int, interval: String) throws -> Site {
    let signals = ["temperature", "vibration", "pressure", "current", "state"]
      .map { "\($0): { expected-interval: \(interval) }" }.joined(separator: ", ")
    return try SiteLoader.load(
      text: """
        gateway: { id: bench, data: data }
        zone: Asia/Shanghai
        broker: { host: localhost }
        assets:
          - { id: "machine-{n}", count: \(count), place: cq/hall, template: rotating-machine, topic: "plant/{id}",
              signals: { \(signals) } }
        """, file: "bench.yaml", devices: [devices])
  }

  private struct Pass {
    struct Outcome {
      var nanoseconds = 0
      var heap = 0
      var stateBytes = 0
    }

    let site: Site
    let step: Span64
    let steps: Int
    let isWatched: Bool

    func run() throws -> Outcome {
      let before = Self.heap()
      let catalog = SeriesCatalog(site: site)
      let store = MemoryStore()
      let rules = try RuleSet.factories(for: site).filter { isWatched || $0.name != "condition" }
      let engine = try Engine(
        site: site, catalog: catalog, reader: store, rules: rules, siteRules: RuleSet.siteFactories(for: site))
      var outcome = Outcome()
      var output = EngineOutput()
      var first = Batch()
      first.position = 1
      let connection = catalog.connection(named: site.connections[0].name)
      first.entries = [.connection(connection, .up), .connection(connection, .drained)]
      try engine.process(first, into: &output)
      var noise: UInt64 = 1
      let start = Timestamp(seconds: 1_795_219_200)
      for place in 0..<steps {
        var batch = Batch()
        batch.position = Int64(place + 2)
        let time = start + Span64(nanoseconds: Int64(place) * step.nanoseconds)
        batch.entries.append(.mark(time))
        for asset in site.assets.indices { append(asset, time, catalog, &noise, to: &batch) }
        batch.entries.append(.samples(0..<batch.samples.count))
        outcome.nanoseconds += try CPUClock.measure { try engine.process(batch, into: &output) }
        output = EngineOutput()
        guard engine.shouldCheckpoint else { continue }
        var taken: Checkpoint?
        outcome.nanoseconds += CPUClock.measure { taken = engine.checkpoint() }
        if let taken { store.commit(taken) }
      }
      store.commit(engine.checkpoint())
      // What is saved lies on the disk of a gateway, and here in memory.
      outcome.stateBytes = store.stateBytes
      outcome.heap = Self.heap() - before - store.stateBytes
      withExtendedLifetime(engine) {}
      return outcome
    }

    private func append(
      _ asset: Int, _ time: Timestamp, _ catalog: SeriesCatalog, _ noise: inout UInt64, to batch: inout Batch
    ) {
      for (place, signal) in site.assets[asset].signals.enumerated() {
        noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let value: Double
        switch signal.kind {
        case .gauge: value = 20 + Double(place) + Double(noise >> 44) / Double(1 << 20)
        case .state(let names): value = Double(names.firstIndex(of: "running") ?? 0)
        default: continue
        }
        batch.samples.append(
          Sample(series: catalog.series(asset: asset, signal: place), time: time, value: .double(value)))
      }
    }

    /// Bytes that are allocated.
    private static func heap() -> Int {
      malloc_trim(0)
      let info = mallinfo2()
      return Int(info.uordblks) + Int(info.hblkhd)
    }
  }
}
