import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Inspection

/// What is held against a rise of defects: the comparison of two times, and the rule on a real engine.
@Suite struct CauseTests {
  @Test("an effect is its share of pairs, and small samples say nothing")
  func twoWindows() throws {
    let low = (0..<24).map { Double($0 % 5) }
    let high = (0..<8).map { Double($0 % 5) + 10 }
    let test = try #require(TwoWindows(before: low, after: high))
    #expect(test.effect == 1 && test.probability < 0.001 && test.meanAfter > test.meanBefore)
    let down = try #require(TwoWindows(before: high + high + high, after: low))
    #expect(down.effect == -1)
    #expect(TwoWindows(before: Array(low.prefix(7)), after: high) == nil)
    #expect(TwoWindows(before: low, after: Array(high.prefix(2))) == nil)
    #expect(TwoWindows(before: Array(repeating: 1, count: 24), after: Array(repeating: 1, count: 8)) == nil)
    let same = try #require(TwoWindows(before: low, after: Array(low.prefix(8))))
    #expect(abs(same.effect) < 0.2 && same.probability > 0.3)
  }

  /// White noise, and a value that remembers half an hour.
  @Test("chance is found about as seldom as it says, also where neighbours are alike", arguments: [0.0, 0.6])
  func chance(memory: Double) {
    var found = 0
    for seed in 0..<400 as Range<UInt64> {
      var generator = SplitMix64(seed: seed)
      var value = 0.0
      let values = (0..<144).map { _ -> Double in
        value = memory * value + (generator.unit() - 0.5)
        return value
      }
      let test = TwoWindows(before: Array(values.prefix(96)), after: Array(values.suffix(48)))
      if let test, test.probability < 0.05 { found += 1 }
    }
    // 20 are expected; twice as many would be too many.
    #expect(found <= 40)
  }

  @Test("rows and findings are read back") func coding() throws {
    var row = CauseRow()
    let start = Timestamp(seconds: 1_795_219_200)
    row.add(["power": 3], at: start + .minutes(15))
    row.add(["temperature": 20], at: start)
    row.add(["energy": 1.5], at: start + .minutes(15))
    #expect(row.windows.map(\.values) == [["temperature": 20], ["power": 3, "energy": 1.5]])
    #expect(try CauseRow(row.bytes) == row)
    var findings = CauseFindings()
    var finding = Finding(
      key: "k", rule: "condition-change", subject: "m2", severity: .warning, opened: start, summary: "", advice: "",
      evidence: [])
    findings.hear(finding)
    finding.closed = start + .minutes(5)
    findings.hear(finding)
    #expect(findings.entries.map(\.closed) == [start + .minutes(5)])
    #expect(try CauseFindings(findings.bytes) == findings)
  }

  // MARK: On the engine

  private let start = Timestamp(rfc3339: "2026-11-20T08:00:00+08:00")!

