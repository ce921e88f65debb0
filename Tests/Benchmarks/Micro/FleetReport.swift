import Foundation
import Simulation
import Telemetry

/// The figures of a fleet, or of several.
struct FleetReport {
  private var verdicts: [FleetVerdict] = []

  /// Types that were kept out of all tuning.
  static let heldOut: Set<FleetFault> = [.looseness, .internalLeakage]

  mutating func add(_ verdict: FleetVerdict) { verdicts.append(verdict) }

  private var failing: [FleetVerdict] { verdicts.filter { $0.machine.fault != nil } }
  private var healthy: [FleetVerdict] { verdicts.filter { $0.machine.fault == nil } }
  private func failing(heldOut: Bool) -> [FleetVerdict] {
    failing.filter { $0.machine.fault.map(Self.heldOut.contains) == heldOut }
  }

  // MARK: - Figures of failing machines

  private struct Failures {
    var count = 0
    var detected = 0
    var leads: [Double] = []
    var right = 0
    var rightAtOnce = 0
    var predictions = 0
    var covered = 0
    /// It lasted longer than P90.
    var early = 0
    var refused = 0
    /// Of P50, as a share of the true remaining life.
    var errors: [Double] = []

    init(_ verdicts: [FleetVerdict]) {
      for verdict in verdicts {
        count += 1
        guard let lead = verdict.lead else { continue }
        detected += 1
        leads.append(lead)
        if verdict.usual == verdict.machine.fault?.rawValue { right += 1 }
        if verdict.first == verdict.machine.fault?.rawValue { rightAtOnce += 1 }
        refused += verdict.refused
        for prediction in verdict.predictions {
          predictions += 1
          if prediction.truth >= prediction.p10, prediction.truth <= prediction.p90 { covered += 1 }
          if prediction.truth > prediction.p90 { early += 1 }
          errors.append(abs(prediction.p50 - prediction.truth) / max(24, prediction.truth))
        }
      }
      leads.sort()
      errors.sort()
    }

    /// As a row of the table; nil figures are shown as a dash.
    func row(_ name: String) -> String {
      func middle(_ values: [Double]) -> Double { values.isEmpty ? .nan : values[values.count / 2] }
      let tenth = leads.isEmpty ? Double.nan : leads[leads.count / 10]
      return name.padding(toLength: 21, withPad: " ", startingAt: 0) + String(format: "%4d", count)
        + "  " + FleetReport.percent(detected, count)
        + String(format: "  %5.0f  %5.0f", middle(leads), tenth)
        + "  " + FleetReport.percent(right, detected) + "  " + FleetReport.percent(rightAtOnce, detected)
        + "  " + FleetReport.percent(covered, predictions) + "  " + FleetReport.percent(early, predictions)
        + String(format: "  %6d  %6d  %5.2f", predictions, refused, middle(errors))
    }
  }

  private static let head =
    "fault               count   seen   lead   10 %  right  first   P1090  >P90   asked refused  error"

  fileprivate static func percent(_ part: Int, _ whole: Int) -> String {
    whole > 0 ? String(format: "%4.0f%%", 100 * Double(part) / Double(whole)) : "    –"
  }

  /// Counts, hours, shares; `error`: median of |P50 − truth| over the truth.
  func summary() -> String {
    [
      Self.head, Failures(failing).row("all"), Failures(failing(heldOut: false)).row("tuned types"),
      Failures(failing(heldOut: true)).row("held-out types"), others(),
    ].joined(separator: "\n")
  }

