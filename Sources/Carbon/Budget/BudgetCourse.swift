import Plant
import Rules
import Telemetry

/// What the last weeks' days of a budget used: by them a period under way is projected to its end.
struct BudgetCourse: Hashable, Sendable {
  struct Day: Hashable, Sendable {
    /// Since 1970-01-01, local.
    var number: Int
    /// What the whole day used; nil while it is not over, or without a figure.
    var total: ExactDecimal?
    /// What was used when 0, 1, 2 … hours of it had passed; only of budgets of a day.
    var hours: [ExactDecimal?] = []
  }

  /// Product choices: so far back it looks, so many days like one make a mean at most, and at least.
  static let weeks = 4
  private static let most = 4
  private static let least = 2

  /// By number.
  private(set) var days: [Day] = []

  private func place(_ number: Int) -> Int { days.firstIndex { number <= $0.number } ?? days.endIndex }

  func hasTotal(_ number: Int) -> Bool { days.contains { $0.number == number && $0.total != nil } }

  private mutating func change(_ number: Int, _ body: (inout Day) -> Void) {
    let place = place(number)
    if place == days.endIndex || days[place].number != number { days.insert(Day(number: number), at: place) }
    body(&days[place])
  }

  mutating func set(_ number: Int, total: ExactDecimal?) { change(number) { $0.total = total } }

  /// - Parameter hour: so many hours of the day have passed.
  mutating func set(_ number: Int, hour: Int, used: ExactDecimal?) {
    guard (0...25).contains(hour) else { return }
    change(number) { day in
      while day.hours.count <= hour { day.hours.append(nil) }
      day.hours[hour] = used
    }
  }

  mutating func forget(before number: Int) { days.removeAll { $0.number < number } }

  /// The newest days of the same kind before one, of the last weeks.
  private func alike(_ number: Int, before today: Int, _ plan: ShiftPlan?) -> [Day] {
    Array(
      days.reversed().filter { day in
        day.number < today && today - day.number <= 7 * Self.weeks && day.total != nil
          && Self.isAlike(day.number, number, plan)
      }.prefix(Self.most))
  }

  /// The same weekday; and where the calendar of shifts makes an exception, days with the same shifts.
  static func isAlike(_ one: Int, _ other: Int, _ plan: ShiftPlan?) -> Bool {
    guard let plan, plan.exception(day: one) != nil || plan.exception(day: other) != nil else {
      return ShiftPlan.weekday(day: one) == ShiftPlan.weekday(day: other)
    }
    return plan.shifts(day: one).map(\.name) == plan.shifts(day: other).map(\.name)
  }

  /// What a day like this one used, the mean of the last ones; nil without enough of them.
  func usual(_ number: Int, today: Int, _ plan: ShiftPlan?) throws(DecimalError) -> ExactDecimal? {
    try Self.mean(alike(number, before: today, plan).compactMap(\.total))
  }

  /// What days like this one used behind a time of the day.
  ///
  /// - Parameter elapsed: of the day.
  func rest(_ number: Int, elapsed: Span64, _ plan: ShiftPlan?) throws -> ExactDecimal? {
    let hour = Int(elapsed.nanoseconds / Span64.hours(1).nanoseconds)
    let part = Int(elapsed.nanoseconds % Span64.hours(1).nanoseconds)
    var rests: [ExactDecimal] = []
    for day in alike(number, before: number, plan) {
      guard let total = day.total, day.hours.indices.contains(hour), let from = day.hours[hour] else { continue }
      var used = from
      if part > 0 {
        let next = day.hours.indices.contains(hour + 1) ? day.hours[hour + 1] : nil
        guard let to = next else { continue }
        used = try from + (to - from) * ExactDecimal(part) / ExactDecimal(Int(Span64.hours(1).nanoseconds))
      }
      // What came late is in the total only.
      rests.append(max(.zero, try total - used))
    }
    return try Self.mean(rests)
  }

  private static func mean(_ values: [ExactDecimal]) throws(DecimalError) -> ExactDecimal? {
    guard values.count >= least else { return nil }
    var sum = ExactDecimal.zero
    for value in values { sum = try sum + value }
    return try sum / ExactDecimal(values.count)
  }

  // MARK: State

  private static func encode(_ value: ExactDecimal?, into writer: inout ByteWriter) {
    writer.boolean(value != nil)
    if let value { writer.decimal(value) }
  }

  private static func decode(from reader: inout ByteReader) throws -> ExactDecimal? {
    try reader.boolean() ? try reader.decimal() : nil
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(days.count)
    for day in days {
      writer.zigzag(Int64(day.number))
      Self.encode(day.total, into: &writer)
      writer.varint(day.hours.count)
      for hour in day.hours { Self.encode(hour, into: &writer) }
    }
  }

  init() {}

  init(from reader: inout ByteReader) throws {
    for _ in 0..<(try reader.count()) {
      var day = Day(number: Int(try reader.zigzag()))
      day.total = try Self.decode(from: &reader)
      for _ in 0..<(try reader.count()) { day.hours.append(try Self.decode(from: &reader)) }
      days.append(day)
    }
  }
}
