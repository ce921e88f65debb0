import Telemetry

/// Values by name; the last table that has an answer wins.
extension FactorLibrary {
  public func fuelSet(_ id: String) throws(FactorProblem) -> FuelSet {
    if let set = fuels.last(where: { $0.id == id }) { return set }
    throw FactorProblem(
      "there is no fuel set \"\(id)\"", remedy: "set carbon.fuel-set to one of \(Self.words(fuels.map(\.id)))")
  }

  public func fuel(_ name: String, set id: String) throws(FactorProblem) -> Fuel {
    let set = try fuelSet(id)
    if let fuel = set[name] { return fuel }
    throw FactorProblem(
      "the fuel set \(id) has no \"\(name)\"", remedy: "use one of \(Self.words(set.fuels.map(\.name)))")
  }

  /// kg/L
  public func density(of fuel: String) throws(FactorProblem) -> FactorValue {
    if let found = densities.last(where: { $0.fuel == fuel && $0.density.isSelectable }) { return found.density }
    throw FactorProblem(
      "no density of \(fuel) is known that may be used",
      remedy: "ask the supplier and set it with carbon.overrides (factor: density/\(fuel), unit: kg/L), or enter the "
        + "amount in kg or t")
  }

  /// Warming potential of a gas or blend.
  public func potential(of name: String, set id: String) throws -> EmissionFactor {
    guard let set = gwp.last(where: { $0.id == id }) else {
      throw FactorProblem(
        "there is no set of warming potentials \"\(id)\"",
        remedy: "set carbon.gwp to one of \(Self.words(gwp.map(\.id)))")
    }
    func value(_ gas: String) throws(FactorProblem) -> FactorValue {
      if let value = set[gas]?.potential, value.isSelectable { return value }
      throw FactorProblem(
        "\(id) has no warming potential of \"\(gas)\"", remedy: "use one of \(Self.words(refrigerants(id)))")
    }
    func factor(
      _ amount: ExactDecimal, _ status: FactorStatus, _ parameters: [EmissionFactor.Parameter], _ note: String?
    )
      -> EmissionFactor
    {
      EmissionFactor(
        id: "\(id)/\(name)", set: id, value: amount, unit: "kgCO2e/kg", gas: .co2e, gwp: id,
        provenance: set.provenance, status: status, note: note, parameters: parameters)
    }
    guard let blend = blends.last(where: { $0.name == name }) else {
      let found = try value(name)
      var result = factor(found.value, found.status, [], found.note)
      result.override = found.override
      return result
    }
    var parameters: [EmissionFactor.Parameter] = []
    var parts: [(fraction: ExactDecimal, potential: ExactDecimal)] = []
    for part in blend.parts {
      let found = try value(part.gas)
      parts.append((part.fraction, found.value))
      parameters.append(
        EmissionFactor.Parameter(
          id: "\(blend.name)/\(part.gas)", value: part.fraction, unit: "kg/kg", status: blend.status, override: nil))
      parameters.append(
        EmissionFactor.Parameter(
          id: "\(id)/\(part.gas)", value: found.value, unit: "kgCO2e/kg", status: found.status,
          override: found.override))
    }
    return factor(try CarbonFormula.blend(parts), .computed, parameters, blend.note)
  }

  /// A value by `<set>/<name>`.
  public func listed(_ id: String) throws(FactorProblem) -> EmissionFactor {
    for set in listed.reversed() where id.hasPrefix(set.id + "/") {
      guard let row = set[String(id.dropFirst(set.id.count + 1))] else { continue }
      guard row.factor.isSelectable else {
        throw FactorProblem(
          "\(id) stands in the table for information only" + (row.factor.note.map { " (\($0))" } ?? ""),
          remedy: "choose another factor, or confirm it with carbon.overrides (author, date, reason)")
      }
      return Self.factor(row, set)
    }
    throw FactorProblem(
      "there is no factor \"\(id)\"",
      remedy: "`weir factors list` shows them; a factor of your own goes into a file "
        + "under carbon.factors")
  }

  /// The value with a role, among several the one of this name.
  public func listed(
    _ role: ListedFactorSet.Role, name: String? = nil
  ) throws(FactorProblem) -> EmissionFactor {
    var names: [String] = []
    for set in listed.reversed() {
      for row in set.rows where row.role == role && row.factor.isSelectable {
        if name == nil || row.name == name { return Self.factor(row, set) }
        names.append(row.name)
      }
    }
    throw FactorProblem(
      name.map { "there is no \(role.rawValue) \"\($0)\"" } ?? "no \(role.rawValue) is known",
      remedy: names.isEmpty ? "take Config/factors as it is delivered" : "use one of \(Self.words(names.sorted()))")
  }

  static func factor(_ row: ListedFactorSet.Row, _ set: ListedFactorSet) -> EmissionFactor {
    let coverage = FactorUnit(row.unit)?.coverage ?? .co2
    return EmissionFactor(
      id: "\(set.id)/\(row.name)", set: set.id, value: row.factor.value, unit: row.unit, gas: coverage,
      gwp: coverage == .co2e ? set.gwp : nil, area: set.area, dataYear: set.dataYear, provenance: set.provenance,
      status: row.factor.status, note: row.factor.note, override: row.factor.override)
  }

  /// At most twelve.
  static func words(_ names: [String]) -> String {
    guard !names.isEmpty else { return "(none)" }
    return names.prefix(12).joined(separator: ", ") + (names.count > 12 ? " …" : "")
  }
}
