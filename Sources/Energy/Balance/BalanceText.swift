import Plant
import Telemetry
import Templates

/// What the balances say to people.
struct BalanceText {
  let site: Site
  let zone: PlantZone

  /// - Parameter leftOut: windows since then that could not be judged.
  func imbalance(
    _ imbalance: BalanceWatch.Imbalance, of parent: BalancePlan.Parent, leftOut: Int, key: String, at now: Timestamp
  ) throws -> Finding {
    let id = site.assets[parent.asset].id
    let unit = parent.quantity.unit
    let amount = FigureText.text(imbalance.difference.magnitude)
    let share =
      imbalance.amount.isZero
      ? ""
      : " (\(FigureText.percent(imbalance.difference.magnitude.doubleValue / imbalance.amount.magnitude.doubleValue)))"
    let since = "in \(imbalance.windows) windows since \(zone.rfc3339(imbalance.since))"
    let caution =
      leftOut == 0
      ? ""
      : " \(leftOut == 1 ? "One window" : "\(leftOut) windows") since then \(leftOut == 1 ? "is" : "are") not in it: a "
        + "reading was missing, estimated between others, or doubted."
    var seen: Set<Int> = []
    let names = parent.below.map(\.asset).filter { seen.insert($0).inserted }.map { site.assets[$0].id }
    let isUnexplained = imbalance.side == .unexplained
    return Finding(
      key: key, rule: "energy-imbalance", subject: id, severity: .warning, opened: now,
      summary: (isUnexplained
        ? "\(amount) \(unit)\(share) of what \(id) counted \(since) is in none of its \(names.count) sub-meters; that is "
          + "more than the meters' limits of error explain."
        : "The \(names.count) sub-meters of \(id) counted \(amount) \(unit)\(share) more than \(id) itself \(since); that "
          + "is more than the meters' limits of error explain.") + caution,
      advice: isUnexplained
        ? "Look for a consumer without a meter, or one whose `fed-by: \(id)` is missing in the configuration; for a "
          + "sub-meter that stands still (transformer ratio, a lost phase); for a leak. `weir energy balance` shows the "
          + "meters."
        : "Check transformer ratio and direction of the largest sub-meters, whether one is `fed-by` another feeder, and "
          + "whether a generator below \(id) has no meter. `weir energy balance` shows the meters.",
      evidence: [
        Event.Attribute("side", imbalance.side.rawValue), Event.Attribute("quantity", parent.quantity.rawValue),
        Event.Attribute("unit", unit), Event.Attribute("difference", imbalance.difference.description),
        Event.Attribute("counted", imbalance.amount.description),
        Event.Attribute("windows", String(imbalance.windows)), Event.Attribute("windows_left_out", String(leftOut)),
        Event.Attribute("since", zone.rfc3339(imbalance.since)),
        Event.Attribute("sub_meters", FigureText.list(names, limit: 20)),
      ])
  }

  func leak(
    _ suspicion: LeakWatch.Suspicion, of meter: MeterSlot, key: String, at now: Timestamp
  ) throws -> Finding {
    let id = site.assets[meter.asset].id
    let unit = meter.quantity.unit
    let analysis = site.energy.analysis
    let hours = "\(Self.hour(analysis.nightFrom)) and \(Self.hour(analysis.nightTo))"
    var evidence = [
      Event.Attribute("quantity", meter.quantity.rawValue), Event.Attribute("unit", unit),
      Event.Attribute("flow_per_hour", suspicion.flow.description),
      Event.Attribute("per_day", suspicion.perDay.description), Event.Attribute("nights", String(suspicion.nights)),
      Event.Attribute("since", zone.rfc3339(suspicion.since)),
    ]
    var cost = ""
    if let price = analysis.mediaPrices[meter.quantity] {
      let perDay = try suspicion.perDay * price
      let currency = site.tariff?.tariff.currency ?? ""
      cost = ", " + (FigureText.text(perDay, places: 2) + " " + currency).trimmedEnd
      evidence.append(Event.Attribute("cost_per_day", perDay.description))
      if !currency.isEmpty { evidence.append(Event.Attribute("currency", currency)) }
    }
    return Finding(
      key: key, rule: "leak-suspected", subject: id, severity: .warning, opened: now,
      summary: "The flow through \(id) has not come to rest between \(hours) for \(suspicion.nights) nights: at least "
        + "\(FigureText.text(suspicion.flow)) \(unit)/h flowed all the time. If that is a leak, "
        + "\(FigureText.text(suspicion.perDay)) \(unit)\(cost) are lost a day.",
      advice: "Close the branches below \(id) one after the other while nothing is used and watch its flow, or search "
        + "with an ultrasonic detector. If something needs the flow at night, raise `energy: leak: share`.",
      evidence: evidence)
  }

  private static func hour(_ hour: Int) -> String { (hour < 10 ? "0" : "") + "\(hour):00" }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
