import Control
import Energy
import Factors
import Foundation
import Plant
import Store
import Telemetry
import Templates

/// Advice on flexible loads, made when it is asked for: from tariff, grid factors and the forecast of the site's load.
extension GatewayControl {
  static let adviceHours = 24
  private static let maximumAdviceHours = 48

  func advice(policy name: String?, hours: Int?) async throws -> AdviceReport {
    let hours = hours ?? Self.adviceHours
    guard (1...Self.maximumAdviceHours).contains(hours) else {
      throw ControlRefusal(
        .badRequest,
        "There is no advice for \(hours) hours.\n  → Ask for 1 to \(Self.maximumAdviceHours) hours; \(Self.adviceHours) are usual."
      )
    }
    let policy =
      try name.map { name in
        guard let policy = AdvicePolicy(rawValue: name) else {
          let known = AdvicePolicy.allCases.map(\.rawValue).joined(separator: ", ")
          throw ControlRefusal(.badRequest, "There is no policy \"\(name)\".\n  → There are: \(known).")
        }
        return policy
      } ?? site.energy.advice
    return try advice(policy, hours: hours)
  }

  func advice(_ policy: AdvicePolicy, hours: Int) throws -> AdviceReport {
    var notes: [String] = []
    let loads = FlexibleLoad.all(site.assets, topology: MeterTopology(site.assets))
    if loads.isEmpty {
      notes.append(
        "no load is declared flexible: add `essential: no` and `flexible: { … }` to assets that may be moved or left out"
      )
    }
    let usable = Set(loads.map(\.asset))
    for (place, asset) in site.assets.enumerated() where asset.metering.flexible != nil && !usable.contains(place) {
      notes.append("\(asset.id) is never proposed: it is essential, or feeds what is")
    }
    let now = plantNow
    let load = siteLoad(from: now, hours: hours, notes: &notes)
    let factors = gridFactors(from: now, hours: hours, notes: &notes)
    if site.tariff == nil { notes.append("no tariff: savings of money are not known") }
    var plan = try AdvicePlan(
      from: now, hours: hours, length: site.energy.window, zone: zone, tariff: site.tariff,
      factor: { factors?.factor($0) }, load: { load?($0) })
    if load != nil, !plan.hasLoad {
      notes.append(
        "the forecast of the site's load does not reach over all of this time, so its demand is not looked at; is the "
          + "meter silent?")
    }
    if site.tariff != nil, !plan.isPriced {
      notes.append("the tariff has no price for all of this time: savings of money are not known")
    }
    if plan.basic?.basis == .demand, plan.hasLoad { plan.demandSoFar = try demandSoFar(now) }
    let found = try LoadAdvisor(loads, policy: policy).advise(plan)
    let gas = plan.hasFactors ? factors?.gas : nil
    let currency = plan.isPriced ? site.tariff?.tariff.currency : nil
    let writer = AdviceWriter(assets: site.assets, zone: zone, limit: plan.limit, currency: currency, gas: gas)
    if plan.hasFactors, let source = factors?.source { notes.append("emissions by \(source)") }
    if let limit = plan.limit, let most = try plan.maximum() {
      notes.append(
        "the demand is expected to reach \(most.text(places: 1)) kW (limit \(limit) kW); "
          + "\(try found.after.maximum()?.text(places: 1) ?? "–") kW if everything here is done")
    }
    return AdviceReport(
      start: zone.rfc3339(plan.slots.first?.start ?? now), end: zone.rfc3339(plan.end), policy: policy.rawValue,
      currency: currency, gas: gas, proposals: found.proposals.map(writer.text),
      saving: try Self.sum(found.proposals.map(\.saving))?.description,
      emissions: try Self.sum(found.proposals.map(\.emissions))?.description, notes: notes)
  }

  /// Nil if one is not known.
  private static func sum(_ values: [ExactDecimal?]) throws -> ExactDecimal? {
    var sum = ExactDecimal.zero
    for value in values {
      guard let value else { return nil }
      sum = try sum + value
    }
    return sum
  }

  // MARK: - What it rests on

  /// Meters at the boundary to the grid.
  private var gridMeters: [Asset] {
    MeterTopology(site.assets).counted(.activeEnergyImport, roles: [.gridImport]).map { site.assets[$0] }
  }

