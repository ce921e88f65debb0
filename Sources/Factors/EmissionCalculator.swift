import Telemetry

/// From activity data to lines of an inventory, by every method of the site; pure.
public struct EmissionCalculator: Sendable {
  public let settings: CarbonSettings
  /// The tables with the site's own values in place.
  public let library: FactorLibrary

  /// - Throws: for an override that fits no value of the tables.
  public init(_ settings: CarbonSettings) throws(FactorProblem) {
    self.settings = settings
    library = try settings.library.applying(settings.overrides)
  }

  /// - Parameters:
  ///   - lastDay: last local day of the activity's period; the inventory's date where the site sets none.
  ///   - certificates: the shares that cover this electricity, from `CertificateBook`.
  ///   - hourly: the electricity by its hours, where that is known.
  /// - Returns: for each method of the settings, in their order, its lines or why there are none.
  public func emissions(
    of activity: Activity, lastDay: CivilDate, certificates: [CertificateShare] = [], hourly: HourlySums? = nil
  ) -> [MethodEmissions] {
    settings.methods.map { method in
      do {
        let lines = try lines(
          activity, method, settings.inventoryDate(lastDay: lastDay), certificates: certificates,
          hourly: settings.hourlySeries?.series(for: method) == nil ? nil : hourly)
        return MethodEmissions(method: method, lines: lines)
      } catch let problem as FactorProblem {
        return MethodEmissions(method: method, lines: [], problem: problem)
      } catch {
        return MethodEmissions(
          method: method, lines: [],
          problem: FactorProblem("\(error)", remedy: "enter the amount with fewer digits"))
      }
    }
  }

  /// As `emissions`, of one method at an inventory date.
  public func lines(
    _ activity: Activity, _ method: InventoryMethod, _ date: CivilDate, certificates: [CertificateShare] = [],
    hourly: HourlySums? = nil
  ) throws -> [EmissionLine] {
    switch activity.kind {
    case .electricity(let electricity):
      return try self.electricity(electricity, activity, method, date, certificates, hourly)
    case .fuel(let name): return [try fuel(name, activity, method)]
    case .heat, .exportedHeat, .steam, .hotWater: return [try heat(activity, method)]
    case .refrigerant(let name):
      let factor = try library.potential(of: name, set: settings.gwp)
      return [try line(activity, method, scope: 1, .refrigerant, factor)]
    case .carbonate(let name):
      return [try line(activity, method, scope: 1, .process, try library.listed(.carbonate, name: name))]
    case .listed(let id, let scope): return [try listed(id, scope, activity, method)]
    case .entered(let scope, let gas, let gwp):
      guard (1...3).contains(scope) else { throw Self.noScope(scope) }
      return [try entered(activity, method, scope: scope, .entered, gas, gwp)]
    case .offset:
      var line = try entered(activity, method, scope: 3, .offset, .co2e, nil)
      line.isMemo = true
      return [line]
    }
  }

  /// Electricity's factor of a method at an inventory date.
  public func choice(_ method: InventoryMethod, at date: CivilDate) throws(FactorProblem) -> FactorChoice {
    try library.electricity(settings.request(method, at: date))
  }

  // MARK: - Lines

  /// amount × factor, with the amount in the factor's unit.
  func line(
    _ activity: Activity, _ method: InventoryMethod, scope: Int, _ category: EmissionLine.Category,
    _ factor: EmissionFactor, sign: Int = 1
  ) throws -> EmissionLine {
    guard let unit = FactorUnit(factor.unit) else {
      throw FactorProblem(
        "\(factor.id) is in \(factor.unit): it is no emission factor",
        remedy: "choose a factor in kgCO2 or kgCO2e by a unit")
    }
    let amount = try ActivityUnit.convert(activity.amount, activity.unit, to: unit.per)
    let mass = try ActivityUnit.convert(try amount * factor.value, unit.mass.rawValue, to: "kg")
    var kilograms = sign < 0 ? -mass : mass
    var text = "\(amount) \(unit.per) × \(factor.value) \(factor.unit)"
    if amount != activity.amount || unit.per != activity.unit {
      text = "\(activity.amount) \(activity.unit) = \(amount) \(unit.per); " + text
    }
    var warnings = factor.warnings
    var (gas, gwp) = (factor.gas, factor.gwp)
    var used = factor
    if unit.coverage == nil {
      // A gas of its own, as kgCH4/TJ: weighted by its warming potential.
      let potential = try library.potential(of: unit.gas, set: settings.gwp)
      kilograms = try kilograms * potential.value
      text += " × \(potential.value) (\(potential.id))"
      warnings += potential.warnings
      (gas, gwp) = (.co2e, settings.gwp)
      used.gas = .co2e
      used.gwp = settings.gwp
      used.parameters.append(
        EmissionFactor.Parameter(
          id: potential.id, value: potential.value, unit: potential.unit, status: potential.status,
          override: potential.override))
    }
    return EmissionLine(
      method: method, scope: scope, category: category, amount: activity.amount, unit: activity.unit,
      kilograms: kilograms, gas: gas, gwp: gwp, factor: used,
      formula: "\(text) = \(kilograms) kg\(gas.rawValue)", warnings: warnings)
  }

  private func listed(
    _ id: String, _ given: Int?, _ activity: Activity, _ method: InventoryMethod
  ) throws -> EmissionLine {
    let factor = try library.listed(id)
    let own = library.listed.last { $0.id == factor.set && $0[String(id.dropFirst(factor.set.count + 1))] != nil }?[
      String(id.dropFirst(factor.set.count + 1))]?.scope
    if let own, let given, own != given {
      throw FactorProblem("\(id) is a factor of scope \(own), not \(given)", remedy: "enter it with scope \(own)")
    }
    guard let scope = given ?? own, (1...3).contains(scope) else { throw Self.noScope(given) }
    return try line(activity, method, scope: scope, .listed, factor)
  }

  private func entered(
    _ activity: Activity, _ method: InventoryMethod, scope: Int, _ category: EmissionLine.Category,
    _ gas: GasCoverage, _ gwp: String?
  ) throws -> EmissionLine {
    let kilograms = try ActivityUnit.convert(activity.amount, activity.unit, to: "kg")
    return EmissionLine(
      method: method, scope: scope, category: category, amount: activity.amount, unit: activity.unit,
      kilograms: kilograms, gas: gas, gwp: gwp, factor: nil, formula: "entered: \(kilograms) kg\(gas.rawValue)")
  }

  private static func noScope(_ scope: Int?) -> FactorProblem {
    FactorProblem(
      scope.map { "there is no scope \($0)" } ?? "nothing says which scope it belongs to",
      remedy: "name 1 (direct), 2 (purchased energy) or 3 (other)")
  }
}
