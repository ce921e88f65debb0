import Control
import Testing

@testable import weir

/// What people see of a report, and what a spreadsheet reads.
@Suite struct ReportTextTests {
  private let table = ReportTable(
    title: "Energy and media", by: "area", start: "2026-10-01T00:00:00+08:00", end: "2026-11-01T00:00:00+08:00",
    columns: [
      .init("active-energy-import", title: "active-energy-import", unit: "kWh", places: 2, hasBar: true),
      .init("gas", title: "gas", unit: "Nm³", places: 0),
    ],
    rows: [
      .init(name: "cq1/hall-1", figures: ["1234567.891", nil]),
      .init(name: "cq1/hall, \"old\"", figures: ["617283.945", "12.5"]),
    ], total: .init(name: "site", figures: ["1851851.836", "12.5"]), notes: ["the day under way is not closed"])

  @Test func aPage() {
    #expect(
      ReportText.page(table).split(separator: "\n").map(String.init) == [
        "Energy and media, 2026-10-01 – 2026-11-01",
        "  AREA             active-energy-import kWh  gas Nm³  ",
        "  cq1/hall-1                   1,234,567.89        –  ████████████████████",
        "  cq1/hall, \"old\"                617,283.95       13  ██████████",
        "  site                         1,851,851.84       13  ",
        "note: the day under way is not closed",
      ])
  }

  @Test func figuresOfCSVAreNotRounded() {
    #expect(
      ReportText.csv(table) == """
        area,active-energy-import [kWh],gas [Nm³]\r
        cq1/hall-1,1234567.891,\r
        "cq1/hall, ""old\""",617283.945,12.5\r
        site,1851851.836,12.5\r

        """)
  }

  @Test func nothingIsSaid() {
    var empty = table
    empty.rows = []
    #expect(ReportText.page(empty).contains("no records in this period"))
  }
}
