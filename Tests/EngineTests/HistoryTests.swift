import Rules
import Telemetry
import Testing

@testable import Engine

/// History against a sorted list, with checkpoints in between.
@Suite struct HistoryTests {
  @Test("questions are answered from memory and store together", arguments: 1...10 as ClosedRange<UInt64>)
  func questions(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let store = MemoryStore()
    let series = [SeriesID(1), SeriesID(2)]
    var limits = EngineLimits()
    limits.cachedHistoryBytes = 20_000
    let part = History.AssetPart(number: 1, series: series, horizon: .days(100))
    var history = History(assets: [part], reader: store, limits: limits)
    var model: [SeriesID: [Timestamp: Sample]] = [:]
    var base = 0

    func check() throws {
      let id = series[Int.random(in: 0...1, using: &random)]
      let sorted = (model[id] ?? [:]).values.sorted { $0.time < $1.time }
      let from = Self.time(base + Int.random(in: -90_000...2000, using: &random))
      let to = from + .seconds(Int64.random(in: -10...20_000, using: &random))
      let between = sorted.filter { from <= $0.time && $0.time < to }
      #expect(try history.samples(asset: 0, series: id, from: from, to: to) == between)
      #expect(try history.lastSample(asset: 0, series: id, before: to, notBefore: from) == between.last)
      let upTo = to - Span64(nanoseconds: 1)
      #expect(try history.firstSample(asset: 0, series: id, from: from, notAfter: upTo) == between.first)
      if let some = sorted.randomElement(using: &random) {
        #expect(try history.sample(asset: 0, series: id, at: some.time) == some)
        #expect(try history.sample(asset: 0, series: id, at: some.time + .milliseconds(1)) == nil)
      }
    }

    for step in 0..<600 {
      base += Int.random(in: 0...60, using: &random)
      if random.chance(1) { base += 40_000 }
      for id in series where random.chance(70) {
        let back = random.chance(10) ? Int.random(in: 0...50_000, using: &random) : 0
        let sample = Sample(series: id, time: Self.time(base - back), value: .double(Double(step)))
        guard try history.sample(asset: 0, series: id, at: sample.time) == nil else {
          #expect(model[id]?[sample.time] != nil)
          continue
        }
        #expect(model[id]?[sample.time] == nil)
        history.insert(sample, asset: 0)
        model[id, default: [:]][sample.time] = sample
      }
      if random.chance(4) { Self.save(history, store) }
      if random.chance(1), step > 10 {
        Self.save(history, store)
        let stored = history.assets[0].stored
        history = History(assets: [part], reader: store, limits: limits)
        let last = model.values.joined().map(\.key).max() ?? .distantPast
        history.restore(stored: stored, last: last, asset: 0)
      }
      try check()
      // A block may be larger than half of the bound, then there are two of them at most.
      #expect(history.cachedBytes <= 2 * limits.cachedHistoryBytes)
    }
  }

  @Test("the look back over a long silence reads few blocks")
  func silence() throws {
    let store = MemoryStore()
    let part = History.AssetPart(number: 1, series: [SeriesID(1)], horizon: .days(100))
    let history = History(assets: [part], reader: store, limits: EngineLimits())
    for second in [0, 30 * 86400] {
      history.insert(Sample(series: SeriesID(1), time: Self.time(second), value: .double(1)), asset: 0)
    }
    Self.save(history, store)
    let found = try history.lastSample(
      asset: 0, series: SeriesID(1), before: Self.time(30 * 86400), notBefore: Self.time(-100))
    #expect(found?.time == Self.time(0))
    #expect(store.historyReads <= 2)
  }

  @Test func nothingIsAnsweredBeyondTheHorizon() throws {
    let store = MemoryStore()
    let part = History.AssetPart(number: 1, series: [SeriesID(1)], horizon: .days(3))
    let history = History(assets: [part], reader: store, limits: EngineLimits())
    history.insert(Sample(series: SeriesID(1), time: Self.time(0), value: .double(1)), asset: 0)
    let all = (Timestamp(seconds: 0), Timestamp.distantFuture)
    history.plant = Self.time(5 * 86400)
    #expect(try history.samples(asset: 0, series: SeriesID(1), from: all.0, to: all.1).count == 1)
    history.plant = Self.time(5 * 86400 + 1)
    #expect(try history.samples(asset: 0, series: SeriesID(1), from: all.0, to: all.1).isEmpty)
  }

  private static func time(_ seconds: Int) -> Timestamp { Timestamp(seconds: 1_795_248_000 + Int64(seconds)) }

  private static func save(_ history: History, _ store: MemoryStore) {
    store.commit(
      Checkpoint(
        position: 1, state: [], history: history.takeChunks(of: [0]), counts: EngineCounts(), oldestBlock: 0))
  }
}
