import Plant
import Telemetry

/// What a kilowatt-hour costs at a local time: dated rule sets of bands, with a price per band.
///
/// Everything is half-open in local time: a window [start, end) of the day, a validity [from, to) in days.
public struct Tariff: Hashable, Sendable {
  /// A part of the day with a price of its own.
  public enum Band: String, CaseIterable, Hashable, Sendable, Comparable {
    case critical, peak, flat, valley
    case deepValley = "deep-valley"

    public static func < (one: Band, other: Band) -> Bool { one.place < other.place }

    /// Position in `allCases`.
    public var place: Int {
      switch self {
      case .critical: 0
      case .peak: 1
      case .flat: 2
      case .valley: 3
      case .deepValley: 4
      }
    }
  }

  /// Which rule set holds from when to when, at which prices.
  public struct Period: Hashable, Sendable {
    /// The first day; nil = always before.
    public var from: CivilDate?
    /// The day after the last one; nil = until further notice.
    public var to: CivilDate?
    public var ruleSet: TariffRuleSet
    /// Money per kWh, all components and government funds included.
    public var prices: [Band: ExactDecimal]

    public init(from: CivilDate?, to: CivilDate?, ruleSet: TariffRuleSet, prices: [Band: ExactDecimal]) {
      self.from = from
      self.to = to
      self.ruleSet = ruleSet
      self.prices = prices
    }

    public func contains(_ day: CivilDate) -> Bool {
      (from.map { $0 <= day } ?? true) && (to.map { day < $0 } ?? true)
    }

    /// As an ISO 8601 interval of days, open ends as `..`: `2025-01-01/..`.
    public var validity: String { "\(from?.description ?? "..")/\(to?.description ?? "..")" }
  }

  /// ISO 4217.
  public var currency: String
  /// By their first day, without overlap.
  public var periods: [Period]

  public init(currency: String, periods: [Period]) {
    self.currency = currency
    self.periods = periods
  }

  /// The period and the band that hold at a local time; nil where no rule set is valid.
  ///
  /// - Parameter second: of the local day, 0 ..< 86 400.
  public func rate(day: CivilDate, second: Int) -> Rate? {
    guard let place = periods.firstIndex(where: { $0.contains(day) }),
      let band = periods[place].ruleSet.band(month: day.month, second: second)
    else { return nil }
    return Rate(period: place, band: band, price: periods[place].prices[band])
  }

  /// As above, of an instant on the plant's clocks.
  public func rate(at time: Timestamp, zone: PlantZone) -> Rate? {
    let local = Self.local(time, zone: zone)
    return rate(day: local.day, second: local.second)
  }

  /// Day and second of the day that the plant's clocks show.
  public static func local(_ time: Timestamp, zone: PlantZone) -> (day: CivilDate, second: Int) {
    let nanoseconds = time.nanoseconds
    let floor = nanoseconds / 1_000_000_000 - (nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
    let seconds = Int(floor) + zone.offsetSeconds(at: time)
    let days = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0)
    return (CivilDate(days: days), seconds - days * 86400)
  }

  /// What holds at a moment.
  public struct Rate: Hashable, Sendable {
    /// Position in `periods`.
    public var period: Int
    public var band: Band
    /// Money per kWh; nil if the tariff has windows but no prices.
    public var price: ExactDecimal?
  }
}
