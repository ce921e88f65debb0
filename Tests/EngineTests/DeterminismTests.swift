import Journal
import Rules
import Telemetry
import Testing

@testable import Engine

@Suite struct DeterminismTests {
  @Test("where the checkpoints and restarts lie makes no difference", arguments: 1...6 as ClosedRange<UInt64>)
  func checkpointsAnywhere(seed: UInt64) throws {
    let scenario = Scenario(seed: seed, steps: 250)
    var random = SplitMix64(seed: seed)
    let undisturbed = try run(scenario.plant, scenario.batches) { _ in .nothing }
    for _ in 0..<3 {
      let disturbed = try run(scenario.plant, scenario.batches) { _ in
        random.chance(90) ? .nothing : random.chance(50) ? .checkpoint : .restart
      }
      #expect(disturbed.output == undisturbed.output)
      #expect(disturbed.counts == undisturbed.counts)
    }
  }

  @Test(
    "a replay after a crash repeats the outputs and makes the same checkpoint, byte for byte",
    arguments: 1...6 as ClosedRange<UInt64>)
  func replay(seed: UInt64) throws {
    let scenario = Scenario(seed: seed, steps: 250)
    var random = SplitMix64(seed: seed)
    let store = MemoryStore()
    var engine = try scenario.plant.engine(store)
    var sinceCheckpoint: [(batch: Batch, output: EngineOutput)] = []
    for batch in scenario.batches {
      var output = EngineOutput()
      try engine.process(batch, into: &output)
      sinceCheckpoint.append((batch, output))
      guard random.chance(8) else { continue }

      let replayed = try scenario.plant.engine(store)
      for step in sinceCheckpoint {
        var again = EngineOutput()
        try replayed.process(step.batch, into: &again)
        #expect(again.records == step.output.records)
        #expect(again.findings == step.output.findings)
        #expect(again.quarantined == step.output.quarantined)
      }
      #expect(replayed.nextDeadline == engine.nextDeadline)
      let checkpoint = engine.checkpoint()
      let other = replayed.checkpoint()
      #expect(other.position == checkpoint.position)
      #expect(other.state.map(\.key) == checkpoint.state.map(\.key))
      #expect(other.state.map(\.bytes) == checkpoint.state.map(\.bytes))
      #expect(other.history == checkpoint.history)
      #expect(other.counts == checkpoint.counts)
      #expect(other.oldestBlock == checkpoint.oldestBlock)
      store.commit(checkpoint)
      sinceCheckpoint = []
      if random.chance(50) { engine = replayed }
    }
  }

  @Test func aBatchIsNotTakenTwice() throws {
    let plant = TestPlant()
    let engine = try plant.engine()
    var maker = BatchMaker()
    var output = EngineOutput()
    let batch = maker.batch { $0.drain(plant) }
    try engine.process(batch, into: &output)
    #expect(throws: EngineError.self) { try engine.process(batch, into: &output) }
  }

  @Test(
    "with marks among the data, reconnects and repeated marks change nothing", arguments: 1...6 as ClosedRange<UInt64>)
  func orderedMarks(seed: UInt64) throws {
    let scenario = Scenario(seed: seed, steps: 250, clock: .messages)
    var random = SplitMix64(seed: seed)
    let undisturbed = try run(scenario.plant, scenario.batches) { _ in .nothing }
    var mark: Batch.Entry?
    let batches = scenario.batches.map { batch in
      var disturbed = batch
      disturbed.entries = []
      for entry in batch.entries {
        disturbed.entries.append(entry)
        if case .mark = entry { mark = entry }
        if let mark, random.chance(10) { disturbed.entries.append(mark) }
        guard random.chance(10) else { continue }
        let id = scenario.plant.connection(of: Int.random(in: 0...1, using: &random))
        disturbed.entries += [.connection(id, .down), .connection(id, .up), .connection(id, .drained)]
      }
      return disturbed
    }
    let disturbed = try run(scenario.plant, batches) { _ in random.chance(5) ? .restart : .nothing }
    #expect(disturbed.output == undisturbed.output)
    #expect(disturbed.counts == undisturbed.counts)
  }

  private enum Disturbance { case nothing, checkpoint, restart }

  private func run(
    _ plant: TestPlant, _ batches: [Batch], _ disturb: (Int64) -> Disturbance
  ) throws -> (output: [String], counts: EngineCounts) {
    let store = MemoryStore()
    var engine = try plant.engine(store)
    var output = EngineOutput()
    for batch in batches {
      try engine.process(batch, into: &output)
      switch disturb(batch.position) {
      case .nothing: break
      case .checkpoint: store.commit(engine.checkpoint())
      case .restart:
        store.commit(engine.checkpoint())
        engine = try plant.engine(store)
      }
    }
    let texts =
      output.records.map { "\($0)" } + output.findings.map { "\($0)" } + output.quarantined.map { "\($0)" }
    return (texts, engine.counts)
  }
}
