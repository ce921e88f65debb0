import Telemetry

/// Energy per something: exact, rounded half-even to 12 places where it must be.
public enum EnergyIndicator {
  /// Specific energy: kWh per good unit, per money of output, per m³ of compressed air; nil without output.
  public static func specific(energy: ExactDecimal, output: ExactDecimal) throws(DecimalError) -> ExactDecimal? {
    output.isZero ? nil : try energy / output
  }

  /// Coefficient of performance of a chiller or heat pump: heat moved / electricity, both in kWh.
  ///
  /// - Parameter heat: GJ, as meters of heat and cold count; 1 GJ = 1000 / 3.6 kWh.
  public static func performance(heat: ExactDecimal, electricity: ExactDecimal) throws(DecimalError) -> ExactDecimal? {
    // GJ × 1000 / 3.6 = GJ × 10 000 / 36, divided once.
    electricity.isZero ? nil : try heat * ExactDecimal(10_000) / (electricity * ExactDecimal(36))
  }
}
