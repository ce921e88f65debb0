import Control

/// `weir plan` as text.
enum PlanText {
  static func page(_ plan: MaintenancePlan) -> String {
    var lines = ["maintenance plan, \(short(plan.now))"]
    if plan.visits.isEmpty { lines.append("nothing has to be planned") }
    for visit in plan.visits {
      let stop = visit.stop.map { "in \"\($0)\" until \(short(visit.end ?? ""))" } ?? "extra stop"
      lines.append("")
      lines.append("\(short(visit.start))  \(stop)\(visit.line.isEmpty ? "" : "  \(visit.line)")")
      for job in visit.jobs { lines += self.job(job) }
    }
    if !plan.visits.isEmpty { lines.append("") }
    lines += plan.notes.map { "note: \($0)" }
    lines.append(MaintenanceText.quality(plan.quality))
    return lines.joined(separator: "\n")
  }

  private static func job(_ job: MaintenancePlan.Job) -> [String] {
    let score = job.score.map { " \(Figures.places($0, 2))" } ?? ""
    var lines = ["  \(job.asset)  \(job.name) / \(job.chinese)\(score)", "    → \(job.advice)"]
    if let p10 = job.p10, let p50 = job.p50, let p90 = job.p90 {
      let method = job.method == "age" ? " (by age)" : ""
      lines.append("    fails \(short(p10)) – \(short(p90)), most likely about \(short(p50))\(method)")
    } else if let refusal = job.refusal {
      lines.append("    no time: \(refusal)")
    }
    lines += job.lineEffects.map { "    \($0)" }
    var figures: [String] = []
    if let risk = job.risk { figures.append("fails before it: \(percent(risk))") }
    if let next = job.nextStop, let risk = job.nextRisk {
      figures.append("before the next stop (\(short(next))): \(percent(risk))")
    }
    if let cost = job.waitingCost, let unit = job.costUnit {
      figures.append(
        "waiting costs \(Figures.count(Int(min(cost, 1e15).rounded()))) \(unit) (\(job.costSource ?? "-"))")
    }
    if !figures.isEmpty { lines.append("    \(figures.joined(separator: "; "))") }
    if !job.parts.isEmpty {
      let lead = job.leadTimeHours.map { ", usually \(Figures.age($0 * 3600)) to come" } ?? ""
      lines.append("    parts: \(job.parts.joined(separator: ", "))\(lead)")
    }
    for (number, check) in job.checks.enumerated() { lines.append("    \(number + 1). \(check)") }
    return lines
  }

  private static func percent(_ share: Double) -> String {
    share > 0 && share < 0.01 ? "< 1 %" : "\(Figures.places(share * 100, 0)) %"
  }

  /// `2026-10-05 14:30`.
  static func short(_ time: String) -> String { String(time.prefix(16)).replacing("T", with: " ") }

  static func csv(_ plan: MaintenancePlan) -> String {
    var rows = [
      [
        "start", "end", "stop", "line", "asset", "fault", "action", "method", "p10", "p50", "p90", "order_by", "risk",
        "next_stop", "next_risk", "waiting_cost", "cost_unit", "advice",
      ]
    ]
    for visit in plan.visits {
      for job in visit.jobs {
        let cells: [String?] = [
          visit.start, visit.end, visit.stop, visit.line, job.asset, job.fault, job.action, job.method, job.p10,
          job.p50,
          job.p90, job.orderBy, job.risk.map { "\($0)" }, job.nextStop, job.nextRisk.map { "\($0)" },
          job.waitingCost.map { "\($0)" }, job.costUnit, job.advice,
        ]
        rows.append(cells.map { $0 ?? "" })
      }
    }
    return ReportText.csv(rows)
  }
}
