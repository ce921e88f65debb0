import Energy
import Factors
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Carbon

/// From meter readings and entries to the inventory, through the engine.
@Suite struct CarbonTests {
  /// A plant of four meters: electricity at the boundary with a sub-meter, gas, heat.
  struct Plant {
    var bench: Bench
    let zone: PlantZone
    let month: Timestamp
    let next: Timestamp
    let restarts: Bool

    static let main = 0
    static let sub = 1
    static let gas = 2

    /// - Parameter assets: further ones, as lines of the list.
    init(
      carbon: String, month: String = "2026-01-01T00:00:00+08:00", restarts: Bool = false, assets: String = "",
      devices: [String] = []
    ) throws {
      let site = try SiteLoader.load(
        text: """
          gateway: { id: works }
          zone: Asia/Shanghai
          broker: { host: localhost }
          assets:
            - id: main
              place: cq/substation
              template: three-phase-meter-active
              topic: m/main
              role: grid-import
              rated-power: 700 kW
            - id: hall
              place: cq/hall
              template: three-phase-meter-active
              topic: m/hall
              fed-by: main
              rated-power: 300 kW
            - id: gas
              place: cq/gas
              template: gas-meter
              topic: m/gas
              fuel: natural_gas
              signals: { gas-normal: { maximum-rate: 650 Nm³/h }, gas-operating: none }
          \(assets.split(separator: "\n").joined(separator: "\n"))
          \(carbon)
          destinations: []
          """, file: "works.yaml", devices: devices + [ReferenceDevices.folder])
      zone = try PlantZone(identifier: site.zone)
      self.month = try #require(Timestamp(rfc3339: month))
      next = zone.nextMonth(after: self.month)
      self.restarts = restarts
      bench = try Bench(
        site: site, factories: try Self.rules(site),
        siteFactories: [CarbonInventoryRule.factory(zone: zone), BudgetRule.factory(zone: zone)])
    }

    static func rules(_ site: Site) throws -> [RuleFactory] {
      let zone = try PlantZone(identifier: site.zone)
      return [EnergyRule.factory(zone: zone), try #require(try CarbonRule.factory(site: site, zone: zone))]
    }

    /// A register's reading, in hundredths.
    mutating func read(_ asset: Int, at time: Timestamp, _ hundredths: Int64, signal name: String) throws {
      let signal = try #require(bench.site.assets[asset].signals.firstIndex { $0.name == name })
      try bench.sample(signal, at: time, .scaled(ScaledInteger(hundredths, exponent: -2)), asset: asset)
      if restarts { try bench.restart() }
    }

    mutating func mark(_ time: Timestamp) throws {
      try bench.mark(time)
      if restarts { try bench.restart() }
    }

    mutating func enter(_ id: String, _ what: String, _ amount: String, _ unit: String, more: [String: JSONValue] = [:])
      throws
    {
      var members: [String: JSONValue] = [
        "id": .string(id), "what": .string(what), "amount": .string(amount), "unit": .string(unit),
        "start": .string(month.rfc3339UTC), "end": .string(next.rfc3339UTC), "person": "Li Na",
        "document": .string("invoice-\(id).pdf"), "entered": .string((next + .hours(1)).rfc3339UTC),
      ]
      for (name, value) in more { members[name] = value }
      try bench.command(SiteCommand(name: EnteredActivity.command, members: members))
      if restarts { try bench.restart() }
    }

    /// The worked month of electricity and gas, with a sub-meter that must not count.
    mutating func meterTheMonth() throws {
      try mark(month)
      try read(Self.main, at: month, 0, signal: "active-energy")
      try read(Self.sub, at: month, 0, signal: "active-energy")
      try read(Self.gas, at: month, 0, signal: "gas-normal")
      try mark(next)
      try read(Self.main, at: next, 12_623_829, signal: "active-energy")
      try read(Self.sub, at: next, 5_000_000, signal: "active-energy")
      try read(Self.gas, at: next, 1_234_560, signal: "gas-normal")
      try mark(next + .minutes(2))
    }

    func inventory() throws -> JSONValue {
      try #require(try bench.bodies(.carbonInventory)["works/\(month.rfc3339UTC)"])
    }
    func revision(_ kind: RecordKind) -> Int? { bench.output.records.last { $0.kind == kind }?.revision }
  }

  private static let location = "carbon: { subdivision: CN-CQ, methods: [ghgp_location], gwp: AR5 }"

