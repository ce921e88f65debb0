import Control
import Testing

@testable import weir

/// The control chart as a person sees it.
@Suite struct ControlChartTextTests {
  private func table(_ rows: [ReportTable.Row]) -> ReportTable {
    ReportTable(
      title: "vs-1, share of rejected parts", by: "chart", start: "2026-11-21T00:00:00+08:00",
      end: "2026-11-22T00:00:00+08:00",
      columns: ["inspected", "count", "share", "lower", "centre", "upper", "z"].map {
        .init($0, title: $0, unit: "", places: 2)
      }, rows: rows, total: nil, notes: ["learnt of 3000 parts"])
  }

  @Test func pointsLimitsAndSignals() throws {
    let page = ControlChartText.page(
      table([
        .init(name: "2026-11-21T08:00", figures: ["500", "5", "1.00", "0", "1.00", "2.20", "0.0"]),
        .init(
          name: "2026-11-21T16:30", figures: ["500", "20", "4.00", "0", "1.00", "2.20", "6.7"],
          note: "a point beyond 3σ (Nelson 1)"),
        .init(name: "2026-11-22T00:30", figures: ["12", "0", "0.00", nil, nil, nil, nil]),
      ]))
    let lines = page.split(separator: "\n").map(String.init)
    #expect(lines[0] == "vs-1, share of rejected parts, 2026-11-21 – 2026-11-22T00:00")
    #expect(lines[1].contains("SHARE %") && lines[1].hasSuffix("4.00 %"))
    // The share lies on the usual line and hides it.
    #expect(lines[2].filter { $0 == "│" }.count == 2 && lines[2].contains("●") && !lines[2].contains("┊"))
    let signal = try #require(lines.first { $0.contains("16:30") })
    #expect(signal.contains("┊") && signal.hasSuffix("✖  a point beyond 3σ (Nelson 1)"))
    let column = try #require(signal.firstIndex(of: "✖")).utf16Offset(in: signal)
    let limit = try #require(signal.lastIndex(of: "│")).utf16Offset(in: signal)
    #expect(limit < column)
    #expect(!lines[4].contains("│") && lines[4].contains("●"))
    #expect(lines.last == "note: learnt of 3000 parts")
  }

  @Test func nothingToShow() {
    #expect(ControlChartText.page(table([])).split(separator: "\n").count == 2)
  }
}
