import Carbon
import Control
import Factors
import Journal
import Ledger
import Plant
import Rules
import Store
import Telemetry
import Templates

/// Emissions that a person has counted again: checked, shown, and then in the journal.
extension GatewayControl {
  /// Those that were made, as the engine had them a moment ago.
  var recalculations: [UInt8]? { board.view?.shared[Recalculation.stateKey] }

  func recompute(_ given: SiteCommand) throws -> CommandReceipt {
    guard let settings = site.carbon, let recount = try InventoryRecount(site: site, zone: zone) else {
      throw ControlRefusal(
        .badRequest,
        "This gateway counts no emissions.\n  → Add a section `carbon:` to its configuration, and `weir reload`.")
    }
    let now = PlantClock.system().wall
    let clock = board.view?.plantClock ?? now
    let isTrial = given.members["dry_run"] == true
    do {
      let recalculation = try recalculation(given.members, now: now, clock: clock)
      _ = try EmissionCalculator(settings.applying(recalculation.change))
      let months = try recount.months(
        try bodies(.carbonInventory),
        entries: Dictionary(
          try enteredActivities().map { ($0.id, $0) }, uniquingKeysWith: { _, newer in newer }), recalculation)
      let hasFigures = months.isEmpty || months.contains(where: \.hasFigure)
      guard hasFigures else {
        throw ControlRefusal(
          .badRequest,
          "Nothing was counted again: there would be no figure.\n  → \(months.flatMap(\.problems).first ?? "")")
      }
      let table = try differences(months, recount.methods, recalculation, clock: clock)
      let what = "the emissions \(text(recalculation)) with \(recalculation.change.text)"
      if isTrial {
        return CommandReceipt(
          id: recalculation.id, position: 0, summary: "a trial: nothing was changed; this counts \(what)", warnings: [],
          table: table)
      }
      let position = try writer.append(
        command: SiteCommand(name: Recalculation.command, members: recalculation.json))
      return CommandReceipt(
        id: recalculation.id, position: position, summary: "counting \(what)", warnings: [], table: table)
    } catch let problem as FactorProblem {
      throw ControlRefusal(.badRequest, "Nothing was counted again: \(problem.message).\n  → \(problem.remedy)")
    } catch let mistake as PlantPeriod.Mistake {
      throw ControlRefusal(.badRequest, "Nothing was counted again: \(mistake).")
    }
  }

  private func recalculation(
    _ given: [String: JSONValue], now: Timestamp, clock: Timestamp
  ) throws -> Recalculation {
    func text(_ name: String, _ remedy: String) throws(FactorProblem) -> String {
      guard let text = given[name]?.stringValue, !text.isEmpty else {
        throw FactorProblem("\"\(name)\" is missing", remedy: remedy)
      }
      return text
    }
    let from = try text("from", "say from which month on: --from 2026-01")
    let start = try PlantPeriod(from, now: clock, zone: zone).start
    var end: Timestamp?
    if let to = given["to"]?.stringValue { end = try PlantPeriod(to, now: clock, zone: zone).end }
    for bound in [start, end].compactMap(\.self) where zone.startOfMonth(containing: bound) != bound {
      throw FactorProblem(
        "\(zone.rfc3339(bound)) is no beginning of a month",
        remedy: "choose whole months (--from 2026-01 --to 2026-03): a month has one set of factors")
    }
    if let end, end <= start {
      throw FactorProblem("the last month lies before the first", remedy: "write --from 2026-01 --to 2026-03")
    }
    guard start < clock else {
      throw FactorProblem(
        "\(from) lies in the future", remedy: "set the factors of times to come in the configuration, and `weir reload`"
      )
    }
    var made = Recalculation(
      id: "", start: start, end: end, person: try text("person", "say who decides it: --by \"Li Na\""),
      reason: try text("reason", "say why, for the auditor: --reason \"data of 2024 published\""), entered: now,
      change: try given["change"].map { value throws(FactorProblem) in try FactorChange(json: value) }
        ?? FactorChange(), includesWindows: given["windows"]?.booleanValue ?? true)
    let contents = JSONValue.object(made.json).canonicalBytes()
    made.id = "recount-" + LedgerHash.hex(LedgerHash.sha256(contents)).prefix(8)
    return made
  }

  private func bodies(_ kind: RecordKind) throws -> [JSONValue] {
    var bodies: [JSONValue] = []
    try store.visitBodies(kind: kind, from: .distantPast, to: .distantFuture, names: names) {
      bodies.append(try JSONValue(parsing: $0.body))
    }
    return bodies
  }

