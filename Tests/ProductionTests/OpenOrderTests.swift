import Factors
import Plant
import Production
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// Keeps recalculations, as the rule of the inventory does.
private struct Keeper: SiteRule {
  static let factory = SiteRuleFactory(name: "keeper") { _ in Keeper() }
  var deadline: Timestamp? { nil }
  mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    context.save(Recalculation.stateKey, Recalculation.encode([try Recalculation(json: command.members)]))
  }
  mutating func close(now: Timestamp, context: inout RuleContext) throws {}
  func encodeState(into writer: inout ByteWriter) {}
  mutating func restoreState(from reader: inout ByteReader) throws {}
}

/// Orders that nobody ends, and footprints that are counted again.
@Suite struct OpenOrderTests {
  private func at(_ minutes: Int64) -> Timestamp { LinePlant.at(minutes) }

  private static let limited = LinePlant.text().replacing(
    "template: order-feed, topic", with: "template: order-feed, order-limit: 2 h, topic")

  @Test(arguments: [false, true])
  func whatNobodyEndsIsTold(restarts: Bool) throws {
    var plant = try LinePlant(Self.limited)
    func mark(_ minutes: Int64) throws {
      try plant.bench.mark(at(minutes))
      if restarts { try plant.bench.restart() }
    }
    func told() -> [(key: String, isClosed: Bool)] {
      plant.bench.output.findings.filter { $0.rule == "order-open-too-long" }.map { ($0.key, $0.closed != nil) }
    }
    try mark(480)
    try plant.meter(LinePlant.main, at(480), 0)
    try plant.order("start", "A", at(480))
    try plant.order("start", "B", at(500))
    try mark(600)
    #expect(told().isEmpty)
    try plant.order("end", "B", at(605))
    try mark(640)
    #expect(told().map(\.key) == ["order-open-too-long/mes/A"])
    #expect(plant.bench.output.findings.last?.summary.contains("on the line s/h/l since 2026-11-21T08:00:00") == true)
    try mark(700)
    #expect(told().count == 1, "once")
    // Its end is sent, with the time at which it was.
    try plant.order("end", "A", at(590))
    try mark(760)
    #expect(told().map(\.isClosed) == [false, true])
  }

  @Test func withoutALimitNothingIsTold() throws {
    var plant = try LinePlant()
    try plant.bench.mark(at(480))
    try plant.order("start", "A", at(480))
    try plant.bench.mark(at(480 + 3 * 1440))
    #expect(!plant.bench.output.findings.contains { $0.rule == "order-open-too-long" })
  }

  /// Another year's lifecycle factor: the footprint is issued again with the recalculation as its cause; the order's
  /// record, which has no emissions, is not.
  @Test(arguments: [false, true])
  func aFootprintIsCountedAgain(restarts: Bool) throws {
    let text = LinePlant.text("carbon: { subdivision: CN-CQ, methods: [ghgp_location], inventory-date: 2026-11-01 }")
    let site = try SiteLoader.load(text: text, file: "test.yaml", devices: [LinePlant.devices])
    let zone = try PlantZone(identifier: site.zone)
    let settings = try #require(site.carbon)
    var plant = try LinePlant(
      text, factors: LibraryFootprintFactors(try FactorsInForce(settings), zone: zone), before: [Keeper.factory])
    for minute in 0..<12 as Range<Int64> {
      let time = at(480 + minute * 5)
      try plant.bench.mark(time)
      try plant.meter(LinePlant.main, time, minute * 100)
      if minute == 1 { try plant.order("start", "A", time) }
      if minute == 9 { try plant.order("end", "A", time) }
    }
    try plant.bench.mark(at(600))
    let before = try #require(try plant.bodies(.productFootprint)["mes/A"])
    let records = plant.bench.output.records.count
    let factor = try #require(before["energy"]?.arrayValue?.first?["factor"]?.stringValue)
    let unit = try #require(settings.library.overridable.first { $0.id == factor }?.unit)
    let override = FactorOverride(
      factor: factor, value: .one, unit: unit, author: "Li Na", date: CivilDate(days: 20_500), reason: "a test")
    let recalculation = Recalculation(
      id: "c1", start: try #require(Timestamp(rfc3339: "2026-11-01T00:00:00+08:00")), end: nil, person: "Li Na",
      reason: "a test", entered: at(600), change: FactorChange(overrides: [override]))
    if restarts { try plant.bench.restart() }
    try plant.bench.command(SiteCommand(name: Recalculation.command, members: recalculation.json))
    let after = try #require(try plant.bodies(.productFootprint)["mes/A"])
    #expect(after["kgco2e"] == after["energy"]?.arrayValue?.first?["amount"] && after["kgco2e"] != before["kgco2e"])
    let issued = plant.bench.output.records[records...]
    #expect(issued.map(\.kind) == [.productFootprint])
    #expect(issued.first?.cause?.note?.hasPrefix("Li Na: a test (") == true)
  }
}
