import Telemetry

/// A month's electricity bill as the tariff computes it. Everything exact; nothing is rounded.
public struct ElectricityBill: Hashable, Sendable {
  /// kWh × price of its band, government funds included.
  public var energyCharge: ExactDecimal
  public var governmentFunds: ExactDecimal?
  public var basicCharge: ExactDecimal?
  /// kW by which the maximum demand exceeded the contract; zero if it did not; nil without contract or demand.
  public var exceeded: ExactDecimal?
  /// Power factor × 100, rounded half up.
  public var powerFactorKey: Int?
  public var percent: ExactDecimal?
  /// Energy charge + basic charge − government funds.
  public var adjustedBase: ExactDecimal?
  public var adjustment: ExactDecimal?
  public var total: ExactDecimal

  /// - Parameters:
  ///   - energy: of the month, kWh.
  ///   - energyCharge: the sum over its windows.
  ///   - maximumDemand: kW.
  ///   - powerFactorKey: power factor × 100, rounded half up; nil without reactive energy.
  public init(
    _ settings: TariffSettings, energy: ExactDecimal, energyCharge: ExactDecimal, maximumDemand: ExactDecimal?,
    powerFactorKey: Int?
  ) throws(DecimalError) {
    self.energyCharge = energyCharge
    if let funds = settings.governmentFunds { governmentFunds = try funds * energy }
    basicCharge = try settings.basic?.charge(maximumDemand: maximumDemand, contract: settings.contractDemand)
    if let contract = settings.contractDemand, let maximumDemand {
      exceeded = contract < maximumDemand ? try maximumDemand - contract : .zero
    }
    total = try energyCharge + (basicCharge ?? .zero)
    guard let table = settings.powerFactor, let powerFactorKey,
      let found = try table.adjustment(
        key: powerFactorKey, energyCharge: energyCharge, basicCharge: basicCharge ?? .zero,
        governmentFunds: governmentFunds ?? .zero)
    else { return }
    self.powerFactorKey = powerFactorKey
    percent = found.percent
    adjustedBase = found.base
    adjustment = found.amount
    total = try total + found.amount
  }
}
