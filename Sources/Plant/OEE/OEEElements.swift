import Telemetry

/// The elements of ISO 22400-2 of a machine and an interval: times and quantities. Those of several machines, shifts or
/// products add up; the figures (`OEEFigures`) are made of the sums, never of other figures.
public struct OEEElements: Hashable, Sendable {
  /// PBT, planned busy time: of shifts without planned stops. ns.
  public var planned: Int64 = 0
  /// Time of shifts in planned stops: no part of `planned`. ns.
  public var plannedStops: Int64 = 0
  /// APT, actual production time within the planned one. ns.
  public var production: Int64 = 0
  /// Planned time that was lost, by `OEELoss.times`, ns; with `production` it is the planned time.
  public var lost = Array(repeating: Int64(0), count: OEELoss.times.count)
  /// Planned time in which it was idle: ready, and making nothing. Every part of it is in `lost` too. ns.
  public var idle: Int64 = 0
  /// GQ, of the planned time as all pieces here.
  public var good: Int64 = 0
  /// SQ.
  public var scrap: Int64 = 0
  /// RQ: those of the good ones that a later attempt made good.
  public var rework: Int64 = 0
  /// Those of the scrapped ones that were made while the machine started, heated or was set up.
  public var startupScrap: Int64 = 0
  /// Pieces of `good` and `scrap` without a planned run time.
  public var unrated: Int64 = 0
  /// PRI·PQ: planned run time of all pieces that have one, s.
  public var plannedRun = ExactDecimal.zero
  /// PRI·GQ, s.
  public var plannedRunGood = ExactDecimal.zero
  /// Planned run time of `startupScrap`, s.
  public var plannedRunStartup = ExactDecimal.zero
  /// Production and idle time beside the planned time: ns and pieces. In no figure.
  public var outsideProduction: Int64 = 0
  public var outsideIdle: Int64 = 0
  public var outsideGood: Int64 = 0
  public var outsideScrap: Int64 = 0
  /// kWh of the machine's own meter, planned time or not; nil = it has none.
  public var energy: ExactDecimal?
  /// Whether anything counts its pieces.
  public var countsPieces = false
  /// Whether a planned run time of anything that it makes is known, even if it made nothing.
  public var hasPlannedRunTime = false

  public init() {}

  /// Whether its effectiveness can be known: its pieces are counted, and have planned run times.
  public var isRated: Bool { countsPieces && hasPlannedRunTime && unrated == 0 }
  /// PQ.
  public var produced: Int64 { good + scrap }
  /// AUST.
  public var setup: Int64 { self[.setup] }
  /// ADET, actual unit delay time: it was to work and did neither produce nor was set up.
  public var delay: Int64 { self[.breakdown] + self[.minorStops] + self[.unexplained] }
  /// Planned time in which it is known to have stood, for whatever reason. ns.
  public var unplannedStops: Int64 { setup + delay }
  /// AUPT, actual unit processing time: production and setup.
  public var processing: Int64 { production + setup }
  /// AUBT, actual unit busy time: processing and delays.
  public var busy: Int64 { processing + delay }
  /// In which it was not waiting for others: production, setup and repair. Whoever has the highest share of it is the
  /// bottleneck (active period method: Roser, Nakano, Tanaka, WSC 2001).
  public var active: Int64 { processing + self[.breakdown] }

  /// A time of `OEELoss.times`, ns; 0 for the others.
  public subscript(loss: OEELoss) -> Int64 {
    get { OEELoss.times.firstIndex(of: loss).map { lost[$0] } ?? 0 }
    set { if let place = OEELoss.times.firstIndex(of: loss) { lost[place] = newValue } }
  }

  /// Any loss in seconds of planned time. Nil where it cannot be known, as pieces are not counted or have no planned run
  /// time. Reduced speed is below zero where the planned run time is too long.
  ///
  /// All of them and the planned run time of the good pieces add up to the planned time.
  public func seconds(_ loss: OEELoss) throws(DecimalError) -> ExactDecimal? {
    if OEELoss.times.contains(loss) { return try Self.seconds(self[loss]) }
    guard isRated else { return nil }
    switch loss {
    case .speed: return try Self.seconds(production) - plannedRun
    case .startup: return plannedRunStartup
    default: return try plannedRun - plannedRunGood - plannedRunStartup
    }
  }

  public static func seconds(_ nanoseconds: Int64) throws(DecimalError) -> ExactDecimal {
    try ExactDecimal(ScaledInteger(nanoseconds, exponent: -9))
  }

  /// Adds pieces of one product.
  /// - Parameter cycle: PRI, planned run time of one piece, s; nil = nobody has said it.
  public mutating func add(
    good: Int64, scrap: Int64, rework: Int64 = 0, startupScrap: Int64 = 0, cycle: ExactDecimal?
  ) throws(DecimalError) {
    self.good += good
    self.scrap += scrap
    self.rework += rework
    self.startupScrap += startupScrap
    guard let cycle else {
      unrated += good + scrap
      return
    }
    hasPlannedRunTime = true
    plannedRun = try plannedRun + cycle * ExactDecimal(Int(good + scrap))
    plannedRunGood = try plannedRunGood + cycle * ExactDecimal(Int(good))
    plannedRunStartup = try plannedRunStartup + cycle * ExactDecimal(Int(startupScrap))
  }

  public mutating func add(_ other: OEEElements) throws(DecimalError) {
    planned += other.planned
    plannedStops += other.plannedStops
    production += other.production
    for place in lost.indices { lost[place] += other.lost[place] }
    idle += other.idle
    good += other.good
    scrap += other.scrap
    rework += other.rework
    startupScrap += other.startupScrap
    unrated += other.unrated
    plannedRun = try plannedRun + other.plannedRun
    plannedRunGood = try plannedRunGood + other.plannedRunGood
    plannedRunStartup = try plannedRunStartup + other.plannedRunStartup
    outsideProduction += other.outsideProduction
    outsideIdle += other.outsideIdle
    outsideGood += other.outsideGood
    outsideScrap += other.outsideScrap
    if let added = other.energy { energy = try (energy ?? .zero) + added }
    countsPieces = countsPieces || other.countsPieces
    hasPlannedRunTime = hasPlannedRunTime || other.hasPlannedRunTime
  }
}
