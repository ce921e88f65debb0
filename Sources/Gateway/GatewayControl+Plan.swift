import Control
import Equipment
import Plant
import Telemetry
import Templates

/// What maintenance is proposed, made when it is asked for.
extension GatewayControl {
  func maintenancePlan() async throws -> MaintenancePlan {
    let now = plantNow
    let history = try maintenanceHistory()
    let entries = MaintenanceOutlook(site: site, history: history, now: now).entries()
    let settings = site.maintenance.planning
    var notes: [String] = []
    var stops: [MaintenancePlanner.Stop] = []
    if let shifts {
      stops = MaintenancePlanner.Stop.stops(shifts, in: now..<MaintenanceOutlook.end(entries, now: now))
    } else {
      notes.append(
        "no `shifts:`: planned stops are unknown, so work is proposed for the last moment before the 10 % point")
    }
    if !entries.isEmpty, settings.costs.isEmpty {
      notes.append("no `maintenance: downtime-cost:`: what waiting costs is not known")
    }
    if history.machines.isEmpty { notes.append("the condition of no machine is watched yet") }
    let planner = MaintenancePlanner(
      stops, now: now, settings: MaintenancePlanner.Settings(work: settings.work, bundling: settings.bundling))
    let visits = planner.plan(entries.map(\.job)).map { visit in
      MaintenancePlan.Visit(
        start: zone.rfc3339(visit.start), stop: visit.stop?.name, end: visit.stop.map { zone.rfc3339($0.end) },
        line: visit.proposals.first?.job.line ?? "",
        jobs: visit.proposals.compactMap { proposal in
          entries.first { $0.job == proposal.job }.map { job($0, proposal, now) }
        })
    }
    return MaintenancePlan(now: zone.rfc3339(now), visits: visits, notes: notes, quality: quality(history))
  }

  private func job(
    _ entry: MaintenanceOutlook.Entry, _ proposal: MaintenancePlanner.Proposal, _ now: Timestamp
  ) -> MaintenancePlan.Job {
    let fault = entry.fault
    let curve = entry.job.curve
    let cost = site.maintenance.planning.cost(of: entry.asset)
    let hours = cost?.stop.map { $0.seconds / 3600 }
    var refusal: String?
    if case .unknown(let why) = entry.job.time { refusal = why }
    var job = MaintenancePlan.Job(
      asset: entry.asset.id, fault: entry.job.fault, name: fault?.name.english ?? entry.job.fault,
      chinese: fault?.name.chinese ?? entry.job.fault, action: proposal.action.rawValue,
      advice: MaintenanceAdvice(now: now, zone: zone).text(entry, proposal), score: entry.prediction?.last.score,
      finding: entry.prediction?.finding,
      method: entry.service == nil ? entry.method?.rawValue : "service", p10: curve.map { zone.rfc3339($0.p10) },
      p50: curve.map { zone.rfc3339($0.p50) },
      p90: curve.map { zone.rfc3339($0.p90) }, refusal: refusal,
      parts: entry.service?.interval.parts ?? fault?.parts.map(\.english) ?? [],
      leadTimeHours: fault?.leadTime.map { $0.seconds / 3600 }, orderBy: proposal.orderBy.map(zone.rfc3339),
      risk: proposal.risk, nextStop: proposal.nextStop.map(zone.rfc3339), nextRisk: proposal.nextRisk,
      waitingCost: proposal.waitingCost.map { $0 * (hours ?? 1) },
      costUnit: proposal.waitingCost == nil
        ? nil : cost.map { hours == nil ? "\($0.currency) for each hour of a stop" : $0.currency },
      costSource: cost.map { $0.source.isEmpty ? "entered, without a source" : $0.source },
      checks: fault?.checks.map(\.english) ?? [], checksChinese: fault?.checks.map(\.chinese) ?? [])
    job.lineEffects = LineEffects(lines: site.lines, zone: zone).texts(
      of: entry.asset.id, failure: LineImpact.Times(p10: curve?.p10, p50: curve?.p50, p90: curve?.p90))
    return job
  }
}
