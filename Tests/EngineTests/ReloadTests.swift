import Journal
import Rules
import Telemetry
import Templates
import Testing

@testable import Engine

/// What becomes of saved state when the configuration changes.
@Suite struct ReloadTests {
  /// Its state belongs to a number of signals, as that of a rule with registers does.
  struct CountingRule: AssetRule {
    static let factory = RuleFactory(name: "counting") { asset, _ in
      CountingRule(asset: asset.id, signals: asset.signals.count)
    }

    let asset: String
    let signals: Int
    var seen = 0
    var deadline: Timestamp? { nil }

    func interest(in signal: Int) -> SignalInterest { .watch }

    mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
      seen += 1
      context.emit(
        Finding(
          key: "seen/\(seen)", rule: "seen", subject: asset, severity: .info, opened: sample.time, summary: "",
          advice: ""))
    }

    mutating func close(now: Timestamp, context: inout RuleContext) throws {}
    func encodeState(into writer: inout ByteWriter) {
      writer.varint(signals)
      writer.varint(seen)
    }
    mutating func restoreState(from reader: inout ByteReader) throws {
      guard try reader.integer() == signals else { throw ByteReaderError(offset: 0, expected: "\(signals) signals") }
      seen = try reader.integer()
    }
  }

  private static func batch(_ maker: inout BatchMaker, _ plant: TestPlant, _ seconds: Double, hash: String?) -> Batch {
    maker.batch { batch in
      if let hash { batch.entries.append(.configuration(hash: hash, text: "")) }
      batch.drain(plant)
      batch.entries.append(.mark(plant.at(seconds)))
      batch.add(plant.sample(seconds, seconds))
    }
  }

  @Test(arguments: [5, 4])
  func stateThatDoesNotFitAnyMoreIsSaid(signals: Int) throws {
    let store = MemoryStore()
    var maker = BatchMaker()
    var output = EngineOutput()
    let before = TestPlant(assets: 2)
    let first = try before.engine(store, rules: [CountingRule.factory])
    try first.process(Self.batch(&maker, before, 1, hash: "old"), into: &output)
    store.commit(first.checkpoint())

    let after = TestPlant(assets: 2, signals: signals)
    output = EngineOutput()
    let second = try after.engine(store, rules: [CountingRule.factory])
    try second.process(Self.batch(&maker, after, 2, hash: "new"), into: &output)
    try second.process(Self.batch(&maker, after, 3, hash: nil), into: &output)
    let restarts = output.findings.filter { $0.rule == "rule-restarted" }
    if signals == 5 {
      #expect(restarts.isEmpty)
      #expect(output.findings.map(\.key) == ["seen/2", "seen/3"])
    } else {
      // Opened and closed, once; an asset that had no state has nothing to lose.
      #expect(restarts.map(\.key) == ["rule-restarted/asset-0/counting", "rule-restarted/asset-0/counting"])
      #expect(restarts.map { $0.closed == nil } == [true, false])
      #expect(restarts[0].summary.contains("begins anew") && restarts[0].severity == .info)
      #expect(output.findings.filter { $0.rule == "seen" }.map(\.key) == ["seen/1", "seen/2"])
    }
  }

  @Test func aRenamedAssetGoesOnWithItsStateAndHistory() throws {
    let store = MemoryStore()
    var maker = BatchMaker()
    var output = EngineOutput()
    let before = TestPlant(assets: 2)
    let first = try before.engine(store)
    try first.process(Self.batch(&maker, before, 1, hash: "old"), into: &output)
    store.commit(first.checkpoint())

    var site = before.site
    site.assets[0].id = "renamed"
    site.assets[0].name = "Another name"
    site.assets[0].area = "elsewhere"
    let catalog = SeriesCatalog(
      assetNumbers: [1, 2],
      seriesNumbers: before.site.assets.indices.map { asset in
        before.site.assets[asset].signals.indices.map { before.catalog.series(asset: asset, signal: $0) }
      }, connections: ["north": ConnectionID(1), "south": ConnectionID(2)], stableNames: ["asset-0", "asset-1"])
    let second = try Engine(site: site, catalog: catalog, reader: store, rules: [SumRule.factory])
    output = EngineOutput()
    let closing = maker.batch { batch in
      batch.drain(before)
      batch.add(before.sample(1, 1))
      batch.add(before.sample(2, 2))
      batch.entries.append(.mark(before.at(120)))
    }
    try second.process(closing, into: &output)
    #expect(second.counts.samplesDuplicate == 1, "the first sample is known")
    let record = try #require(output.records.first { $0.asset == "renamed" })
    #expect(record.body == SumRule.body(count: 2, sum: 3), "the window that was open goes on")
    #expect(second.counts.samplesBalance)
  }
}
