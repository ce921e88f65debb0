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
        area,active-energy-import [kWh],gas [Nm³],note\r
        cq1/hall-1,1234567.891,,\r
        "cq1/hall, ""old\""",617283.945,12.5,\r
        site,1851851.836,12.5,\r

        """)
  }

  /// Words are columns of their own, and what stands beside a row is in the CSV.
  @Test func wordsAndNotes() throws {
    let words = ReportTable(
      title: "Lots", by: "lot", start: "2026-10-01T00:00:00+08:00", end: "2026-11-01T00:00:00+08:00",
      columns: [
        .init("lot_size", title: "lot", unit: "", places: 0), .words("disposition", title: "now"),
        .init("from", title: "from", unit: "%", places: 1, detail: true),
      ],
      rows: [
        .init(name: "L-1", figures: ["1000", "accepted", "0.5"]),
        .init(name: "L-22", figures: [nil, "REFUSED", nil], note: "keep it apart, sort it"),
      ], total: nil, notes: [])
    #expect(
      ReportText.page(words).split(separator: "\n").map(String.init) == [
        "Lots, 2026-10-01 – 2026-11-01",
        "  LOT     lot  now       ",
        "  L-1   1,000  accepted  ",
        "  L-22      –  REFUSED   ",
      ])
    #expect(
      ReportText.csv(words) == """
        lot,lot_size,disposition,from [%],note\r
        L-1,1000,accepted,0.5,\r
        L-22,,REFUSED,,"keep it apart, sort it"\r

        """)
    let json = String(decoding: try ControlCoding.encoder().encode(words.columns), as: UTF8.self)
    #expect(json.contains("\"text\":true") && json.contains("\"detail\":true"))
    let plain = String(decoding: try ControlCoding.encoder().encode(table.columns), as: UTF8.self)
    #expect(!plain.contains("text") && !plain.contains("detail"), "tables without words are as they were")
  }

  @Test func nothingIsSaid() {
    var empty = table
    empty.rows = []
    #expect(ReportText.page(empty).contains("no records in this period"))
  }
}
