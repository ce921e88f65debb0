import Journal
import Rules
import Telemetry
import Templates
import Testing

@testable import Engine

/// Promise 5, where rules and batches move the sums.
@Suite struct CountsTests {
  @Test func messagesAreSummedFromTheBatches() throws {
    let plant = TestPlant()
    let store = MemoryStore()
    let engine = try plant.engine(store)
    var maker = BatchMaker()
    var output = EngineOutput()
    for _ in 0..<2 {
      let batch = maker.batch { batch in
        batch.counts.received = 7
        batch.counts.decoded = 4
        batch.counts.redelivered = 1
        batch.counts.payloadBytes = 1000
        batch.quarantined = [QuarantineReason.notJSON, .unknownTopic].map {
          QuarantinedMessage(
            connection: plant.connection(of: 0), topic: "t", payload: [], received: plant.at(0), reason: $0, detail: "")
        }
      }
      try engine.process(batch, into: &output)
    }
    #expect(engine.counts.messagesReceived == 14)
    #expect(engine.counts.messagesQuarantined == [.notJSON: 2, .unknownTopic: 2])
    #expect(engine.counts.messagesBalance)
    let checkpoint = engine.checkpoint()
    #expect(checkpoint.counts == engine.counts)
    store.commit(checkpoint)
    #expect(try plant.engine(store).counts == engine.counts)
  }

  @Test("a rule sets samples aside and takes one back")
  func quarantineByARule() throws {
    let plant = TestPlant(assets: 1)
    let engine = try plant.engine(rules: [RuleFactory(name: "judge") { _, _ in JudgingRule() }])
    var maker = BatchMaker()
    var output = EngineOutput()
    func run(_ build: (inout Batch) -> Void) throws {
      try engine.process(maker.batch(build), into: &output)
      #expect(engine.counts.samplesBalance)
    }
    try run { $0.drain(plant) }
    try run { batch in for second in 1...5 { batch.add(plant.sample(Double(second), 1)) } }
    #expect(engine.counts.samplesPending == 5)
    // Sets 2 aside that were pending, uses 3.
    try run { $0.entries.append(.mark(plant.at(10))) }
    #expect(engine.counts.samplesPending == 0)
    #expect(engine.counts.samplesUsed == 3)
    #expect(engine.counts.samplesQuarantined == [.implausible: 2])
    #expect(output.quarantined.count == 2)
    // Sets one aside that was used, takes one back.
    try run { $0.entries.append(.mark(plant.at(20))) }
    #expect(engine.counts.samplesUsed == 2)
    #expect(engine.counts.samplesPending == 1)
    #expect(engine.counts.samplesQuarantined == [.implausible: 2])
  }

  @Test func countsAreReadAsTheyWereWritten() throws {
    var counts = EngineCounts()
    counts.samplesUsed = 1 << 40
    counts.samplesQuarantined = [.conflict: 3, .tooOld: 0]
    var writer = ByteWriter()
    counts.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    counts.samplesQuarantined[.tooOld] = nil
    #expect(try EngineCounts(from: &reader) == counts)
  }

  @Test("an asset that leaves the configuration and comes back knows its samples")
  func changedConfiguration() throws {
    let large = TestPlant(assets: 4)
    let small = TestPlant(assets: 2)
    let store = MemoryStore()
    var maker = BatchMaker()
    var output = EngineOutput()
    let engine = try large.engine(store)
    let first = maker.batch { batch in for asset in 0..<4 { batch.add(large.sample(10, 1, asset: asset)) } }
    try engine.process(first, into: &output)
    store.commit(engine.checkpoint())

    let reduced = try small.engine(store)
    #expect(reduced.position == 1)
    try reduced.process(maker.batch { $0.add(small.sample(10, 1)) }, into: &output)
    #expect(reduced.counts.samplesDuplicate == 1)
    store.commit(reduced.checkpoint())

    let again = try large.engine(store)
    try again.process(maker.batch { $0.add(large.sample(10, 1, asset: 3)) }, into: &output)
    #expect(again.counts.samplesDuplicate == 2)
  }

  @Test("so does a signal that leaves its asset's template and comes back")
  func changedTemplate() throws {
    let whole = TestPlant(assets: 1)
    let store = MemoryStore()
    var maker = BatchMaker()
    var output = EngineOutput()
    for (round, plant) in [whole, TestPlant(assets: 1, signals: 2), whole].enumerated() {
      let engine = try plant.engine(store, rules: [])
      let batch = maker.batch { batch in
        batch.add(plant.sample(10, 1))
        batch.add(plant.sample(20 + Double(round), 1))
        if plant.site.assets[0].signals.count > 2 { batch.add(plant.sample(10, 1, signal: TestPlant.unwanted)) }
      }
      try engine.process(batch, into: &output)
      store.commit(engine.checkpoint())
    }
    let counts = try whole.engine(store, rules: []).counts
    #expect(counts.samplesDuplicate == 3)
    #expect(counts.samplesUsed == 5)
  }

  @Test func damagedStateIsAnError() throws {
    let plant = TestPlant()
    let store = MemoryStore()
    let engine = try plant.engine(store)
    var checkpoint = engine.checkpoint()
    checkpoint.state = checkpoint.state.map { ($0.key, $0.bytes.map { Array($0.dropLast(3)) }) }
    store.commit(checkpoint)
    #expect(throws: EngineError.self) { try plant.engine(store) }
  }
}

/// Counts the gauge; at the first mark two samples are implausible, at the second it thinks again.
private struct JudgingRule: AssetRule {
  private var samples: [Sample] = []
  private var marks = 0
  var deadline: Timestamp? { samples.isEmpty ? nil : .distantPast }

  mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    samples.append(sample)
  }

  mutating func close(now: Timestamp, context: inout RuleContext) throws {
    marks += 1
    if marks == 1 {
      for sample in samples.prefix(2) { context.quarantine(aside(sample, now)) }
      context.newlyUsed += 3
    } else {
      context.quarantine(aside(samples[4], now), wasUsed: true)
      context.readmit(.implausible)
      samples = []
    }
  }

  private func aside(_ sample: Sample, _ now: Timestamp) -> QuarantinedSample {
    QuarantinedSample(
      asset: "asset-0", signal: "temperature", time: sample.time, value: sample.value, reason: .implausible,
      detail: "too much", noticed: now)
  }

  func encodeState(into writer: inout ByteWriter) {}
  mutating func restoreState(from reader: inout ByteReader) throws {}
}
