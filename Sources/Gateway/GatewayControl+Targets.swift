import Carbon
import Control
import Factors
import Plant
import Telemetry

/// Targets and budgets, for `weir carbon targets`.
extension GatewayControl {
  func targets() throws -> ReportTable {
    guard let report = try targetReport() else {
      throw ControlRefusal(
        .badRequest,
        "This gateway has no target.\n  → Add `carbon: { target: { base-year: 2025, path: { 2030: 70 % } } }` to its "
          + "configuration; see Config/weir.yaml.")
    }
    return try report.table(now: plantNow)
  }

  /// Nil without a target.
  func targetReport() throws -> TargetReport? {
    guard let target = site.carbon?.target else { return nil }
    var bodies: [JSONValue] = []
    try store.visitBodies(kind: .carbonInventory, from: .distantPast, to: .distantFuture, names: names) {
      bodies.append(try JSONValue(parsing: $0.body))
    }
    return try TargetReport(target, bodies: bodies, zone: zone)
  }

  func budgets() throws -> ReportTable {
    guard !site.allBudgets.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "This gateway has no budgets.\n  → Add `budgets: [{ name: month, period: month, limit: 90000 kWh }]` to its "
          + "configuration; see Config/weir.yaml.")
    }
    let today = zone.startOfDay(containing: plantNow)
    return BudgetReport.table(
      try budgetStatus(), start: zone.rfc3339(today), end: zone.rfc3339(zone.nextDay(after: today)))
  }

  /// How the budgets stand, as the rule saw them last: nobody else calculates it.
  func budgetStatus() throws -> [JSONValue] {
    guard let bytes = board.view?.shared[BudgetRule.statusKey] else { return [] }
    return try JSONValue(parsing: bytes).arrayValue ?? []
  }
}
