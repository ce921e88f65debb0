import Factors
import Telemetry

/// Reads `budgets:`, a list.
struct BudgetReader {
  static let keys = ["name", "period", "limit", "assets", "place", "method", "scopes", "warn-from"]

  let top: Section
  let assets: [Asset]
  let methods: [InventoryMethod]
  /// Of the tariff; nil without one.
  let currency: String?

  func budgets() -> [Budget] {
    guard let node = top["budgets"], !node.isNothing else { return [] }
    guard let items = node.items else {
      top.report(
        node.position, "\"budgets\" must be a list, found \(node.description)",
        remedy: "Write each budget behind a dash: `- { name: month, period: month, limit: 90000 kWh }`.")
      return []
    }
    var seen: Set<String> = []
    return items.compactMap { item in
      let title = item.entries?.first { $0.key == "name" }?.value.text.map { "budget \"\($0)\"" } ?? "budget"
      guard let entry = top.section(item, title, keys: Self.keys) else { return nil }
      guard let budget = budget(entry) else { return nil }
      if !seen.insert(budget.name).inserted {
        entry.report(
          entry["name"]?.position, "two budgets are named \"\(budget.name)\"", remedy: "Give each a name of its own.")
      }
      return budget
    }
  }

  private func budget(_ entry: Section) -> Budget? {
    let name = entry.require("name", .identifier("_-."))
    let period = entry.require("period", .word(CarbonBudget.Period.allCases, noun: "period"))
    let limit = entry.require(
      "limit", limitScalar, remedy: "Add what the period may use: `limit: 90000 kWh`, `limit: 200 t`, or money.")
    let patterns = entry.assetPatterns(of: assets.map(\.id))
    let place = entry.place(of: assets)
    let warnFrom = entry.read("warn-from", Self.percent, default: Budget.standardWarnFrom)
    guard let name, let period, let limit else { return nil }
    var measure: Budget.Measure
    switch limit.unit {
    case "kWh", "MWh": measure = .energy
    case "kg", "t":
      guard let first = methods.first else {
        entry.report(
          entry["limit"]?.position, "\(entry.name) is in \(limit.unit), but the site counts no emissions",
          remedy: "Add `carbon: { subdivision: CN-CQ }`, or give the limit in kWh or money.")
        return nil
      }
      let method = entry.read("method", .word(InventoryMethod.allCases, noun: "method")) ?? first
      if !methods.contains(method) {
        entry.report(
          entry["method"]?.position, "\(method.rawValue) is not one of the site's methods",
          remedy: "Add it to `methods:`, or choose \(methods.map(\.rawValue).joined(separator: ", ")).")
      }
      let scopes = entry.list("scopes", .integer(1...3)).flatMap { $0.isEmpty ? nil : $0.map(\.value) } ?? [1, 2]
      measure = .emissions(method, scopes: Set(scopes).sorted())
    default:
      guard limit.unit == currency else {
        entry.report(
          entry["limit"]?.position, "\(entry.name) is in \(limit.unit), which nothing is counted in",
          remedy: currency.map { "Money is counted in \($0); energy in kWh, emissions in t or kg." }
            ?? "Without `tariff:` there is no money; give the limit in kWh, t or kg.")
        return nil
      }
      measure = .cost
    }
    for key in ["method", "scopes"] where entry.has(key) {
      if case .emissions = measure { continue }
      entry.report(
        entry[key]?.position, "\"\(key)\" says how emissions are counted, but \(entry.name) is in \(limit.unit)",
        remedy: "Leave it out, or give the limit in t or kg.")
    }
    return Budget(
      name: name, period: period, limit: limit.value, measure: measure, assets: patterns, place: place,
      warnFrom: warnFrom)
  }

  private struct Limit {
    var value: ExactDecimal
    var unit: String
  }

  private var limitScalar: Scalar<Limit> {
    Scalar("an amount with its unit", example: "90000 kWh", remedy: { _ in "Write for example `90000 kWh`, `200 t`." })
    {
      text in
      guard let (_, unit) = QuantityText.split(text), !unit.isEmpty,
        let value = ExactDecimal(text.dropLast(unit.count).filter { !$0.isWhitespace }), !value.isNegative
      else { return nil }
      switch unit {
      case "t", "MWh": return (try? value * ExactDecimal(1000)).map { Limit(value: $0, unit: unit) }
      default: return Limit(value: value, unit: unit)
      }
    }
  }

  private static let percent = Scalar<ExactDecimal>(
    "a percentage", example: "10 %", remedy: { _ in "Write for example `10 %`: of the period." }
  ) { text in
    guard text.hasSuffix("%"), let value = ExactDecimal(text.dropLast().filter { !$0.isWhitespace }),
      !value.isNegative, value <= ExactDecimal(100)
    else { return nil }
    return value
  }
}

extension Site {
  /// Those of `budgets:` and of `carbon: budgets:`.
  public var allBudgets: [Budget] { budgets + (carbon?.budgets ?? []).map { Budget($0) } }
}

extension Budget {
  func write(currency: String?, to writer: inout CanonicalWriter) {
    writer.field("name", name)
    writer.field("period", period.rawValue)
    writer.field("limit", "\(limit) \(unit(currency: currency))")
    writer.list("assets", assets)
    writer.field("place", place)
    if case .emissions(let method, let scopes) = measure {
      writer.field("method", method.rawValue)
      writer.list("scopes", scopes.map(String.init))
    }
    writer.field("warn-from", "\(warnFrom) %")
  }
}
