import Journal
import Rules
import Telemetry
import Testing

@testable import Engine

/// The engine against sorted dictionaries: promises 2, 4 and 5.
@Suite struct ModelTests {
  @Test("the last revisions are what a fold over the set of samples says", arguments: 1...12 as ClosedRange<UInt64>)
  func lastRevisions(seed: UInt64) throws {
    let scenario = Scenario(seed: seed, steps: 400)
    let store = MemoryStore()
    var engine = try scenario.plant.engine(store)
    var random = SplitMix64(seed: seed ^ 77)
    var output = EngineOutput()
    for batch in scenario.batches {
      try engine.process(batch, into: &output)
      try #require(engine.counts.samplesBalance && engine.counts.messagesBalance)
      try #require(engine.counts.samplesPending >= 0 && engine.counts.samplesUsed >= 0)
      if random.chance(5) {
        store.commit(engine.checkpoint())
        if random.chance(50) { engine = try scenario.plant.engine(store) }
      }
    }

    var bodies: [String: [UInt8]] = [:]
    var revisions: [String: Int] = [:]
    for record in output.records {
      #expect(record.revision == (revisions[record.key] ?? -1) + 1)
      #expect((record.cause == nil) == (record.revision == 0))
      #expect(bodies[record.key] != record.body)
      revisions[record.key] = record.revision
      bodies[record.key] = record.body
    }
    #expect(bodies == scenario.model.bodies(scenario.plant))
    #expect(revisions.values.contains { $0 > 0 }, "a scenario without late samples proves little")

    let counts = engine.counts
    #expect(counts.samplesDecoded == scenario.model.decoded)
    #expect(counts.samplesDuplicate == scenario.model.duplicates)
    #expect(counts.samplesQuarantined[.conflict, default: 0] == scenario.model.conflicts)
    #expect(counts.samplesQuarantined[.futureTimestamp, default: 0] == scenario.model.future)
    #expect(counts.samplesQuarantined[.tooOld, default: 0] == scenario.model.tooOld)
    #expect(counts.samplesQuarantined[.outOfRange, default: 0] == scenario.model.bad)
    #expect(counts.samplesPending == 0)
    let setAside = counts.samplesQuarantined.values.reduce(0, +)
    #expect(output.quarantined.count == setAside)
  }

  /// Samples in random order, each before its window closes: not one byte may differ.
  @Test("any order of arrival within the lateness gives the same records", arguments: 1...4 as ClosedRange<UInt64>)
  func arrivalOrder(seed: UInt64) throws {
    let plant = TestPlant(assets: 2)
    var random = SplitMix64(seed: seed)
    let samples = (0..<2000).map { number in
      plant.sample(
        Double(number) + Double(Int.random(in: 0..<1000, using: &random)) / 1000,
        Double(Int.random(in: 0..<500, using: &random)), asset: number % 2, signal: number / 2 % 2)
    }
    func run(_ random: inout SplitMix64) throws -> EngineOutput {
      let engine = try plant.engine()
      let arrivals = samples.map { sample in
        // Some device clocks are ahead of the plant clock, others behind it by less than the lateness.
        (sample, (sample.time - plant.at(0)).seconds + Double.random(in: -20..<29, using: &random))
      }
      var maker = BatchMaker()
      var output = EngineOutput()
      try engine.process(maker.batch { $0.drain(plant) }, into: &output)
      let sorted = arrivals.sorted { $0.1 < $1.1 }
      var place = 0
      for second in stride(from: -30.0, through: 2200.0, by: 1) {
        let batch = maker.batch { batch in
          while place < sorted.count, sorted[place].1 <= second {
            batch.add(sorted[place].0)
            place += 1
          }
          batch.entries.append(.mark(plant.at(second)))
        }
        try engine.process(batch, into: &output)
      }
      #expect(place == sorted.count)
      #expect(engine.counts.samplesPending == 0)
      return output
    }
    let first = try run(&random)
    #expect(first.records.count == 2 * 34)
    #expect(first.records.allSatisfy { $0.revision == 0 })
    for _ in 0..<3 { #expect(try run(&random).records == first.records) }
  }
}
