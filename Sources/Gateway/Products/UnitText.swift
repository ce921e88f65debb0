import Inspection
import Plant
import Telemetry

/// The file of a unit for a person.
enum UnitText {
  static func lines(
    _ unit: String, _ file: UnitFile, route: UnitRoute?, formerly: [String: String], machines: [String],
    hosts: [String], zone: PlantZone
  ) -> [String] {
    let state =
      switch file.isGood {
      case true?: "good"
      case false?: "NOT GOOD"
      case nil: "no verdict"
      }
    let isComplete = file.isComplete(route, formerly: formerly)
    var lines = [
      "unit \(unit), \(state), \(isComplete ? "complete" : "under way")"
        + (route.map { " on \($0.name)" } ?? "") + (file.revision.map { ", revision \($0)" } ?? "")
    ]
    for gap in file.gaps(route, formerly: formerly) { lines.append("  ! \(gap.text)") }
    for step in file.steps { lines.append("  " + text(step, zone)) }
    func list(_ name: String, _ values: [String]) {
      if !values.isEmpty { lines.append("\(name): \(values.joined(separator: ", "))") }
    }
    list("parts built in", file.parts)
    list("built into", hosts)
    var orders: [String] = []
    for order in file.steps.flatMap({ $0.all("order") }) where !orders.contains(order) { orders.append(order) }
    list("orders", orders)
    list("machines beside its stations", machines)
    return lines
  }

  private static func text(_ step: UnitStep, _ zone: PlantZone) -> String {
    var words = [String(zone.rfc3339(step.time).prefix(19)), step.station]
    if !step.step.isEmpty { words.append(step.step) }
    if step.attempt > 1 { words.append("attempt \(step.attempt)") }
    words.append(step.kind == .review ? "review: \(step.verdict)" : step.verdict)
    let defects = step.all("defect")
    if !defects.isEmpty { words.append("[\(defects.joined(separator: ", "))]") }
    for name in ["torque", "angle", "gap", "flush", "width"] {
      guard let value = step.all(name).first else { continue }
      let limits = [step.all("\(name)-lower-limit").first, step.all("\(name)-upper-limit").first]
      words.append(
        "\(name) \(value)"
          + (limits.contains { $0 != nil } ? " (\(limits.map { $0 ?? "open" }.joined(separator: " to ")))" : ""))
    }
    for part in step.all("part") { words.append("+ \(part)") }
    for name in ["model", "supplier", "by", "image"] {
      if let value = step.all(name).first { words.append("\(name) \(value)") }
    }
    return words.joined(separator: "  ")
  }
}
