import Control
import Foundation

/// `weir health`, for people.
enum HealthText {
  static func page(_ report: HealthReport) -> String {
    let lines = report.machines
    guard !lines.isEmpty else {
      return
        "No machine is watched: those with a fault model are learnt as soon as they send, others by `learning: on`."
    }
    var text: [String] = []
    if !report.groups.isEmpty {
      var table = Columns(alignRight: [1, 2])
      table.add("place", "health", "machines", "weakest")
      for group in report.groups {
        let count = group.known == group.machines ? "\(group.machines)" : "\(group.known) of \(group.machines)"
        table.add(
          group.place, group.health.map { String(format: "%.0f", $0) } ?? "–", count,
          group.parts.isEmpty
            ? "–" : group.parts.map { "\($0.what) −\(String(format: "%.0f", $0.points))" }.joined(separator: ", "))
      }
      text = table.lines(indent: "") + [""]
    }
    var table = Columns(alignRight: [1, 3])
    table.add("machine", "health", "state", "score", "zone", "known", "why")
    for line in lines {
      table.add(
        line.asset, line.health.map { String(format: "%.0f", $0) } ?? "–", line.run,
        line.score.map { String(format: "%.2f", $0) } ?? "–", line.zone ?? "–", known(line), why(line))
    }
    return (text + table.lines(indent: "")).joined(separator: "\n")
  }

  /// What the standard makes of the usual vibration.
  private static func settings(_ indicator: HealthLine.Indicator) -> String? {
    guard let alarm = indicator.alarm, let trip = indicator.trip else { return nil }
    return "  \(indicator.signal): alarm at \(number(alarm)), trip at most at \(number(trip)) \(indicator.unit)"
      + " (ISO 10816-3)" + (indicator.hasChanged == true ? "; its change from the usual MATTERS (criterion II)" : "")
  }

  static func detail(_ line: HealthLine) -> String {
    var text = ["\(line.asset)\(line.place.isEmpty ? "" : " at \(line.place)"): \(line.run), \(known(line))"]
    let health = line.health.map { String(format: "%.0f of 100", $0) } ?? "not known yet"
    let parts = line.parts.map { "\($0.what) −\(String(format: "%.0f", $0.points))" }
    text.append("  health  \(health)\(parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))")
    text.append(
      "  score   \(line.score.map { String(format: "%.2f", $0) } ?? "nothing judged now") (1 stands out, 2 for hours is a warning), "
        + "\(line.regimes) operating \(line.regimes == 1 ? "regime" : "regimes") known")
    text.append(String(format: "  ran     %.1f h, %d starts since the gateway knows it", line.runHours, line.starts))
    if !line.trend.isEmpty { text.append("  trend   \(sparkline(line.trend)) (half hours, to now)") }
    text.append("  zone    \(line.zone ?? "none\(line.zoneReason.map { ": " + $0 } ?? "")")")
    if !line.indicators.isEmpty {
      var table = Columns(alignRight: [1, 3, 4])
      table.add("signal", "value", "unit", "expected", "σ", "zone")
      for entry in line.indicators {
        table.add(
          entry.signal, number(entry.value), entry.unit, entry.expected.map(number) ?? "–",
          entry.z.map { String(format: "%+.1f", $0) } ?? "–", entry.zone ?? "–")
      }
      text += table.lines()
      text += line.indicators.compactMap(settings)
    }
    for (index, fault) in line.faults.prefix(3).enumerated() {
      text.append(
        "  \(index == 0 ? "faults" : "      ")  \(fault.name) / \(fault.chinese) \(String(format: "%.2f", fault.score))"
      )
      if !fault.supporting.isEmpty { text.append("            for      \(fault.supporting)") }
      if !fault.opposing.isEmpty { text.append("            against  \(fault.opposing)") }
    }
    if let life = line.life {
      text.append("  life    \(lasting(life))")
      text += line.lineEffects.map { "  line    \($0)" }
    }
    text += line.findings.map { "  ! \($0)" }
    return text.joined(separator: "\n")
  }

  /// Everything about one machine.
  static func report(_ line: HealthLine, history: [HealthReport.Event]) -> String {
    var text = [detail(line)]
    if line.learning == "learning" {
      text.append("  It is still being learnt: what is told of it wakes nobody yet.")
    }
    if let life = line.life, life.p10 != nil {
      text.append("  plan    `weir plan` shows when it is best repaired, with the planned stops of the shifts")
    }
    text.append("  history")
    if history.isEmpty { text.append("    nothing was found or recorded in 90 days") }
    for event in history {
      let severity = event.severity.map { $0.uppercased() + " " } ?? ""
      let closed = event.kind == "finding" ? event.closed.map { " (over \($0))" } ?? " (open)" : ""
      text.append("    \(event.time)  \(event.kind == "maintenance" ? "✔ " : "")\(severity)\(event.text)\(closed)")
    }
    return text.joined(separator: "\n")
  }

  static func lasting(_ life: HealthLine.Life) -> String {
    guard let p10 = life.p10, let p50 = life.p50, let p90 = life.p90 else {
      return "\(life.fault): unknown, \(life.refusal ?? "nothing is missing")"
    }
    return "\(life.fault): fails about \(p50), with 10 % before \(p10), with 90 % before \(p90)"
  }

  private static func known(_ line: HealthLine) -> String {
    let hours = String(format: "%.0f", line.hours)
    return line.learning == "learning"
      ? "learning (\(hours) of \(String(format: "%.0f", line.neededHours)) h)" : "watching (\(hours) h)"
  }

  private static func why(_ line: HealthLine) -> String {
    let parts = line.parts.map { "\($0.what) −\(String(format: "%.0f", $0.points))" }.joined(separator: ", ")
    let worst = line.indicators.filter { abs($0.z ?? 0) >= 3 }.max { abs($0.z ?? 0) < abs($1.z ?? 0) }
    let signal = worst.map { "\($0.signal) \(String(format: "%+.1f", $0.z ?? 0)) σ" }
    return [parts.isEmpty ? nil : parts, signal].compactMap(\.self).joined(separator: "; ")
  }

  /// One block a half hour: a full one is twice the alarm level.
  static func sparkline(_ values: [Float]) -> String {
    let blocks = Array("▁▂▃▄▅▆▇█")
    return String(
      values.map { value -> Character in
        value < 0 ? " " : blocks[max(0, min(blocks.count - 1, Int(value / 2 * Float(blocks.count))))]
      })
  }

  private static func number(_ value: Double) -> String {
    let size = abs(value)
    return String(format: size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value)
  }
}
