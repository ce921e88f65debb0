import Telemetry

/// Electricity by the hour: each hour's kilowatt hours with that hour's factor.
extension EmissionCalculator {
  /// One line for all hours; the factor that it shows is their mean, weighted by the load.
  /// - Throws: for a projected series, and for an hour without a factor.
  public func hourly(
    _ loads: [(hour: Timestamp, kilowattHours: ExactDecimal)], _ series: HourlySeries, _ method: InventoryMethod
  ) throws -> EmissionLine {
    let kilograms = try series.emissions(loads, isInventory: method != .footprint)
    let sum = try loads.reduce(ExactDecimal.zero) { try $0 + $1.kilowattHours }
    let mean = sum.isZero ? ExactDecimal.zero : try kilograms / sum
    let factor = EmissionFactor(
      id: "hourly-series", set: "hourly-series", value: mean, unit: "kgCO2/kWh", gas: .co2, area: settings.subdivision,
      provenance: Provenance(source: series.source), status: .site, label: "mean of the hours, weighted by the load")
    return EmissionLine(
      method: method, scope: 2, category: .electricity, amount: sum, unit: "kWh", kilograms: kilograms, gas: .co2,
      gwp: nil, factor: factor,
      formula: "Σ over \(loads.count) h of kWh × kgCO2/kWh (\(series.source)) = \(kilograms) kgCO2")
  }
}
