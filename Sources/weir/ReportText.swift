import Control
import Telemetry

/// A report for a terminal, or as CSV.
enum ReportText {
  private static let barWidth = 20

  static func page(_ table: ReportTable) -> String {
    var lines = ["\(table.title), \(day(table.start)) – \(day(table.end))"]
    guard !table.rows.isEmpty else {
      lines.append("  no records in this period")
      return (lines + notes(table)).joined(separator: "\n")
    }
    lines += rows(table)
    return (lines + notes(table)).joined(separator: "\n")
  }

  /// Heads, rows and total.
  static func rows(_ table: ReportTable) -> [String] {
    let shown = table.columns.indices.filter { !table.columns[$0].isDetail }
    let isText = shown.enumerated().filter { table.columns[$0.element].isText }.map { $0.offset + 1 }
    var text = Columns(alignRight: Set(1...max(1, shown.count)).subtracting(isText))
    let heads = shown.map { table.columns[$0] }.map { $0.unit.isEmpty ? $0.title : "\($0.title) \($0.unit)" }
    text.add(cells: [table.by.uppercased()] + heads + [""])
    let bar = table.columns.firstIndex(where: \.hasBar)
    let largest = bar.flatMap { column in table.rows.compactMap { value($0, column) }.max() } ?? .zero
    for row in table.rows + (table.total.map { [$0] } ?? []) {
      let cells = shown.map { cell(row, $0, table.columns[$0]) }
      let isTotal = row == table.total
      text.add(cells: [row.name] + cells + [isTotal ? "" : bar.map { self.bar(value(row, $0), of: largest) } ?? ""])
    }
    return text.lines()
  }

  /// Figures as they are, and what stands beside them at the end; cells with a comma or quote are quoted (RFC 4180).
  static func csv(_ table: ReportTable) -> String {
    let heads =
      [table.by] + table.columns.map { $0.unit.isEmpty ? $0.key : "\($0.key) [\($0.unit)]" } + ["note"]
    let rows = (table.rows + (table.total.map { [$0] } ?? [])).map { row in
      [row.name] + row.figures.map { $0 ?? "" } + [row.note ?? ""]
    }
    return csv([heads] + rows)
  }

  static func csv(_ rows: [[String]]) -> String {
    rows.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func quoted(_ cell: String) -> String {
    cell.contains { $0 == "," || $0 == "\"" || $0.isNewline } ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }

  private static func notes(_ table: ReportTable) -> [String] { table.notes.map { "note: \($0)" } }

  private static func day(_ time: String) -> String {
    time.contains("T00:00:00") ? String(time.prefix(10)) : time
  }

  private static func value(_ row: ReportTable.Row, _ column: Int) -> ExactDecimal? {
    row.figures.count > column ? row.figures[column].flatMap { ExactDecimal($0) } : nil
  }

  private static func cell(_ row: ReportTable.Row, _ place: Int, _ column: ReportTable.Column) -> String {
    if column.isText { return row.figures.count > place ? row.figures[place] ?? "" : "" }
    guard let value = value(row, place) else { return "–" }
    let text = value.text(places: column.places)
    let point = text.firstIndex(of: ".") ?? text.endIndex
    let whole = Int(text[..<point].drop { $0 == "-" }).map(Figures.count) ?? String(text[..<point])
    return (text.hasPrefix("-") ? "-" : "") + whole + text[point...]
  }

  private static func bar(_ value: ExactDecimal?, of largest: ExactDecimal) -> String {
    guard let value, ExactDecimal.zero < value, ExactDecimal.zero < largest else { return "" }
    let share = value.doubleValue / largest.doubleValue
    return String(repeating: "█", count: max(1, Int((share * Double(barWidth)).rounded())))
  }
}
