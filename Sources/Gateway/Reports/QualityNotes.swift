import Inspection
import Telemetry

/// What is said beside a chart of the level of quality.
enum QualityNotes {
  /// Defects per million and sigma level.
  ///
  /// - Parameter what: `parts`, `values`: each counts as one opportunity.
  static func level(defects: Int, of units: Int, _ what: String) throws -> [String] {
    guard let dpmo = try QualityLevel.dpmo(defects: defects, units: units, opportunities: 1) else { return [] }
    let text = "DPMO \(FigureText.text(dpmo, places: 1)) (\(defects) of \(units) \(what), one opportunity each)"
    guard defects > 0, defects < units else { return [text + "; no sigma level of none or all"] }
    let sigma = QualityLevel.sigmaLevel(dpmo: dpmo.doubleValue)
    return [
      text + ", sigma level \(FigureText.text(sigma, places: 2)) (with the customary shift of 1.5)"
    ]
  }

  static func capability(_ summary: ValueSummary) throws -> [String] {
    var notes: [String] = []
    func text(_ index: Double?) -> String { index.map { FigureText.text($0, places: 2) } ?? "none with one limit" }
    let limits = [summary.lower, summary.upper].map { $0.map { FigureText.text($0, places: 4) } ?? "open" }
    if let found = summary.capability {
      notes.append(
        "Cp \(text(found.cp)), Cpk \(text(found.cpk)) (at least \(text(found.provenCpk)) with 95 %) by the scatter within "
          + "windows; Pp \(text(found.pp)), Ppk \(text(found.ppk)) by that of all \(found.count) values; limits "
          + limits.joined(separator: " to "))
    } else if let refusal = summary.refusal {
      notes.append("no Cp and Cpk: \(refusal.rawValue)")
    }
    if summary.mixed > 0 {
      notes.append(
        "in \(summary.mixed) windows results named different limits (several products): they are in no Cp and Cpk")
    }
    if summary.other > 0 {
      notes.append("\(summary.other) windows had other limits than the newest ones, and are in no Cp and Cpk")
    }
    let dpmo = try level(defects: summary.outside, of: summary.count, "values beyond their limits")
    return notes + dpmo
  }
}
