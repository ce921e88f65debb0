import Telemetry

/// The bands of a day as one document decrees them, without prices.
public struct TariffRuleSet: Hashable, Sendable {
  /// A part of the local day, half-open, in some months.
  public struct Window: Hashable, Sendable {
    public var band: Tariff.Band
    /// Minutes of the day, 0 … 1440.
    public var start: Int
    public var end: Int
    /// 1 … 12, ascending; empty = all.
    public var months: [Int]
    /// The band whose windows it lies in and wins over; nil for the ordinary windows, which divide the day.
    public var overrides: Tariff.Band?

    public init(band: Tariff.Band, start: Int, end: Int, months: [Int] = [], overrides: Tariff.Band? = nil) {
      self.band = band
      self.start = start
      self.end = end
      self.months = months
      self.overrides = overrides
    }

    func contains(month: Int, second: Int) -> Bool {
      start * 60 <= second && second < end * 60 && isValid(in: month)
    }
    func isValid(in month: Int) -> Bool { months.isEmpty || months.contains(month) }
  }

  /// What a band costs as a multiple of another one, where the document or a published row says so.
  public struct Multiplier: Hashable, Sendable {
    public var relativeTo: Tariff.Band
    /// Nil: no value that could stand as a default; the price is entered.
    public var value: ExactDecimal?
    public var status: FactorStatus
    public var note: String?

    public init(relativeTo: Tariff.Band, value: ExactDecimal?, status: FactorStatus, note: String? = nil) {
      self.relativeTo = relativeTo
      self.value = value
      self.status = status
      self.note = note
    }

    /// The value, if it may be taken without asking.
    public var standard: ExactDecimal? { status.mayBeDefault ? value : nil }
  }

  public var id: String
  /// Which document decrees it.
  public var document: String?
  public var status: FactorStatus
  public var windows: [Window]
  public var multipliers: [Tariff.Band: Multiplier]

  public init(
    id: String, document: String?, status: FactorStatus, windows: [Window],
    multipliers: [Tariff.Band: Multiplier] = [:]
  ) {
    self.id = id
    self.document = document
    self.status = status
    self.windows = windows
    self.multipliers = multipliers
  }

  /// The band of a local time: a window that overrides first, else the ordinary one.
  ///
  /// - Parameter second: of the local day, 0 ..< 86 400.
  public func band(month: Int, second: Int) -> Tariff.Band? {
    var ordinary: Tariff.Band?
    for window in windows where window.contains(month: month, second: second) {
      if window.overrides != nil { return window.band }
      if ordinary == nil { ordinary = window.band }
    }
    return ordinary
  }

  /// The bands that occur, in the order of `Band.allCases`.
  public var bands: [Tariff.Band] { Tariff.Band.allCases.filter { band in windows.contains { $0.band == band } } }

  /// Minutes of the day at which a band may change, ascending.
  public var boundaries: [Int] { Set(windows.flatMap { [$0.start, $0.end] }).sorted() }

  /// Hours of a calendar year by band, as the local clock counts them (days of 24 hours).
  public func hours(year: Int) -> [Tariff.Band: ExactDecimal] {
    var minutes: [Tariff.Band: Int] = [:]
    for month in 1...12 {
      let next = month == 12 ? (year + 1, 1) : (year, month + 1)
      let days =
        Timestamp.days(year: next.0, month: next.1, day: 1) - Timestamp.days(year: year, month: month, day: 1)
      for (from, to) in zip(boundaries, boundaries.dropFirst()) {
        guard let band = band(month: month, second: from * 60) else { continue }
        minutes[band, default: 0] += (to - from) * days
      }
    }
    var hours: [Tariff.Band: ExactDecimal] = [:]
    // A whole number of minutes is at most twelve places of an hour; whole hours come out whole.
    for (band, count) in minutes { hours[band] = try? ExactDecimal(count) / ExactDecimal(60) }
    return hours
  }

  /// What is wrong with the windows: a time of the day with no band or two, or an override that lies outside.
  public var problem: String? {
    for month in 1...12 {
      let ordinary = windows.filter { $0.overrides == nil && $0.isValid(in: month) }.sorted { $0.start < $1.start }
      var reached = 0
      for window in ordinary {
        if window.start > reached { return "no band from \(Self.clock(reached)) to \(Self.clock(window.start))" }
        if window.start < reached {
          return "two bands at \(Self.clock(window.start)); write `overrides:` at the one that wins"
        }
        reached = window.end
      }
      if reached < 1440 { return "no band from \(Self.clock(reached)) to 24:00" }
      for window in windows where window.isValid(in: month) {
        guard let overridden = window.overrides else { continue }
        let inside = boundaries.filter { window.start <= $0 && $0 < window.end }
        for minute in inside {
          let below = ordinary.first { $0.start <= minute && minute < $0.end }
          if below?.band != overridden {
            return "\(window.band.rawValue) at \(Self.clock(minute)) lies outside \(overridden.rawValue)"
          }
        }
      }
    }
    return nil
  }

  /// `08:30`; 1440 is `24:00`.
  public static func clock(_ minute: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(minute / 60)):\(two(minute % 60))"
  }
}
