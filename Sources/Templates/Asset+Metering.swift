import Telemetry

extension Asset {
  /// What an asset's meter is to the plant's supply.
  public enum EnergyRole: String, Hashable, Sendable, CaseIterable {
    /// At the boundary to the grid (or the gas, water, heat supplier).
    case gridImport = "grid-import"
    case gridExport = "grid-export"
    case generation, storage
    /// Between the boundary and what consumes: a feeder, a transformer.
    case distribution
    case consumption
  }
  /// Where the asset's meters stand and whose account they are on.
  public struct Metering: Hashable, Sendable {
    public var role = EnergyRole.consumption
    /// Id of the meter that feeds it: what it counts is in that one's count already.
    public var fedBy: String?
    /// Limit of error of its meters, percent of the reading (the accuracy class).
    public var accuracy: ExactDecimal?
    /// False: may be proposed for shedding. Nil = not said: is never proposed.
    public var essential: Bool?
    public var costCentre: String?
    public var productLine: String?
    /// Which fuel of the fuel set its gas or fuel meter counts.
    public var fuel: String?
    /// What of its load may be moved or left out; nil = nothing is proposed.
    public var flexible: Flexibility?
    /// When the machine idles; nil = its waste is not told.
    public var idle: IdleThresholds?

    public init() {}

    /// May be proposed for shedding.
    public var isSheddable: Bool { essential == false }
  }
}
