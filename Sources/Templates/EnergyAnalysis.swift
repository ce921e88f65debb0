import Factors
import Telemetry

/// Thresholds of balances, leaks, baselines and abnormal use. Product choices where nothing else is said.
public struct EnergyAnalysis: Hashable, Sendable {
  /// Windows in a row that a balance may be open before it is told, …
  public var balanceWindows = 8
  /// … what of difference / uncertainty each may have, and at which sum of the rest it is told as well.
  public var balanceSlack = ScaledInteger(1)
  public var balanceThreshold = ScaledInteger(12)
  /// Hours of the local day in which a plant is at rest, half-open.
  public var nightFrom = 1
  public var nightTo = 5
  /// A leak is suspected if the night's smallest flow is more than this share of the mean …
  public var leakShare = ScaledInteger(2, exponent: -1)
  /// … for so many nights in a row.
  public var leakNights = 3
  /// What a unit of a medium costs, in the tariff's currency, for what a leak loses.
  public var mediaPrices: [Signal.Quantity: ExactDecimal] = [:]
  /// When a baseline is accepted; nil = not asked for (the usual figures are conventions that a site chooses itself).
  public var minimumR2: ScaledInteger?
  public var maximumP: ScaledInteger?
  /// Shares: 0.15 = 15 %.
  public var maximumCV: ScaledInteger?
  public var maximumNMBE: ScaledInteger?
  /// Days that baselines are learnt from; without `baselineFrom` the first so many days that are complete. Four weeks
  /// show each day of the week four times: a product choice.
  public var baselineFrom: CivilDate?
  /// The day after the last one.
  public var baselineTo: CivilDate?
  public var baselineDays = 28
  /// The outdoor temperature that use depends on; nil = none.
  public var temperature: TemperatureSource?
  /// °C: below it degree days of heating are counted, …
  public var heatingBelow: ScaledInteger?
  /// … above it those of cooling. With neither, the day's mean temperature itself is the driver.
  public var coolingAbove: ScaledInteger?
  /// Idle use is told of a machine whose waste is at least this share of its energy, …
  public var idleShare = ScaledInteger(1, exponent: -1)
  /// … of so many a day at most, the most wasteful first.
  public var idleFindings = 5
  /// Never off, and idle for at least this share of the time: always on.
  public var alwaysOnShare = ScaledInteger(25, exponent: -2)
  /// An area uses much for little if its share of the energy is so many times its share of the producing time.
  public var areaExcess = ScaledInteger(2)
  /// Of savings' intervals.
  public var confidence = ScaledInteger(9, exponent: -1)
  /// Abnormal use: standard errors above what was expected, and the share of it that matters.
  public var warning = ScaledInteger(3)
  public var alarm = ScaledInteger(5)
  public var minimumShare = ScaledInteger(5, exponent: -2)

  public static let standard = EnergyAnalysis()
  public init() {}

  /// A gauge of temperature.
  public struct TemperatureSource: Hashable, Sendable {
    public var asset: String
    public var signal: String
    public init(asset: String, signal: String) {
      self.asset = asset
      self.signal = signal
    }
  }
}

extension Asset {
  /// When a machine idles, for the waste of it.
  public struct IdleThresholds: Hashable, Sendable {
    /// kW that it may take while nothing is produced.
    public var standbyTarget: ExactDecimal
    /// kW; below it is off.
    public var offBelow: ExactDecimal
    /// kW from which it produces, where neither pieces nor a state tell.
    public var producingFrom: ExactDecimal?
    /// Shorter pauses belong to production.
    public var minimumIdle: Span64

    public init(
      standbyTarget: ExactDecimal, offBelow: ExactDecimal, producingFrom: ExactDecimal? = nil, minimumIdle: Span64
    ) {
      self.standbyTarget = standbyTarget
      self.offBelow = offBelow
      self.producingFrom = producingFrom
      self.minimumIdle = minimumIdle
    }
  }
}
