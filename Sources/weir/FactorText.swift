import Control
import Factors
import Telemetry

/// Factors in words.
enum FactorText {
  /// Six places at most: a derived factor is shown rounded, and calculated from its parts.
  static func value(_ factor: EmissionFactor) -> String {
    factor.parameters.isEmpty ? factor.value.description : factor.value.rounded(to: 6, .halfUp).description
  }

  static func status(_ entry: FactorEntry) -> String {
    entry.factor.status.rawValue + (entry.isSelectable ? "" : ", for information only")
  }

  static func lines(_ entry: FactorEntry) -> [String] {
    let factor = entry.factor
    var rows: [(String, String?)] = [
      ("factor", factor.id), ("name", entry.title), ("value", "\(value(factor)) \(factor.unit)"),
      ("gas", FactorUnit(factor.unit).map { $0.gas + (factor.gwp.map { " (\($0))" } ?? "") }),
      ("geography", factor.area), ("data year", factor.dataYear.map { String($0) }),
      ("published", factor.published?.description), ("valid to", factor.validTo?.description),
      ("status", status(entry)), ("source", factor.source.isEmpty ? nil : factor.source), ("url", factor.url),
      ("file sha256", factor.fileHash), ("note", factor.note),
    ]
    for part in factor.parameters {
      rows.append(("from", "\(part.id) = \(part.value) \(part.unit), \(part.status.rawValue)"))
    }
    for override in [factor.override].compactMap({ $0 }) + factor.parameters.compactMap(\.override) {
      rows.append(
        (
          "overridden",
          "\(override.factor) by \(override.author) on \(override.date): \(override.reason)"
            + (override.evidence.map { " (\($0))" } ?? "")
        ))
    }
    var table = Columns()
    for (name, text) in rows { if let text { table.add(name, text) } }
    return table.lines(indent: "")
  }

  static func choice(_ method: InventoryMethod, _ choice: FactorChoice) -> [String] {
    let factor = choice.factor
    var lines = ["  \(method.rawValue): \(factor.value) \(factor.unit)   \(factor.id)"]
    let year = factor.dataYear.map { "data year \($0)" }
    let published = factor.published.map { "published \($0)" }
    lines.append(
      "    " + [factor.source, year, published, factor.status.rawValue].compactMap { $0 }.joined(separator: ", "))
    for other in choice.alternatives { lines.append("    other: \(other.value) \(other.unit) \(other.id)") }
    for warning in choice.warnings { lines.append("    warning: \(warning)") }
    return lines
  }

  static func nearest(_ id: String, _ known: [String]) -> String {
    NearestFirst.plausible(known, for: id).map { "Did you mean \($0)?" } ?? "`weir factors list` shows them."
  }
}
