import Control
import Inspection
import Plant
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway
@testable import weir

/// What people see of charts and yields of inspection stations.
@Suite("Reports of inspection") struct InspectionReportTests {
  private let site: Site
  private let zone: PlantZone
  private static let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")
  private static let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  init() throws {
    let text = """
      gateway: { id: cq1 }
      zone: Asia/Shanghai
      broker: { host: h }
      lines: [{ name: engines, stations: [glue, { assets: [seal-a, seal-b] }, torque] }]
      assets:
        - { id: glue, place: s/hall/engines, template: ai-vision-station, topic: t/glue }
        - { id: seal-a, place: s/hall/engines, template: ai-vision-station, topic: t/seal-a }
        - { id: seal-b, place: s/hall/engines, template: ai-vision-station, topic: t/seal-b }
        - { id: torque, place: s/hall/engines, template: torque-tool, topic: t/torque }

      """
    site = try SiteLoader.load(
      text: text, file: "test.yaml", devices: [ReferenceDevices.folder], checkFiles: false)
    zone = try PlantZone(identifier: site.zone)
  }

  private func windows(_ counts: [(rejected: Int, inspected: Int)]) -> [StationChart.Window] {
    counts.enumerated().map { place, count in
      var tally = InspectionTally()
      (tally.inspected, tally.rejected) = (count.inspected, count.rejected)
      (tally.firstUnits, tally.firstGoodUnits) = (count.inspected, count.inspected - count.rejected)
      tally.defective["scratch"] = count.rejected
      tally.defects["scratch"] = 2 * count.rejected
      tally.products["X200"] = InspectionTally.Group()
      tally.products["X200"]?.inspected = count.inspected / 2
      tally.products["X200"]?.rejected = count.rejected
      var torque = InspectionTally.Measure()
      (torque.count, torque.mean, torque.squares) = (5, place % 2 == 0 ? 100 : 101, 4)
      (torque.lower, torque.upper, torque.outside) = (90, 110, place == 0 ? 1 : 0)
      (torque.ranges, torque.rangeCount) = (4, 4)
      tally.measures["torque/head-1"] = torque
      let start = Self.start + .minutes(Int64(15 * place))
      return StationChart.Window(start: start, end: start + .minutes(15), tally: tally)
    }
  }

  /// Of `rules/vectors/quality.json`, p-chart.
  private var vector: [StationChart.Window] {
    windows([12, 15, 8, 20, 11, 9, 30, 14, 10, 11].map { (rejected: $0, inspected: 1000) })
  }

  private func report(
    _ query: ReportQuery, watch: StationWatch? = nil
  ) throws -> QualityChartReport.Content? {
    let asked = site.assets.filter { query.asset == nil || $0.id == query.asset }
    let all = Dictionary(uniqueKeysWithValues: asked.map { ($0.id, vector) })
    return try QualityChartReport(site: site, zone: zone, query: query, asked: asked, windows: all, watch: watch)
      .content()
  }

  private func query(
    _ station: String?, chart: String? = nil, defect: String? = nil, value: String? = nil, of parts: String? = nil,
    line: String? = nil
  ) -> ReportQuery {
    ReportQuery(
      subject: .inspection, asset: station, defect: defect, chart: chart, value: value, parts: parts, line: line)
  }

  private func table(_ content: QualityChartReport.Content) -> ReportTable {
    ReportTable(
      title: content.title, by: "chart", start: "2026-11-21T00:00:00+08:00", end: "2026-11-22T00:00:00+08:00",
      columns: content.chart.columns, rows: content.chart.rows, total: nil, notes: content.notes)
  }