  func table() -> String {
    var lines = [summary()]
    for fault in FleetFault.allCases {
      let own = failing.filter { $0.machine.fault == fault }
      lines.append(Failures(own).row(fault.rawValue))
      let wrong = own.filter { $0.lead != nil && $0.usual != fault.rawValue }
      if !wrong.isEmpty {
        lines.append("    taken for: " + Self.counted(wrong.map { "\($0.usual ?? "?") (\($0.machine.kind.rawValue))" }))
      }
      let missed = own.filter { $0.lead == nil }
      if !missed.isEmpty { lines.append("    missed: " + Self.counted(missed.map(\.machine.kind.rawValue))) }
    }
    for level in [2, 1] {
      let alarms = healthy.flatMap { verdict in
        verdict.falseAlarms(level: level).filter { $0.level == level }.map { warning in
          let what = warning.fault.isEmpty ? "nothing known" : warning.fault
          let moved = verdict.machine.newLoad.map { warning.time >= $0 } ?? false
          return "\(what) (\(verdict.machine.kind.rawValue)\(moved ? ", new load" : "")"
            + "\(warning.isEarly ? ", learning" : ""))"
        }
      }
      if !alarms.isEmpty { lines.append("false alarms of level \(level): " + Self.counted(alarms)) }
    }
    return lines.joined(separator: "\n")
  }

  private static func counted(_ names: [String]) -> String {
    Dictionary(grouping: names) { $0 }.map { ($0.key, $0.value.count) }.sorted { (-$0.1, $0.0) < (-$1.1, $1.0) }
      .map { $0.1 > 1 ? "\($0.0) × \($0.1)" : $0.0 }.joined(separator: ", ")
  }

  // MARK: - Figures of the others

  private var healthyYears: Double { max(1e-9, healthy.reduce(0) { $0 + $1.years }) }

  /// Findings per year of healthy machines that should not have been told.
  private func falseAlarms(level: Int) -> Double {
    Double(healthy.reduce(0) { $0 + $1.falseAlarms(level: level).count }) / healthyYears
  }
  private var falseSensors: Double { Double(healthy.reduce(0) { $0 + $1.falseSensors }) / healthyYears }

  private var troubled: [FleetVerdict] { healthy.filter { $0.machine.trouble != nil } }

  private func others() -> String {
    let early = failing.reduce(0) { sum, verdict in
      sum + verdict.warnings.filter { $0.time < verdict.machine.onset ?? .distantPast }.count
    }
    let noticed = failing.compactMap(\.noticed).sorted()
    return String(
      format: "false alarms per machine-year %.2f of level 2, %.2f of both, sensors %.2f (%d healthy machines, "
        + "%.1f years); before an onset %d; sensor faults not taken for machine faults %@ of %d; noticed %d, median "
        + "%.0f h before",
      falseAlarms(level: 2), falseAlarms(level: 1), falseSensors, healthy.count, healthyYears, early,
      Self.percent(troubled.filter { !$0.isSensorBlamedOnMachine }.count, troubled.count), troubled.count,
      noticed.count, noticed.isEmpty ? 0 : noticed[noticed.count / 2])
  }

  /// For `Deploy/benchmark`.
  func figures() -> [String] {
    func share(_ part: Int, _ whole: Int) -> String {
      String(format: "%.1f", 100 * Double(part) / Double(max(1, whole)))
    }
    let all = Failures(failing)
    let held = Failures(failing(heldOut: true))
    let lead = all.leads.isEmpty ? 0 : all.leads[all.leads.count / 2]
    let coverage = share(all.covered, all.predictions)
    return [
      "fleet: failures seen before|\(share(all.detected, all.count))|%|least|95",
      "fleet: median warning lead|\(String(format: "%.0f", lead))|h|least|48",
      "fleet: false alarms per machine-year, healthy machines, both levels|"
        + "\(String(format: "%.2f", falseAlarms(level: 1) + falseSensors))||most|1",
      "fleet: of them, warnings|\(String(format: "%.2f", falseAlarms(level: 2)))||",
      "fleet: right fault first|\(share(all.right, all.detected))|%|least|85",
      "fleet: true failure within P10–P90|\(coverage)|%|least|70",
      "fleet: the same, at most|\(coverage)|%|most|90",
      "fleet: sensor faults not taken for machine faults|"
        + "\(share(troubled.filter { !$0.isSensorBlamedOnMachine }.count, troubled.count))|%|least|90",
      "fleet: held-out types, failures seen before|\(share(held.detected, held.count))|%||",
      "fleet: held-out types, right fault first|\(share(held.right, held.detected))|%||",
      "fleet: held-out types, true failure within P10–P90|\(share(held.covered, held.predictions))|%||",
    ]
  }
}
