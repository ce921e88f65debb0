import Telemetry

/// Forecasts the load of a meter hour by hour, without any training: it looks at what is there, and learns from each day
/// which of several simple ways (`ForecastExpert`) does best at this meter.
///
/// * Deterministic, in constant memory (about 12 kB). A value that comes late may replace the one of its hour.
/// * Hours are counted in plant-local time since 1970-01-01 00:00 (`localHour`), so that a shift begins at the same hour
///   of the day all year. Of the hours that daylight saving time skips nothing is known.
public struct LoadForecaster: Hashable, Sendable {
  public static let maximumHours = 168
  static let daysNeeded = 14
  static let recentHoursNeeded = 84

  var history = LoadHistory()
  var skill = ForecastSkill()

  public init() {}

  /// The hour that a forecast begins with: the one after the newest. Nil before the first.
  public var nextHour: Int? { history.isEmpty ? nil : history.end }

  /// The plant-local hour since 1970-01-01 00:00 that contains a time.
  /// - Parameter offsetSeconds: east of UTC at that time (`PlantZone.offsetSeconds`).
  public static func localHour(_ time: Timestamp, offsetSeconds: Int) -> Int {
    let nanoseconds = time.nanoseconds + Int64(offsetSeconds) * 1_000_000_000
    let hour: Int64 = 3600 * 1_000_000_000
    return Int(nanoseconds / hour - (nanoseconds % hour < 0 ? 1 : 0))
  }

  /// Takes the load of an hour. Hours that are left out are not known. An hour that was given before is replaced, if it
  /// is still in sight; what was learned from it stays.
  /// - Parameters:
  ///   - hour: plant-local hour since 1970-01-01 00:00.
  ///   - value: mean or sum of the hour, in whatever unit, always the same one; nil (or not finite) = not known.
  ///   - isHoliday: the plant's calendar says so of the day.
  public mutating func add(hour: Int, value: Double?, isHoliday: Bool = false) {
    // Beyond the range of what is kept a value means nothing.
    let value = value.flatMap { abs($0) < Double(Float.greatestFiniteMagnitude) ? $0 : nil }
    guard !history.isEmpty else {
      history.append(hour: hour, value: value, isHoliday: isHoliday)
      return
    }
    if hour < history.end {
      _ = history.replace(hour: hour, value: value)
      return
    }
    // After so long a gap nothing in sight would be left.
    if hour - history.end >= LoadHistory.capacityInDays * 24 {
      self = LoadForecaster()
      history.append(hour: hour, value: value, isHoliday: isHoliday)
      return
    }
    while history.end < hour { take(hour: history.end, value: nil, isHoliday: false) }
    take(hour: hour, value: value, isHoliday: isHoliday)
  }

  /// The load of the hours from `nextHour` on.
  /// - Parameters:
  ///   - hours: 1…168.
  ///   - isHoliday: of a day since 1970-01-01 in plant-local time.
  public func forecast(
    hours: Int, isHoliday: (_ day: Int) -> Bool = { _ in false }
  ) throws(LoadForecastRefusal) -> LoadForecast {
    guard (1...Self.maximumHours).contains(hours) else { throw .hours(hours) }
    let evidence = evidence
    guard evidence.isEnough else { throw .thinEvidence(evidence) }
    let start = history.end
    let origin = ForecastOrigin(history, origin: start)
    let hourOfDay = start - LoadHistory.day(ofHour: start) * 24
    let isNonNegative = isNonNegative(before: start)
    let weights = (0..<ForecastSkill.count).map { skill.weights($0) }
    var forecast = LoadForecast(firstHour: start, hours: [], usualError: 0, evidence: evidence)
    var said: [LoadForecast.Hour?] = []
    for days in 0..<((hours + 23) / 24) {
      let block = origin.block(days: days) { day in
        isHoliday(day) ? LoadHistory.holiday : history.kind(day: day)
      }
      for hour in 0..<min(24, hours - days * 24) {
        let index = ForecastSkill.index(hourOfDay: hourOfDay, lead: days * 24 + hour)
        said.append(
          skill.combine(block, hour: hour, weights: weights[index], class: index, isNonNegative: isNonNegative))
      }
    }
    // An hour of the day that is never known is forecast as the one before it.
    guard var last = said.first(where: { $0 != nil }) ?? nil else { throw .thinEvidence(evidence) }
    for hour in said {
      last = hour ?? last
      forecast.hours.append(last)
    }
    for lead in 0..<24 {
      let index = ForecastSkill.index(hourOfDay: hourOfDay, lead: lead)
      forecast.usualError += skill.classes[index].meanError / 24
    }
    return forecast
  }

  /// What a forecast would rest on now.
  public var evidence: LoadForecastEvidence {
    let end = history.end
    var days = 0
    for day in 0..<LoadHistory.daysInSight where history.known(from: end - (day + 1) * 24, to: end - day * 24) >= 18 {
      days += 1
    }
    return LoadForecastEvidence(
      daysSeen: days, daysNeeded: Self.daysNeeded, recentHours: history.known(from: end - 168, to: end),
      recentHoursNeeded: Self.recentHoursNeeded)
  }
}
