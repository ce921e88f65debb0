import Journal
import Rules
import Telemetry
import Testing

@testable import Engine

/// What the engine keeps in memory is bounded, however long it runs.
@Suite struct MemoryTests {
  @Test func aCheckpointIsAskedForInTime() throws {
    let plant = TestPlant(assets: 4)
    let store = MemoryStore()
    var limits = EngineLimits()
    limits.unsavedSamples = 1000
    limits.cachedHistoryBytes = 100_000
    limits.cachedStateBytes = 50_000
    let engine = try plant.engine(store, limits: limits)
    var maker = BatchMaker()
    var output = EngineOutput()
    var random = SplitMix64(seed: 3)
    try engine.process(maker.batch { $0.drain(plant) }, into: &output)
    var checkpoints = 0
    for minute in 0..<3000 {
      let batch = maker.batch { batch in
        for second in stride(from: 0, to: 60, by: 10) {
          let time = Double(minute * 60 + second)
          for asset in 0..<4 { batch.add(plant.sample(time, 1, asset: asset)) }
          if random.chance(10) { batch.add(plant.sample(time - Double.random(in: 0...50_000, using: &random), 2)) }
        }
        batch.entries.append(.mark(plant.at(Double(minute * 60 + 60))))
      }
      try engine.process(batch, into: &output)
      output = EngineOutput()
      if engine.shouldCheckpoint {
        checkpoints += 1
        store.commit(engine.checkpoint())
        #expect(engine.unsavedSamples == 0)
      }
      #expect(engine.unsavedSamples < limits.unsavedSamples + batch.samples.count)
      #expect(engine.view().cachedBytes <= 200_000)
    }
    #expect(checkpoints > 50)
    #expect(engine.counts.samplesBalance)
  }

  @Test func saysWhatHistoryIsNoLongerNeeded() throws {
    let plant = TestPlant(assets: 1)
    let store = MemoryStore()
    let engine = try plant.engine(store)
    var maker = BatchMaker()
    var output = EngineOutput()
    var oldest: [Int64] = []
    for day in 0..<10 {
      let batch = maker.batch { batch in
        batch.drain(plant)
        batch.entries.append(.mark(plant.at(Double(day) * 86400)))
        batch.add(plant.sample(Double(day) * 86400, 1))
      }
      try engine.process(batch, into: &output)
      let checkpoint = engine.checkpoint()
      store.commit(checkpoint)
      oldest.append(checkpoint.oldestBlock)
    }
    // Three days of revision horizon and two of look-back.
    #expect(oldest.last == HistoryBlock.number(plant.at(4 * 86400)))
    #expect(oldest == oldest.sorted())
  }

  @Test func theCacheKeepsItsBound() {
    var cache = GenerationCache<Int, Int>(bytes: 1000)
    var random = SplitMix64(seed: 1)
    for step in 0..<5000 {
      let key = Int.random(in: 0..<100, using: &random)
      if let value = cache.value(key) { #expect(value == key * 2) }
      if step % 3 == 0 { cache.insert(key, key * 2, bytes: Int.random(in: 1...90, using: &random)) }
      if step % 50 == 0 {
        cache.remove(key)
        #expect(cache.value(key) == nil)
      }
      #expect(cache.bytes <= 1000)
    }
    // What is too large stands alone, until it is said that it may go.
    cache.insert(-1, -2, bytes: 5000)
    cache.insert(-3, -6, bytes: 7000)
    #expect(cache.bytes == 7000 && cache.value(-3) == -6 && cache.value(-1) == nil)
    cache.insert(1, 2, bytes: 10)
    cache.shrink()
    #expect(cache.bytes == 0)
    cache.insert(1, 2, bytes: 10)
    cache.shrink()
    #expect(cache.bytes == 10)
  }
}