  /// kW of the site at a time ahead, by the forecasts of its grid meters; nil, and a note, where one has none.
  private func siteLoad(
    from now: Timestamp, hours: Int, notes: inout [String]
  ) -> ((Timestamp) -> ExactDecimal?)? {
    guard !gridMeters.isEmpty else {
      notes.append("no meter has `role: grid-import`: the site's load is not forecast, and its demand not looked at")
      return nil
    }
    var sums: [Int: ExactDecimal] = [:]
    for (place, meter) in gridMeters.enumerated() {
      do {
        // A forecast begins behind the newest whole hour, some time ago.
        let forecast = try loadForecast(meter, hours: min(LoadForecaster.maximumHours, hours + 12))
        for (lead, hour) in forecast.hours.enumerated() {
          // Three places: a forecast knows no more.
          let at = forecast.firstHour + lead
          guard let rounded = ScaledInteger(rounding: max(0, hour.point), places: 3) else {
            sums[at] = nil
            continue
          }
          let power = try ExactDecimal(rounded)
          // An hour that another meter has no forecast of stays unknown.
          if place == 0 { sums[at] = power } else if let sum = sums[at] { sums[at] = try sum + power }
        }
        let known = Set(forecast.hours.indices.map { forecast.firstHour + $0 })
        sums = sums.filter { known.contains($0.key) }
      } catch {
        notes.append("the site's load is not known (\(meter.id): \(error)), and its demand not looked at")
        return nil
      }
    }
    let zone = zone
    return { [sums] time in
      sums[LoadForecaster.localHour(time, offsetSeconds: zone.offsetSeconds(at: time))]
    }
  }

  private struct GridFactors {
    var factor: (Timestamp) -> ExactDecimal?
    var gas: String
    var source: String
  }

  /// The hourly series if it has all hours, else the factor of the year; nil, and a note, if there is neither.
  private func gridFactors(from now: Timestamp, hours: Int, notes: inout [String]) -> GridFactors? {
    guard let settings = site.carbon, let method = settings.methods.first else {
      notes.append("emissions are not counted (no `carbon:`), so what moving a load does to them is not known")
      return nil
    }
    if let file = settings.hourlySeries {
      do {
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        let series = try HourlySeries(csv: text, nature: file.nature, source: file.source)
        // One hour more: the first slot begins behind now.
        if (0...hours).allSatisfy({ series.factor(at: now + .hours(Int64($0))) != nil }) {
          return GridFactors(
            factor: series.factor(at:), gas: GasCoverage.co2.rawValue,
            source: "hourly factors of \(file.source), \(file.nature.rawValue)")
        }
        notes.append("the hourly factors (\(file.path)) do not cover this time: the factor of the year is taken")
      } catch {
        notes.append("the hourly factors cannot be read (\(error)): the factor of the year is taken")
      }
    }
    do {
      let day = CivilDate(of: now, in: zone)
      let choice = try EmissionCalculator(settings).choice(method, at: settings.inventoryDate(lastDay: day))
      let value = try ActivityUnit.perKilowattHour(choice.factor)
      return GridFactors(
        factor: { _ in value }, gas: choice.factor.gas.rawValue,
        source: "\(choice.factor.id), the same at every hour: what is only moved emits as much as before")
    } catch {
      notes.append("the grid's factor is not known: \(error)")
      return nil
    }
  }

  /// kW: the maximum of the month so far, of the site's one grid meter; nil if there are several or no records.
  private func demandSoFar(_ now: Timestamp) throws -> ExactDecimal? {
    let meters = gridMeters
    guard meters.count == 1 else { return nil }
    let period = PlantPeriod(start: zone.startOfMonth(containing: now), end: now, name: "month")
    var most: ExactDecimal?
    for part in try figures(period).maxima where part.asset == meters[0].id {
      most = max(most ?? .zero, part.demand)
    }
    return most
  }
}

extension ActivityUnit {
  /// kg by kWh.
  fileprivate static func perKilowattHour(_ factor: EmissionFactor) throws -> ExactDecimal {
    guard let unit = FactorUnit(factor.unit), unit.coverage != nil else {
      throw FactorProblem("\(factor.id) is in \(factor.unit)", remedy: "choose a factor in kgCO2/kWh")
    }
    let amount = try convert(.one, "kWh", to: unit.per)
    return try convert(try amount * factor.value, unit.mass.rawValue, to: "kg")
  }
}
