import Telemetry
import Templates

/// What a machine is doing, as far as its energy is concerned.
public enum UseClass: String, CaseIterable, Hashable, Sendable {
  case off, idle, producing
}

/// Idle and standby consumption of a machine, and what of it is wasted.
///
/// Idle: nothing was produced for at least `minimumIdle`, and the power lies between the off threshold and the level of
/// production. Waste: Σ (P − standby target) × time over idle intervals. Exact decimals; a fold in time order.
public struct IdleUse: Hashable, Sendable {
  public typealias Settings = Asset.IdleThresholds

  /// A stretch of time with one mean power.
  public struct Interval: Hashable, Sendable {
    public var duration: Span64
    /// Mean power, kW.
    public var power: ExactDecimal
    /// Pieces; nil: not counted.
    public var pieces: ExactDecimal?
    /// What the machine's state says; nil: no state. Pieces win over it: what comes out was produced.
    public var state: UseClass?
    /// Money per kWh; nil = not known.
    public var price: ExactDecimal?

    public init(
      duration: Span64, power: ExactDecimal, pieces: ExactDecimal? = nil, state: UseClass? = nil,
      price: ExactDecimal? = nil
    ) {
      self.duration = duration
      self.power = power
      self.pieces = pieces
      self.state = state
      self.price = price
    }
  }

  public let settings: Settings
  /// Time by class.
  public private(set) var off = Span64.zero
  public private(set) var idle = Span64.zero
  public private(set) var producing = Span64.zero
  /// kW × ns; divided once, when it is asked for.
  private var wasted = ExactDecimal.zero
  /// As above × money per kWh; nil as soon as a price was not known.
  private var wastedCost: ExactDecimal? = .zero
  private var used = ExactDecimal.zero
  private var usedIdle = ExactDecimal.zero
  /// The pause that is not yet long enough to be idle.
  private var pause = Span64.zero
  private var pauseWasted = ExactDecimal.zero
  private var pauseCost: ExactDecimal? = .zero
  private var pauseUsed = ExactDecimal.zero
  private var inIdle = false

  public init(settings: Settings) { self.settings = settings }

  public static func classify(_ interval: Interval, _ settings: Settings) -> UseClass {
    if let pieces = interval.pieces, !pieces.isZero { return .producing }
    if interval.power < settings.offBelow { return .off }
    if let state = interval.state { return state == .off ? .idle : state }
    if let from = settings.producingFrom, interval.pieces == nil {
      return interval.power < from ? .idle : .producing
    }
    return interval.pieces == nil ? .producing : .idle
  }

  public mutating func add(_ interval: Interval) throws(DecimalError) {
    let energy = try interval.power * ExactDecimal(Int(interval.duration.nanoseconds))
    used = try used + energy
    switch Self.classify(interval, settings) {
    case .producing:
      producing = sum(producing, sum(pause, interval.duration))
      endPause()
    case .off:
      off = sum(off, interval.duration)
      // What was too short to be idle before it went off was the end of production.
      producing = sum(producing, pause)
      endPause()
    case .idle:
      pause = sum(pause, interval.duration)
      pauseUsed = try pauseUsed + energy
      if settings.standbyTarget < interval.power {
        let waste =
          try (interval.power - settings.standbyTarget) * ExactDecimal(Int(interval.duration.nanoseconds))
        pauseWasted = try pauseWasted + waste
        if let sum = pauseCost, let price = interval.price {
          pauseCost = try sum + waste * price
        } else {
          pauseCost = nil
        }
      }
      guard inIdle || pause >= settings.minimumIdle else { return }
      // The rest of this pause is idle from its first second on.
      inIdle = true
      idle = sum(idle, pause)
      wasted = try wasted + pauseWasted
      if let sum = wastedCost, let cost = pauseCost { wastedCost = try sum + cost } else { wastedCost = nil }
      usedIdle = try usedIdle + pauseUsed
      pause = .zero
      pauseWasted = .zero
      pauseCost = .zero
      pauseUsed = .zero
    }
  }

  private mutating func endPause() {
    inIdle = false
    pause = .zero
    pauseWasted = .zero
    pauseCost = .zero
    pauseUsed = .zero
  }

  private func sum(_ one: Span64, _ other: Span64) -> Span64 {
    Span64(nanoseconds: one.nanoseconds + other.nanoseconds)
  }

  /// kWh in all, while idle, and above the standby target while idle.
  public var figures: Figures {
    get throws(DecimalError) {
      let hour = ExactDecimal(Int(Span64.hours(1).nanoseconds))
      var cost: ExactDecimal?
      if let wastedCost { cost = try wastedCost / hour }
      return Figures(
        energy: try used / hour, idleEnergy: try usedIdle / hour, waste: try wasted / hour,
        wasteCost: cost, off: off, idle: idle, producing: producing)
    }
  }

  public struct Figures: Hashable, Sendable {
    /// kWh
    public var energy: ExactDecimal
    public var idleEnergy: ExactDecimal
    public var waste: ExactDecimal
    /// Money, at the price of each interval; nil where one is not known.
    public var wasteCost: ExactDecimal?
    public var off: Span64
    public var idle: Span64
    public var producing: Span64

    /// What the waste costs and emits.
    ///
    /// - Parameters:
    ///   - price: money per kWh; nil without a tariff.
    ///   - factor: kgCO2e per kWh; nil without one.
    public func priced(
      price: ExactDecimal?, factor: ExactDecimal?
    ) throws(DecimalError) -> (cost: ExactDecimal?, emissions: ExactDecimal?) {
      var cost: ExactDecimal?
      var emissions: ExactDecimal?
      if let price { cost = try waste * price }
      if let factor { emissions = try waste * factor }
      return (cost, emissions)
    }

    /// Never off, and for so much of the time not producing.
    public func isAlwaysOn(idleShare: Double) -> Bool {
      let whole = off.nanoseconds + idle.nanoseconds + producing.nanoseconds
      return whole > 0 && off == .zero && Double(idle.nanoseconds) >= idleShare * Double(whole)
    }
  }

  /// Areas that take more energy than their share of use explains, worst first: share of the energy against share of
  /// the producing time.
  ///
  /// - Parameters:
  ///   - areas: name and figures of each.
  ///   - excess: how many times larger the energy's share must be.
  public static func highEnergyLowUse(
    _ areas: [(name: String, figures: Figures)], excess: Double
  ) -> [(name: String, energyShare: Double, useShare: Double)] {
    let energy = areas.reduce(0) { $0 + $1.figures.energy.doubleValue }
    let use = areas.reduce(0) { $0 + Double($1.figures.producing.nanoseconds) }
    guard energy > 0 else { return [] }
    var found: [(name: String, energyShare: Double, useShare: Double)] = []
    for area in areas {
      let energyShare = area.figures.energy.doubleValue / energy
      let useShare = use > 0 ? Double(area.figures.producing.nanoseconds) / use : 0
      if energyShare > excess * useShare, energyShare > 0 { found.append((area.name, energyShare, useShare)) }
    }
    return found.sorted { ($1.energyShare - $1.useShare, $0.name) < ($0.energyShare - $0.useShare, $1.name) }
  }
}
