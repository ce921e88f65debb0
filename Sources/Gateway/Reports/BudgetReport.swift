import Control
import Telemetry

/// How the budgets stand, as the rule saw them last.
enum BudgetReport {
  static func table(_ status: [JSONValue], start: String, end: String) -> ReportTable {
    var notes: [String] = []
    let rows = status.map { entry -> ReportTable.Row in
      let name = name(entry)
      notes += cautions(entry).map { "\(name): \($0)" }
      notes.append("\(name): \(words(entry)), as of \(text(entry, "at"))")
      return ReportTable.Row(
        name: "\(name) (\(text(entry, "unit")))",
        figures: [entry["limit"]?.stringValue, entry["used"]?.stringValue, entry["projected"]?.stringValue],
        note: text(entry, "state"))
    }
    return ReportTable(
      title: "Budgets", by: "budget", start: start, end: end,
      columns: [
        ReportTable.Column("limit", title: "limit", unit: "", places: 2),
        ReportTable.Column("used", title: "used", unit: "", places: 2),
        ReportTable.Column("projected", title: "projected", unit: "", places: 2),
      ], rows: rows, total: nil, notes: notes)
  }

  /// A line for each budget, of whatever kind.
  static func lines(_ status: [JSONValue]) -> [String] {
    status.map { entry in
      let unit = text(entry, "unit")
      let used = amount(entry, "used").map { "\($0) of" } ?? "no figure, limit"
      let projected = amount(entry, "projected").map { " (projected \($0) \(unit))" } ?? ""
      return "\(name(entry)): \(used) \(amount(entry, "limit") ?? "?") \(unit), \(words(entry))\(projected)"
        + cautions(entry).map { "; \($0)" }.joined()
    }
  }

  private static func name(_ entry: JSONValue) -> String { "\(text(entry, "name")) \(text(entry, "period"))" }

  private static func words(_ entry: JSONValue) -> String {
    switch text(entry, "state") {
    case "within": "within"
    case "projected": "WILL BE EXCEEDED \(text(entry, "basis", default: "if it goes on like this"))"
    case "exceeded": "EXCEEDED"
    case "unknown": "not known whether it is kept"
    case let other: other
    }
  }

  private static func cautions(_ entry: JSONValue) -> [String] {
    let since = entry["since"]?.stringValue.map { ["counted since \($0) only"] } ?? []
    return since + (entry["problems"]?.arrayValue ?? []).compactMap(\.stringValue)
  }

  private static func amount(_ entry: JSONValue, _ member: String) -> String? {
    entry[member]?.stringValue.flatMap { ExactDecimal($0) }.map { $0.text(places: 0) }
  }

  private static func text(_ entry: JSONValue, _ member: String, default: String = "") -> String {
    entry[member]?.stringValue ?? `default`
  }
}
