import Journal
import Rules
import Telemetry
import Testing

@testable import Engine

/// When windows close. A sample at second 10 lies in a window that closes at second 90 (60 + 30 of lateness).
@Suite struct ClockTests {
  enum Step: CustomStringConvertible {
    case mark(Double)
    case change(Batch.ConnectionChange)
    var description: String {
      switch self {
      case .mark(let second): "mark \(second)"
      case .change(let change): "\(change)"
      }
    }
  }

  static let cases: [(steps: [Step], records: Int)] = [
    ([.change(.up), .change(.drained), .mark(89)], 0),
    ([.change(.up), .change(.drained), .mark(90)], 1),
    ([.mark(90)], 0),
    ([.change(.up), .mark(90)], 0),
    ([.change(.up), .mark(90), .change(.drained)], 1),
    ([.change(.up), .mark(89), .change(.drained)], 0),
    ([.change(.up), .change(.drained), .mark(50), .change(.down), .mark(90)], 0),
    ([.change(.up), .change(.drained), .mark(50), .change(.down), .mark(90), .change(.up), .mark(95)], 0),
    (
      [
        .change(.up), .change(.drained), .mark(50), .change(.down), .mark(90), .change(.up), .change(.drained),
        .mark(91),
      ],
      1
    ),
    // Waiting is bounded: after a day the windows close with what is there.
    ([.change(.up), .change(.drained), .mark(50), .change(.down), .mark(90 + 86399)], 0),
    ([.change(.up), .change(.drained), .mark(50), .change(.down), .mark(90 + 86400)], 1),
    ([.mark(90 + 86400)], 1),
    // The clock never goes back.
    ([.change(.up), .change(.drained), .mark(80), .mark(20), .mark(89)], 0),
  ]

  @Test(arguments: cases.indices, [false, true])
  func closes(_ number: Int, restartBetween: Bool) throws {
    let plant = TestPlant(assets: 2)
    let store = MemoryStore()
    var engine = try plant.engine(store)
    var maker = BatchMaker()
    var output = EngineOutput()
    try engine.process(maker.batch { $0.add(plant.sample(10, 1)) }, into: &output)
    for step in Self.cases[number].steps {
      let batch = maker.batch { batch in
        switch step {
        case .mark(let second): batch.entries.append(.mark(plant.at(second)))
        case .change(let change): batch.entries.append(.connection(plant.connection(of: 0), change))
        }
      }
      try engine.process(batch, into: &output)
      if restartBetween {
        store.commit(engine.checkpoint())
        engine = try plant.engine(store)
      }
    }
    #expect(output.records.count == Self.cases[number].records)
  }

  @Test func nextDeadlineFollowsTheConnection() throws {
    let plant = TestPlant(assets: 2)
    let engine = try plant.engine()
    var maker = BatchMaker()
    var output = EngineOutput()
    #expect(engine.nextDeadline == nil)
    let connected = maker.batch { batch in
      batch.drain(plant)
      batch.entries.append(.mark(plant.at(0)))
      batch.add(plant.sample(10, 1))
    }
    try engine.process(connected, into: &output)
    #expect(engine.nextDeadline == plant.at(90))
    let lost = maker.batch { $0.entries.append(.connection(plant.connection(of: 0), .down)) }
    try engine.process(lost, into: &output)
    #expect(engine.nextDeadline == plant.at(90 + 86400))
    #expect(engine.view().connections.map(\.isWaiting) == [false, false])
    try engine.process(maker.batch { $0.entries.append(.mark(plant.at(95))) }, into: &output)
    #expect(engine.view().connections.map(\.isWaiting) == [true, false])
    #expect(engine.view().connections[0].clock == plant.at(0))
    #expect(engine.view().plantClock == plant.at(95))
    #expect(engine.view().assets.map(\.lastSample) == [plant.at(10), nil])
  }

