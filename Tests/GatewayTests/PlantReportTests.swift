import Control
import Energy
import Factors
import Plant
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway
@testable import weir

/// The page on a period: its sections and what people see of them.
@Suite("The report of a period") struct PlantReportTests {
  private let site: Site

  init() throws {
    let text = """
      gateway: { id: cq1 }
      zone: Asia/Shanghai
      broker: { host: h }
      tariff:
        table: none
        currency: CNY
        prices: { flat: 0.6 }
        demand-limit: 300 kW
      assets:
        - { id: main, template: three-phase-meter, topic: t/main, role: grid-import }
        - { id: press, place: s/hall-1, template: three-phase-meter, topic: t/press, fed-by: main }
        - { id: paint, place: s/hall-2, template: three-phase-meter, topic: t/paint, fed-by: main }

      """
    site = try SiteLoader.load(
      text: text, file: "test.yaml", devices: [ReferenceDevices.folder], checkFiles: false)
  }

  private func figures(_ amounts: [(asset: String, kwh: String, demand: String)]) throws -> PeriodFigures {
    var figures = PeriodFigures(site.assets)
    for own in amounts {
      let kwh = try #require(ExactDecimal(own.kwh))
      let price = try #require(ExactDecimal("0.6"))
      let body: JSONValue = [
        "energy_kwh": .string(own.kwh), "maximum_demand_kw": .string(own.demand),
        "maximum_demand_start": "2026-11-20T09:30:00+08:00",
        "bands": ["flat": ["kwh": .string(own.kwh), "cost": .string(try (kwh * price).description)]],
      ]
      try figures.add(body, of: own.asset)
    }
    return figures
  }

  private func writer() throws -> PlantReportWriter {
    PlantReportWriter(
      site: site,
      now: try figures([("main", "3300", "310.5"), ("press", "1800", "150"), ("paint", "1200", "90")]),
      before: try figures([("main", "3000", "280"), ("press", "1300", "140"), ("paint", "1250", "95")]))
  }

