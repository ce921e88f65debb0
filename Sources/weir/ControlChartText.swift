import Control
import Telemetry

/// A control chart in the terminal: one line a subgroup, time running down.
///
///     START             PARTS  SHARE %
///     2026-11-21T08:00    510     0.98  │    ┊●     │
///     2026-11-21T16:30    502     2.59  │    ┊      │ ✖   a point beyond 3σ (Nelson 1)
enum ControlChartText {
  private static let width = 44

  static func page(_ table: ReportTable) -> String {
    var lines = ["\(table.title), \(table.start.prefix(10)) – \(table.end.prefix(16))"]
    let share = column(table, "share")
    let largest =
      table.rows.flatMap { row in [share, column(table, "upper")].compactMap { $0.flatMap { value(row, $0) } } }.max()
      ?? 0
    if !table.rows.isEmpty, let share {
      var text = Columns(alignRight: [1, 2])
      text.add(cells: ["START", "PARTS", "SHARE %", "0 " + String(repeating: " ", count: width - 2) + scale(largest)])
      for row in table.rows {
        let size = row.figures.first.flatMap { $0 } ?? ""
        text.add(cells: [
          row.name, size, value(row, share).map { FigureText.text($0, places: 2) } ?? "–",
          plot(row, table, largest: largest) + (row.note.map { "  \($0)" } ?? ""),
        ])
      }
      lines += text.lines()
      lines.append("  │ limits  ┊ usual  ● share  ✖ signal")
    }
    return (lines + table.notes.map { "note: \($0)" }).joined(separator: "\n")
  }

  private static func scale(_ largest: Double) -> String { "\(FigureText.text(largest, places: 2)) %" }

  private static func plot(_ row: ReportTable.Row, _ table: ReportTable, largest: Double) -> String {
    guard largest > 0 else { return "" }
    var cells = [Character](repeating: " ", count: width)
    func put(_ mark: Character, at column: Int?) {
      guard let column, let value = value(row, column) else { return }
      cells[min(width - 1, max(0, Int((value / largest * Double(width - 1)).rounded())))] = mark
    }
    put("│", at: column(table, "lower"))
    put("│", at: column(table, "upper"))
    put("┊", at: column(table, "centre"))
    put(row.note == nil ? "●" : "✖", at: column(table, "share"))
    return String(cells)
  }

  private static func column(_ table: ReportTable, _ key: String) -> Int? {
    table.columns.firstIndex { $0.key == key }
  }

  private static func value(_ row: ReportTable.Row, _ column: Int) -> Double? {
    row.figures.indices.contains(column) ? row.figures[column].flatMap { Double($0) } : nil
  }
}