  /// Marks that are messages close windows whatever the connection does, and nothing else does.
  @Test func orderedMarksCloseOnce() throws {
    let plant = TestPlant(assets: 2, clock: .messages)
    let engine = try plant.engine()
    var maker = BatchMaker()
    var output = EngineOutput()
    let north = plant.connection(of: 0)
    let first = maker.batch { batch in
      batch.add(plant.sample(10, 1))
      batch.entries.append(.mark(plant.at(90)))
      batch.add(plant.sample(20, 2))
      batch.entries += [.connection(north, .up), .connection(north, .drained), .mark(plant.at(90))]
    }
    try engine.process(first, into: &output)
    #expect(output.records.map(\.revision) == [0])
    try engine.process(maker.batch { $0.entries += [.connection(north, .down), .mark(plant.at(91))] }, into: &output)
    #expect(output.records.map(\.revision) == [0, 1])
  }

  @Test func aLateSampleWaitsForTheNextMarkOnly() throws {
    let plant = TestPlant(assets: 2)
    let engine = try plant.engine()
    var maker = BatchMaker()
    var output = EngineOutput()
    let first = maker.batch { batch in
      batch.drain(plant)
      batch.add(plant.sample(10, 1))
      batch.entries.append(.mark(plant.at(100)))
      batch.add(plant.sample(20, 2))
      batch.add(plant.sample(30, 4))
    }
    try engine.process(first, into: &output)
    #expect(output.records.map(\.revision) == [0])
    #expect(engine.counts.samplesPending == 2)
    #expect(engine.nextDeadline == plant.at(100))
    try engine.process(maker.batch { $0.entries.append(.mark(plant.at(100))) }, into: &output)
    #expect(output.records.map(\.revision) == [0, 1])
    #expect(output.records[1].body == SumRule.body(count: 3, sum: 7))
    #expect(
      output.records[1].cause
        == RevisionCause(asset: "asset-0", signal: "temperature", time: plant.at(20), reason: .late))
    #expect(engine.counts.samplesPending == 0)
    #expect(engine.counts.samplesUsed == 3)
  }

  @Test func passesGoThroughAllAssets() throws {
    let plant = TestPlant(assets: 3)
    let watcher = RuleFactory(name: "second") { asset, _ in WatchingRule(SumRule(asset: asset)) }
    let engine = try plant.engine(rules: [SumRule.factory, watcher])
    var maker = BatchMaker()
    var output = EngineOutput()
    let batch = maker.batch { batch in
      batch.drain(plant)
      for asset in [2, 0, 1] { batch.add(plant.sample(10, 1, asset: asset)) }
      batch.entries.append(.mark(plant.at(100)))
    }
    try engine.process(batch, into: &output)
    // The second pass issues revision 1 because its body differs from the first pass's.
    #expect(output.records.map(\.asset) == ["asset-0", "asset-1", "asset-2"])
    #expect(output.findings.map(\.subject) == ["asset-0", "asset-1", "asset-2"])
    #expect(engine.counts.samplesUsed == 3)
  }

  @Test func twoRulesMustNotCountOneSignal() {
    let plant = TestPlant(assets: 1)
    let other = RuleFactory(name: "other") { asset, _ in SumRule(asset: asset) }
    #expect(throws: EngineError.self) { try plant.engine(rules: [SumRule.factory, other]) }
    #expect(throws: EngineError.self) { try plant.engine(rules: [SumRule.factory, SumRule.factory]) }
  }
}

/// Sees everything, counts nothing, and says a finding at each mark that is due.
private struct WatchingRule: AssetRule {
  private let base: SumRule
  private var seen: Timestamp?
  init(_ base: SumRule) { self.base = base }
  var deadline: Timestamp? { seen }
  func interest(in signal: Int) -> SignalInterest { .watch }
  mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    seen = sample.time
  }
  mutating func close(now: Timestamp, context: inout RuleContext) throws {
    seen = nil
    let asset = context.output.records[context.output.findings.count].asset
    context.emit(
      Finding(
        key: asset, rule: "watch", subject: asset, severity: .info, opened: now, summary: "seen", advice: ""))
  }
  func encodeState(into writer: inout ByteWriter) {}
  mutating func restoreState(from reader: inout ByteReader) throws {}
}