  @Test("nothing is counted twice, and changes are those of the figures")
  func energy() throws {
    let section = try writer().energy()
    #expect(section.table?.rows == [.init(name: "active-energy-import (kWh)", figures: ["3300", "3000", "10"])])
    let cost = try #require(try writer().cost())
    #expect(cost.table?.rows == [.init(name: "flat", figures: ["3300", "1980", "1800", "10"])])
    #expect(cost.table?.total?.figures == [nil, "1980", "1800", "10"])
    #expect(
      try writer().demand()?.lines == [
        "310.5 kW, 2026-11-20 09:30 (main); before 280.0 kW, 2026-11-20 09:30; ABOVE the limit of 300 kW"
      ])
  }

  @Test("a whole month costs what its bill says")
  func bill() throws {
    func figures(_ bill: JSONValue?) throws -> PeriodFigures {
      var figures = PeriodFigures(site.assets)
      var body: [String: JSONValue] = ["bands": ["flat": ["kwh": "1000", "cost": "600"]]]
      body["bill"] = bill
      try figures.add(.object(body), of: "main")
      return figures
    }
    let now: JSONValue = [
      "total": "1005.2", "basic_charge": "400", "power_factor_adjustment": "-5", "government_funds": "10.2",
    ]
    func cost(_ now: JSONValue?, _ before: JSONValue?) throws -> PlantReport.Section {
      try #require(
        try PlantReportWriter(site: site, now: try figures(now), before: try figures(before)).cost())
    }
    let section = try cost(now, ["total": "1000", "basic_charge": "400"])
    #expect(
      section.table?.rows.map { [$0.name] + $0.figures } == [
        ["flat", "1000", "600", "600", "0"], ["government funds", nil, "10.2", nil, nil],
        ["basic charge", nil, "400", "400", "0"], ["power factor", nil, "-5", nil, nil],
      ])
    #expect(section.table?.total?.figures == [nil, "1005.2", "1000", "0.52"])
    #expect(section.lines == ["with what the months' bills add to the energy charge"])
    #expect(try cost(nil, nil).lines.first?.hasPrefix("energy charges only") == true)
    let doubtful = try cost(["total": .null, "basic_charge": "400"], nil)
    #expect(doubtful.lines.count == 3 && doubtful.lines.last?.contains("too low") == true)
  }

  @Test("the largest changes come first, by area")
  func areas() throws {
    let areas = try #require(try writer().areas()?.table)
    #expect(areas.rows.map(\.name) == ["s/hall-1", "s/hall-2"])
    #expect(areas.rows[0].figures == ["1800", "1300", "500", "38.46"])
    #expect(areas.rows[1].figures == ["1200", "1250", "-50", "-4"])
  }

  @Test("emissions without a figure stay without one")
  func emissions() throws {
    let own = [ExactDecimal(10), ExactDecimal(190), .zero]
    let section = try #require(
      try writer().emissions(
        [.init(method: .location, now: own, before: [.zero, ExactDecimal(100), .zero]), .init(method: .market)],
        problems: ["no residual mix"]))
    #expect(section.table?.rows[0].figures == ["10", "190", "0", "200", "100", "100"])
    #expect(section.table?.rows[1].figures == [nil, nil, nil, nil, nil, nil])
    #expect(section.lines == ["no residual mix"])
  }

  @Test("findings are those of energy and carbon")
  func findings() {
    func finding(_ rule: String) -> Finding {
      Finding(
        key: rule, rule: rule, subject: "press", severity: .warning, opened: .distantPast, summary: "\(rule)!",
        advice: "Look.")
    }
    let lines = PlantReportWriter.findings([finding("leak-suspected"), finding("no-data"), finding("carbon-no-figure")])
      .lines
    #expect(lines == ["[warning] leak-suspected! → Look.", "[warning] carbon-no-figure! → Look."])
    #expect(PlantReportWriter.findings([]).lines == ["none"])
  }

  @Test("a page reads like one")
  func page() throws {
    let report = PlantReport(
      gateway: "cq1", span: .day, start: "2026-11-20T00:00:00+08:00", end: "2026-11-21T00:00:00+08:00",
      beforeStart: "2026-11-19T00:00:00+08:00", beforeEnd: "2026-11-20T00:00:00+08:00",
      sections: [try writer().energy(), PlantReportWriter.findings([])], notes: ["only a test"])
    #expect(
      PlantReportText.page(report) == """
        cq1: report of the day
        ======================
        2026-11-20 00:00 – 2026-11-21 00:00, compared with 2026-11-19 00:00 – 2026-11-20 00:00

        Energy and media
          CARRIER                      amount   before  change %  
          active-energy-import (kWh)  3,300.0  3,000.0      10.0  

        Open findings of energy and carbon
          none

        note: only a test
        """)
  }

  // MARK: - Advice

  @Test("a proposal says what, why and at which price to people")
  func advice() throws {
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    let start = try #require(Timestamp(rfc3339: "2026-11-18T00:00:00+08:00"))
    var proposal = AdviceProposal(
      load: FlexibleLoad(
        asset: 1,
        flexibility: Asset.Flexibility(
          kind: .shift, power: ExactDecimal(40), duration: .hours(2), from: 0, to: 1440, usually: 600, comfort: .low,
          effect: "somebody comes at six")),
      day: 0, change: [], relieved: (start + .hours(10))..<(start + .hours(12)),
      loaded: (start + .hours(6))..<(start + .hours(8)), energy: ExactDecimal(80), saving: ExactDecimal(72),
      demandSaving: nil, emissions: ExactDecimal(-3), excess: nil, priceBefore: ExactDecimal("1.2"),
      priceAfter: ExactDecimal("0.3"))
    let writer = AdviceWriter(assets: site.assets, zone: zone, limit: ExactDecimal(300), currency: "CNY", gas: "CO2")
    let text = writer.text(proposal)
    #expect(text.action == "run press Wed 06:00–08:00 instead of Wed 10:00–12:00")
    #expect(
      text.reasons == [
        "a kWh costs 0.3 instead of 1.2 CNY", "BUT it emits 3.0 kgCO2 more, by the grid's factors",
      ])
    #expect(text.comfort == "low: the run is 4 h earlier; somebody comes at six")
    proposal.load.flexibility.kind = .shed
    proposal.loaded = nil
    proposal.priceAfter = nil
    proposal.excess = ExactDecimal(12)
    proposal.emissions = ExactDecimal(40)
    let shed = writer.text(proposal)
    #expect(shed.action == "leave press out Wed 10:00–12:00")
    #expect(
      shed.reasons == [
        "takes 12.0 kWh off the demand above its limit of 300 kW", "a kWh costs 1.2 CNY then", "emits 40.0 kgCO2 less",
      ])
    #expect(shed.comfort == "low: 40 kW are missing for 2 h; somebody comes at six")
    let report = AdviceReport(
      start: zone.rfc3339(start), end: zone.rfc3339(start + .days(1)), policy: "balanced", currency: "CNY", gas: "CO2",
      proposals: [text], saving: "72", emissions: "-3", notes: ["a note"])
    #expect(
      AdviceText.page(report) == """
        What to do with flexible loads, 2026-11-18 00:00 – 2026-11-19 00:00, policy balanced
        1. run press Wed 06:00–08:00 instead of Wed 10:00–12:00  [press]
           40.0 kW, 80.0 kWh, saves 72.00 CNY, 3.0 kgCO2 MORE
           why: a kWh costs 0.3 instead of 1.2 CNY; BUT it emits 3.0 kgCO2 more, by the grid's factors
           comfort low: the run is 4 h earlier; somebody comes at six
        note: a note
        """)
    #expect(
      PlantReportWriter.proposals(report).lines == [
        "run press Wed 06:00–08:00 instead of Wed 10:00–12:00, saves 72.00 CNY, emits 3.0 kgCO2 MORE"
      ])
  }
}
