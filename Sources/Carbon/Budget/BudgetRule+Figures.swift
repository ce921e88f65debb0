import Factors
import Rules
import Telemetry
import Templates

extension BudgetRule {
  /// What a period has used so far.
  struct Used: Hashable, Sendable {
    /// Nil where there is no figure.
    var amount: ExactDecimal?
    /// Why there is none, or what is missing of it.
    var problems: [String] = []
    /// Nothing is known of the period: neither a meter nor an entry.
    var isEmpty = true
  }

  func used(_ place: Int, _ period: Range<Timestamp>, _ context: RuleContext) throws -> Used {
    let budget = budgets[place]
    switch budget.measure {
    case .energy, .cost: return try metered(place, period, context)
    case .emissions(let method, let scopes): return try emitted(place, period, method, scopes, context)
    }
  }

  private func metered(_ place: Int, _ period: Range<Timestamp>, _ context: RuleContext) throws -> Used {
    var used = Used(amount: .zero)
    for meter in meters[place] {
      for piece in try memory(name(of: meter, context), context).pieces(in: period) {
        used.isEmpty = false
        guard let energy = piece.amounts.first(where: { $0.quantity == .activeEnergyImport }) else { continue }
        let part = budgets[place].measure == .cost ? piece.cost : try ExactDecimal(energy.value)
        if let part {
          used.amount = try used.amount.map { try $0 + part }
        } else if energy.value.mantissa != 0, used.problems.isEmpty {
          used.problems.append("a part of the energy has no price")
        }
      }
    }
    return used
  }

  /// Calculated from the amounts of each month, as the inventory is.
  private func emitted(
    _ place: Int, _ period: Range<Timestamp>, _ method: InventoryMethod, _ scopes: [Int], _ context: RuleContext
  ) throws -> Used {
    guard let report else { return Used(amount: nil, problems: ["the site counts no emissions"]) }
    let group = groups[place]
    let entries = entries.values.filter { belongs($0, to: place) }.sorted { $0.id < $1.id }
    var memories: [Int: MeterMemory] = [:]
    for asset in group.sorted() { memories[asset] = try memory(name(of: asset, context), context) }
    var used = Used(amount: .zero)
    for month in zone.months(touching: period).map({ $0.clamped(to: period) }) {
      var amounts: [Int: [Signal.Quantity: ExactDecimal]] = [:]
      var hours: [Int: HourlySums]? = isHourly ? [:] : nil
      for asset in group.sorted() {
        for piece in memories[asset]?.pieces(in: month) ?? [] {
          for amount in piece.amounts {
            let value = try ExactDecimal(amount.value)
            amounts[asset, default: [:]][amount.quantity] = try (amounts[asset]?[amount.quantity] ?? .zero) + value
          }
          if let hourly = piece.hourly { try hours?[asset, default: HourlySums()].add(hourly) }
        }
      }
      let own = entries.filter { $0.start < month.upperBound && month.lowerBound < $0.end }
      guard !amounts.isEmpty || !own.isEmpty else { continue }
      used.isEmpty = false
      let sums = try report.sums(method, amounts: amounts, group: group, entries: own, period: month, hours: hours)
      used.problems += sums.problems
      guard let parts = sums.scopes else {
        used.amount = nil
        continue
      }
      for scope in scopes { used.amount = try used.amount.map { try $0 + parts[scope - 1] } }
    }
    return used
  }

  private func belongs(_ entry: EnteredActivity, to place: Int) -> Bool {
    budgets[place].isOfSite || entry.belongs(to: groups[place], of: site.assets)
  }
}