  /// rules/carbon.md, section 8.
  @Test(arguments: [false, true])
  func theWorkedMonth(restarts: Bool) throws {
    var plant = try Plant(carbon: Self.location, restarts: restarts)
    try plant.meterTheMonth()
    try plant.enter("d1", "diesel", "2500", "L")
    try plant.enter("h1", "heat", "860", "GJ")
    try plant.enter("r1", "refrigerant:R-410A", "3.2", "kg")
    let body = try plant.inventory()
    let method = try #require(body["methods"]?["ghgp_location"])
    #expect(method["scope_1_kg"] == "39350.1283987904")
    #expect(method["scope_2_kg"] == "165053.589649")
    #expect(method["total_kg"] == "204403.7180477904")
    #expect(method["gas"] == "CO2e")
    #expect(body["status"] == "provisional")
    #expect(plant.revision(.carbonInventory) == 3, "the month was issued, and again for each entry")
    let causes = plant.bench.output.records.filter { $0.kind == .carbonInventory }.map(\.cause?.signal)
    #expect(causes == [nil, "d1", "h1", "r1"])
    for record in plant.bench.output.records {
      let mistakes = try RecordSchema.body(record.kind).validate(JSONValue(parsing: record.body))
      #expect(mistakes.isEmpty, "\(record.kind) \(record.key)")
    }
  }

  @Test func whatAMeterFeedsIsNotCountedTwice() throws {
    var plant = try Plant(carbon: Self.location)
    try plant.meterTheMonth()
    let sources = try #require(try plant.inventory()["sources"]?.arrayValue)
    #expect(sources.map { $0["asset"]?.stringValue } == ["gas", "main"])
    let hall = try #require(try plant.bench.bodies(.carbonMonth)["hall/\(plant.month.rfc3339UTC)"])
    #expect(hall["activities"]?.arrayValue?.first?["counted"] == false)
    #expect(hall["methods"]?["ghgp_location"]?["total_kg"] == "27905", "its own share is shown all the same")
  }

  /// Every method from the same activity data, and no figure of one in a sum of another.
  @Test func methodsStandSideBySide() throws {
    var plant = try Plant(
      carbon: """
        carbon:
          subdivision: CN-CQ
          methods: [gbt32150, ghgp_location, ghgp_market]
          certificates:
            - { id: GEC-1, mwh: 40, valid-from: 2026-01-01, valid-to: 2026-12-31, source: registry }
        """)
    try plant.meterTheMonth()
    let methods = try #require(try plant.inventory()["methods"])
    #expect(methods["ghgp_location"]?["scope_2_kg"] == "70453.589649")
    #expect(methods["ghgp_market"]?["scope_2_kg"] == "52570.861584")
    // Certified non-fossil electricity counts 0 in GB/T 32150, the rest with the national average.
    #expect(methods["gbt32150"]?["scope_2_kg"] == "45758.036674")
    let lines = try #require(methods["ghgp_market"]?["lines"]?.arrayValue)
    #expect(lines.contains { $0["certificate"] == "GEC-1" && $0["amount"] == "40000" })
    #expect(lines.contains { $0["factor"]?["label"] != nil }, "the proxy is labelled")
  }

  @Test func aLateReadingCorrectsTheMonth() throws {
    var plant = try Plant(carbon: Self.location)
    try plant.mark(plant.month)
    try plant.read(Plant.main, at: plant.month, 0, signal: "active-energy")
    let middle = plant.month + .days(10)
    try plant.mark(plant.next + .minutes(2))
    let before = try plant.inventory()
    #expect(before["methods"]?["ghgp_location"]?["total_kg"] != "55810")
    try plant.read(Plant.main, at: middle, 10_000_000, signal: "active-energy")
    try plant.mark(plant.next + .minutes(10))
    let after = try plant.inventory()
    #expect(after["methods"]?["ghgp_location"]?["total_kg"] == "55810")
    let last = try #require(plant.bench.output.records.last { $0.kind == .carbonInventory })
    #expect(last.revision == 1)
    #expect(last.cause == RevisionCause(asset: "main", signal: "active-energy", time: middle, reason: .gapClosed))
  }

