import Factors
import Plant
import Rules
import Telemetry
import Templates

/// What a period will have used at its end.
extension BudgetRule {
  /// What a projection rests on.
  enum Basis: Hashable, Sendable {
    /// The time that has passed: there is too little history, or the period is a year.
    case elapsed
    /// The days of the same kind in the last weeks.
    case days
    /// The same hours of days of the same kind in the last weeks.
    case hours

    /// Completes "it will be exceeded …".
    var words: String {
      switch self {
      case .elapsed: "if it goes on like this"
      case .days: "if the days to come are like the same weekdays of the last \(BudgetCourse.weeks) weeks"
      case .hours: "if the rest of the day is like that of the same weekdays of the last \(BudgetCourse.weeks) weeks"
      }
    }
  }

  /// By the days of the last weeks; nil where they say too little.
  func expected(
    _ place: Int, _ period: Range<Timestamp>, at time: Timestamp, used: ExactDecimal
  ) throws -> (amount: ExactDecimal, basis: Basis)? {
    guard time < period.upperBound, let course = courses[budgets[place].name] else { return nil }
    let today = CivilDate(of: time, in: zone).days
    switch budgets[place].period {
    case .year: return nil
    case .day:
      guard let rest = try course.rest(today, elapsed: time - period.lowerBound, site.shifts) else { return nil }
      return (try used + rest, .hours)
    case .month:
      var sum = used
      var day = zone.startOfDay(containing: time)
      while day < period.upperBound {
        let next = zone.nextDay(after: day)
        guard let usual = try course.usual(CivilDate(of: day, in: zone).days, today: today, site.shifts) else {
          return nil
        }
        let left = next - max(day, time)
        let length = next - day
        sum =
          try left == length
          ? sum + usual
          : sum + usual * ExactDecimal(Int(left.nanoseconds)) / ExactDecimal(Int(length.nanoseconds))
        day = next
      }
      return (sum, .days)
    }
  }

  /// What the days that are over used, as far as it is not known or may have changed.
  mutating func learn(_ place: Int, _ end: Timestamp, _ context: RuleContext) throws {
    guard budgets[place].period != .year, let since else { return }
    let name = budgets[place].name
    var course = courses[name] ?? BudgetCourse()
    let today = zone.startOfDay(containing: end)
    var day = zone.startOfDay(containing: max(since, today - .days(Int64(7 * BudgetCourse.weeks))))
    // A day that is not whole says nothing.
    if day < since { day = zone.nextDay(after: day) }
    while day < today {
      let next = zone.nextDay(after: day)
      let number = CivilDate(of: day, in: zone).days
      if !course.hasTotal(number) || changedDays.map({ $0 < next }) ?? false {
        let used = try used(place, day..<next, context)
        course.set(number, total: used.isEmpty ? nil : used.amount)
      }
      day = next
    }
    course.forget(before: CivilDate(of: today, in: zone).days - 7 * BudgetCourse.weeks - 1)
    courses[name] = course
  }

  /// What a day under way had used at a full hour.
  mutating func note(_ place: Int, _ period: Range<Timestamp>, at time: Timestamp, used: ExactDecimal?) {
    let elapsed = time - period.lowerBound
    guard budgets[place].period == .day, elapsed.nanoseconds % Span64.hours(1).nanoseconds == 0 else { return }
    courses[budgets[place].name, default: BudgetCourse()].set(
      CivilDate(of: period.lowerBound, in: zone).days,
      hour: Int(elapsed.nanoseconds / Span64.hours(1).nanoseconds), used: used)
  }

  func encodeCourses(into writer: inout ByteWriter) {
    writer.boolean(changedDays != nil)
    if let changedDays { writer.timestamp(changedDays) }
    writer.varint(courses.count)
    for (name, course) in courses.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      course.encode(into: &writer)
    }
  }

  mutating func restoreCourses(from reader: inout ByteReader) throws {
    courses = [:]
    changedDays = nil
    // A state from before they were kept ends here.
    guard !reader.isAtEnd else { return }
    changedDays = try reader.boolean() ? try reader.timestamp() : nil
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      let course = try BudgetCourse(from: &reader)
      // A budget that there is no more.
      if budgets.contains(where: { $0.name == name }) { courses[name] = course }
    }
  }
}
