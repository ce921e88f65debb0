import Control
import Plant
import Production
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway
@testable import Store

/// What people see of the effectiveness of machines.
@Suite("The report of effectiveness") struct OEEReportTests {
  private let site: Site
  private let zone: PlantZone
  private let period: PlantPeriod

  init() throws {
    let text = """
      gateway: { id: cq1 }
      zone: Asia/Shanghai
      broker: { host: h }
      assets:
        - { id: press, place: s/hall/line-1, template: production-counter, topic: t/press }
        - { id: pack, place: s/hall/line-1, template: production-counter, topic: t/pack }
        - { id: "air-{n}", count: 2, place: s/air, template: compressor, topic: "t/{id}", group: air }

      """
    site = try SiteLoader.load(
      text: text, file: "test.yaml", devices: [ReferenceDevices.folder], checkFiles: false)
    zone = try PlantZone(identifier: site.zone)
    period = try PlantPeriod("2026-11-20", now: Timestamp(seconds: 1_795_000_000), zone: zone)
  }

  private static let hour: Int64 = 3_600_000_000_000

  /// Hours of a day; 120 pieces an hour are planned.
  private func elements(
    planned: Int64 = 8, production: Int64, breakdown: Int64 = 0, waiting: Int64 = 0, noData: Int64 = 0, good: Int64?,
    scrap: Int64 = 0
  ) throws -> OEEElements {
    var elements = OEEElements()
    elements.planned = planned * Self.hour
    elements.production = production * Self.hour
    elements[.breakdown] = breakdown * Self.hour
    elements[.minorStops] = waiting * Self.hour
    elements.idle = waiting * Self.hour
    elements[.unexplained] = (planned - production - breakdown - waiting - noData) * Self.hour
    elements[.noData] = noData * Self.hour
    guard let good else { return elements }
    elements.countsPieces = true
    try elements.add(good: good, scrap: scrap, cycle: ExactDecimal(30))
    return elements
  }

  private func report(
    _ entries: [(asset: Int, shift: String?, start: Int64, elements: OEEElements)], byShift: Bool = false
  )
    -> OEEReport
  {
    var sums = OEESums(assets: site.assets, zone: zone, period: period, byShift: byShift)
    for entry in entries {
      sums.add(
        OEESums.Entry(
          asset: site.assets[entry.asset], shift: entry.shift, start: period.start + .hours(entry.start),
          elements: entry.elements, products: [("X200", entry.elements)]))
    }
    return OEEReport(site: site, zone: zone, period: period, sums: sums)
  }

  private func usual() throws -> OEEReport {
    report([
      (0, nil, 0, try elements(production: 6, breakdown: 1, good: 648, scrap: 36)),
      (1, nil, 0, try elements(production: 4, waiting: 4, good: 300)),
      (2, nil, 0, try elements(production: 8, good: nil)),
      (3, nil, 0, try elements(production: 4, waiting: 4, good: nil)),
    ])
  }

  @Test func theWorstComesFirstAndGroupsAreSums() throws {
    let machines = try usual().table(by: "machine")
    #expect(machines.rows.map(\.name) == ["pack", "press", "air-1", "air-2"])
    #expect(machines.rows[1].figures.first == "67.5", "648 × 30 s of 8 h")
    #expect(machines.rows[2].figures.first == .some(nil) && machines.rows[2].note == "pieces are not counted")
    let line = try #require(try usual().table(by: "line").rows.first { $0.name == "s/hall/line-1" })
    // (648 + 300) × 30 s of 16 h, and not the mean of the two.
    #expect(line.figures.first == "49.375")
    let total = try #require(machines.total)
    #expect(total.figures.first == "49.375", "the compressors make no pieces, so their time lowers nothing")
    #expect(total.figures.last == .some(nil), "both count the same pieces")
    #expect(machines.notes.contains { $0.hasPrefix("sums of several machines leave out air-1, air-2") })
    #expect(try usual().table(by: "product").rows.map(\.name) == ["X200"])
  }

