import Factors
import Rules
import Telemetry
import Templates

/// Counting again. What was chosen is kept for the other rules (`Recalculation.stateKey`), and holds for everything that
/// is issued or revised afterwards for its time; the months and entries that it changes are issued at once.
extension CarbonInventoryRule {
  func recalculations(_ context: RuleContext) throws -> [Recalculation] {
    try Recalculation.decode(context.load(Recalculation.stateKey))
  }

  mutating func recount(_ command: SiteCommand, context: inout RuleContext) throws {
    let recalculation: Recalculation
    do throws(FactorProblem) {
      recalculation = try Recalculation(json: command.members)
    } catch {
      // The control API takes no such command; what another program wrote into the journal is said and left.
      return context.emit(refusal(command.members["id"]?.stringValue ?? "?", error, at: context.clock))
    }
    var list = try recalculations(context)
    guard !list.contains(where: { $0.id == recalculation.id }) else { return }
    try settle(context)
    let before = try context.load(Recalculation.stateKey)
    list.append(recalculation)
    context.save(Recalculation.stateKey, Recalculation.encode(list))
    let cause = recalculation.cause(gateway: site.gateway.id)
    for place in entries.indices where !entries[place].isSuperseded {
      try recount(entry: place, recalculation, cause: cause, context: &context)
    }
    var changes: [Event.Attribute] = []
    let covered = months.indices.filter { months[$0].isIssued && recalculation.covers(months[$0].start) }
    for place in covered { changes += try differences(place, before: before, context: context) }
    try issue(covered.map { ($0, cause) }, context: &context)
    tell(recalculation, changes, context: &context)
  }

  private mutating func recount(
    entry place: Int, _ recalculation: Recalculation, cause: RevisionCause, context: inout RuleContext
  ) throws {
    let start = zone.startOfMonth(containing: entries[place].start)
    guard recalculation.covers(start), let entry = try entry(entries[place].id, context: context) else { return }
    let known = entries[place].bodyHash
    let hash = try issue(
      entry, supersededBy: nil, revision: entries[place].recounts + 1, cause: cause, unless: known, context: &context)
    guard known == 0 || hash != known else { return }
    entries[place].recounts += 1
    entries[place].bodyHash = hash
  }

  /// `2026-01 ghgp_location`: `70453.589649 → 65984.754183 kg`, for each method that changes.
  private func differences(_ place: Int, before: [UInt8]?, context: RuleContext) throws -> [Event.Attribute] {
    let start = months[place].start
    let inventory = try inventory(of: place, context: context)
    let lastDay = CivilDate(lastDayBefore: zone.nextMonth(after: start), in: zone)
    let certificates = try shares()[place]
    func totals(_ saved: [UInt8]?) throws -> [String] {
      let choice = try factors.choice(at: start, saved: saved)
      let emissions = try inventory.emissions(choice, lastDay: lastDay, certificates: certificates)
      return factors.configured.settings.methods.indices.map { method in
        EmissionText.total(emissions.map { $0[method] })?.description ?? "no figure"
      }
    }
    let old = try totals(before)
    let new = try totals(context.load(Recalculation.stateKey))
    let name = CivilDate(of: start, in: zone).description.dropLast(3)
    return zip(factors.configured.settings.methods, zip(old, new)).compactMap { method, pair in
      pair.0 == pair.1 ? nil : Event.Attribute("\(name) \(method.rawValue)", "\(pair.0) → \(pair.1) kg")
    }
  }

  /// A happening: closed as it is opened.
  private func tell(_ recalculation: Recalculation, _ changes: [Event.Attribute], context: inout RuleContext) {
    let first = CivilDate(of: recalculation.start, in: zone)
    let last = recalculation.end.map { " to \(CivilDate(lastDayBefore: $0, in: zone))" } ?? " on"
    let months = Set(changes.map { $0.name.prefix(7) }).count
    var finding = Finding(
      key: "carbon-recalculated/\(recalculation.id)", rule: "carbon-recalculated", subject: site.gateway.id,
      severity: .info, opened: context.clock,
      summary: "The emissions from \(first)\(last) are counted again, with \(recalculation.change.text): "
        + "\(recalculation.person), \(recalculation.reason). "
        + (months == 0 ? "No month of the inventory changes." : "Months of the inventory that change: \(months)."),
      advice: "Nothing to do: what changes is issued as the next revision; the old ones stay in the ledger.",
      evidence: changes)
    context.emit(finding)
    finding.closed = context.clock
    context.emit(finding)
  }

  private func refusal(_ id: String, _ problem: FactorProblem, at time: Timestamp) -> Finding {
    Finding(
      key: "carbon-recompute-refused/\(id)", rule: "carbon-recompute-refused", subject: site.gateway.id,
      severity: .warning, opened: time, summary: "The recalculation \(id) is left out: \(problem.message).",
      advice:
        "\(problem.remedy.prefix(1).uppercased() + problem.remedy.dropFirst()). `weir carbon recompute` writes it.")
  }
}
