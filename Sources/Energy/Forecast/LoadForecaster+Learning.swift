extension LoadForecaster {
  mutating func take(hour: Int, value: Double?, isHoliday: Bool) {
    history.append(hour: hour, value: value, isHoliday: isHoliday)
    let now = history.end
    let hourOfDay = now - LoadHistory.day(ofHour: now) * 24
    // Each part of the day judges the forecast that could have been made at this hour a day ago. The longer ones are
    // judged at hours of their own, so that no single hour costs much more than the others.
    switch hourOfDay {
    case 0, 6, 12, 18: judge(origin: now - 24, days: 0)
    case 2, 4, 8:
      let days = ForecastSkill.laterBlocks[hourOfDay == 2 ? 0 : hourOfDay == 4 ? 1 : 2]
      judge(origin: now - hourOfDay - (days + 1) * 24, days: days)
    default: break
    }
  }

  /// Compares what the experts would have said at an origin with what came, for the 24 hours `days` days after it.
  private mutating func judge(origin: Int, days: Int) {
    let start = origin + days * 24
    // A week is the least that says anything.
    guard history.known(from: start, to: start + 24) >= 12, history.known(from: origin - 168, to: origin) >= 84 else {
      return
    }
    let block = ForecastOrigin(history, origin: origin).block(days: days) { history.kind(day: $0) }
    let hourOfDay = origin - LoadHistory.day(ofHour: origin) * 24
    skill.learn(
      block, actual: (0..<24).map { history.value(hour: start + $0) },
      classOf: { ForecastSkill.index(hourOfDay: hourOfDay, lead: days * 24 + $0) },
      isNonNegative: isNonNegative(before: origin))
  }

  /// Whether the series never went below zero: consumption, not what is exchanged.
  func isNonNegative(before hour: Int) -> Bool {
    for place in max(history.firstHour, hour - LoadHistory.daysInSight * 24)..<max(history.firstHour, hour)
    where history.value(hour: place) < 0 {
      return false
    }
    return true
  }
}