  /// A year of heat in the unit of a meter: its months are divided, however many digits that takes.
  @Test(arguments: [false, true])
  func aYearInSmallUnits(restarts: Bool) throws {
    var plant = try Plant(carbon: Self.location, restarts: restarts)
    try plant.meterTheMonth()
    let year: [String: JSONValue] = ["end": .string("2027-01-01T00:00:00+08:00")]
    try plant.enter("h1", "heat", "120000000000", "kJ", more: year)
    #expect(plant.bench.output.findings.filter { $0.rule == "rule-failed" }.isEmpty)
    let entry = try #require(try plant.inventory()["entries"]?.arrayValue?.first)
    // 31 of 365 days.
    #expect(entry["entry"] == "h1" && entry["amount"] == "10191780821.91780821918")
    let heat = try #require(try plant.inventory()["methods"]?["ghgp_location"]?["scope_2_kg"]?.stringValue)
    #expect(heat.hasPrefix("1191549.4"))
  }

  /// What no calculation could hold is left, said, and stops nothing.
  @Test func anEntryOfTooManyDigitsIsRefused() throws {
    var plant = try Plant(carbon: Self.location)
    try plant.meterTheMonth()
    try plant.enter("h1", "heat", "120000000000000000000000000000000000", "kJ")
    try plant.enter("d1", "diesel", "2500", "L")
    #expect(plant.bench.output.findings.map(\.key) == ["carbon-entry-refused/h1"])
    #expect(try plant.inventory()["entries"]?.arrayValue?.map { $0["entry"] } == ["d1"])
  }

  /// Under whatever id a meter told its month: it is in it once.
  @Test(arguments: [false, true])
  func aRenamedMeterCountsOnce(restarts: Bool) throws {
    var plant = try Plant(carbon: Self.location, restarts: restarts)
    try plant.mark(plant.month)
    try plant.read(Plant.main, at: plant.month, 0, signal: "active-energy")
    try plant.mark(plant.next + .minutes(2))
    try plant.read(Plant.main, at: plant.month + .days(5), 5_000_000, signal: "active-energy")
    try plant.mark(plant.next + .minutes(6))
    #expect(try plant.inventory()["methods"]?["ghgp_location"]?["total_kg"] == "27905")
    let names: [(id: String, formerly: String?, kg: String)] = [
      ("grid", "main", "33486"), ("supply", "grid", "39067"), ("supply", nil, "44648"),
    ]
    for (place, name) in names.enumerated() {
      try plant.bench.restart(
        {
          $0.assets[Plant.main].id = name.id
          $0.assets[Plant.main].formerly = name.formerly
          $0.assets[Plant.sub].metering.fedBy = name.id
        }, rules: Plant.rules)
      let day = Int64(place) + 6
      try plant.read(Plant.main, at: plant.month + .days(day), day * 1_000_000, signal: "active-energy")
      try plant.mark(plant.next + .minutes(10 + 4 * Int64(place)))
      let body = try plant.inventory()
      #expect(body["methods"]?["ghgp_location"]?["total_kg"] == .string(name.kg))
      #expect(body["sources"]?.arrayValue?.map { $0["asset"]?.stringValue } == [name.id])
    }
  }

