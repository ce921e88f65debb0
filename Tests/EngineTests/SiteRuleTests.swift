import Journal
import Rules
import Telemetry
import Templates
import Testing

@testable import Engine

/// Rules over the whole site: what they hear, when they run, and that they come back as they were.
@Suite struct SiteRuleTests {
  /// Publishes the sum of each minute of an asset, and again when a late sample changes it.
  struct Teller: AssetRule {
    static let factory = RuleFactory(name: "teller") { asset, _ in Teller(asset: asset.id) }
    let asset: String
    var sums: [(start: Timestamp, sum: Int64, revision: Int)] = []
    var closedThrough = Timestamp.distantPast

    var deadline: Timestamp? {
      sums.first { $0.revision < 0 }.map { $0.start + .minutes(1) + .seconds(30) }
    }
    func interest(in signal: Int) -> SignalInterest { .watch }

    mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
      let start = sample.time.windowStart(.minutes(1))
      let place = sums.firstIndex { start <= $0.start } ?? sums.count
      if place == sums.count || sums[place].start != start { sums.insert((start, 0, -1), at: place) }
      sums[place].sum += SumRule.weight(sample.value)
      if sums[place].revision >= 0 { publish(place, context) }
    }

    private mutating func publish(_ place: Int, _ context: RuleContext) {
      sums[place].revision += 1
      let (start, sum, revision) = sums[place]
      context.publish(
        .meter(
          MeterFigures(
            period: .window, start: start, end: start + .minutes(1),
            amounts: [.init(quantity: .activeEnergyImport, value: ScaledInteger(sum))], maximum: nil,
            maximumStart: nil, shares: .init(covered: 0, uncertain: 0, estimated: 0),
            key: "\(asset)/\(start.rfc3339UTC)", revision: revision, cause: nil)))
    }

    mutating func close(now: Timestamp, context: inout RuleContext) throws {
      for place in sums.indices where sums[place].revision < 0 && sums[place].start + .seconds(90) <= now {
        publish(place, context)
      }
    }

