import Telemetry

/// What a recalculation counts with in the place of the configuration's choice; what is nil or empty stays as configured.
public struct FactorChange: Hashable, Sendable {
  public var inventoryDate: CivilDate?
  public var dataYear: Int?
  /// Id of the set of warming potentials.
  public var gwp: String?
  public var fuelSet: String?
  /// In the place of overrides of the same factors in the configuration.
  public var overrides: [FactorOverride]

  public init(
    inventoryDate: CivilDate? = nil, dataYear: Int? = nil, gwp: String? = nil, fuelSet: String? = nil,
    overrides: [FactorOverride] = []
  ) {
    self.inventoryDate = inventoryDate
    self.dataYear = dataYear
    self.gwp = gwp
    self.fuelSet = fuelSet
    self.overrides = overrides
  }

  /// Nothing is chosen: the configuration counts as it stands.
  public var isEmpty: Bool { self == FactorChange() }

  /// For people and causes: `data year 2022, density/diesel = 0.85 kg/L`.
  public var text: String {
    var parts: [String] = []
    if let inventoryDate { parts.append("inventory date \(inventoryDate)") }
    if let dataYear { parts.append("data year \(dataYear)") }
    if let gwp { parts.append("warming potentials \(gwp)") }
    if let fuelSet { parts.append("fuel set \(fuelSet)") }
    parts += overrides.map { "\($0.factor) = \($0.value) \($0.unit)" }
    return parts.isEmpty ? "factors of the configuration" : parts.joined(separator: ", ")
  }
}

extension FactorChange {
  /// Canonical members; absent ones are as configured.
  public var json: JSONValue {
    var members: [String: JSONValue] = [:]
    members["inventory_date"] = inventoryDate.map { .string($0.description) }
    members["data_year"] = dataYear.map { .integer(Int64($0)) }
    members["gwp"] = gwp.map { .string($0) }
    members["fuel_set"] = fuelSet.map { .string($0) }
    if !overrides.isEmpty { members["overrides"] = .array(overrides.map(\.json)) }
    return .object(members)
  }

  /// - Throws: for a member that it does not have, or a value that means nothing.
  public init(json: JSONValue) throws(FactorProblem) {
    guard case .object(let members) = json else { throw Self.mistake("the change of factors is no JSON object") }
    self.init()
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "inventory_date":
        guard let date = value.stringValue.flatMap({ CivilDate($0) }) else { throw Self.mistake("\(name) is no date") }
        inventoryDate = date
      case "data_year":
        guard let year = value.integerValue, (1990...2200).contains(year) else {
          throw Self.mistake("\(name) is no year")
        }
        dataYear = Int(year)
      case "gwp", "fuel_set":
        guard let word = value.stringValue, !word.isEmpty else { throw Self.mistake("\(name) is no name of a set") }
        if name == "gwp" { gwp = word } else { fuelSet = word }
      case "overrides":
        for entry in value.arrayValue ?? [] { overrides.append(try FactorOverride(json: entry)) }
      default: throw Self.mistake("a change of factors has no \"\(name)\"")
      }
    }
  }

  private static func mistake(_ text: String) -> FactorProblem {
    FactorProblem(
      text, remedy: "it has inventory_date (2026-01-31), data_year (2023), gwp (AR5), fuel_set and overrides")
  }
}

extension FactorOverride {
  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "factor": .string(factor), "value": .string(value.description), "unit": .string(unit),
      "author": .string(author), "date": .string(date.description), "reason": .string(reason),
    ]
    members["evidence"] = evidence.map { .string($0) }
    return .object(members)
  }

  fileprivate init(json: JSONValue) throws(FactorProblem) {
    func text(_ name: String) throws(FactorProblem) -> String {
      guard let text = json[name]?.stringValue, !text.isEmpty else {
        throw FactorProblem(
          "an override has no \"\(name)\"", remedy: "give factor, value, unit, author, date and reason")
      }
      return text
    }
    guard let value = ExactDecimal(try text("value")), !value.isNegative, let date = CivilDate(try text("date")) else {
      throw FactorProblem(
        "the override of \(try text("factor")) has no value or no date",
        remedy: "write the value as a decimal number and the date as 2026-01-31")
    }
    self.init(
      factor: try text("factor"), value: value, unit: try text("unit"), author: try text("author"), date: date,
      reason: try text("reason"), evidence: json["evidence"]?.stringValue)
  }
}

extension CarbonSettings {
  /// The settings with what a recalculation has chosen.
  public func applying(_ change: FactorChange) -> CarbonSettings {
    var settings = self
    if let date = change.inventoryDate { settings.inventoryDate = date }
    if let year = change.dataYear { settings.dataYear = year }
    if let gwp = change.gwp { settings.gwp = gwp }
    if let set = change.fuelSet { settings.fuelSet = set }
    let replaced = Set(change.overrides.map(\.factor))
    settings.overrides = settings.overrides.filter { !replaced.contains($0.factor) } + change.overrides
    return settings
  }
}
