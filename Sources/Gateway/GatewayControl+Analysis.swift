import Control
import Energy
import Plant
import Store
import Telemetry
import Templates

/// What the energy of a period says about the plant: balances, idle use, performance.
extension GatewayControl {
  /// Every meter that feeds others, against them.
  func balanceReport(_ period: PlantPeriod) throws -> ReportTable {
    let plan = BalancePlan(site.assets)
    guard !plan.parents.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "No meter feeds another one, so there is nothing to balance.\n  → Say with `fed-by: <meter>` which meter feeds "
          + "each asset.")
    }
    let metered = try metered(period)
    let amounts = metered.amounts
    var rows: [ReportTable.Row] = []
    var notes: [String] = []
    var guessed: Set<Int> = []
    for parent in plan.parents {
      let balance = try parent.balance(site.assets) { amounts[$0]?[$1] }
      if balance.main.amount == nil, balance.subMeters.allSatisfy({ $0.amount == nil }) { continue }
      guessed.formUnion(metered.guessed.intersection([parent.asset] + (parent.main + parent.below).map(\.asset)))
      var below: ExactDecimal = .zero
      for part in balance.subMeters { below = try below + (part.amount ?? .zero) }
      let name = "\(site.assets[parent.asset].id) (\(parent.quantity.unit))"
      let verdict = verdict(balance)
      rows.append(
        ReportTable.Row(
          name: name,
          figures: [
            balance.main.amount?.description, below.description, balance.difference?.description,
            try balance.share.map { try $0 * ExactDecimal(100) }?.description,
            balance.uncertainty.map { FigureText.text($0, places: 3) },
          ], note: verdict))
      if balance.verdict != .balanced { notes.append("\(name): \(verdict)") }
    }
    if rows.contains(where: { $0.note == "balanced" }) {
      notes.append("all others are balanced: their difference is within the meters' limits of error")
    }
    if !guessed.isEmpty {
      notes.append(
        "a part of what \(FigureText.list(guessed.sorted().map { site.assets[$0].id })) counted was estimated between "
          + "readings, or doubted; the findings energy-imbalance leave such windows out, this table has them")
    }
    return table(
      "Balance of meters with what they feed", "meter", period,
      [
        .init("counted", title: "counted", unit: "", places: 2, hasBar: true),
        .init("sub_meters", title: "sub-meters", unit: "", places: 2),
        .init("unexplained", title: "unexplained", unit: "", places: 2),
        .init("unexplained_percent", title: "share", unit: "%", places: 1),
        .init("uncertainty", title: "uncertainty ±", unit: "", places: 2),
      ], rows, total: nil, notes: notes)
  }

  private func verdict(_ balance: MeterBalance) -> String {
    switch balance.verdict {
    case .balanced: return "balanced"
    case .unexplained: return "unexplained: more goes in than its sub-meters count"
    case .excess: return "excess: its sub-meters count more than goes in"
    case .incomplete:
      let missing = (balance.main.amount == nil ? [balance.main.asset] : []) + balance.missing
      return "incomplete: no data of \(FigureText.list(missing))"
    case .unjudged:
      let unknown = ([balance.main] + balance.subMeters).filter { $0.accuracy == nil }.map(\.asset)
      return "unjudged: `accuracy` is not known of \(FigureText.list(unknown))"
    }
  }
}
