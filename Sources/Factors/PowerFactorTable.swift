import Telemetry

/// The adjustment of an electricity bill by its monthly power factor: a literal table by integer key.
///
/// The percentage is looked up by power factor × 100, rounded half up to a whole number; it is never computed.
/// Positive increases the bill.
public struct PowerFactorTable: Hashable, Sendable {
  /// The power factor that the user is held to: `0.90`.
  public var standard: String
  public var appliesTo: String?
  public var status: FactorStatus
  /// Percent by key; without gaps from `lowestKey` to 100.
  public var percentByKey: [Int: ExactDecimal]
  /// Added per key below the lowest one.
  public var belowLast: ExactDecimal

  public init(
    standard: String, appliesTo: String?, status: FactorStatus, percentByKey: [Int: ExactDecimal],
    belowLast: ExactDecimal
  ) {
    self.standard = standard
    self.appliesTo = appliesTo
    self.status = status
    self.percentByKey = percentByKey
    self.belowLast = belowLast
  }

  public var lowestKey: Int { percentByKey.keys.min() ?? 100 }

  /// - Parameter key: power factor × 100, rounded half up, 0 … 100.
  /// - Returns: percent of the adjusted amount; nil outside 0 … 100.
  public func percent(key: Int) throws(DecimalError) -> ExactDecimal? {
    guard (0...100).contains(key) else { return nil }
    if let percent = percentByKey[key] { return percent }
    guard key < lowestKey, let last = percentByKey[lowestKey] else { return nil }
    return try last + belowLast * ExactDecimal(lowestKey - key)
  }

  /// The adjustment of energy charge + basic charge − government funds, exact.
  public func adjustment(
    key: Int, energyCharge: ExactDecimal, basicCharge: ExactDecimal, governmentFunds: ExactDecimal
  ) throws(DecimalError) -> (percent: ExactDecimal, base: ExactDecimal, amount: ExactDecimal)? {
    guard let percent = try percent(key: key) else { return nil }
    let base = try energyCharge + basicCharge - governmentFunds
    return (percent, base, try base * percent * Self.hundredth)
  }

  private static let hundredth = ExactDecimal("0.01") ?? .zero
}