  // MARK: - Words

  private func month(_ time: Timestamp) -> String { String(CivilDate(of: time, in: zone).description.prefix(7)) }

  private func text(_ recalculation: Recalculation) -> String {
    guard let end = recalculation.end else { return "from \(month(recalculation.start)) on" }
    let last = month(Timestamp(nanoseconds: end.nanoseconds - 1))
    let first = month(recalculation.start)
    return first == last ? "of \(first)" : "of \(first) to \(last)"
  }

  private func differences(
    _ months: [InventoryRecount.Month], _ methods: [InventoryMethod], _ recalculation: Recalculation, clock: Timestamp
  ) throws -> ReportTable {
    var rows: [ReportTable.Row] = []
    for month in months {
      for (place, method) in methods.enumerated() {
        let (old, new) = (month.old[place], month.new[place])
        let difference = try old.flatMap { old in try new.map { try $0 - old } }
        rows.append(
          ReportTable.Row(
            name: "\(self.month(month.start)) \(method.rawValue)",
            figures: [old?.description, new?.description, difference?.description]))
      }
    }
    let end = recalculation.end ?? clock
    var notes = Set(months.flatMap { month in month.problems.map { "\(self.month(month.start)): \($0)" } }).sorted()
    notes += leftOut(recalculation, months, clock: clock)
    return ReportTable(
      title: "Inventory of the site, counted again", by: "month and method", start: zone.rfc3339(recalculation.start),
      end: zone.rfc3339(end),
      columns: [
        ReportTable.Column("old", title: "old", unit: "kg", places: 2),
        ReportTable.Column("new", title: "new", unit: "kg", places: 2),
        ReportTable.Column("difference", title: "difference", unit: "kg", places: 2),
      ], rows: rows, total: nil, notes: notes)
  }

  /// What stays as it is, by name.
  private func leftOut(
    _ recalculation: Recalculation, _ months: [InventoryRecount.Month], clock: Timestamp
  ) -> [String] {
    var notes: [String] = []
    func day(_ time: Timestamp) -> String { CivilDate(of: time, in: zone).description }
    let kept = max(
      site.horizons[.energyInterval]?.revision ?? .zero, site.horizons[.energyMonth]?.revision ?? .zero)
    let windows = clock - kept - .days(2)
    let days = clock - kept - .days(33)
    if !recalculation.includesWindows {
      notes.append("carbon-interval: records of single windows stay as they were issued, as you asked")
    } else if recalculation.start < windows {
      notes.append("carbon-interval: windows before \(day(windows)) stay; their energy figures are no longer kept")
    }
    if recalculation.start < days {
      notes.append("carbon-day: days before \(day(days)) stay; their energy figures are no longer kept")
    }
    if let horizon = site.horizons[.productionOrder], !site.products.isEmpty,
      recalculation.start < clock - horizon.revision
    {
      notes.append(
        "product-footprint: orders that ended before \(day(clock - horizon.revision)) stay; their accounts are closed")
    }
    let shown = Set(months.map(\.start))
    let end = min(recalculation.end ?? clock, clock)
    for month in zone.months(touching: recalculation.start..<max(end, recalculation.start + .days(1)))
    where !shown.contains(month.lowerBound) {
      notes.append(
        month.upperBound <= clock
          ? "\(self.month(month.lowerBound)): there is no record of its inventory in the store, so no difference is shown"
          : "\(self.month(month.lowerBound)) is under way: its windows and days are counted again, its inventory will be"
      )
    }
    return notes
  }

  /// What people had counted again, for `weir factors changes`.
  func factorChanges() throws -> ReportTable {
    let list = try Recalculation.decode(recalculations)
    let rows = list.reversed().map { entry in
      ReportTable.Row(
        name: text(entry), figures: [],
        note: "\(entry.change.text); \(entry.person), \(zone.rfc3339(entry.entered)): \(entry.reason) (\(entry.id))")
    }
    let start = list.map(\.start).min() ?? started
    return ReportTable(
      title: "Factors that recalculations have chosen, the newest first", by: "months", start: zone.rfc3339(start),
      end: zone.rfc3339(board.view?.plantClock ?? started), columns: [], rows: rows, total: nil,
      notes: list.isEmpty
        ? ["none: everywhere the factors of the configuration count"]
        : ["of several for a month the newest holds; all other months have the factors of the configuration"])
  }
}
