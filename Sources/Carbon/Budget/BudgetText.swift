import Factors
import Plant
import Telemetry

/// How a budget stands, for people: its findings, and its line of the status.
struct BudgetText {
  let budget: Budget
  let unit: String
  let period: Range<Timestamp>
  let zone: PlantZone
  /// Not nil: figures begin only then.
  let since: Timestamp?
  let used: BudgetRule.Used
  let projected: ExactDecimal?
  let basis: BudgetRule.Basis
  let gateway: String

  private var name: String {
    let first = CivilDate(of: period.lowerBound, in: zone).description
    switch budget.period {
    case .day: return first
    case .month: return String(first.prefix(7))
    case .year: return String(first.prefix(4))
    }
  }

  private func text(_ amount: ExactDecimal?) -> String {
    amount.map { "\($0.text(places: 2)) \(unit)" } ?? "an unknown amount"
  }

  private var caution: String {
    let start = since.map { " Counted since \(zone.rfc3339($0)) only." } ?? ""
    return start + (used.problems.first.map { " Note: \($0)." } ?? "")
  }

  private func finding(
    _ rule: String, _ severity: Finding.Severity, _ summary: String, _ advice: String, at time: Timestamp,
    closed: Timestamp?
  ) -> Finding {
    var evidence = [
      Event.Attribute("limit", "\(budget.limit) \(unit)"),
      Event.Attribute("used", used.amount.map { "\($0) \(unit)" } ?? "unknown"),
    ]
    if let projected { evidence.append(Event.Attribute("projected", "\(projected.text(places: 2)) \(unit)")) }
    return Finding(
      key: "\(rule)/\(budget.name)/\(CivilDate(of: period.lowerBound, in: zone))", rule: rule, subject: gateway,
      severity: severity, opened: time, closed: closed, summary: summary + caution, advice: advice, evidence: evidence)
  }

  func exceeded(at time: Timestamp, closed: Timestamp?) -> Finding {
    finding(
      "budget-exceeded", .critical,
      "The budget \(budget.name) of \(name) is exceeded: \(text(used.amount)) of \(text(budget.limit)).",
      "See what uses most: `\(command)`. Move or stop what can wait, or set another limit.", at: time, closed: closed)
  }

  /// What was told to be exceeded was not, as late data or other factors show.
  func kept(at time: Timestamp, closed: Timestamp?) -> Finding {
    finding(
      "budget-exceeded", .critical,
      "The budget \(budget.name) of \(name) was kept after all: \(text(used.amount)) of \(text(budget.limit)).",
      "Nothing to do: late data or other factors have corrected it.", at: time, closed: closed)
  }

  func projection(at time: Timestamp, closed: Timestamp?) -> Finding {
    finding(
      "budget-projected", .warning,
      "The budget \(budget.name) of \(name) will be exceeded \(basis.words): \(text(projected)) of "
        + "\(text(budget.limit)), \(text(used.amount)) so far.",
      "See what uses most: `\(command)`. What can wait is cheaper to move now than at the end.", at: time,
      closed: closed)
  }

  private var command: String {
    if case .emissions = budget.measure { return "weir carbon --by asset --period \(name)" }
    return "weir energy --by asset --period \(name)"
  }

  /// One line of the status, for `weir carbon targets`.
  func status(_ state: CarbonBudget.State, at time: Timestamp) -> JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(budget.name), "period": .string(name), "unit": .string(unit),
      "limit": .string(budget.limit.description), "at": .string(zone.rfc3339(time)),
      "state": .string(used.amount == nil ? "unknown" : state.rawValue),
    ]
    if projected != nil { members["basis"] = .string(basis.words) }
    members["used"] = used.amount.map { .string($0.description) }
    members["projected"] = projected.map { .string($0.description) }
    members["since"] = since.map { .string(zone.rfc3339($0)) }
    if !used.problems.isEmpty { members["problems"] = .array(used.problems.map { .string($0) }) }
    return .object(members)
  }
}
