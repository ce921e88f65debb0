import Control
import Inspection
import Journal
import Plant
import Rules
import Telemetry
import Templates

/// Lots, as the rule keeps them, and what people say of them.
extension GatewayControl {
  private struct KeptSeries {
    var plan: LotPlan
    var name: String
    var series: LotSeries
  }

  private func lotSettings() throws -> LotSettings {
    guard let lots = site.inspection.lots else {
      throw ControlRefusal(
        .badRequest,
        "No plan for lots is configured.\n  → Add `inspection: { lots: { plans: [ { name: shells, stations: [\"shell-*\"], "
          + "aql: 0.65 } ] } }`, and `weir reload`. `weir inspection plan` looks one plan up.")
    }
    return lots
  }

  private func kept(_ plan: LotPlan) throws -> [KeptSeries] {
    try LotRule.names(try store.state(LotRule.stateKey(names: plan.name))).compactMap { name in
      try store.state(LotRule.stateKey(plan: plan.name, series: name)).map {
        KeptSeries(plan: plan, name: name, series: try LotSeries($0))
      }
    }
  }

  /// Lots of a period and those that are not decided, by plan and series, then by time.
  ///
  /// - Parameter stations: plans that they sample for; nil: all.
  func lots(stations: [String]?, _ period: PlantPeriod) throws -> ReportTable {
    let settings = try lotSettings()
    let all = try settings.plans.filter { plan in stations?.contains { plan.watches(station: $0) } ?? true }.flatMap(
      kept)
    var rows: [ReportTable.Row] = []
    var notes: [String] = []
    for one in all {
      let label = [one.plan.name, one.name].filter { !$0.isEmpty }.joined(separator: " ")
      for lot in one.series.all {
        let isDone = lot.disposition == .accepted || lot.disposition == .refused
        guard !isDone || (period.start <= lot.start && lot.start < period.end) else { continue }
        let sample = lot.outcome.plan
        rows.append(
          ReportTable.Row(
            name: "\(label) \(lot.name)",
            figures: [
              lot.size.map(String.init), sample.map { "\($0.size)" }, "\(lot.outcome.inspected)",
              "\(lot.outcome.nonconforming)", sample.map { "\($0.accept)" }, sample.map { "\($0.reject)" },
              lot.disposition.word, lot.outcome.severity.rawValue, Self.advice(lot), one.plan.name,
              one.name.isEmpty ? nil : one.name, lot.name, zone.rfc3339(lot.start),
            ],
            note: "\(lot.outcome.severity.rawValue): \(Self.advice(lot))"))
      }
      notes.append("\(label): the next lot has \(next(one))")
    }
    if rows.isEmpty {
      notes.append(
        "no lot was seen in this period: results name theirs by the attribute `batch` or `order` (and `lot-size`), and "
          + "count when their window has closed")
    }
    let table = settings.table
    notes.append(
      "by \(table.document); "
        + table.status.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
          separator: ", "))
    return self.table(
      "Lots", "lot", period,
      [
        .init("lot_size", title: "lot", unit: "", places: 0),
        .init("sample", title: "sample", unit: "", places: 0),
        .init("inspected", title: "inspected", unit: "", places: 0),
        .init("nonconforming", title: "nonconforming", unit: "", places: 0),
        .init("accept", title: "accept with", unit: "", places: 0),
        .init("reject", title: "refuse with", unit: "", places: 0),
        .words("disposition", title: "disposition", detail: true), .words("severity", title: "inspection"),
        .words("advice", title: "now"), .words("plan", title: "plan", detail: true),
        .words("series", title: "series", detail: true), .words("lot", title: "lot", detail: true),
        .words("start", title: "start", detail: true),
      ], rows, total: nil, notes: notes)
  }

  /// What to do next with a lot.
  private static func advice(_ lot: LotSeries.Lot) -> String {
    switch lot.disposition {
    case .accepted: "accepted" + (lot.outcome.plan == nil ? " by \(lot.word?.person ?? "a person")" : "")
    case .refused:
      lot.settled.map { "refused, settled by \($0.person): \($0.reason)" }
        ?? "REFUSED: keep it apart, then sort, send back or concede it"
    case .inspect(let more): "inspect \(more) more"
    case .undecided: "UNDECIDED: \(lot.outcome.obstacle ?? "no plan")"
    }
  }

  private func next(_ kept: KeptSeries) -> String {
    let since = kept.series.since.map { " (since \(String(zone.rfc3339($0).prefix(10))))" } ?? ""
    switch kept.series.now.state {
    case .normal:
      let reduce = kept.plan.allowsReduced ? site.inspection.lots?.table.switching.reduce : nil
      return "normal inspection" + since
        + (reduce.map { ", switching score \(kept.series.now.score) of \($0.score)" } ?? "")
    case .tightened:
      return "TIGHTENED inspection" + since
        + (site.inspection.lots?.table.tightened.isEmpty ?? true
          ? ": no plan in the table, so a person decides (weir inspection decide)" : "")
    case .reduced: return "reduced inspection" + since
    case .discontinued:
      return "NO inspection by samples\(since): accept none until the supplier has acted (weir inspection resume)"
    }
  }

  // MARK: Words of people

  func judgeLot(_ given: SiteCommand) throws -> CommandReceipt {
    func text(_ name: String) -> String { given.members[name]?.stringValue ?? "" }
    let settings = try lotSettings()
    guard let plan = settings.plans.first(where: { $0.name == text("plan") }) else {
      let known = NearestFirst.sorted(settings.plans.map(\.name), to: text("plan")).joined(separator: ", ")
      throw ControlRefusal(.notFound, "There is no plan \"\(text("plan"))\" for lots.\n  → Plans: \(known).")
    }
    for name in ["person", "reason"] where text(name).isEmpty {
      throw ControlRefusal(.badRequest, "A lot is not decided without a \(name).\n  → Say who decides it, and why.")
    }
    let all = try kept(plan).filter { given.members["series"] == nil || $0.name == text("series") }
    let summary: String
    let found: KeptSeries
    if text("word") == LotRule.resume {
      found = try only(all.filter { $0.series.now.state == .discontinued }, "Nothing is discontinued", plan)
      summary = "the next lot of \(plan.name) \(found.name) has tightened inspection"
    } else {
      found = try only(
        all.filter { kept in kept.series.all.contains { $0.name == text("lot") } }, "There is no such lot", plan)
      guard let lot = found.series.all.first(where: { $0.name == text("lot") }),
        let kind = LotSeries.Word.Kind(rawValue: text("word"))
      else {
        throw ControlRefusal(
          .badRequest, "\"\(text("word"))\" is no word on a lot.\n  → Write accepted, refused, settled or resume.")
      }
      try check(kind, lot)
      summary = "lot \(lot.name) of \(plan.name) \(found.name) is \(kind.rawValue)"
    }
    var command = given
    command.members["series"] = .string(found.name)
    return CommandReceipt(
      id: plan.name, position: try writer.append(command: command), summary: summary, warnings: [])
  }

  private func only(_ found: [KeptSeries], _ problem: String, _ plan: LotPlan) throws -> KeptSeries {
    guard let first = found.first else {
      throw ControlRefusal(.notFound, "\(problem) in \(plan.name).\n  → `weir inspection lots` shows them all.")
    }
    guard found.count == 1 else {
      throw ControlRefusal(
        .badRequest,
        "Several \(plan.series.rawValue)s of \(plan.name) are meant.\n  → Name one: "
          + found.map(\.name).joined(separator: ", ") + ".")
    }
    return first
  }

  private func check(_ kind: LotSeries.Word.Kind, _ lot: LotSeries.Lot) throws {
    if kind == .settled {
      guard lot.disposition == .refused else {
        throw ControlRefusal(
          .badRequest, "Lot \(lot.name) is not refused, so there is nothing to settle.\n  → `weir inspection lots`.")
      }
    } else if lot.outcome.disposition != .undecided {
      throw ControlRefusal(
        .badRequest,
        "Lot \(lot.name) has a plan, and its sample decides (now: \(lot.disposition.word)).\n  → What was done with a "
          + "refused lot is said by `settled`.")
    }
  }
}
