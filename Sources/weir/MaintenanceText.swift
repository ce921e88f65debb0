import Control

/// `weir maintenance list` as text.
enum MaintenanceText {
  static func page(_ report: MaintenanceReport) -> String {
    var lines: [String] = []
    if report.records.isEmpty {
      lines.append("no maintenance is recorded; `weir maintenance record ASSET --done --found yes --by NAME` does it")
    } else {
      var table = Columns()
      table.add("WHEN", "ASSET", "WHAT", "FAULT", "FOUND", "PREDICTION", "BY", "ID")
      for record in report.records {
        table.add(
          String(record.time.prefix(16)), record.asset, record.kind, record.fault ?? "-", record.found ?? "-",
          prediction(record), record.person,
          record.supersededBy.map { "\(record.id) (corrected by \($0))" } ?? record.id)
      }
      for (number, row) in table.lines(indent: "").enumerated() {
        lines.append(row)
        guard number > 0 else { continue }
        let record = report.records[number - 1]
        let details = [
          record.failed.map { "had failed \($0.prefix(16))" },
          record.parts.isEmpty ? nil : "parts: \(record.parts.joined(separator: ", "))",
          record.note.isEmpty ? nil : record.note,
        ].compactMap(\.self)
        if !details.isEmpty { lines.append("    \(details.joined(separator: "; "))") }
      }
    }
    return (lines + [quality(report.quality)]).joined(separator: "\n")
  }

  private static func prediction(_ record: MaintenanceReport.Record) -> String {
    if record.supersededBy != nil { return "-" }
    let texts = record.verdicts.map { verdict in
      let notice = verdict.noticeHours.map { " \(Figures.age(max(0, $0 * 3600)))" } ?? ""
      return verdict.verdict + (verdict.verdict == "hit" ? notice : "")
        + (verdict.fault == record.fault ? "" : " (\(verdict.fault))")
    }
    return texts.isEmpty ? "not judged" : texts.joined(separator: ", ")
  }

  /// One line on how good the predictions were.
  static func quality(_ quality: MaintenanceReport.Quality) -> String {
    let checked = quality.hits + quality.early + quality.late + quality.falseAlarms
    var text: String
    if checked + quality.missed == 0 {
      text = "predictions: none is checked yet"
    } else {
      text =
        "predictions: \(checked) checked: \(quality.hits) hit, \(quality.early) early, \(quality.late) late, "
        + "\(quality.falseAlarms) false; \(quality.missed) missed"
      let shares = [
        ("precision", quality.precision), ("recall", quality.recall), ("in time", quality.inTime),
      ].compactMap { name, share in share.map { "\(name) \(Figures.places($0 * 100, 0)) %" } }
      if !shares.isEmpty { text += " · \(shares.joined(separator: ", "))" }
      if let hours = quality.noticeHours { text += " · usual notice \(Figures.age(hours * 3600))" }
    }
    if quality.unchecked > 0 { text += " · \(quality.unchecked) over and never checked" }
    return text
  }
}
