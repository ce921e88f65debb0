import Carbon
import Control
import Factors
import Plant
import Telemetry
import Templates

/// The page on a shift, day, week or month.
extension GatewayControl {
  func plantReport(_ span: PlantReport.Span, period text: String?) async throws -> PlantReport {
    let whole = try plantPeriod(text ?? span.usualPeriod)
    // Of a period under way only what is over is compared, with as much of the one before.
    let over = min(whole.end, plantNow.windowStart(site.energy.window))
    guard whole.start < over else {
      throw ControlRefusal(
        .badRequest, "The period \"\(whole.name)\" has not begun.\n  → Ask for one before: \(span.usualPeriod).")
    }
    let period = PlantPeriod(start: whole.start, end: over, name: whole.name)
    var before = whole.previous(zone: zone)
    if over < whole.end { before.end = min(before.end, before.start + (over - whole.start)) }
    let writer = PlantReportWriter(site: site, now: try figures(period), before: try figures(before))
    var sections = [try writer.energy()]
    if let cost = try writer.cost() { sections.append(cost) }
    if let demand = writer.demand() { sections.append(demand) }
    if let emissions = try emissions(writer, period, before) { sections.append(emissions) }
    if let areas = try writer.areas() { sections.append(areas) }
    if let budgets = try budgetsAndTarget() { sections.append(budgets) }
    if let effectiveness = try effectiveness(period) { sections.append(effectiveness) }
    sections.append(PlantReportWriter.findings(try store.openFindings()))
    sections.append(PlantReportWriter.proposals(try advice(site.energy.advice, hours: Self.adviceHours)))
    var notes = cutWindows(period)
    if over < whole.end { notes.append("the period is under way: compared with as much of the one before") }
    return PlantReport(
      gateway: site.gateway.id, span: span, start: zone.rfc3339(period.start), end: zone.rfc3339(period.end),
      beforeStart: zone.rfc3339(before.start), beforeEnd: zone.rfc3339(before.end), sections: sections, notes: notes)
  }

  private func emissions(
    _ writer: PlantReportWriter, _ period: PlantPeriod, _ before: PlantPeriod
  ) throws -> PlantReport.Section? {
    guard let report = try EmissionReport(site: site, zone: zone, recalculations: recalculations) else { return nil }
    let entries = try enteredActivities()
    var problems: Set<String> = []
    let methods = try report.methods.map { method in
      let own = try scopes(report, method, entries, period, figures: writer.now)
      problems.formUnion(own.problems)
      let old = try scopes(report, method, entries, before, figures: writer.before)
      return PlantReportWriter.Emissions(method: method, now: own.scopes, before: old.scopes)
    }
    return try writer.emissions(methods, problems: problems.sorted())
  }

  /// By scope, of the site in a period: whole months from the inventory.
  ///
  /// - Parameter figures: of the whole period.
  private func scopes(
    _ report: EmissionReport, _ method: InventoryMethod, _ entries: [EnteredActivity], _ period: PlantPeriod,
    figures: PeriodFigures
  ) throws -> (scopes: [ExactDecimal]?, problems: [String]) {
    let whole = period.start..<period.end
    let months = zone.months(touching: whole)
    var sums: [ExactDecimal]? = [.zero, .zero, .zero]
    var problems: Set<String> = []
    for month in months.map({ $0.clamped(to: whole) }) {
      if let scopes = try inventory(month, method) {
        sums = try added(sums, scopes)
        continue
      }
      let part = PlantPeriod(start: month.lowerBound, end: month.upperBound, name: period.name)
      let amounts = months.count == 1 ? figures.metered.amounts : try metered(part).amounts
      let own = entries.filter { $0.start < part.end && part.start < $0.end }
      let result = try report.sums(
        method, amounts: amounts, group: Set(site.assets.indices), entries: own, period: month, hours: try hours(part))
      problems.formUnion(result.problems)
      sums = try added(sums, result.scopes)
    }
    return (sums, problems.sorted())
  }

  // MARK: - Budgets and target

  /// Of the periods under way, whatever the page is of; nil where none is configured.
  private func budgetsAndTarget() throws -> PlantReport.Section? {
    var lines: [String] = []
    if !site.allBudgets.isEmpty {
      lines = BudgetReport.lines(try budgetStatus())
      if lines.isEmpty { lines = ["how the budgets stand is known when an energy window has closed"] }
    }
    if let report = try targetReport(), let line = try report.line(now: plantNow) { lines.append(line) }
    guard !lines.isEmpty else { return nil }
    return PlantReport.Section("budgets", "Budgets and target of the periods under way", lines: lines)
  }
}
