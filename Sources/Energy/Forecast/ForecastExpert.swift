/// One simple way to forecast. Each answers from the same hour of earlier days; they differ in which days count, and in
/// what is compared with what. None is right for every plant: `ForecastSkill` finds out which are for this one.
enum ForecastExpert: Int, CaseIterable, Sendable {
  /// The same hour a week ago.
  case lastWeek
  /// The median of days of a like kind of the last weeks; short, middle and long memory.
  case likeDaysShort, likeDays, likeDaysLong
  /// Their mean.
  case likeDaysMean
  /// The median of the last days, whatever their kind.
  case anyDays
  /// Like days, moved by how the level just before the forecast differs from theirs: of one hour, a day, a week.
  case fromLastHour, fromLastDay, fromLastWeek
  /// Like days, scaled by the level of the day or the week before.
  case scaledByLastDay, scaledByLastWeek
  /// It stays as it is; or goes back to the middle of the last week, slowly.
  case stays, fades
  /// Days that began as this one does: whatever their kind by three hours, like days by six, like days by three days.
  case sameStart, sameEvening, sameDays

  static let count = allCases.count

  /// What the values of earlier days are compared by. Experts of one basis share the sorted values.
  enum Basis: Int, CaseIterable {
    case value, hourBefore, dayBefore, dayBeforeScaled, weekBefore, weekBeforeScaled

    /// The level that values are compared by: 0 = of the hour before, 1 = of the day, 2 = of the week.
    var reference: Int {
      switch self {
      case .value, .hourBefore: 0
      case .dayBefore, .dayBeforeScaled: 1
      case .weekBefore, .weekBeforeScaled: 2
      }
    }
  }

  var basis: Basis {
    switch self {
    case .fromLastHour, .stays, .fades: .hourBefore
    case .fromLastDay: .dayBefore
    case .fromLastWeek: .weekBefore
    case .scaledByLastDay: .dayBeforeScaled
    case .scaledByLastWeek: .weekBeforeScaled
    default: .value
    }
  }

  /// After how many days a day counts 1/e of what yesterday does.
  var memory: Double {
    switch self {
    case .anyDays: 5
    case .likeDaysShort: 8
    case .likeDaysLong, .sameStart, .sameEvening, .sameDays: 60
    default: 28
    }
  }

  /// Whether days count by how alike their kinds are.
  var asksForKind: Bool {
    switch self {
    case .anyDays, .stays, .fades, .sameStart: false
    default: true
    }
  }

  /// Whether the kind of the day before counts as well, because what is compared reaches into it.
  var asksForKindBefore: Bool {
    switch self {
    case .fromLastHour, .fromLastDay, .scaledByLastDay: true
    default: false
    }
  }

  /// How many hours before the forecast must resemble those before an earlier day, and how sharply a day counts less
  /// whose hours do not.
  var analogy: (hours: Int, sharpness: Double)? {
    switch self {
    case .sameStart: (3, 6)
    case .sameEvening: (6, 4)
    case .sameDays: (72, 4)
    default: nil
    }
  }
}
