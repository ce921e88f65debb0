import Journal
import Rules
import Telemetry
import Templates
import Testing

@testable import Engine

/// A rule that meets an error, and a reader that does: the first is put aside, the second stops the engine.
@Suite struct OutageTests {
  /// Counts samples into a finding each, and stumbles over one value.
  struct FragileRule: AssetRule {
    struct Stumble: Error {}
    static let poison = 666.0
    static let factory = RuleFactory(name: "fragile") { asset, _ in FragileRule(asset: asset.id) }

    let asset: String
    var seen = 0
    var deadline: Timestamp? { nil }

    func interest(in signal: Int) -> SignalInterest { .watch }

    mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
      if sample.value == .double(Self.poison) { throw Stumble() }
      seen += 1
      context.emit(
        Finding(
          key: "seen/\(asset)/\(seen)", rule: "seen", subject: asset, severity: .info, opened: sample.time,
          summary: "\(seen)", advice: ""))
    }

    mutating func close(now: Timestamp, context: inout RuleContext) throws {}
    func encodeState(into writer: inout ByteWriter) { writer.varint(seen) }
    mutating func restoreState(from reader: inout ByteReader) throws { seen = try reader.integer() }
  }

  private let rules = [SumRule.factory, FragileRule.factory]

  private func keys(_ output: EngineOutput, _ rule: String) -> [String] {
    output.findings.filter { $0.rule == rule }.map { ($0.closed == nil ? "" : "closed ") + $0.key }
  }

  @Test(arguments: [false, true])
  func aRuleThatThrowsIsPutAsideAndTheOthersGoOn(restart: Bool) throws {
    let plant = TestPlant(assets: 2)
    let store = MemoryStore()
    var engine = try plant.engine(store, rules: rules)
    var maker = BatchMaker()
    var output = EngineOutput()
    try engine.process(
      maker.batch { batch in
        batch.drain(plant)
        batch.entries.append(.mark(plant.at(0)))
        batch.add(plant.sample(1, 1))
        batch.add(plant.sample(2, FragileRule.poison))
        batch.add(plant.sample(3, 3))
        batch.add(plant.sample(3, 3, asset: 1))
      }, into: &output)
    #expect(keys(output, "rule-failed") == ["rule-failed/asset-0/fragile"])
    #expect(keys(output, "seen") == ["seen/asset-0/1", "seen/asset-1/1"])
    #expect(output.findings.first { $0.rule == "rule-failed" }?.summary.contains("Stumble") == true)

    store.commit(engine.checkpoint())
    if restart { engine = try plant.engine(store, rules: rules) }
    output = EngineOutput()
    try engine.process(
      maker.batch { batch in
        batch.add(plant.sample(4, 4))
        batch.entries.append(.mark(plant.at(90)))
      }, into: &output)
    #expect(keys(output, "seen").isEmpty, "it is not tried at every sample")
    #expect(output.records.count == 2, "the other rule issues the minute of both assets")

    output = EngineOutput()
    try engine.process(
      maker.batch { batch in
        batch.entries.append(.command(EngineCommand.start))
        batch.add(plant.sample(91, 5))
      }, into: &output)
    #expect(keys(output, "rule-failed") == ["closed rule-failed/asset-0/fragile"])
    #expect(keys(output, "seen") == ["seen/asset-0/2"])
    #expect(engine.counts.samplesBalance)
  }

  @Test func aDamagedChunkIsLeftOutAndSaid() throws {
    let plant = TestPlant(assets: 1)
    let store = MemoryStore()
    var engine = try plant.engine(store)
    var maker = BatchMaker()
    var output = EngineOutput()
    try engine.process(
      maker.batch { batch in
        batch.drain(plant)
        batch.entries.append(.mark(plant.at(0)))
        for second in 1...40 { batch.add(plant.sample(Double(second), Double(second))) }
      }, into: &output)
    store.commit(engine.checkpoint())
    store.damage()
    engine = try plant.engine(store)
    try engine.process(
      maker.batch { batch in
        batch.entries.append(.mark(plant.at(41)))
        // Is it there already? Its block must be asked.
        batch.add(plant.sample(1.5, 7))
      }, into: &output)
    #expect(keys(output, "history-damaged") == ["history-damaged/asset-0"])
    #expect(engine.counts.samplesBalance)
  }

  @Test func aReaderThatFailsStopsTheEngine() throws {
    struct Failing: StateReader {
      struct Broken: Error {}
      func state(_ key: String) throws -> [UInt8]? { throw Broken() }
      func history(asset: UInt32, block: Int64) throws -> [[UInt8]] { throw Broken() }
    }
    let plant = TestPlant(assets: 1)
    #expect(throws: EngineError.self) {
      try Engine(site: plant.site, catalog: plant.catalog, reader: Failing(), rules: rules)
    }
  }
}
