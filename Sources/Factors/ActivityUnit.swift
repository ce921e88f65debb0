import Telemetry

/// Units of activity data, with their exact definitions. A cubic metre is never a normal cubic metre.
public enum ActivityUnit {
  private enum Dimension { case energy, mass, volume, normalVolume }

  private static func definition(_ unit: String) -> (dimension: Dimension, factor: ExactDecimal)? {
    switch unit {
    case "kJ": (.energy, .one)
    case "MJ": (.energy, ExactDecimal(1000))
    case "GJ": (.energy, ExactDecimal(1_000_000))
    case "TJ": (.energy, ExactDecimal(1_000_000_000))
    case "Wh": (.energy, ExactDecimal(exact: "3.6"))
    case "kWh": (.energy, ExactDecimal(3600))
    case "MWh": (.energy, ExactDecimal(3_600_000))
    case "GWh": (.energy, ExactDecimal(3_600_000_000))
    case "mmBtu": (.energy, ExactDecimal(exact: "1055055.85262"))
    case "g": (.mass, ExactDecimal(exact: "0.001"))
    case "kg": (.mass, .one)
    case "t": (.mass, ExactDecimal(1000))
    case "lb": (.mass, ExactDecimal(exact: "0.45359237"))
    case "mL", "ml": (.volume, ExactDecimal(exact: "0.001"))
    case "L", "l": (.volume, .one)
    case "m3", "m³": (.volume, ExactDecimal(1000))
    case "gal": (.volume, ExactDecimal(exact: "3.785411784"))
    case "Nm3", "Nm³": (.normalVolume, .one)
    case "10^4 Nm3", "10^4 Nm³", "10⁴Nm³", "万Nm³": (.normalVolume, ExactDecimal(10_000))
    default: nil
    }
  }

  /// Whether an amount in one unit can be written in the other.
  public static func canConvert(_ unit: String, to other: String) -> Bool {
    unit == other || definition(unit).map { $0.dimension == definition(other)?.dimension } ?? false
  }

  /// Exact wherever the result has at most 12 places.
  public static func convert(_ amount: ExactDecimal, _ unit: String, to other: String) throws -> ExactDecimal {
    if unit == other { return amount }
    guard let one = definition(unit), let two = definition(other), one.dimension == two.dimension else {
      let normal = definition(unit)?.dimension == .volume && definition(other)?.dimension == .normalVolume
      throw FactorProblem(
        "\(amount) \(unit) cannot be written in \(other)",
        remedy: normal
          ? "count normal cubic metres (0 °C, 101.325 kPa), or convert with pressure and temperature: a metered m³ is "
            + "not an Nm³" : "enter the amount in \(other)")
    }
    return try (amount * one.factor) / two.factor
  }
}
