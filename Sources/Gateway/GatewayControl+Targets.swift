import Carbon
import Control
import Factors
import Plant
import Telemetry

/// Targets and budgets, for `weir carbon targets`.
extension GatewayControl {
  func targets() throws -> ReportTable {
    guard let target = site.carbon?.target else {
      throw ControlRefusal(
        .badRequest,
        "This gateway has no target.\n  → Add `carbon: { target: { base-year: 2025, path: { 2030: 70 % } } }` to its "
          + "configuration; see Config/weir.yaml.")
    }
    var bodies: [JSONValue] = []
    try store.visitBodies(kind: .carbonInventory, from: .distantPast, to: .distantFuture) {
      bodies.append(try JSONValue(parsing: $0.body))
    }
    return try TargetReport(target, bodies: bodies, zone: zone).table(now: plantNow)
  }

  func budgets() throws -> ReportTable {
    guard !site.allBudgets.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "This gateway has no budgets.\n  → Add `budgets: [{ name: month, period: month, limit: 90000 kWh }]` to its "
          + "configuration; see Config/weir.yaml.")
    }
    var status: [JSONValue] = []
    if let bytes = board.view?.shared[BudgetRule.statusKey] {
      status = try JSONValue(parsing: bytes).arrayValue ?? []
    }
    let today = zone.startOfDay(containing: plantNow)
    return BudgetReport.table(status, start: zone.rfc3339(today), end: zone.rfc3339(zone.nextDay(after: today)))
  }
}
