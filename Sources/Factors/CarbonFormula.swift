import Telemetry

/// The formulas of carbon accounting over exact decimals. Everything is multiplied before anything is divided.
public enum CarbonFormula {
  private static let carbonDioxide = ExactDecimal(44)
  private static let carbon = ExactDecimal(12)
  static let thousand = ExactDecimal(1000)
  /// 0.001
  static let thousandth = ExactDecimal(exact: "0.001")

  /// Kilograms to tonnes; exact.
  public static func tonnes(_ kilograms: ExactDecimal) throws(DecimalError) -> ExactDecimal {
    try kilograms * thousandth
  }

  /// tCO2 of a fuel's unit: NCV × CC × OF × 44 ÷ 12 (accounting guides of NDRC and MEE; GB/T 32150).
  /// - Parameters:
  ///   - calorificValue: GJ by unit.
  ///   - carbonContent: tC/GJ.
  ///   - oxidation: 0 … 1.
  public static func fuelFactor(
    calorificValue: ExactDecimal, carbonContent: ExactDecimal, oxidation: ExactDecimal
  ) throws(DecimalError) -> ExactDecimal {
    try (calorificValue * carbonContent * oxidation * carbonDioxide) / carbon
  }

  /// kgCO2 of an amount of fuel; rounded once, to 12 places.
  /// - Parameter amount: in the unit of the calorific value.
  public static func combustion(
    amount: ExactDecimal, calorificValue: ExactDecimal, carbonContent: ExactDecimal, oxidation: ExactDecimal
  ) throws(DecimalError) -> ExactDecimal {
    try (amount * calorificValue * carbonContent * oxidation * carbonDioxide * thousand) / carbon
  }

  /// GJ of steam: m (h − h₀) ÷ 1000.
  /// - Parameters:
  ///   - mass: t.
  ///   - enthalpy: kJ/kg.
  ///   - reference: kJ/kg of water as it comes.
  public static func steamHeat(
    mass: ExactDecimal, enthalpy: ExactDecimal, reference: ExactDecimal
  ) throws(DecimalError) -> ExactDecimal {
    try mass * (enthalpy - reference) * thousandth
  }

  /// GJ of hot water: m (T − T₀) c ÷ 1000.
  /// - Parameters:
  ///   - mass: t.
  ///   - temperature: °C.
  ///   - capacity: kJ/(kg·K).
  public static func hotWaterHeat(
    mass: ExactDecimal, temperature: ExactDecimal, reference: ExactDecimal, capacity: ExactDecimal
  ) throws(DecimalError) -> ExactDecimal {
    try mass * (temperature - reference) * capacity * thousandth
  }

  /// Normal cubic metres (0 °C, 101.325 kPa) of a volume at other conditions, by the ideal gas; rounded to 12 places.
  /// - Parameters:
  ///   - pressure: absolute, kPa.
  ///   - temperature: °C.
  public static func normalVolume(
    _ volume: ExactDecimal, pressure: ExactDecimal, temperature: ExactDecimal
  ) throws -> ExactDecimal {
    let kelvin = try temperature + ExactDecimal(exact: "273.15")
    guard !kelvin.isNegative, !kelvin.isZero, !pressure.isNegative, !pressure.isZero else {
      throw FactorProblem(
        "a gas at \(pressure) kPa and \(temperature) °C does not exist",
        remedy: "give the absolute pressure in kPa and the temperature in °C")
    }
    return try (volume * pressure * ExactDecimal(exact: "273.15")) / (ExactDecimal(exact: "101.325") * kelvin)
  }

  /// Warming potential of a blend: Σ fraction × potential, not rounded.
  public static func blend(
    _ parts: [(fraction: ExactDecimal, potential: ExactDecimal)]
  ) throws(DecimalError) -> ExactDecimal {
    var sum = ExactDecimal.zero
    for part in parts { sum = try sum + part.fraction * part.potential }
    return sum
  }

  /// Emissions by good unit, to 15 places: scrap carries its burden to the good ones. Nil without good output.
  public static func intensity(_ emissions: ExactDecimal, goodUnits: Int) throws(DecimalError) -> ExactDecimal? {
    goodUnits > 0 ? try emissions.divided(by: ExactDecimal(goodUnits), places: 15) : nil
  }
}

extension ExactDecimal {
  /// A constant that is written in the program: an exact definition.
  init(exact text: StaticString) {
    guard let value = ExactDecimal(text.description) else { preconditionFailure("\(text) is no decimal number") }
    self = value
  }
}