  /// Another list of certificates divides them anew: no kilowatt hour is covered twice, in no month that was issued.
  @Test(arguments: [false, true])
  func certificatesThatComeLaterAreDividedAnew(restarts: Bool) throws {
    func certificate(_ id: String, _ until: String) throws -> Certificate {
      Certificate(
        id: id, kind: .gec, kilowattHours: ExactDecimal(40_000), validFrom: try #require(CivilDate("2026-01-01")),
        validTo: try #require(CivilDate(until)), source: "registry")
    }
    var plant = try Plant(
      carbon: """
        carbon:
          subdivision: CN-CQ
          methods: [ghgp_market]
          certificates:
            - { id: A, mwh: 40, valid-from: 2026-01-01, valid-to: 2026-12-31, source: registry }
        """, restarts: restarts)
    func covered(_ month: Timestamp) throws -> [String: String] {
      let body = try #require(try plant.bench.bodies(.carbonInventory)["works/\(month.rfc3339UTC)"])
      var amounts: [String: String] = [:]
      for line in body["methods"]?["ghgp_market"]?["lines"]?.arrayValue ?? [] {
        if let id = line["certificate"]?.stringValue { amounts[id] = line["amount"]?.stringValue }
      }
      return amounts
    }
    try plant.meterTheMonth()
    #expect(try covered(plant.month) == ["A": "40000"])
    let more = try certificate("B", "2026-06-30")
    try plant.bench.restart({ $0.carbon?.certificates.append(more) }, rules: Plant.rules)
    try plant.mark(plant.next + .minutes(3))
    #expect(try covered(plant.month) == ["A": "40000", "B": "40000"], "January needs both")
    let third = try certificate("C", "2026-03-31")
    let fourth = try certificate("D", "2026-03-31")
    try plant.bench.restart({ $0.carbon?.certificates += [third, fourth] }, rules: Plant.rules)
    let end = plant.zone.nextMonth(after: plant.next)
    try plant.mark(end)
    try plant.read(Plant.main, at: end, 12_623_829 + 5_000_000, signal: "active-energy")
    try plant.mark(end + .minutes(2))
    #expect(try covered(plant.month) == ["B": "40000", "C": "40000", "D": "40000", "A": "6238.29"])
    #expect(try covered(plant.next) == ["A": "33761.71"])
    let known = plant.bench.output.records.count
    try plant.bench.restart()
    try plant.mark(end + .minutes(3))
    #expect(plant.bench.output.records.count == known, "nothing has changed")
  }

  /// What several meters tell within the lateness is one revision of their month.
  @Test(arguments: [false, true])
  func lateMetersShareARevision(restarts: Bool) throws {
    var plant = try Plant(carbon: Self.location, restarts: restarts)
    try plant.mark(plant.month)
    try plant.read(Plant.main, at: plant.month, 0, signal: "active-energy")
    try plant.read(Plant.gas, at: plant.month, 0, signal: "gas-normal")
    try plant.mark(plant.next + .minutes(2))
    let day = plant.month + .days(5)
    try plant.read(Plant.main, at: day, 1_000_000, signal: "active-energy")
    try plant.read(Plant.gas, at: day, 100_000, signal: "gas-normal")
    for minute in 3..<8 { try plant.mark(plant.next + .minutes(Int64(minute))) }
    #expect(plant.revision(.carbonInventory) == 1)
    let sources = try #require(try plant.inventory()["sources"]?.arrayValue)
    #expect(sources.map { $0["amount"]?.stringValue } == ["1000", "10000"])
  }

  /// The text of a problem names a day, and windows may be counted where the month is not: neither makes a new finding.
  @Test func aFigureThatIsMissingIsToldOnce() throws {
    var troubles = CarbonTroubles()
    var context = RuleContext(clock: .distantPast, output: EngineOutput(), services: NoServices())
    func problem(_ day: Int) -> (Signal.Quantity, FactorProblem) {
      (.activeEnergyImport, FactorProblem("no factor published by 2026-01-\(day)", remedy: "add one"))
    }
    func told(_ what: (Signal.Quantity, FactorProblem)?, _ period: MeterFigures.Period, _ minute: Int64) -> [String] {
      let before = context.output.findings.count
      let time = Timestamp(seconds: minute * 60)
      troubles.report(what, of: period, asset: "main", at: time, context: &context)
      troubles = CarbonTroubles(text: troubles.text)
      return context.output.findings[before...].map { ($0.closed == nil ? "open " : "closed ") + $0.summary.suffix(3) }
    }
    #expect(told(problem(10), .window, 1) == ["open 10."])
    #expect(told(problem(11), .day, 2) == [])
    #expect(told(problem(12), .month, 3) == [])
    #expect(told(problem(13), .window, 4) == [])
    #expect(told(nil, .window, 5) == [])
    #expect(told(nil, .day, 6) == [])
    #expect(told((.gasVolume, FactorProblem("no calorific value", remedy: "set it")), .window, 7) == [])
    #expect(told(nil, .month, 8).map { $0.prefix(6) } == ["closed", "open u"])
    #expect(told(nil, .window, 9).map { $0.prefix(6) } == ["closed"])
    #expect(CarbonTroubles(text: "an older state").text.contains("an older state"))
  }

  private final class NoServices: RuleServices {
    func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample] { [] }
    func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample? { nil }
    func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample? { nil }
    func load(_ key: String) throws -> [UInt8]? { nil }
    func save(_ key: String, _ bytes: [UInt8]?) {}
  }

