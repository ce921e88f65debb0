/// Load by hour, ahead of the newest hour that was seen.
public struct LoadForecast: Hashable, Sendable {
  /// In the unit of the values that were given.
  public struct Hour: Hashable, Sendable {
    /// The middle: the load is as likely above as below.
    public var point: Double
    /// Of ten hours about one lies below `low` and one above `high`.
    public var low: Double
    public var high: Double
  }

  /// Plant-local hour since 1970-01-01 00:00 of `hours[0]`.
  public var firstHour: Int
  public var hours: [Hour]
  /// Mean absolute error of the forecasts of the next 24 hours that were made at this time of the day in the last weeks.
  public var usualError: Double
  public var evidence: LoadForecastEvidence
}

/// What a forecast rests on.
public struct LoadForecastEvidence: Hashable, Sendable, CustomStringConvertible {
  /// Days in sight of which most hours are known.
  public var daysSeen: Int
  public var daysNeeded: Int
  /// Known hours of the last seven days.
  public var recentHours: Int
  public var recentHoursNeeded: Int

  public var isEnough: Bool { daysSeen >= daysNeeded && recentHours >= recentHoursNeeded }

  public var description: String {
    if daysSeen < daysNeeded {
      return "learning: \(daysSeen) days seen; needs \(daysNeeded) days of which most hours are known"
    }
    if recentHours < recentHoursNeeded {
      return "too many gaps: \(recentHours) of the last 168 hours known; needs \(recentHoursNeeded)"
    }
    return "\(daysSeen) days seen, \(recentHours) of the last 168 hours known"
  }
}

/// Why there is no forecast.
public enum LoadForecastRefusal: Error, Hashable, CustomStringConvertible {
  case thinEvidence(LoadForecastEvidence)
  /// Not within 1…168.
  case hours(Int)

  public var description: String {
    switch self {
    case .thinEvidence(let evidence): "no forecast yet, \(evidence)"
    case .hours(let hours): "a forecast of \(hours) hours cannot be made; ask for 1 to \(LoadForecaster.maximumHours)"
    }
  }
}
