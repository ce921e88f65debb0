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
    return try line(sum, kilograms, hours: loads.count, source: series.source, method)
  }

  /// The lines of electricity that is counted by its hours: those with the factors of the series, and the rest with the
  /// factor of the year, which is named. The rest has no factor of its hour, or was entered and has no hours.
  ///
  /// - Parameters:
  ///   - amount: kWh that are counted here: all of `sums`, or what certificates leave of it, in proportion.
  ///   - whole: kWh of all, before certificates.
  func hourly(
    _ sums: HourlySums, amount: ExactDecimal, of whole: ExactDecimal, _ activity: Activity, _ method: InventoryMethod,
    _ date: CivilDate
  ) throws -> [EmissionLine] {
    guard let file = settings.hourlySeries else { return [try yearly(amount, activity, method, date)] }
    if sums.missingHours > 0, file.missing == .error {
      throw FactorProblem(
        "the hourly factors of \(file.source) have none for \(sums.missingHours) hours, the first is "
          + (sums.firstMissing?.rfc3339UTC ?? "unknown"),
        remedy: "add these hours to the file of carbon.hourly-series, or set `missing: warn` there to count them with "
          + "the factor of the year")
    }
    let unknown = try whole - sums.total()
    if ExactDecimal.zero < unknown, file.missing == .error {
      throw FactorProblem(
        "nobody knows the hours of \(unknown) kWh that were entered, so \(file.source) has no factor for them",
        remedy: "meter this electricity, or set `missing: warn` at carbon.hourly-series to count it with the factor of "
          + "the year")
    }
    func part(_ value: ExactDecimal) throws -> ExactDecimal {
      amount == whole || whole.isZero ? value : try (value * amount) / whole
    }
    let counted = try part(sums.kilowattHours)
    var lines: [EmissionLine] = []
    if sums.hours > 0 {
      var line = try line(counted, try part(sums.kilograms), hours: sums.hours, source: file.source, method)
      if let hour = sums.single {
        line.factor?.value = hour.factor
        line.factor?.id = "\(HourlySums.factorID)/\(hour.start.rfc3339UTC)"
        line.factor?.label = "factor of the hour from \(hour.start.rfc3339UTC)"
        line.formula =
          "\(counted) kWh × \(hour.factor) kgCO2/kWh (hour from \(hour.start.rfc3339UTC), \(file.source))"
          + " = \(line.kilograms) kgCO2"
      }
      lines.append(line)
    }
    let rest = try amount - counted
    guard !rest.isZero || lines.isEmpty else { return lines }
    var line = try yearly(rest, activity, method, date)
    if sums.missingHours > 0 {
      line.warnings.append(
        EmissionWarning(
          .missingHours,
          "\(sums.missingHours) hours have no factor in \(file.source), the first is "
            + "\(sums.firstMissing?.rfc3339UTC ?? "unknown"): counted with \(line.factor?.id ?? "the year's factor")"))
    }
    if ExactDecimal.zero < unknown {
      line.warnings.append(
        EmissionWarning(
          .missingHours,
          "nobody knows the hours of \(unknown) kWh that were entered: counted with "
            + "\(line.factor?.id ?? "the year's factor")"))
    }
    return lines + [line]
  }

  private func yearly(
    _ amount: ExactDecimal, _ activity: Activity, _ method: InventoryMethod, _ date: CivilDate
  ) throws -> EmissionLine {
    try grid(Activity(activity.kind, amount, "kWh"), method, date)
  }

  private func line(
    _ sum: ExactDecimal, _ kilograms: ExactDecimal, hours: Int, source: String, _ method: InventoryMethod
  ) throws -> EmissionLine {
    let mean = sum.isZero ? ExactDecimal.zero : try kilograms / sum
    let factor = EmissionFactor(
      id: HourlySums.factorID, set: HourlySums.factorID, value: mean, unit: "kgCO2/kWh", gas: .co2,
      area: settings.subdivision,
      provenance: Provenance(source: source), status: .site, label: "mean of the hours, weighted by the load")
    return EmissionLine(
      method: method, scope: 2, category: .electricity, amount: sum, unit: "kWh", kilograms: kilograms, gas: .co2,
      gwp: nil, factor: factor,
      formula: "Σ over \(hours) h of kWh × kgCO2/kWh (\(source)) = \(kilograms) kgCO2")
  }
}
