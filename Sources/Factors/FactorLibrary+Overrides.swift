import Telemetry

extension FactorLibrary {
  /// Every value that can be overridden, by its id, with its unit.
  public var overridable: [(id: String, unit: String)] {
    var found: [(id: String, unit: String)] = []
    for set in grid { found += set.rows.map { (set.id(of: $0), set.unit) } }
    for set in fuels {
      for fuel in set.fuels {
        found.append(("\(set.id)/\(fuel.name)/ncv", "GJ/\(fuel.unit.rawValue)"))
        found.append(("\(set.id)/\(fuel.name)/carbon", "tC/GJ"))
        found.append(("\(set.id)/\(fuel.name)/oxidation", "1"))
      }
    }
    found += densities.map { ("density/\($0.fuel)", "kg/L") }
    for set in gwp { found += set.gases.map { ("\(set.id)/\($0.name)", "kgCO2e/kg") } }
    for set in listed { found += set.rows.map { ("\(set.id)/\($0.name)", $0.unit) } }
    return found
  }

  /// The library with the site's values in their places. A value for purchased heat without evidence is left out: see
  /// `EmissionCalculator`.
  /// - Throws: for an id that does not exist, or another unit.
  public func applying(_ overrides: [FactorOverride]) throws(FactorProblem) -> FactorLibrary {
    var library = self
    for override in overrides {
      guard let known = overridable.first(where: { $0.id == override.factor }) else {
        throw FactorProblem(
          "there is no factor \"\(override.factor)\" to override", remedy: "`weir factors list` shows the ids")
      }
      guard known.unit == override.unit else {
        throw FactorProblem(
          "\(override.factor) is in \(known.unit), not in \(override.unit)",
          remedy: "convert the value and write `unit: \(known.unit)`")
      }
      library.apply(override)
    }
    return library
  }

  private mutating func apply(_ override: FactorOverride) {
    let id = override.factor
    for set in grid.indices {
      for row in grid[set].rows.indices where grid[set].id(of: grid[set].rows[row]) == id {
        grid[set].rows[row].factor = grid[set].rows[row].factor.replaced(by: override)
      }
    }
    for set in fuels.indices {
      for place in fuels[set].fuels.indices {
        let fuel = fuels[set].fuels[place]
        let prefix = "\(fuels[set].id)/\(fuel.name)/"
        guard id.hasPrefix(prefix) else { continue }
        switch id.dropFirst(prefix.count) {
        case "ncv": fuels[set].fuels[place].calorificValue = fuel.calorificValue.replaced(by: override)
        case "carbon": fuels[set].fuels[place].carbonContent = fuel.carbonContent.replaced(by: override)
        case "oxidation": fuels[set].fuels[place].oxidation = fuel.oxidation.replaced(by: override)
        default: break
        }
      }
    }
    for place in densities.indices where "density/\(densities[place].fuel)" == id {
      densities[place].density = densities[place].density.replaced(by: override)
    }
    for set in gwp.indices {
      for gas in gwp[set].gases.indices where "\(gwp[set].id)/\(gwp[set].gases[gas].name)" == id {
        gwp[set].gases[gas].potential = gwp[set].gases[gas].potential.replaced(by: override)
      }
    }
    for set in listed.indices {
      for row in listed[set].rows.indices where "\(listed[set].id)/\(listed[set].rows[row].name)" == id {
        // A supplier's heat needs test evidence; without it the default stays.
        if listed[set].rows[row].role == .purchasedHeat, override.evidence == nil { continue }
        listed[set].rows[row].factor = listed[set].rows[row].factor.replaced(by: override)
      }
    }
  }
}
