import Factors
import Telemetry

/// Limits of machine condition, as a table of `Config/condition` gives them with their sources.
public struct ConditionTable: Hashable, Sendable {
  public struct Origin: Hashable, Sendable {
    public var document: String
    public var status: FactorStatus
  }

  public struct Zones: Hashable, Sendable {
    public var group: Int
    public var support: Asset.Nameplate.Support
    /// A/B, B/C, C/D: mm/s RMS, µm RMS.
    public var velocity: [ScaledInteger]
    public var displacement: [ScaledInteger]
  }

  public struct Vibration: Hashable, Sendable {
    public var origin: Origin
    /// kW: beyond the first in scope, beyond the second group 1, beyond the third out of scope.
    public var power: [ScaledInteger]
    /// mm: from the first group 2, from the second group 1.
    public var shaftHeight: [ScaledInteger]
    /// r/min of the scope; and up to which the band for slow machines holds.
    public var speed: [ScaledInteger]
    public var slow: ScaledInteger
    /// Hz
    public var slowBand: [ScaledInteger]
    public var band: [ScaledInteger]
    public var hold: Span64
    /// mm/s
    public var hysteresis: ScaledInteger
    public var zones: [Zones]
    /// What follows from the usual level; nil where a table does not say.
    public var action: Action?
  }

  /// Shares of boundaries.
  public struct Action: Hashable, Sendable {
    /// Of B/C: a change that matters.
    public var change: ScaledInteger
    /// Of B/C, of C/D: the highest settings of an alarm and of a trip.
    public var alarm: ScaledInteger
    public var trip: ScaledInteger
  }

  public struct Insulation: Hashable, Sendable {
    public struct Class: Hashable, Sendable {
      public var name: Asset.Nameplate.InsulationClass
      /// °C
      public var maximum: ScaledInteger
      /// K above the coolant.
      public var rise: ScaledInteger?
    }
    public var origin: Origin
    /// °C
    public var coolant: ScaledInteger
    /// K
    public var lifeHalving: ScaledInteger
    public var classes: [Class]
  }

  public struct Unbalance: Hashable, Sendable {
    public var origin: Origin
    /// Percent: told, urgent.
    public var voltage: [ScaledInteger]
    public var current: [ScaledInteger]
  }

  public struct Bearing: Hashable, Sendable {
    public var name: String
    public var balls: Int
    /// Diameters in one unit.
    public var ball: ScaledInteger
    public var pitch: ScaledInteger
    /// Contact angle, degrees; nil = 0, as of deep groove bearings.
    public var angle: ScaledInteger?
    public var status: FactorStatus
  }

  public var name: String
  public var vibration: Vibration?
  public var insulation: Insulation?
  public var unbalance: Unbalance?
  public var bearings: [Bearing] = []
}
