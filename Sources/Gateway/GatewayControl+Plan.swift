import Control
import Equipment
import Plant
import Telemetry
import Templates

/// What maintenance is proposed, made when it is asked for.
extension GatewayControl {
  /// How far stops are looked for.
  private static let ahead = Span64.days(180)

  func maintenancePlan() async throws -> MaintenancePlan {
    let now = plantNow
    let history = try maintenanceHistory()
    let entries = MaintenanceOutlook(site: site, history: history, now: now).entries()
    let settings = site.maintenance.planning
    var notes: [String] = []
    var stops: [MaintenancePlanner.Stop] = []
    if let shifts {
      stops = MaintenancePlanner.Stop.stops(shifts, in: now..<(now + Self.ahead))
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
          entries.first { $0.job == proposal.job }.map { job($0, proposal) }
        })
    }
    return MaintenancePlan(now: zone.rfc3339(now), visits: visits, notes: notes, quality: quality(history))
  }

  private func job(_ entry: MaintenanceOutlook.Entry, _ proposal: MaintenancePlanner.Proposal) -> MaintenancePlan.Job {
    let fault = entry.fault
    let curve = entry.job.curve
    let cost = site.maintenance.planning.cost(of: entry.asset)
    let hours = cost?.stop.map { $0.seconds / 3600 }
    var refusal: String?
    if case .unknown(let why) = entry.job.time { refusal = why }
    var job = MaintenancePlan.Job(
      asset: entry.asset.id, fault: entry.job.fault, name: fault?.name.english ?? entry.job.fault,
      chinese: fault?.name.chinese ?? entry.job.fault, action: proposal.action.rawValue,
      advice: advice(entry, proposal), score: entry.prediction?.last.score, finding: entry.prediction?.finding,
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

  private func advice(_ entry: MaintenanceOutlook.Entry, _ proposal: MaintenancePlanner.Proposal) -> String {
    func day(_ time: Timestamp) -> String { String(zone.rfc3339(time).prefix(16)).replacing("T", with: " ") }
    let parts = entry.fault.map { $0.parts.map(\.english).joined(separator: ", ") } ?? ""
    let named = parts.isEmpty ? "the parts" : parts
    let place =
      proposal.stop.map { "in the stop \"\($0.name)\" from \(day(proposal.start))" }
      ?? "in an extra stop, at the latest \(day(proposal.start))"
    if let service = entry.service {
      let hours = FigureText.text(service.hours, places: 0)
      let every = FigureText.text(service.interval.every.seconds / 3600, places: 0)
      return "do the service \(place); it has run \(hours) of \(every) h"
    }
    switch proposal.action {
    case .plan:
      let order = proposal.orderBy.map { "; order \(named) by \(day($0))" } ?? ""
      return "repair \(place)\(order)"
    case .orderNow: return "order \(named) now, and repair \(place)"
    case .partsLate:
      return
        "\(named) will not be here in time: order by express or find a substitute; look at it \(place), and relieve "
        + "the machine until then"
    case .now: return "it may fail at any time: stop and repair it now, or relieve it and watch it"
    case .inspect:
      guard proposal.stop != nil else { return "look at it at the next opportunity; it is not known when it fails" }
      return "look at it \(place); it is not known when it fails"
    }
  }
}