  @Test func lossesAreAPareto() throws {
    let table = try usual().table(by: "loss")
    #expect(
      table.rows.map(\.name) == ["idling and minor stops", "reduced speed", "breakdown", "unexplained stop", "defects"])
    #expect(table.rows[0].figures == ["8", "25", "66.1157024793"])
    #expect(table.rows.last?.figures.last == "100")
    #expect(table.notes.contains { $0.contains("leave out air-1, air-2") })
  }

  @Test func aPageOnThePeriodNamesTheWorst() throws {
    let section = try #require(try usual().section())
    #expect(section.key == "effectiveness" && section.table?.rows.first?.name == "pack")
    #expect(section.lines.first == "idling and minor stops: 8.0 h, 25.0 % of the planned time, most at air-2")
    #expect(try report([]).section() == nil)
  }

  @Test func theBottleneckIsTheOneThatNeverWaits() throws {
    let table = try usual().table(by: "bottleneck")
    #expect(table.rows.map(\.name).filter { $0.contains("line-1") } == ["s/hall/line-1  press", "s/hall/line-1  pack"])
    let first = try #require(table.rows.first { $0.name.hasSuffix("press") })
    #expect(Array(first.figures.prefix(2)) == ["1", "87.5"])
  }

  @Test("of time without data nothing is known: it is no waiting")
  func bottleneckWithoutData() throws {
    let table = try report([
      (0, nil, 0, try elements(production: 4, noData: 4, good: 480)),
      (1, nil, 0, try elements(production: 6, waiting: 2, good: 300)),
    ]).table(by: "bottleneck")
    #expect(table.rows.map(\.name) == ["s/hall/line-1  press", "s/hall/line-1  pack"])
    #expect(table.rows.map { $0.figures[1] } == ["100", "75"] && table.rows[0].figures.last == "4")
  }

  @Test("a machine that is faster than planned makes up for nobody else's loss")
  func lossesOfOthers() throws {
    let table = try report([
      (0, nil, 0, try elements(production: 8, good: 1200)), (1, nil, 0, try elements(production: 8, good: 600)),
    ]).table(by: "loss")
    let speed = try #require(table.rows.first { $0.name == "reduced speed" })
    #expect(speed.figures.first == "3" && speed.figures.last == "100" && speed.note == "most at pack")
    #expect(table.notes.contains { $0.hasPrefix("no speed loss of press: faster than planned") })
  }

  @Test func compressorsAreSeenAsOne() throws {
    var report = try usual()
    report.amounts = MeteredAmounts(site.assets)
    for (name, kWh, air) in [("air-1", "800", "8000"), ("air-2", "400", "2000")] {
      try report.amounts.add(
        [
          "energy_kwh": .string(kWh),
          "amounts": ["compressed-air-volume-normal": ["value": .string(air), "unit": "Nm³"]],
        ], of: name)
    }
    let table = try report.table(by: "group")
    #expect(table.rows.map(\.name) == ["air", "  air-1", "  air-2"])
    #expect(table.rows[0].figures == ["1200", "10000", "0.12", "12", "4", "25"])
    #expect(table.notes.contains("air-2 takes 67 % more energy by output than its group air"))
  }

  @Test("a compressor without load is seen outside of shifts too")
  func unloadedOutsideOfShifts() throws {
    var air = try elements(production: 6, waiting: 2, good: nil)
    air.outsideProduction = 2 * Self.hour
    air.outsideIdle = 14 * Self.hour
    // A stop of a minute is no running without load.
    air[.minorStops] += Self.hour / 60
    let table = try report([(2, nil, 0, air)]).table(by: "group")
    #expect(Array(table.rows[0].figures.suffix(3)) == ["8", "16", "66.6666666667"])
  }

  @Test("a machine without planned run times is in no sum, even if it makes nothing")
  func sumsLeaveOutWhoMadeNothing() throws {
    var pack = try elements(production: 0, breakdown: 8, good: nil)
    pack.countsPieces = true
    let press = try elements(production: 6, good: 672)
    let line = try #require(
      try report([(0, nil, 0, press), (1, nil, 0, pack)]).table(by: "line").rows.first { $0.name == "s/hall/line-1" })
    #expect(line.figures.first == "70")
    pack.hasPlannedRunTime = true
    let both = try #require(
      try report([(0, nil, 0, press), (1, nil, 0, pack)]).table(by: "line").rows.first { $0.name == "s/hall/line-1" })
    #expect(both.figures.first == "35", "a failure of a machine with planned run times counts")
  }

  @Test("a shift belongs to the day in which it starts", arguments: [true, false])
  func nightShift(byShift: Bool) throws {
    func shifts(_ period: PlantPeriod) throws -> [String?] {
      var sums = OEESums(assets: site.assets, zone: zone, period: period, byShift: byShift)
      try sums.add(
        StoredBody(
          kind: .oee, asset: "press", key: "press/shift/night", start: self.period.start + .hours(22),
          end: self.period.start + .hours(30), revision: 0,
          body: JSONValue.object(["period": "shift", "shift": "night"]).canonicalBytes()))
      return sums.entries.map(\.shift)
    }
    #expect(try shifts(period) == (byShift ? ["night"] : []))
    let hours = PlantPeriod(start: period.start, end: period.start + .hours(23), name: "part of a day")
    #expect(try shifts(hours) == [])
  }

  @Test func aDayStandsForItsShifts() throws {
    let shift = try elements(planned: 4, production: 4, good: 480)
    let day = try elements(production: 4, good: 480)
    let both = report([(0, nil, 0, day), (0, "early", 6, shift)])
    #expect(try both.table(by: "machine").rows.first?.figures.first == "50")
    #expect(try report([(0, "early", 6, shift)]).table(by: "machine").rows.first?.figures.first == "100")
    let shifts = try report([(0, "early", 6, shift)], byShift: true).table(by: "shift")
    #expect(shifts.rows.map(\.name) == ["2026-11-20T06:00 early"])
    #expect(try report([]).table(by: "machine").notes.first?.hasPrefix("nothing was told") == true)
  }

  @Test func whatAFailureDoesToTheLine() throws {
    let line = LineTopology(
      name: "line-1", cycle: .seconds(30),
      stations: [
        .init(assets: ["press"]), .init(assets: ["air-1", "air-2"]), .init(assets: ["pack"], buffer: .pieces(40)),
      ])
    let effects = LineEffects(lines: [line], zone: zone)
    let times = LineImpact.Times(
      p10: period.start, p50: period.start + .hours(10), p90: period.start + .hours(20))
    #expect(
      effects.texts(of: "press", failure: times) == [
        "line-1 stops 20 min after the failure, about 2026-11-20 10:20 (2026-11-20 00:20 – 2026-11-20 20:20)"
      ])
    #expect(effects.texts(of: "air-1", failure: times) == ["line-1 goes on without up to 50 % of its rate"])
    #expect(effects.texts(of: "pack", failure: .init(p10: nil, p50: nil, p90: nil)) == ["line-1 stops at once"])
  }
}
