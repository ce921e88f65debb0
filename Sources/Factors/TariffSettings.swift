import Telemetry

/// Everything that an electricity bill of the site is made of.
public struct TariffSettings: Hashable, Sendable {
  /// Which reactive energy counts for the power factor.
  public enum Reactive: String, CaseIterable, Hashable, Sendable {
    /// |lagging| + |leading|, for meters that register reverse reactive energy: one does not cancel the other.
    case both
    case lagging
  }

  /// How maximum demand is measured.
  public enum DemandMethod: String, CaseIterable, Hashable, Sendable {
    /// In blocks of one window.
    case block
    /// The window slides in steps of a minute, where there are readings every minute.
    case sliding
  }

  public var tariff: Tariff
  public var basic: TariffBasicCharge?
  /// kW
  public var contractDemand: ExactDecimal?
  /// kW that the demand is kept below; nil: the contract.
  public var demandLimit: ExactDecimal?
  public var demandMethod = DemandMethod.block
  public var powerFactor: PowerFactorTable?
  public var reactive = Reactive.both
  /// Money per kWh that the adjustment by power factor leaves out.
  public var governmentFunds: ExactDecimal?

  public init(tariff: Tariff) { self.tariff = tariff }
}
