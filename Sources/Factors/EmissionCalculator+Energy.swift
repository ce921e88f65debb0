import Telemetry

/// Fuels and purchased heat.
extension EmissionCalculator {
  func fuel(_ name: String, _ activity: Activity, _ method: InventoryMethod) throws -> EmissionLine {
    let set = try library.fuelSet(settings.fuelSet)
    let fuel = try library.fuel(name, set: set.id)
    guard fuel.calorificValue.isSelectable, fuel.carbonContent.isSelectable, fuel.oxidation.isSelectable else {
      throw FactorProblem(
        "\(set.id)/\(name) stands in the table for information only",
        remedy: "choose another fuel set with carbon.fuel-set, or confirm its values with carbon.overrides")
    }
    var factor = try FactorLibrary.factor(fuel, set)
    var steps = ""
    let amount: ExactDecimal
    if fuel.unit == .tonne, ActivityUnit.canConvert(activity.unit, to: "L") {
      let density = try library.density(of: name)
      let litres = try ActivityUnit.convert(activity.amount, activity.unit, to: "L")
      amount = try litres * density.value * CarbonFormula.thousandth
      factor.parameters.append(FactorLibrary.parameter("density/\(name)", density, "kg/L"))
      steps = "\(litres) L × \(density.value) kg/L = \(amount) t; "
    } else {
      amount = try ActivityUnit.convert(activity.amount, activity.unit, to: fuel.unit.rawValue)
      if activity.unit != fuel.unit.rawValue {
        steps = "\(activity.amount) \(activity.unit) = \(amount) \(fuel.unit.rawValue); "
      }
    }
    let kilograms = try CarbonFormula.combustion(
      amount: amount, calorificValue: fuel.calorificValue.value, carbonContent: fuel.carbonContent.value,
      oxidation: fuel.oxidation.value)
    var warnings = factor.warnings
    if method == .footprint {
      warnings.append(
        EmissionWarning(.withoutUpstream, "\(factor.id) counts the combustion only, not the fuel's supply"))
    }
    let formula =
      "\(steps)\(amount) \(fuel.unit.rawValue) × \(fuel.calorificValue.value) GJ/\(fuel.unit.rawValue) × "
      + "\(fuel.carbonContent.value) tC/GJ × \(fuel.oxidation.value) × 44 ÷ 12 × 1000 = \(kilograms) kgCO2"
    return EmissionLine(
      method: method, scope: 1, category: .combustion, amount: activity.amount, unit: activity.unit,
      kilograms: kilograms, gas: .co2, gwp: nil, factor: factor, formula: formula, warnings: warnings)
  }

  /// Purchased heat, also as steam or hot water. Sold heat is subtracted in GB/T 32150 and stands apart in the others.
  func heat(_ activity: Activity, _ method: InventoryMethod) throws -> EmissionLine {
    let (factor, cautions) = try heatFactor()
    let (energy, steps, weak) = try heatEnergy(activity)
    let isExport = activity.kind == .exportedHeat
    var line = try line(energy, method, scope: 2, .heat, factor, sign: isExport ? -1 : 1)
    line.isMemo = isExport && method != .gbt32150
    line.formula = steps + line.formula
    line.warnings += cautions + weak
    line.amount = activity.amount
    line.unit = activity.unit
    return line
  }

  /// The default, or a supplier's value with test evidence. A value without evidence is not taken, and that is said.
  public func heatFactor() throws(FactorProblem) -> (factor: EmissionFactor, warnings: [EmissionWarning]) {
    let factor = try library.listed(.purchasedHeat)
    let unproven = settings.overrides.filter { $0.factor == factor.id && $0.evidence == nil }
    return (
      factor,
      unproven.map {
        EmissionWarning(
          .missingEvidence,
          "\($0.value) \($0.unit) for \($0.factor) has no test evidence and is not used: the default "
            + "\(factor.value) \(factor.unit) counts; add `evidence:` to the override")
      }
    )
  }

  private func heatEnergy(
    _ activity: Activity
  ) throws -> (energy: Activity, steps: String, warnings: [EmissionWarning]) {
    switch activity.kind {
    case .steam(let state):
      guard let name = state ?? settings.steam else {
        let known = library.listed.flatMap(\.rows).filter { $0.role == .steamEnthalpy }.map(\.name)
        throw FactorProblem(
          "nothing says which state the steam has",
          remedy: "set carbon.steam to one of \(FactorLibrary.words(known))")
      }
      let enthalpy = try library.listed(.steamEnthalpy, name: name)
      let reference = try library.listed(.waterReferenceEnthalpy)
      let mass = try ActivityUnit.convert(activity.amount, activity.unit, to: "t")
      let heat = try CarbonFormula.steamHeat(mass: mass, enthalpy: enthalpy.value, reference: reference.value)
      return (
        Activity(.heat, heat, "GJ"),
        "\(mass) t × (\(enthalpy.value) − \(reference.value)) kJ/kg ÷ 1000 = \(heat) GJ; ",
        enthalpy.warnings + reference.warnings
      )
    case .hotWater(let temperature):
      let reference = try library.listed(.waterReferenceTemperature)
      let capacity = try library.listed(.waterHeatCapacity)
      let mass = try ActivityUnit.convert(activity.amount, activity.unit, to: "t")
      let heat = try CarbonFormula.hotWaterHeat(
        mass: mass, temperature: temperature, reference: reference.value, capacity: capacity.value)
      return (
        Activity(.heat, heat, "GJ"),
        "\(mass) t × (\(temperature) − \(reference.value)) °C × \(capacity.value) kJ/(kg·K) ÷ 1000 = \(heat) GJ; ",
        reference.warnings + capacity.warnings
      )
    default: return (activity, "", [])
    }
  }
}
