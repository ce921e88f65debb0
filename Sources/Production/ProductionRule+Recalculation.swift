import Factors
import Rules
import Telemetry

/// Footprints that are counted again with other factors, for as long as the accounts of their orders are kept.
extension ProductionRule {
  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    switch command.name {
    case ImportedFootprint.command: try heardImport(command, context: &context)
    case Recalculation.command: try heardRecalculation(command, context: &context)
    default: return
    }
  }

  /// Keys of a line's orders that are still kept, sorted: those that are open, and those of its days since one.
  func keptOrders(
    _ line: Int, from start: Timestamp, before next: Timestamp, _ context: RuleContext
  ) throws -> [String] {
    var keys = Set(states[line].live)
    var day = max(states[line].oldestDay ?? next, start)
    while day < next {
      keys.formUnion(try lineDay(line, day, context)?.orders ?? [])
      day = zone.nextDay(after: day)
    }
    return keys.sorted()
  }

  /// The rule of the inventory has kept the recalculation by now.
  private mutating func heardRecalculation(_ command: SiteCommand, context: inout RuleContext) throws {
    guard factors != nil, let id = command.members["id"]?.stringValue,
      let recalculation = try Recalculation.decode(context.loadOfSite(Recalculation.stateKey)).first(where: {
        $0.id == id
      }), let next
    else { return }
    let cause = recalculation.cause(gateway: site.gateway.id)
    for line in lines.indices {
      let first = zone.startOfDay(containing: recalculation.start)
      for key in try keptOrders(line, from: first, before: next, context) {
        guard let account = try orderAccount(key, context), account.footprint != nil,
          recalculation.covers(Timestamp(nanoseconds: (account.order.end ?? next).nanoseconds - 1))
        else { continue }
        try issueOrder(line, key, cause, &context)
      }
    }
  }
}