    func encodeState(into writer: inout ByteWriter) {
      writer.varint(sums.count)
      for entry in sums {
        writer.timestamp(entry.start)
        writer.zigzag(entry.sum)
        writer.zigzag(Int64(entry.revision))
      }
    }
    mutating func restoreState(from reader: inout ByteReader) throws {
      for _ in 0..<(try reader.count()) {
        sums.append((try reader.timestamp(), try reader.zigzag(), Int(try reader.zigzag())))
      }
    }
  }

  /// Listens to the teller of its asset.
  struct Listener: AssetRule {
    static let factory = RuleFactory(name: "listener") { asset, _ in Listener(asset: asset.id) }
    let asset: String
    var deadline: Timestamp? { nil }
    var isListening: Bool { true }
    func interest(in signal: Int) -> SignalInterest { .none }
    mutating func heard(_ published: Published, context: inout RuleContext) throws {
      guard case .meter(let figures) = published else { return }
      #expect(figures.key.hasPrefix(asset), "an asset hears of itself only")
      context.save("heard/\(figures.key)", [UInt8(figures.revision)])
    }
    mutating func close(now: Timestamp, context: inout RuleContext) throws {}
    func encodeState(into writer: inout ByteWriter) {}
    mutating func restoreState(from reader: inout ByteReader) throws {}
  }

  /// The sum of a minute over all assets.
  struct Total: SiteRule {
    struct Stumble: Error {}
    static let factory = SiteRuleFactory(name: "total") { Total(site: $0.gateway.id) }
    let ledger: WindowLedger
    var minutes: [(start: Timestamp, sums: [Int64], isIssued: Bool)] = []

    init(site: String) {
      ledger = WindowLedger(kind: .signalSummary, asset: site, length: .minutes(1), retention: TestPlant.horizon)
    }

    var deadline: Timestamp? { minutes.first { !$0.isIssued }.map { $0.start + .seconds(90) } }

    mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
      guard case .meter(let figures) = published else { return }
      let place = minutes.firstIndex { figures.start <= $0.start } ?? minutes.count
      if place == minutes.count || minutes[place].start != figures.start {
        minutes.insert((figures.start, [0, 0, 0, 0], false), at: place)
      }
      minutes[place].sums[asset] = figures.amounts[0].value.mantissa
      if minutes[place].isIssued { try issue(place, &context) }
    }

    mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
      guard command.name == "stumble" else { return }
      if command.members["now"] == .boolean(true) { throw Stumble() }
      context.save("told", Array(command.text.utf8))
    }

    private func issue(_ place: Int, _ context: inout RuleContext) throws {
      let sum = minutes[place].sums.reduce(0, +)
      try ledger.issue(start: minutes[place].start, body: SumRule.body(count: 0, sum: sum), context: &context)
    }

    mutating func close(now: Timestamp, context: inout RuleContext) throws {
      for place in minutes.indices where !minutes[place].isIssued && minutes[place].start + .seconds(90) <= now {
        minutes[place].isIssued = true
        try issue(place, &context)
      }
    }

    func encodeState(into writer: inout ByteWriter) {
      writer.varint(minutes.count)
      for minute in minutes {
        writer.timestamp(minute.start)
        for sum in minute.sums { writer.zigzag(sum) }
        writer.boolean(minute.isIssued)
      }
    }
    mutating func restoreState(from reader: inout ByteReader) throws {
      for _ in 0..<(try reader.count()) {
        let start = try reader.timestamp()
        minutes.append((start, try (0..<4).map { _ in try reader.zigzag() }, try reader.boolean()))
      }
    }
  }

  private func engine(_ plant: TestPlant, _ store: MemoryStore) throws -> Engine {
    try Engine(
      site: plant.site, catalog: plant.catalog, reader: store, rules: [Teller.factory, Listener.factory],
      siteRules: [Total.factory])
  }

  private func bodies(_ output: EngineOutput) -> [String] {
    output.records.map { "\($0.revision) " + String(decoding: $0.body, as: UTF8.self) }
  }

  @Test(arguments: [false, true])
  func itSumsOverAssetsAndCorrectsItself(restarts: Bool) throws {
    let plant = TestPlant()
    let store = MemoryStore()
    var engine = try engine(plant, store)
    var maker = BatchMaker()
    var output = EngineOutput()
    func step(_ build: (inout Batch) -> Void) throws {
      try engine.process(maker.batch(build), into: &output)
      guard restarts else { return }
      store.commit(engine.checkpoint())
      engine = try self.engine(plant, store)
    }
    try step { batch in
      batch.drain(plant)
      batch.entries.append(.mark(plant.at(0)))
      for asset in 0..<4 { batch.add(plant.sample(1, Double(asset + 1), asset: asset)) }
    }
    #expect(engine.nextDeadline == plant.at(90))
    try step { $0.entries.append(.mark(plant.at(89))) }
    #expect(output.records.isEmpty)
    try step { $0.entries.append(.mark(plant.at(90))) }
    #expect(bodies(output) == [#"0 {"count":0,"sum":10}"#])
    #expect(output.records.first?.asset == "test")
    try step { $0.add(plant.sample(2, 100, asset: 2)) }
    #expect(bodies(output) == [#"0 {"count":0,"sum":10}"#, #"1 {"count":0,"sum":110}"#])
    store.commit(engine.checkpoint())
    #expect(store.states.keys.filter { $0.contains("heard/asset-2") }.count == 1)
  }

  /// The minute of the site waits for the connection that is away.
  @Test func itWaitsForTheSlowestConnection() throws {
    let plant = TestPlant()
    let engine = try engine(plant, MemoryStore())
    var maker = BatchMaker()
    var output = EngineOutput()
    let south = plant.connection(of: 1)
    try engine.process(
      maker.batch { batch in
        batch.drain(plant)
        batch.entries.append(.mark(plant.at(0)))
        for asset in 0..<4 { batch.add(plant.sample(1, Double(asset + 1), asset: asset)) }
        batch.entries.append(.connection(south, .down))
        batch.entries.append(.mark(plant.at(200)))
      }, into: &output)
    #expect(output.records.isEmpty)
    try engine.process(
      maker.batch { batch in
        batch.entries.append(.connection(south, .up))
        batch.add(plant.sample(30, 5, asset: 3))
        batch.entries.append(.connection(south, .drained))
      }, into: &output)
    #expect(bodies(output) == [#"0 {"count":0,"sum":15}"#])
  }

  @Test func aRuleOfTheSiteThatThrowsIsPutAsideUntilTheNextStart() throws {
    let plant = TestPlant()
    let store = MemoryStore()
    var engine = try engine(plant, store)
    var maker = BatchMaker()
    var output = EngineOutput()
    func step(_ build: (inout Batch) -> Void) throws { try engine.process(maker.batch(build), into: &output) }
    try step { batch in
      batch.drain(plant)
      batch.entries.append(.mark(plant.at(0)))
      batch.add(plant.sample(1, 1))
      batch.entries.append(.command(SiteCommand(name: "stumble", members: ["now": .boolean(false)]).text))
      batch.entries.append(.command(SiteCommand(name: "stumble", members: ["now": .boolean(true)]).text))
      batch.entries.append(.mark(plant.at(90)))
    }
    #expect(output.records.isEmpty)
    #expect(output.findings.map(\.key) == ["rule-failed/test/total"])
    store.commit(engine.checkpoint())
    #expect(store.states["site/rule/told"] == Array(#"{"command":"stumble","now":false}"#.utf8))
    engine = try self.engine(plant, store)
    output = EngineOutput()
    try step { batch in
      batch.entries.append(.command(EngineCommand.start))
      batch.add(plant.sample(61, 2))
      batch.entries.append(.mark(plant.at(150)))
    }
    #expect(output.findings.map { "\($0.key) \($0.closed != nil)" } == ["rule-failed/test/total true"])
    #expect(bodies(output) == [#"0 {"count":0,"sum":2}"#], "what it did not hear meanwhile it does not know")
  }

  /// What people enter comes once: it is there at the retry, also after a restart between, and in its order.
  @Test(arguments: [false, true])
  func commandsWaitForARuleThatIsOut(restarts: Bool) throws {
    let plant = TestPlant()
    let store = MemoryStore()
    var engine = try engine(plant, store)
    var maker = BatchMaker()
    var output = EngineOutput()
    func command(_ number: Int64, now: Bool = false) -> String {
      SiteCommand(name: "stumble", members: ["n": .integer(number), "now": .boolean(now)]).text
    }
    func step(_ commands: String...) throws {
      let batch = maker.batch { batch in commands.forEach { batch.entries.append(.command($0)) } }
      try engine.process(batch, into: &output)
      store.commit(engine.checkpoint())
      if restarts { engine = try self.engine(plant, store) }
    }
    let told = { store.states["site/rule/told"].map { String(decoding: $0, as: UTF8.self) } }
    try step(command(1, now: true), command(2), command(3))
    try step(command(4))
    #expect(told() == nil)
    try step(EngineCommand.start)
    #expect(told() == command(4))
    #expect(output.findings.map { "\($0.rule) \($0.closed != nil)" } == ["rule-failed false", "rule-failed true"])

    // One that waits stops it again: those behind it wait for the next start.
    try step(command(5, now: true), command(6), command(7, now: true), command(8))
    try step(EngineCommand.start)
    #expect(told() == command(6))
    try step(EngineCommand.start)
    #expect(told() == command(8))
    try step(command(9), EngineCommand.start)
    #expect(told() == command(9), "none is told twice")
  }

  @Test func commandsKeepTheirMembers() throws {
    let command = SiteCommand(name: "add", members: ["amount": .string("12.50"), "by": .string("Li Wei")])
    #expect(command.text == #"{"amount":"12.50","by":"Li Wei","command":"add"}"#)
    #expect(SiteCommand(text: command.text) == command)
    #expect(SiteCommand(text: "{}") == nil)
    #expect(SiteCommand(text: "no json") == nil)
  }
}
