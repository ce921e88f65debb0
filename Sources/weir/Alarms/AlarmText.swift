import Control
import Foundation

/// Alarms and incidents as text: what, where, since when, what to do.
enum AlarmText {
  /// Prints once, or each second.
  static func watching(_ watch: Bool, _ page: () async throws -> String) async throws {
    repeat {
      let text = try await page()
      // Home and clear: the page stands still while it changes.
      print((watch && isatty(1) == 1 ? "\u{1B}[H\u{1B}[J" : "") + text)
      guard watch else { return }
      fflush(nil)
      try await Task.sleep(for: .seconds(1))
    } while true
  }

  static func alarms(_ report: AlarmReport) -> String {
    guard !report.alarms.isEmpty else { return "no alarm at \(report.now)" }
    var table = Columns(alignRight: [0])
    table.add("#", "PRIORITY", "STATE", "SINCE", "ALARM", "INCIDENT")
    for alarm in report.alarms {
      table.add(
        alarm.occurrence > 0 ? "\(alarm.occurrence)" : "-", alarm.priority, state(alarm), alarm.since ?? "-",
        alarm.alarm, alarm.incident.map { "\($0)" } ?? "-")
    }
    var lines: [String] = []
    for (place, row) in table.lines(indent: "").enumerated() {
      lines.append(row)
      guard place > 0 else { continue }
      let alarm = report.alarms[place - 1]
      lines.append("      \(alarm.summary)")
      if let silenced = alarm.silenced { lines.append("      \(silenced)") }
      if !alarm.advice.isEmpty { lines.append("      → \(alarm.advice)") }
    }
    lines.append(count(report.alarms.count, "alarm") + ", \(waiting(report)) waiting; weir ack <#> says that you know")
    return lines.joined(separator: "\n")
  }

  private static func waiting(_ report: AlarmReport) -> Int {
    report.alarms.count { $0.state == "unacknowledged" || $0.state == "returned" }
  }

  private static func state(_ alarm: AlarmLine) -> String {
    if alarm.noDataSince != nil { return "\(alarm.state), no data" }
    return alarm.silenced == nil ? alarm.state : "\(alarm.state), silenced"
  }

  /// An alarm with everything that is known of it.
  static func alarm(_ alarm: AlarmLine) -> String {
    var lines = ["\(alarm.occurrence)  \(alarm.alarm): \(alarm.priority), \(state(alarm))"]
    if let by = alarm.acknowledgedBy { lines.append("acknowledged \(alarm.acknowledged ?? "") by \(by)") }
    if let silenced = alarm.silenced { lines.append(silenced) }
    if let incident = alarm.incident { lines.append("part of incident \(incident)") }
    return (lines + guidance(alarm.guidance) + AlarmChart.lines(alarm.charts ?? [])).joined(separator: "\n")
  }

  static func guidance(_ guidance: [GuidanceLine]) -> [String] {
    guidance.flatMap { line -> [String] in
      line.texts.count == 1
        ? ["\(line.heading): \(line.texts[0])"] : ["\(line.heading):"] + line.texts.map { "  \($0)" }
    }
  }

  static func incidents(_ report: AlarmReport) -> String {
    guard !report.incidents.isEmpty else { return "no incident at \(report.now)" }
    var table = Columns(alignRight: [0, 5])
    table.add("#", "PRIORITY", "STATE", "SINCE", "CAUSE", "ALARMS")
    for incident in report.incidents {
      table.add(
        "\(incident.number)", incident.priority,
        incident.state + (incident.isSilenced ? ", silenced" : incident.waiting.isEmpty ? "" : " !"), incident.onset,
        "\(incident.kind) \(incident.cause)", "\(incident.active)/\(incident.alarms)")
    }
    var lines: [String] = []
    for (place, row) in table.lines(indent: "").enumerated() {
      lines.append(row)
      guard place > 0 else { continue }
      lines.append("      \(report.incidents[place - 1].summary)")
      lines.append("      → \(report.incidents[place - 1].advice)")
    }
    lines.append(
      count(report.incidents.count, "incident") + "; ! waits for somebody: weir ack --incident <#>; weir incident <#>"
        + (report.isFlood ? "; a flood is under way" : ""))
    return lines.joined(separator: "\n")
  }

  static func incident(_ incident: IncidentLine) -> String {
    var lines = [
      "Incident \(incident.number): \(incident.kind) \(incident.cause), priority \(incident.priority), "
        + incident.state + (incident.mergedInto.map { " into \($0)" } ?? ""),
      incident.summary, "→ \(incident.advice)", "",
    ]
    if !incident.guidance.isEmpty { lines += guidance(incident.guidance) + [""] }
    if let charts = incident.charts, !charts.isEmpty { lines += AlarmChart.lines(charts) + [""] }
    var times = Columns()
    let moments: [(String, String?, Double?)] = [
      ("began", incident.onset, nil), ("detected", incident.detected, incident.secondsToDetect),
      ("diagnosed", incident.diagnosed, nil), ("announced", incident.announced, nil),
      ("acknowledged", incident.acknowledged, incident.secondsToAcknowledge),
      ("recovered", incident.recovered, incident.secondsToResolve), ("closed", incident.closed, nil),
    ]
    for (name, time, seconds) in moments {
      times.add(name, time ?? "not yet", seconds.map { "after \(Figures.age($0))" } ?? "")
    }
    lines += times.lines()
    if incident.recurrences > 0 { lines.append("  it came back \(count(incident.recurrences, "time"))") }
    lines.append("")
    var table = Columns(alignRight: [0])
    table.add("#", "ROLE", "PRIORITY", "STATE", "ALARM")
    for member in incident.members {
      let state = member.returned == nil ? "active" : "returned"
      table.add(
        "\(member.occurrence)", member.role, member.priority,
        member.acknowledged == nil ? "\(state) !" : state, member.alarm)
    }
    lines += table.lines()
    if incident.members.count < incident.alarms {
      lines.append("  … and \(incident.alarms - incident.members.count) more")
    }
    if !incident.told.isEmpty {
      lines.append("")
      lines += shortened(incident.told.reversed().map { "  \($0.time)  told \($0.to): \($0.what), \($0.delivery)" })
    }
    lines.append("")
    lines += shortened(incident.steps.map { "  \($0.time)  \($0.text)" })
    return lines.joined(separator: "\n")
  }

  /// How it began, and what was of late: of an incident that comes back all day, people read no more on one page.
  static func shortened(_ lines: [String]) -> [String] {
    let (first, last) = (8, 16)
    guard lines.count > first + last + 1 else { return lines }
    return lines.prefix(first) + ["  … \(lines.count - first - last) more (--json has all)"] + lines.suffix(last)
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