  @Test("point, centre, limits and rules are columns")
  func columns() throws {
    let content = try #require(try report(query("glue", chart: "p")))
    #expect(content.title == "glue, rejected parts, p chart")
    #expect(
      content.chart.columns.map(\.key) == ["inspected", "count", "share", "lower", "centre", "upper", "z", "rules"])
    let row = content.chart.rows[6]
    #expect(row.name == "2026-11-21T09:30")
    #expect(row.figures == ["1000", "30", "3.000000", "0.285388", "1.400000", "2.514612", "4.306", "N1"], "\(row)")
    #expect(row.note == "a point beyond 3σ (Nelson 1)")
    #expect(content.chart.rows[5].figures.last == .some(nil) && content.chart.rows[5].note == nil)
    #expect(content.notes.contains { $0.hasPrefix("DPMO 14000 (140 of 10000 parts") && $0.contains("shift of 1.5") })
    let csv = ReportText.csv(table(content)).split(whereSeparator: \.isNewline).map(String.init)
    #expect(csv[0] == "chart,inspected,count,share [%],lower [%],centre [%],upper [%],z,rules,note")
    #expect(csv[7].hasSuffix(",4.306,N1,a point beyond 3σ (Nelson 1)"), "\(csv[7])")
    let page = ControlChartText.page(table(content))
    #expect(page.contains("SHARE %") && page.contains("✖") && page.contains("(Nelson 1)"), "\(page)")
  }

  @Test(arguments: ChartKind.ofCounts)
  func everyChartOfCounts(kind: ChartKind) throws {
    let content = try #require(try report(query("glue", chart: kind.rawValue)))
    #expect(content.title.hasSuffix(kind.title))
    // 140 in ten windows are not rare.
    #expect(content.chart.rows.isEmpty == (kind == .g || kind == .t))
    for row in content.chart.rows {
      #expect(row.figures.count == content.chart.columns.count)
      for (column, figure) in zip(content.chart.columns, row.figures) where !column.isText {
        #expect(figure.map { ExactDecimal($0) != nil } ?? true, "\(column.key): \(figure ?? "")")
      }
    }
    let page = ControlChartText.page(table(content))
    #expect(content.chart.rows.isEmpty || page.contains("● "), "\(page)")
  }

  @Test func defectsAreNotPartsWithThem() throws {
    let u = try #require(try report(query("glue", chart: "u", defect: "scratch")))
    #expect(u.title == "glue, defect scratch, u chart" && u.chart.rows[0].figures[1] == "24")
    let p = try #require(try report(query("glue", chart: "p", defect: "scratch")))
    #expect(p.chart.rows[0].figures[1] == "12")
  }

  @Test("a group of parts, and a line")
  func groups() throws {
    let product = try #require(try report(query("glue", of: "product=X200")))
    #expect(product.title == "glue, product X200, rejected parts, p′ chart (Laney)")
    #expect(product.chart.rows[0].figures.prefix(2) == ["500", "12"])
    #expect(product.around == nil)
    let line = try #require(try report(query(nil, chart: "np", line: "engines")))
    #expect(line.title == "line engines, rejected parts, np chart")
    #expect(line.chart.rows[0].figures.prefix(2) == ["4000", "48"])
    #expect(line.notes.contains { $0.hasPrefix("of 4 stations together") })
    // What the station's rule itself judges by is told with all that it knows.
    #expect(try report(query("glue")) == nil)
  }

  @Test("a learnt level judges windows of its own phase only; the others are counted")
  func learntLevel() throws {
    var watch = StationWatch()
    for round in 0..<5 as Range<Int64> {
      // The first four windows were before the present phase.
      for window in vector.dropFirst(4) {
        let shift = Span64.hours(4 * round)
        watch.add(
          window.tally, start: window.start + shift, end: window.end + shift, plan: InspectionPlan(site.inspection))
      }
    }
    for kind in ChartKind.ofValues {
      let content = try #require(try report(query("torque", chart: kind.rawValue, value: "torque"), watch: watch))
      #expect(content.chart.rows.count == 6)
      #expect(
        content.notes.contains(
          "4 windows of another phase or model version are not shown: the level is none of theirs"), "\(content.notes)")
      #expect(content.notes.contains { $0.contains("the station's rule has learnt") })
    }
  }

  @Test(arguments: ChartKind.ofValues)
  func everyChartOfValues(kind: ChartKind) throws {
    let content = try #require(try report(query("torque", chart: kind.rawValue, value: "torque")))
    #expect(content.title == "torque, torque/head-1, \(kind.title)" && content.chart.rows.count == 10)
    #expect(content.chart.rows.allSatisfy { $0.figures.count == content.chart.columns.count })
    #expect(content.chart.columns[0].title == "values" && content.chart.rows[0].figures[0] == "5")
    #expect(content.chart.columns.contains { $0.key == "spread" } == (kind == .imr || kind == .xbar))
    // σ = 1 within windows by c4 of 41, mean 100.5, limits 90 to 110.
    #expect(content.notes.contains { $0.hasPrefix("Cp 3.31, Cpk 3.15 ") && $0.contains("Pp 3.2") }, "\(content.notes)")
    #expect(content.notes.contains { $0.hasPrefix("DPMO 20000 (1 of 50 values beyond their limits") })
    #expect(ControlChartText.page(table(content)).contains("●"))
  }

  @Test(
    arguments: [
      ("glue", "q", nil, nil, nil, "There is no chart \"q\""),
      ("glue", "imr", nil, nil, nil, "imr is a chart of measured"),
      ("glue", "np", nil, "torque", nil, "np is a chart of counts"),
      ("glue", "p", "dent", nil, nil, "glue named no defect \"dent\""),
      ("glue", "u", "unsure", nil, nil, "What is left to people are parts"),
      ("glue", "p", nil, nil, "product=X9", "It saw: X200"), ("glue", "p", nil, nil, "colour=red", "names no parts"),
      ("glue", "u", nil, nil, "product=X200", "Leave out --chart u"),
      ("glue", "p", "scratch", nil, "product=X200", "Leave out --defect"),
      ("glue", nil, nil, "gap", nil, "It measured: torque/head-1"),
      (nil, nil, nil, "torque", nil, "Measured values are kept by station"),
    ] as [(String?, String?, String?, String?, String?, String)])
  func refusals(
    station: String?, chart: String?, defect: String?, value: String?, parts: String?, expected: String
  ) throws {
    let asked = query(station, chart: chart, defect: defect, value: value, of: parts, line: station == nil ? "l" : nil)
    let error = #expect(throws: ControlRefusal.self) { try report(asked) }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }

  @Test("stations beside each other are one step of the rolled yield")
  func rolled() throws {
    func figures(_ good: Int, _ units: Int) -> StationFigures {
      var tally = InspectionTally()
      (tally.firstUnits, tally.firstGoodUnits) = (units, good)
      var figures = StationFigures()
      figures.add(tally)
      return figures
    }
    let stations = [
      "glue": figures(98, 100), "seal-a": figures(50, 50), "seal-b": figures(45, 50), "torque": figures(99, 100),
    ]
    // 0.98 · 0.95 · 0.99 of the vectors: not 0.98 · 1 · 0.9 · 0.99.
    #expect(try InspectionYields.rolled(stations, lines: site.lines)?.description == "92.169")
    #expect(try InspectionYields.rolled(stations, lines: [])?.description == "87.318")
    #expect(try InspectionYields.rolled([:], lines: site.lines) == nil)
    let row = try InspectionYields.figures(figures(1, 1))
    #expect(InspectionYields.columns.count == row.count)
    #expect(Set(InspectionYields.columns.map(\.key)).isSuperset(of: InspectionYields.groupKeys))
  }

  @Test("the next lot's plan is told where the table has one")
  func nextLot() throws {
    var table = try SamplingTableFile.load(Self.repository + "/Config/sampling/iso2859-1.yaml")
    func next(_ state: SamplingSwitch.State) -> String {
      InspectionCommand.Plan.next(state, table, lot: 1000, limit: "1.0", level: .two)
    }
    #expect(next(.normal) == "the next lot: normal inspection")
    #expect(next(.tightened) == "the next lot: TIGHTENED inspection; the table has no plans for tightened inspection")
    table.tightened = table.letters
    #expect(
      next(.tightened).hasPrefix("the next lot: TIGHTENED inspection; inspect 80 of 1000 pieces (letter J), accept"))
    #expect(next(.discontinued).contains("DISCONTINUED"))
  }
}