  @Test func anEntryIsCorrectedBySupersedingIt() throws {
    var plant = try Plant(carbon: Self.location, restarts: true)
    try plant.meterTheMonth()
    try plant.enter("d1", "diesel", "25000", "L")
    try plant.enter("d2", "diesel", "2500", "L", more: ["supersedes": "d1", "reason": "a zero too much"])
    let entries = try #require(try plant.inventory()["entries"]?.arrayValue)
    #expect(entries.map { $0["entry"]?.stringValue } == ["d2"])
    let bodies = try plant.bench.bodies(.carbonActivity)
    let old = try #require(bodies["d1/\(plant.month.rfc3339UTC)"])
    #expect(old["status"] == "superseded" && old["superseded_by"] == "d2")
    // Said twice, nothing is counted twice; another entry of the same id is refused.
    try plant.enter("d2", "diesel", "2500", "L", more: ["supersedes": "d1", "reason": "a zero too much"])
    try plant.enter("d2", "diesel", "9", "L")
    try plant.enter("d3", "diesel", "9", "L", more: ["supersedes": "d1", "reason": "again"])
    let refused = plant.bench.output.findings.filter { $0.rule == "carbon-entry-refused" }
    #expect(refused.map(\.key) == ["carbon-entry-refused/d2", "carbon-entry-refused/d3"])
    #expect(try plant.inventory()["entries"]?.arrayValue?.count == 1)
  }

  /// Half of the time, half of the amount; and nothing is lost between the months.
  @Test func anEntryForTwoMonthsIsDivided() throws {
    var plant = try Plant(carbon: Self.location)
    try plant.meterTheMonth()
    let start = plant.next + Span64(nanoseconds: -Span64.days(10).nanoseconds)
    try plant.enter(
      "d1", "diesel", "100", "L",
      more: ["start": .string(start.rfc3339UTC), "end": .string((plant.next + .days(20)).rfc3339UTC)])
    try plant.mark(plant.zone.nextMonth(after: plant.next) + .minutes(2))
    let amounts = try plant.bench.bodies(.carbonInventory).sorted { $0.key < $1.key }.map {
      $0.value["entries"]?.arrayValue?.first?["amount"]?.stringValue
    }
    #expect(amounts == ["33.333333333333", "66.666666666667"])
  }

  /// 2018 has no factor that was published by then: no figure, and a finding with the remedy. Never zero.
  @Test func withoutAFactorThereIsNoFigure() throws {
    var plant = try Plant(carbon: Self.location, month: "2018-01-01T00:00:00+08:00")
    try plant.meterTheMonth()
    let method = try #require(try plant.inventory()["methods"]?["ghgp_location"])
    #expect(method["total_kg"] == .null)
    #expect(method["problems"]?.arrayValue?.isEmpty == false)
    let finding = try #require(plant.bench.output.findings.first { $0.key == "carbon-no-figure/main" })
    #expect(finding.advice.contains("inventory-date"), "\(finding.advice)")
  }

  @Test func aMonthIsFinalWhenNothingCanChangeItAnyMore() throws {
    var plant = try Plant(carbon: Self.location, restarts: true)
    try plant.meterTheMonth()
    try plant.mark(plant.next + .days(46))
    #expect(try plant.inventory()["status"] == "final")
    let month = try #require(try plant.bench.bodies(.carbonMonth)["main/\(plant.month.rfc3339UTC)"])
    #expect(month["status"] == "final")
  }

  @Test(arguments: [
    (["what": "unobtainium:7"], "nothing that can be entered"), (["amount": "1,5"], "decimal number"),
    (["amount": "-1"], "negative"),
    (["amount": "-1", "supersedes": "x", "reason": "r"], "negative"), (["id": "a b"], "other characters"), (["document_hash": "12"], "SHA-256"),
    (["end": "2026-01-01T00:00:00Z"], "no length"), (["colour": "red"], "has no \"colour\""),
    (["what": "emissions"], "scope"), (["supersedes": "x"], "say why"), (["scope": "4"], "1, 2 or 3"),
    (["person": ""], "\"person\" is missing"),
  ])
  func entriesAreChecked(change: [String: String], message: String) throws {
    var members: [String: JSONValue] = [
      "id": "e1", "what": "diesel", "amount": "1", "unit": "L", "start": "2026-01-01T00:00:00Z",
      "end": "2026-02-01T00:00:00Z", "person": "Li Na", "document": "1", "entered": "2026-02-02T00:00:00Z",
    ]
    for (name, value) in change { members[name] = .string(value) }
    let error = #expect(throws: EnteredActivity.Mistake.self) {
      try EnteredActivity(SiteCommand(name: EnteredActivity.command, members: members))
    }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }
}
