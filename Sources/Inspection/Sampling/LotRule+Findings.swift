import Plant
import Rules
import Telemetry
import Templates

/// What a person should know of lots: which are refused, which wait, and that inspection has become stricter.
extension LotRule {
  /// So many lots are named in a finding.
  private static let named = 5

  mutating func tell(_ plan: LotPlan, _ name: String, _ series: LotSeries, _ context: inout RuleContext) {
    var findings = series.all.filter { $0.disposition == .refused && $0.settled == nil }
      .map { refused($0, plan, name) }
    if let severity = severity(plan, name, series) { findings.append(severity) }
    if let waiting = waiting(plan, name, series) { findings.append(waiting) }
    for finding in findings { told.tell(finding, isNews: true, context: &context) }
    endFindings(plan.name, name, at: context.clock, except: Set(findings.map(\.key)), &context)
  }

  mutating func endFindings(
    _ plan: String, _ series: String, at time: Timestamp, except keys: Set<String> = [], _ context: inout RuleContext
  ) {
    let own = Self.seriesKey(plan, series)
    for finding in told.findings where !keys.contains(finding.key) {
      guard finding.key.split(separator: "/", maxSplits: 1).last.map({ $0 == own || $0.hasPrefix(own + "/") }) ?? false
      else { continue }
      told.end(finding.key, at: max(time, finding.opened), context: &context)
    }
  }

  private static func seriesKey(_ plan: String, _ series: String) -> String {
    String(recordKey(plan, series, lot: "").dropLast())
  }

  private func whose(_ plan: LotPlan, _ series: String) -> String {
    switch plan.series {
    case .plan: "plan \(plan.name)"
    case .supplier: "supplier \(series.isEmpty ? "without a name" : series) (plan \(plan.name))"
    case .product: "product \(series.isEmpty ? "without a name" : series) (plan \(plan.name))"
    }
  }

  private func evidence(_ plan: LotPlan, _ series: String) -> [Event.Attribute] {
    [Event.Attribute("plan", plan.name)] + (series.isEmpty ? [] : [Event.Attribute("series", series)])
  }

  private func refused(_ lot: LotSeries.Lot, _ plan: LotPlan, _ name: String) -> Finding {
    let outcome = lot.outcome
    var evidence =
      [
        Event.Attribute("lot", lot.name)
      ] + evidence(plan, name) + [
        Event.Attribute("lot_size", lot.size.map { "\($0)" } ?? "unknown"), Event.Attribute("aql", lot.limit),
        Event.Attribute("level", lot.level.rawValue), Event.Attribute("severity", outcome.severity.rawValue),
        Event.Attribute("inspected", "\(outcome.inspected)"),
        Event.Attribute("nonconforming", "\(outcome.nonconforming)"),
      ]
    let why: String
    if let sample = outcome.plan {
      evidence += [
        Event.Attribute("sample", "\(sample.size)"), Event.Attribute("letter", sample.planLetter),
        Event.Attribute("accept", "\(sample.accept)"), Event.Attribute("reject", "\(sample.reject)"),
      ]
      why =
        "\(outcome.nonconforming) nonconforming among \(outcome.inspected) of the sample of \(sample.size), "
        + "and \(sample.reject) refuse it (AQL \(lot.limit), level \(lot.level.rawValue), letter \(sample.planLetter), "
        + "\(outcome.severity.rawValue) inspection)"
    } else {
      let word = lot.word
      why = "\(word?.person ?? "a person") decided so (\(word?.reason ?? "no reason"))"
      evidence.append(Event.Attribute("person", word?.person ?? ""))
    }
    if !outcome.units.isEmpty {
      evidence.append(Event.Attribute("units", outcome.units.joined(separator: ", ")))
    }
    return Finding(
      key: "lot-refused/\(Self.recordKey(plan.name, name, lot: lot.name))", rule: "lot-refused", subject: lot.station,
      severity: .warning, opened: outcome.decided ?? lot.word?.time ?? lot.start,
      summary: "Lot \(lot.name) of \(whose(plan, name)) is refused: \(why).",
      advice:
        "Keep the lot apart: sort it, send it back, or use it by concession. Then "
        + "`weir inspection decide \(plan.name) \(lot.name) settled --by NAME --reason WHAT` ends this.",
      evidence: evidence)
  }

  private func severity(_ plan: LotPlan, _ name: String, _ series: LotSeries) -> Finding? {
    let state = series.now.state
    guard state == .tightened || state == .discontinued, let lot = series.lots.last else { return nil }
    let rules = settings.table.switching
    let since = series.since ?? lot.start
    let hasTable = !settings.table.tightened.isEmpty
    return Finding(
      key: "inspection-severity/\(Self.seriesKey(plan.name, name))", rule: "inspection-severity",
      subject: site.assets.first { plan.watches(station: $0.id) }?.id ?? lot.station, severity: .warning, opened: since,
      summary: state == .tightened
        ? "Lots of \(whose(plan, name)) are under tightened inspection since \(zone.rfc3339(since)): \(rules.tighten) of at "
          + "most \(rules.among) consecutive lots were not accepted."
        : "Inspection of lots of \(whose(plan, name)) by samples is discontinued since \(zone.rfc3339(since)): "
          + "\(rules.discontinue) lots were not accepted under tightened inspection.",
      advice: state == .tightened
        ? "\(rules.relax) accepted lots in a row bring normal inspection back. "
          + (hasTable
            ? "`weir inspection lots` says how many pieces to look at."
            : "The table \(settings.table.name) has no plans for tightened inspection: judge each lot by your copy of the "
              + "standard with `weir inspection decide \(plan.name) LOT accepted`, or copy them into a table of your own.")
        : "Accept no lot by samples. When the supplier has acted and that is likely to help, "
          + "`weir inspection resume \(plan.name)\(name.isEmpty ? "" : " \(name)") --by NAME --reason WHAT`.",
      evidence: [
        Event.Attribute("severity", state.rawValue), Event.Attribute("since", zone.rfc3339(since)),
        Event.Attribute(
          "lots", series.lots.suffix(rules.among).map { "\($0.name) \($0.disposition.word)" }.joined(separator: ", ")),
      ] + evidence(plan, name))
  }

  private func waiting(_ plan: LotPlan, _ name: String, _ series: LotSeries) -> Finding? {
    let lots = series.all.filter { $0.disposition == .undecided }
    guard let newest = lots.last, let obstacle = newest.outcome.obstacle else { return nil }
    let shown = lots.suffix(Self.named).map(\.name).joined(separator: ", ")
    let more = lots.count - min(lots.count, Self.named)
    return Finding(
      key: "lot-undecided/\(Self.seriesKey(plan.name, name))", rule: "lot-undecided", subject: newest.station,
      severity: .info, opened: lots.map(\.start).min() ?? newest.start,
      summary: "\(lots.count == 1 ? "A lot" : "\(lots.count) lots") of \(whose(plan, name)) cannot be judged: \(shown)"
        + (more > 0 ? " and \(more) before" : "") + ". \(newest.name): \(obstacle).",
      advice:
        "Decide it yourself: `weir inspection decide \(plan.name) \(newest.name) accepted --by NAME --reason WHAT`, "
        + "or refused.",
      evidence: [
        Event.Attribute("lots", shown), Event.Attribute("count", "\(lots.count)"), Event.Attribute("reason", obstacle),
      ] + evidence(plan, name))
  }
}