  /// A station and a machine in its cell, which tells a temperature and a pressure each minute.
  private func bench() throws -> Bench {
    var site = Sites.one([Sites.events])
    site.assets[0].cell = "glue"
    var machine = Sites.one([Sites.gauge("temperature"), Sites.gauge("pressure")]).assets[0]
    machine.id = "dispenser"
    machine.cell = "glue"
    site.assets.append(machine)
    site.inspection.windows = 5
    site.inspection.defects = 10
    site.inspection.runLength = 500
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site,
      factories: [
        RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) },
        RuleFactory(name: "minutes") { asset, _ in asset.id == "dispenser" ? MinuteRule() : nil },
      ], siteFactories: [CauseRule.factory(zone: zone), InspectionRule.factory(zone: zone)])
  }

  /// Tells each sample as the summary of its minute.
  private struct MinuteRule: AssetRule {
    private var minutes: [Timestamp: [SummaryFigures.Gauge]] = [:]
    var deadline: Timestamp? { minutes.keys.min().map { $0 + .seconds(70) } }
    func interest(in signal: Int) -> SignalInterest { .count }
    mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
      guard case .double(let value) = sample.value else { return }
      context.newlyUsed += 1
      minutes[sample.time.windowStart(.minutes(1)), default: []].append(
        SummaryFigures.Gauge(
          signal: signal, count: 1, good: 1, mean: value, minimum: value, maximum: value, standardDeviation: nil))
    }
    mutating func close(now: Timestamp, context: inout RuleContext) throws {
      for start in minutes.keys.sorted() where start + .seconds(70) <= now {
        let gauges = minutes.removeValue(forKey: start) ?? []
        context.publish(.summary(SummaryFigures(start: start, end: start + .minutes(1), gauges: gauges)))
      }
    }
    func encodeState(into writer: inout ByteWriter) { writer.varint(0) }
    mutating func restoreState(from reader: inout ByteReader) throws { _ = try reader.integer() }
  }

  /// From window 60 on a third of the parts is bad instead of a tenth, and the temperature is 6 K higher.
  private func run(_ bench: inout Bench, restarts: Bool = false) throws {
    for minute in 0..<(110 * 15) {
      let time = start + .minutes(Int64(minute))
      let isLate = minute >= 60 * 15
      try bench.event(
        at: time, id: UInt64(minute),
        [
          .init("verdict", isLate ? (minute % 3 == 0 ? "NG" : "OK") : (minute % 10 == 3 ? "NG" : "OK")),
          .init("unit", "SN\(minute)"),
        ])
      // A middle of each window, so that a restart between them has nothing in hand.
      if minute % 15 == 7 {
        let wobble = Double(minute * 7 % 11) / 10
        try bench.sample(0, at: time, 40 + wobble + (isLate ? 6 : 0), asset: 1)
        try bench.sample(1, at: time, 5 + Double(minute * 5 % 13) / 10, asset: 1)
      }
      try bench.mark(time)
      if restarts, minute % 60 == 14 { try bench.restart() }
    }
  }

  @Test("a temperature that rose with the defects is named with its strength and the warning, a pressure is not")
  func named() throws {
    var bench = try bench()
    try run(&bench)
    let told = bench.output.findings.filter { $0.key == "defect-rate/m1/NG" && $0.severity == .warning }
    let text = try #require(told.last?.evidence.first { $0.name == "associated" }?.value)
    #expect(text.contains("dispenser temperature: 46") && text.contains("before 40") && text.contains("effect 1"))
    #expect(text.hasSuffix("(an association is no cause)") && !text.contains("pressure"))
    // Told with the rise, and once more when enough was seen.
    #expect(told.count <= 2)
    var again = try self.bench()
    try run(&again, restarts: true)
    #expect(again.output.findings == bench.output.findings)
  }

  @Test("findings of the machines in the cell count, those of stations and of other places do not")
  func findings() throws {
    var table = CauseTable()
    let windows = (0..<80).map { start + .minutes(Int64(15 * $0)) }
    var found = CauseFindings()
    found.hear(
      Finding(
        key: "limit/dispenser", rule: "limit", subject: "dispenser", severity: .warning, opened: windows[59],
        summary: "", advice: "", evidence: []))
    table.add(found, of: "dispenser")
    let texts = table.associations(windows: windows, since: windows[60], others: 0)
    #expect(texts.count == 1 && texts[0].hasPrefix("dispenser limit: open in 100"))
    #expect(table.associations(windows: windows, since: windows[78], others: 0).isEmpty)
    var site = Sites.one([Sites.events])
    #expect(site.assets(beside: 0).isEmpty)
    site.assets[0].cell = "glue"
    site.assets.append(site.assets[0])
    site.assets[1].id = "m2"
    site.assets.append(site.assets[0])
    site.assets[2].cell = "other"
    #expect(site.assets(beside: 0) == [1])
  }
}
