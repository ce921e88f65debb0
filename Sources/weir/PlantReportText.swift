import Control

/// The report of a period for a terminal or a printer: one page of plain text.
enum PlantReportText {
  static func page(_ report: PlantReport) -> String {
    let title = "\(report.gateway): report of the \(report.span.rawValue)"
    var lines = [
      title, String(repeating: "=", count: title.count),
      "\(time(report.start)) – \(time(report.end)), compared with \(time(report.beforeStart)) – \(time(report.beforeEnd))",
    ]
    for section in report.sections {
      lines += ["", section.title]
      if let table = section.table { lines += ReportText.rows(table) }
      lines += section.lines.map { "  \($0)" }
    }
    if !report.notes.isEmpty { lines += [""] + report.notes.map { "note: \($0)" } }
    return lines.joined(separator: "\n")
  }

  /// `2026-11-20 09:30`
  private static func time(_ text: String) -> String { String(text.prefix(16)).replacing("T", with: " ") }
}
