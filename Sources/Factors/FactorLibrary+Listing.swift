import Telemetry

/// One line of a list of factors, for people.
public struct FactorEntry: Hashable, Sendable {
  public var factor: EmissionFactor
  public var title: String?
  /// False: in the table for information only.
  public var isSelectable: Bool
}

extension FactorLibrary {
  /// Everything in the order of the tables; fuels and blends with what they are made of.
  public func entries() throws(DecimalError) -> [FactorEntry] {
    var entries: [FactorEntry] = []
    for set in grid {
      for row in set.rows {
        entries.append(
          FactorEntry(factor: Self.factor(row, set), title: row.name, isSelectable: row.factor.isSelectable))
      }
    }
    for set in fuels {
      for fuel in set.fuels {
        entries.append(
          FactorEntry(
            factor: try Self.factor(fuel, set), title: fuel.title, isSelectable: fuel.calorificValue.isSelectable))
      }
    }
    for density in densities {
      entries.append(
        FactorEntry(
          factor: Self.plain("density/\(density.fuel)", density.density, "kg/L", Provenance(source: "")), title: nil,
          isSelectable: density.density.isSelectable))
    }
    for set in gwp {
      for gas in set.gases {
        var factor = Self.plain("\(set.id)/\(gas.name)", gas.potential, "kgCO2e/kg", set.provenance)
        factor.gas = .co2e
        factor.gwp = set.id
        entries.append(FactorEntry(factor: factor, title: nil, isSelectable: gas.potential.isSelectable))
      }
      for blend in blends {
        // A blend with a gas that this report does not know has no value in it.
        guard let factor = try? potential(of: blend.name, set: set.id) else { continue }
        entries.append(FactorEntry(factor: factor, title: nil, isSelectable: true))
      }
    }
    for set in listed {
      for row in set.rows {
        entries.append(
          FactorEntry(factor: Self.factor(row, set), title: row.title, isSelectable: row.factor.isSelectable))
      }
    }
    return entries
  }

  static func factor(_ fuel: Fuel, _ set: FuelSet) throws(DecimalError) -> EmissionFactor {
    let id = "\(set.id)/\(fuel.name)"
    let parameters = [
      parameter("\(id)/ncv", fuel.calorificValue, "GJ/\(fuel.unit.rawValue)"),
      parameter("\(id)/carbon", fuel.carbonContent, "tC/GJ"),
      parameter("\(id)/oxidation", fuel.oxidation, "1"),
    ]
    return EmissionFactor(
      id: id, set: set.id, value: try fuel.factor(), unit: "tCO2/\(fuel.unit.rawValue)", gas: .co2,
      provenance: set.provenance, status: .computed, note: fuel.calorificValue.note,
      override: parameters.compactMap(\.override).first, parameters: parameters)
  }

  static func parameter(_ id: String, _ value: FactorValue, _ unit: String) -> EmissionFactor.Parameter {
    EmissionFactor.Parameter(id: id, value: value.value, unit: unit, status: value.status, override: value.override)
  }

  private static func plain(
    _ id: String, _ value: FactorValue, _ unit: String, _ provenance: Provenance
  ) -> EmissionFactor {
    EmissionFactor(
      id: id, set: String(id.prefix { $0 != "/" }), value: value.value, unit: unit, gas: .co2, provenance: provenance,
      status: value.status, note: value.note, override: value.override)
  }
}
