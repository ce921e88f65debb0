import Equipment
import Plant
import Telemetry
import Templates

/// What is to be done about a job of the plan, for a person.
struct MaintenanceAdvice {
  let now: Timestamp
  let zone: PlantZone

  func text(_ entry: MaintenanceOutlook.Entry, _ proposal: MaintenancePlanner.Proposal) -> String {
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
    case .partsLate: return late(named, place, entry.job)
    case .now: return "it may fail at any time: stop and repair it now, or relieve it and watch it"
    case .inspect:
      guard proposal.stop != nil else { return "look at it at the next opportunity; it is not known when it fails" }
      return "look at it \(place); it is not known when it fails"
    }
  }

  private func late(_ named: String, _ place: String, _ job: MaintenancePlanner.Job) -> String {
    let arrival = now + (job.leadTime ?? .zero)
    if let p10 = job.curve?.p10, arrival <= p10 {
      return
        "\(named) will be here in time, but no planned stop follows: order now, and repair in an extra stop between "
        + "\(day(arrival)) and \(day(p10)); look at it \(place)"
    }
    let isOverdue = job.curve.map { $0.p10 <= now } ?? false
    return (isOverdue ? "it may fail at any time: stop or relieve it now; " : "")
      + "\(named) will not be here in time: order by express or find a substitute; look at it \(place), and relieve "
      + "the machine until then"
  }

  private func day(_ time: Timestamp) -> String { String(zone.rfc3339(time).prefix(16)).replacing("T", with: " ") }
}
