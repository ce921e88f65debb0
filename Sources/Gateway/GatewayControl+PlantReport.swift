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
    if let budgets = try budgets() { sections.append(budgets) }
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

  /// By scope, of some assets and entries (nil = the site) in a period: whole months of the site from the inventory.
  ///
  /// - Parameter figures: of the whole period, where they are known already.
  private func scopes(
    _ report: EmissionReport, _ method: InventoryMethod, _ entries: [EnteredActivity], _ period: PlantPeriod,
    group: Set<Int>? = nil, figures: PeriodFigures? = nil
  ) throws -> (scopes: [ExactDecimal]?, problems: [String]) {
    let whole = period.start..<period.end
    let months = zone.months(touching: whole)
    var sums: [ExactDecimal]? = [.zero, .zero, .zero]
    var problems: Set<String> = []
    for month in months.map({ $0.clamped(to: whole) }) {
      if group == nil, let scopes = try inventory(month, method) {
        sums = try added(sums, scopes)
        continue
      }
      let part = PlantPeriod(start: month.lowerBound, end: month.upperBound, name: period.name)
      let amounts = months.count == 1 ? figures?.metered.amounts : nil
      let own = entries.filter { entry in
        entry.start < part.end && part.start < entry.end && (group.map { belongs(entry, to: $0) } ?? true)
      }
      let result = try report.sums(
        method, amounts: try amounts ?? metered(part).amounts, group: group ?? Set(site.assets.indices), entries: own,
        period: month)
      problems.formUnion(result.problems)
      sums = try added(sums, result.scopes)
    }
    return (sums, problems.sorted())
  }

  // MARK: - Budgets and target

  /// Of the periods under way; nil where none is configured.
  private func budgets() throws -> PlantReport.Section? {
    guard let carbon = site.carbon, !carbon.budgets.isEmpty || carbon.target != nil,
      let report = try EmissionReport(site: site, zone: zone, recalculations: recalculations)
    else { return nil }
    let entries = try enteredActivities()
    var lines = try carbon.budgets.map { try line($0, report, entries) }
    if let target = carbon.target, let line = try line(target, report, entries) { lines.append(line) }
    return PlantReport.Section("budgets", "Budgets and target of emissions", lines: lines)
  }

  private func used(
    _ report: EmissionReport, _ method: InventoryMethod, _ scopes: [Int], _ period: PlantPeriod, group: Set<Int>?,
    _ entries: [EnteredActivity]
  ) throws -> ExactDecimal? {
    guard let own = try self.scopes(report, method, entries, period, group: group).scopes else { return nil }
    var sum = ExactDecimal.zero
    for scope in scopes { sum = try sum + own[scope - 1] }
    return sum
  }

  private func line(
    _ budget: CarbonBudget, _ report: EmissionReport, _ entries: [EnteredActivity]
  ) throws -> String {
    let whole = try plantPeriod(budget.period.rawValue)
    let over = PlantPeriod(start: whole.start, end: max(whole.start, min(whole.end, plantNow)), name: whole.name)
    let isAll = budget.assets.isEmpty || budget.assets.contains("*")
    let group =
      isAll
      ? nil
      : Set(
        site.assets.indices.filter { place in
          budget.assets.contains { Wildcard.matches(site.assets[place].id, $0) }
        })
    guard let used = try used(report, budget.method, budget.scopes, over, group: group, entries) else {
      return "\(budget.name): no figure, a factor is missing (weir carbon says which)"
    }
    let seconds = { (span: Span64) in Int(span.nanoseconds / 1_000_000_000) }
    let (state, projected) = try budget.state(
      used: used, elapsed: seconds(over.end - over.start), length: seconds(whole.end - whole.start))
    let words =
      switch state {
      case .within: "within"
      case .projected: "WILL BE EXCEEDED if it goes on like this"
      case .exceeded: "EXCEEDED"
      }
    return
      "\(budget.name): \(used.text(places: 0)) of \(budget.limit.text(places: 0)) kg this \(budget.period.rawValue), "
      + words + (projected.map { " (projected \($0.text(places: 0)) kg)" } ?? "")
  }

  /// Nil where the base of the target is not known.
  private func line(
    _ target: CarbonTarget, _ report: EmissionReport, _ entries: [EnteredActivity]
  ) throws -> String? {
    let year = zone.localDate(plantNow).year
    guard let allowance = try target.allowance(in: year, base: nil) else { return nil }
    let whole = try plantPeriod("year")
    let over = PlantPeriod(start: whole.start, end: min(whole.end, plantNow), name: whole.name)
    guard let used = try used(report, target.method, target.scopes, over, group: nil, entries) else { return nil }
    let gone = (over.end - over.start).nanoseconds * 100 / max(1, (whole.end - whole.start).nanoseconds)
    return "target \(year): \(used.text(places: 0)) of \(allowance.text(places: 0)) kg used, \(gone) % of the year gone"
  }
}
