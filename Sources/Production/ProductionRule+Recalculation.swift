import Factors
import Rules
import Telemetry

/// Footprints that are counted again with other factors, for as long as the accounts of their orders are kept.
extension ProductionRule {
  /// The rule of the inventory has kept the recalculation by now.
  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    guard command.name == Recalculation.command, factors != nil, let id = command.members["id"]?.stringValue,
      let recalculation = try Recalculation.decode(context.loadOfSite(Recalculation.stateKey)).first(where: {
        $0.id == id
      }), let next
    else { return }
    let cause = recalculation.cause(gateway: site.gateway.id)
    for line in lines.indices {
      var keys = Set(states[line].live)
      var day = max(states[line].oldestDay ?? next, zone.startOfDay(containing: recalculation.start))
      while day < next {
        keys.formUnion(try lineDay(line, day, context)?.orders ?? [])
        day = zone.nextDay(after: day)
      }
      for key in keys.sorted() {
        guard let account = try orderAccount(key, context), account.footprint != nil,
          recalculation.covers(Timestamp(nanoseconds: (account.order.end ?? next).nanoseconds - 1))
        else { continue }
        try issueOrder(line, key, cause, &context)
      }
    }
  }
}
