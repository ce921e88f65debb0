import Journal
import Rules
import Telemetry
import Templates

/// The deterministic heart of the gateway: batches of the journal in, records, findings and set-aside samples out.
///
/// It has one owner, which calls it from one thread. It does no I/O but the questions to its reader and knows no clock
/// but the time marks in the batches. The same batches give the same outputs, wherever checkpoints lie between them.
///
/// The owner's duties:
/// * After a start, the first batch says `.connection(id, .down)` for every connection: the restored engine believes
///   what it knew last.
/// * A checkpoint that was taken is committed, so that the reader answers from it, before the next `process`.
/// * After an error the engine is thrown away and made again from the last checkpoint.
public final class Engine {
  private var core: EngineCore

  /// Restores the engine from what the reader has; from nothing if it has nothing.
  ///
  /// - Parameters:
  ///   - rules: the order is the order of the passes.
  ///   - siteRules: they come after the passes, in this order.
  public init(
    site: Site, catalog: SeriesCatalog, reader: any StateReader, rules: [RuleFactory],
    siteRules: [SiteRuleFactory] = [], limits: EngineLimits = EngineLimits()
  ) throws {
    core = try EngineCore(
      site: site, catalog: catalog, reader: reader, factories: rules, siteFactories: siteRules, limits: limits)
    try core.restore()
  }

  /// Processes one batch; what comes out is appended to `output`.
  public func process(_ batch: Batch, into output: inout EngineOutput) throws {
    swap(&core.collector.output, &output)
    let before = core.collector.output.records.count
    defer {
      if !core.formerAssets.isEmpty { core.nameFormerAssets(from: before) }
      swap(&core.collector.output, &output)
    }
    try core.process(batch)
  }

  /// What changed since the last checkpoint; the engine goes on from it.
  public func checkpoint() -> Checkpoint { core.checkpoint() }

  /// The part in memory that no checkpoint has saved has reached its bound.
  public var shouldCheckpoint: Bool { core.history.unsaved >= core.limits.unsavedSamples }

  /// Samples and events in memory that no checkpoint has saved.
  public var unsavedSamples: Int { core.history.unsaved }

  /// The last batch processed; 0 before the first.
  public var position: Int64 { core.position }

  /// The lowest mark at which something is to do; nil = nothing waits for time. Up to date after every `process`.
  public var nextDeadline: Timestamp? { core.nextDeadline }

  /// The sums of promise 5 up to `position`.
  public var counts: EngineCounts { core.counts }

  /// The highest mark; nil before the first.
  public var plantClock: Timestamp? { core.plant == .distantPast ? nil : core.plant }

  public func view() -> EngineView { core.view() }
}
