import Control
import Telemetry

/// A control chart in the terminal: one line a point, time running down.
///
///     START             PARTS  SHARE %
///     2026-11-21T08:00    510     0.98  │    ┊●     │
///     2026-11-21T16:30    502     2.59  │    ┊      │ ✖   a point beyond 3σ (Nelson 1)
enum ControlChartText {
  private static let width = 44

  static func page(_ table: ReportTable) -> String {
    var lines = ["\(table.title), \(table.start.prefix(10)) – \(table.end.prefix(16))"]
    guard !table.rows.isEmpty, let point = column(table, "share") ?? column(table, "value") else {
      return (lines + table.notes.map { "note: \($0)" }).joined(separator: "\n")
    }
    let shown = table.columns[point]
    let scale = Scale(table, point: point)
    let spread = column(table, "spread")
    var text = Columns(alignRight: spread == nil ? [1, 2] : [1, 2, 3])
    var heads = ["START", table.columns[0].title.uppercased(), head(shown)]
    if let spread { heads.append(head(table.columns[spread])) }
    let (low, high) = (scale.text(scale.low, shown), scale.text(scale.high, shown))
    text.add(cells: heads + [low + " " + String(repeating: " ", count: max(0, width - 1 - low.count)) + high])
    for row in table.rows {
      var cells = [row.name, row.figures.first.flatMap { $0 } ?? "", figure(row, point, table)]
      if let spread { cells.append(figure(row, spread, table)) }
      text.add(cells: cells + [plot(row, table, point, scale) + (row.note.map { "  \($0)" } ?? "")])
    }
    lines += text.lines()
    lines.append("  │ limits  ┊ usual  ● \(shown.title)  ✖ signal")
    return (lines + table.notes.map { "note: \($0)" }).joined(separator: "\n")
  }

  /// From where to where the plot goes: from 0, unless that would hide the points or something is below it.
  private struct Scale {
    var low = 0.0
    var high = 0.0

    init(_ table: ReportTable, point: Int) {
      let columns = [point] + ["lower", "centre", "upper"].compactMap { ControlChartText.column(table, $0) }
      let values = table.rows.flatMap { row in columns.compactMap { ControlChartText.value(row, $0) } }
      high = max(values.max() ?? 0, 0)
      low = values.min() ?? 0
      if low < 0 { return }
      // Nothing is far from 0: its distance shows, too.
      if low < 0.3 * high { low = 0 }
    }

    func place(_ value: Double) -> Int? {
      guard high > low else { return nil }
      return min(width - 1, max(0, Int(((value - low) / (high - low) * Double(width - 1)).rounded())))
    }

    func text(_ value: Double, _ column: ReportTable.Column) -> String {
      let number = FigureText.text(value, places: column.places)
      return value == 0
        ? "0" : column.key == "share" ? "\(number) %" : column.unit.isEmpty ? number : "\(number) \(column.unit)"
    }
  }

  private static func head(_ column: ReportTable.Column) -> String {
    let unit = column.key == "share" ? "%" : column.unit
    return column.title.uppercased() + (unit.isEmpty ? "" : " \(unit)")
  }

  private static func plot(_ row: ReportTable.Row, _ table: ReportTable, _ point: Int, _ scale: Scale) -> String {
    guard scale.high > scale.low else { return "" }
    var cells = [Character](repeating: " ", count: width)
    func put(_ mark: Character, at column: Int?) {
      guard let place = column.flatMap({ value(row, $0) }).flatMap({ scale.place($0) }) else { return }
      cells[place] = mark
    }
    put("│", at: column(table, "lower"))
    put("│", at: column(table, "upper"))
    put("┊", at: column(table, "centre"))
    put(row.note == nil ? "●" : "✖", at: point)
    return String(cells)
  }

  private static func figure(_ row: ReportTable.Row, _ column: Int, _ table: ReportTable) -> String {
    value(row, column).map { FigureText.text($0, places: table.columns[column].places) } ?? "–"
  }

  private static func column(_ table: ReportTable, _ key: String) -> Int? {
    table.columns.firstIndex { $0.key == key }
  }

  private static func value(_ row: ReportTable.Row, _ column: Int) -> Double? {
    row.figures.indices.contains(column) ? row.figures[column].flatMap { Double($0) } : nil
  }
}
