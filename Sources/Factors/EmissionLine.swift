import Telemetry

/// One figure of an inventory with everything that explains it.
public struct EmissionLine: Hashable, Sendable {
  public enum Category: String, CaseIterable, Hashable, Sendable {
    case combustion
    case process
    case refrigerant
    case electricity
    case heat
    /// From any other factor of the tables.
    case listed
    /// Entered as emissions.
    case entered
    case offset
  }

  public var method: InventoryMethod
  /// 1, 2 or 3.
  public var scope: Int
  public var category: Category
  /// The part of the activity that this line counts, in its unit.
  public var amount: ExactDecimal
  public var unit: String
  /// kg of CO2 or CO2e; negative for what is subtracted.
  public var kilograms: ExactDecimal
  public var gas: GasCoverage
  /// Set of warming potentials, for CO2e.
  public var gwp: String?
  /// Nil where the emissions were entered as such.
  public var factor: EmissionFactor?
  /// `126238.29 kWh × 0.5581 kgCO2/kWh = 70453.589649 kgCO2`
  public var formula: String
  public var warnings: [EmissionWarning]
  /// Listed apart and in no sum: offsets, exports where they are not subtracted, what is counted elsewhere.
  public var isMemo: Bool
  /// The certificate that covers this part.
  public var certificate: String?

  public init(
    method: InventoryMethod, scope: Int, category: Category, amount: ExactDecimal, unit: String,
    kilograms: ExactDecimal, gas: GasCoverage, gwp: String?, factor: EmissionFactor?, formula: String,
    warnings: [EmissionWarning] = [], isMemo: Bool = false, certificate: String? = nil
  ) {
    self.method = method
    self.scope = scope
    self.category = category
    self.amount = amount
    self.unit = unit
    self.kilograms = kilograms
    self.gas = gas
    self.gwp = gwp
    self.factor = factor
    self.formula = formula
    self.warnings = warnings
    self.isMemo = isMemo
    self.certificate = certificate
  }
}

/// What one method makes of an activity: lines, or why there is no figure.
public struct MethodEmissions: Hashable, Sendable {
  public var method: InventoryMethod
  public var lines: [EmissionLine]
  /// Not nil: there is no figure, and `lines` is empty.
  public var problem: FactorProblem?

  public init(method: InventoryMethod, lines: [EmissionLine], problem: FactorProblem? = nil) {
    self.method = method
    self.lines = lines
    self.problem = problem
  }

  public var warnings: [EmissionWarning] { lines.flatMap(\.warnings) }
}

/// Sums of lines by scope, kg. Offsets and other lines that stand apart are in none of them.
public struct EmissionTotals: Hashable, Sendable {
  public private(set) var scope1 = ExactDecimal.zero
  public private(set) var scope2 = ExactDecimal.zero
  public private(set) var scope3 = ExactDecimal.zero
  /// CO2e as soon as one line is; lines of CO2 alone count as such.
  public private(set) var gas = GasCoverage.co2
  public private(set) var gwp: String?
  private var method: InventoryMethod?

  public init() {}

  /// - Throws: for lines that may not be added: of two methods, or of two sets of warming potentials.
  public init(_ lines: [EmissionLine]) throws {
    for line in lines { try add(line) }
  }

  public mutating func add(_ line: EmissionLine) throws {
    if line.isMemo { return }
    if let method, method != line.method {
      throw FactorProblem(
        "figures of \(method.rawValue) and \(line.method.rawValue) are not added", remedy: "sum each method on its own")
    }
    if let other = line.gwp {
      if let gwp, gwp != other {
        throw FactorProblem(
          "a figure in \(other) is not added to figures in \(gwp)",
          remedy: "set carbon.gwp to the set of the other factors, or choose factors of one set")
      }
      gwp = other
    }
    method = line.method
    if line.gas == .co2e { gas = .co2e }
    switch line.scope {
    case 1: scope1 = try scope1 + line.kilograms
    case 2: scope2 = try scope2 + line.kilograms
    default: scope3 = try scope3 + line.kilograms
    }
  }

  public func total() throws(DecimalError) -> ExactDecimal { try scope1 + scope2 + scope3 }
}
