import Factors
import Telemetry

/// What `weir check` says of metering and tariff.
extension Site {
  var tariffLines: [String] {
    guard let settings = tariff else { return [] }
    var lines: [String] = []
    for period in settings.tariff.periods {
      let prices = period.ruleSet.bands.compactMap { band in period.prices[band].map { "\(band.rawValue) \($0)" } }
      lines.append(
        "  tariff \(period.ruleSet.id), \(period.validity): \(prices.joined(separator: ", ")) "
          + "\(settings.tariff.currency)/kWh")
    }
    var parts: [String] = []
    if let basic = settings.basic {
      parts.append(
        "basic charge by \(basic.basis.rawValue)" + (basic.capacity.map { " (\($0) kVA)" } ?? "")
          + " at \(basic.price) \(settings.tariff.currency)")
    }
    if let contract = settings.contractDemand { parts.append("contract demand \(contract) kW") }
    if let limit = settings.demandLimit { parts.append("demand limit \(limit) kW") }
    if let table = settings.powerFactor {
      parts.append("power factor \(table.standard) (table \(table.status.rawValue))")
    }
    if !parts.isEmpty { lines.append("  " + parts.joined(separator: ", ")) }
    return lines
  }

  var tariffNotes: [String] {
    var notes: [String] = []
    let importing = assets.filter { $0.metering.role == .gridImport }
    let electric = importing.filter { asset in
      asset.signals.contains { $0.kind.quantity == .activeEnergyImport }
    }
    if let settings = tariff {
      if electric.isEmpty {
        notes.append(
          "no electricity meter has `role: grid-import`: records show costs, but no month has a bill and no demand is "
            + "watched")
      }
      if electric.count > 1, settings.contractDemand != nil || settings.basic != nil {
        notes.append(
          "\(electric.count) electricity meters have `role: grid-import`: contract and basic charge are taken for each "
            + "of them")
      }
      let coarse = electric.filter { asset in
        asset.signals.contains { $0.kind.quantity == .activeEnergyImport && $0.expectedInterval > .minutes(1) }
      }
      if settings.demandMethod == .sliding, let first = coarse.first {
        notes.append(
          "demand cannot slide at \(first.id): it sends less often than every minute, so its blocks are taken")
      }
      for period in settings.tariff.periods {
        for band in period.ruleSet.bands {
          if let note = Self.note(band, period) { notes.append(note) }
        }
      }
    }
    let unmetered = assets.filter { asset in
      asset.metering.fedBy != nil && asset.metering.accuracy == nil
        && asset.signals.contains { $0.kind.quantity != nil }
    }
    if !unmetered.isEmpty, unmetered.count < assets.count {
      notes.append(
        "\(unmetered.count) fed meter\(unmetered.count == 1 ? "" : "s") without `accuracy`: balances with their feeder "
          + "have no uncertainty")
    }
    return notes
  }

  /// A price beside what the table says of it.
  private static func note(_ band: Tariff.Band, _ period: Tariff.Period) -> String? {
    guard let multiplier = period.ruleSet.multipliers[band], let price = period.prices[band],
      let base = period.prices[multiplier.relativeTo], !base.isZero
    else { return nil }
    let text = "the \(band.rawValue) price of \(period.ruleSet.id)"
    guard let value = multiplier.standard else {
      return "\(text) is the site's: the table's multiplier is \(multiplier.status.rawValue)"
        + (multiplier.note.map { " (\($0))" } ?? "")
    }
    // A ratio that does not fit in 38 digits is no price of a bill.
    guard let expected = try? base * value, let ratio = try? price / base else { return nil }
    if expected == price {
      return "\(text) is \(value) × \(multiplier.relativeTo.rawValue) (\(multiplier.status.rawValue)): compare it with "
        + "the bill"
    }
    guard let off = try? (ratio - value).magnitude, ExactDecimal("0.01").map({ $0 < off }) ?? true else { return nil }
    return "\(text) is \(ratio.rounded(to: 3)) × \(multiplier.relativeTo.rawValue), and the table says \(value) "
      + "(\(multiplier.status.rawValue))"
  }
}
