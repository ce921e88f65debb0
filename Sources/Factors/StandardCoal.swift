import Telemetry

/// Standard coal of what people enter: by the coefficients of a table, and of fuels that it has none for by their
/// calorific value.
public struct StandardCoal: Sendable {
  /// Definition of GB/T 2589: 1 kgce = 29.3076 MJ.
  public static let megajoules = ExactDecimal(exact: "29.3076")

  public let table: StandardCoalTable
  private let calculator: EmissionCalculator?

  /// - Parameter calculator: knows densities and calorific values; nil = only amounts in the units of the table.
  public init(_ table: StandardCoalTable, calculator: EmissionCalculator?) {
    self.table = table
    self.calculator = calculator
  }

  /// kgce, calorific value; nil for what is no energy that was taken in.
  /// - Throws: `FactorProblem` where a value is missing.
  public func kgce(_ activity: Activity) throws -> ExactDecimal? {
    switch activity.kind {
    case .electricity(let electricity) where electricity.acquisition == .purchased:
      return try counted("active-energy-import", "kWh", activity)
    case .heat: return try counted("heat-energy", "GJ", activity)
    case .steam: return try counted("steam-mass", "kg", activity)
    case .fuel(let name): return try fuel(name, activity)
    default: return nil
    }
  }

  private func counted(_ quantity: String, _ unit: String, _ activity: Activity) throws -> ExactDecimal? {
    let amount = try ActivityUnit.convert(activity.amount, activity.unit, to: unit)
    return try table.kgce(amount, counts: quantity, fuel: nil, basis: .calorific)
  }

  private func fuel(_ name: String, _ activity: Activity) throws -> ExactDecimal? {
    let isGas = ActivityUnit.canConvert(activity.unit, to: "Nm3")
    if isGas {
      let amount = try ActivityUnit.convert(activity.amount, activity.unit, to: "Nm3")
      if let own = try table.kgce(amount, counts: "gas-volume-normal", fuel: name, basis: .calorific) { return own }
    } else if let own = table.coefficient(name), own.basis == .calorific, own.unit == "kg",
      let value = try own.kgce(kilograms(name, activity))
    {
      return value
    }
    guard let calculator else {
      throw FactorProblem(
        "\(table.id) has no coefficient of \(name)",
        remedy: "add a section `carbon:`, whose fuel sets have calorific values")
    }
    let fuel = try calculator.library.fuel(name, set: calculator.library.fuelSet(calculator.settings.fuelSet).id)
    guard fuel.calorificValue.isSelectable else {
      throw FactorProblem(
        "neither \(table.id) nor the fuel set has a value of \(name) that may be used",
        remedy: "confirm its calorific value with carbon.overrides")
    }
    let amount =
      isGas || fuel.unit != .tonne
      ? try ActivityUnit.convert(activity.amount, activity.unit, to: fuel.unit.rawValue)
      : try kilograms(name, activity) * CarbonFormula.thousandth
    return try amount * fuel.calorificValue.value * ExactDecimal(1000) / Self.megajoules
  }

  private func kilograms(_ name: String, _ activity: Activity) throws -> ExactDecimal {
    guard ActivityUnit.canConvert(activity.unit, to: "L") else {
      return try ActivityUnit.convert(activity.amount, activity.unit, to: "kg")
    }
    guard let calculator else {
      throw FactorProblem(
        "no density of \(name) is known", remedy: "add a section `carbon:`, whose tables have densities")
    }
    let litres = try ActivityUnit.convert(activity.amount, activity.unit, to: "L")
    return try litres * calculator.library.density(of: name).value
  }
}
