import Control
import Energy
import Plant
import Telemetry
import Templates

/// Proposals in words.
struct AdviceWriter {
  let assets: [Asset]
  let zone: PlantZone
  let limit: ExactDecimal?
  let currency: String?
  let gas: String?

  func text(_ proposal: AdviceProposal) -> AdviceReport.Proposal {
    let asset = assets[proposal.load.asset]
    let own = proposal.load.flexibility
    return AdviceReport.Proposal(
      asset: asset.id, name: asset.name, kind: own.kind.rawValue, action: action(proposal), reasons: reasons(proposal),
      comfort: comfort(proposal), relievedFrom: zone.rfc3339(proposal.relieved.lowerBound),
      relievedTo: zone.rfc3339(proposal.relieved.upperBound),
      loadedFrom: proposal.loaded.map { zone.rfc3339($0.lowerBound) },
      loadedTo: proposal.loaded.map { zone.rfc3339($0.upperBound) }, power: own.power.description,
      energy: proposal.energy.description, saving: proposal.saving?.description,
      demandSaving: proposal.demandSaving?.description, emissions: proposal.emissions?.description,
      excess: proposal.excess?.description)
  }

  private func action(_ proposal: AdviceProposal) -> String {
    let name = assets[proposal.load.asset].name
    let relieved = span(proposal.relieved)
    switch (proposal.load.flexibility.kind, proposal.loaded) {
    case (.shift, let loaded?): return "run \(name) \(span(loaded)) instead of \(relieved)"
    case (.storage, let loaded?): return "charge \(name) \(span(loaded)) and use it \(relieved)"
    default: return "leave \(name) out \(relieved)"
    }
  }

  private func reasons(_ proposal: AdviceProposal) -> [String] {
    var reasons: [String] = []
    if proposal.holdsLimit, let excess = proposal.excess, let limit {
      reasons.append("takes \(excess.text(places: 1)) kWh off the demand above its limit of \(limit) kW")
    }
    if let before = proposal.priceBefore, let currency {
      if let after = proposal.priceAfter, after != before {
        reasons.append("a kWh costs \(after) instead of \(before) \(currency)")
      } else if proposal.loaded == nil {
        reasons.append("a kWh costs \(before) \(currency) then")
      }
    }
    if let demand = proposal.demandSaving, !demand.isZero, let currency {
      reasons.append(
        demand.isNegative
          ? "the month's demand charge rises by \(demand.magnitude.text(places: 2)) \(currency)"
          : "the month's demand charge falls by \(demand.text(places: 2)) \(currency)")
    }
    if let emissions = proposal.emissions, !emissions.isZero {
      let amount = "\(emissions.magnitude.text(places: 1)) kg\(gas ?? "")"
      if proposal.raisesEmissions {
        let why =
          proposal.load.flexibility.kind == .storage ? "its losses and the grid's factors" : "the grid's factors"
        reasons.append("BUT it emits \(amount) more, by \(why)")
      } else {
        reasons.append("emits \(amount) less")
      }
    }
    return reasons
  }

  private func comfort(_ proposal: AdviceProposal) -> String {
    let own = proposal.load.flexibility
    let loss: String
    switch (own.kind, proposal.loaded) {
    case (.shift, let loaded?):
      let later = loaded.lowerBound - proposal.relieved.lowerBound
      loss = "the run is \(length(later)) \(later < .zero ? "earlier" : "later")"
    case (.storage, _): loss = "the storage is not free for anything else"
    default:
      loss = "\(own.power) kW are missing for \(length(proposal.relieved.upperBound - proposal.relieved.lowerBound))"
    }
    return "\(own.comfort.rawValue): \(loss)" + (own.effect.map { "; \($0)" } ?? "")
  }

  private func length(_ span: Span64) -> String {
    let minutes = Int(abs(span.nanoseconds) / 60_000_000_000)
    if minutes < 60 { return "\(minutes) min" }
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
  }

  /// `Wed 22:00–23:30` in the plant's time; the day of the end only where it is another one.
  private func span(_ range: Range<Timestamp>) -> String {
    "\(clock(range.lowerBound, withDay: true))–\(clock(range.upperBound, withDay: false))"
  }

  private func clock(_ time: Timestamp, withDay: Bool) -> String {
    let text = String(zone.rfc3339(time).dropFirst(11).prefix(5))
    guard withDay else { return text }
    let date = zone.localDate(time)
    let weekday = ShiftPlan.weekday(day: Timestamp.days(year: date.year, month: date.month, day: date.day))
    return "\(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday]) \(text)"
  }
}
