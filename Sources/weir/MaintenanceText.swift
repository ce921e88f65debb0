import Control

/// `weir maintenance list` as text.
enum MaintenanceText {
  /// - Parameter asset: the machine that was asked for.
  static func page(_ report: MaintenanceReport, of asset: String? = nil) -> String {
    var lines: [String] = []
    if report.records.isEmpty {
      lines.append("no maintenance is recorded; `weir maintenance record ASSET --done --found yes --by NAME` does it")
    } else {
      var table = Columns()
      table.add("WHEN", "ASSET", "WHAT", "FAULT", "FOUND", "PREDICTION", "BY", "ID")
      for record in report.records {
        table.add(
          String(record.time.prefix(16)), record.asset, work(record), record.fault ?? "-", record.found ?? "-",
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
          record.reason.map { "corrects \(record.supersedes ?? "-"): \($0)" },
        ].compactMap(\.self)
        if !details.isEmpty { lines.append("    \(details.joined(separator: "; "))") }
      }
    }
    return (lines + [quality(report.quality, of: asset)]).joined(separator: "\n")
  }

  private static func work(_ record: MaintenanceReport.Record) -> String {
    record.kind + (record.service.map { " (\($0))" } ?? "")
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
  ///
  /// - Parameter asset: whose they are; nil = of the site.
  static func quality(_ quality: MaintenanceReport.Quality, of asset: String? = nil) -> String {
    let checked = quality.hits + quality.early + quality.late + quality.falseAlarms
    var text = "predictions\(asset.map { " of \($0)" } ?? ""): "
    if checked + quality.missed == 0 {
      text += "none is checked yet"
    } else {
      text +=
        "\(checked) checked: \(quality.hits) hit, \(quality.early) early, \(quality.late) late, "
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
