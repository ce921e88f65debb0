import Telemetry

/// Which shift a person means.
extension ShiftCalendar {
  /// Longest time that is looked back for a shift: a plant may rest for a season.
  private static let daysBack = 400

  /// What can be asked for.
  public static let forms =
    "shift (the running one), shift:NAME (the running or else the last one of that name), shift:NAME:2026-10-05 (that "
    + "began on a day), last-shift, last-shift:NAME"

  /// Whether a text asks for a shift, right or wrong.
  static func isShift(_ text: String) -> Bool {
    text == "shift" || text == "last-shift" || text.hasPrefix("shift:") || text.hasPrefix("last-shift:")
  }

  /// The whole shift that a text names, also what of it is still to come.
  func shift(_ text: String, now: Timestamp) throws(PlantPeriod.Mistake) -> Interval {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    let name = parts.count > 1 ? parts[1] : nil
    if let name, !plan.shifts.contains(where: { $0.name == name }) {
      let known = plan.shifts.map(\.name).joined(separator: ", ")
      throw PlantPeriod.Mistake(description: "there is no shift \"\(name)\"; the plant's shifts are \(known)")
    }
    if parts.count > 2 { return try shift(name ?? "", on: parts[2], text, now: now) }
    let isLast = parts[0] == "last-shift"
    let running = shifts(touching: now..<(now + Span64(nanoseconds: 1)))
    // Where shifts overlap, the one that began last has taken over.
    if !isLast, let own = running.last(where: { name == nil || $0.shift == name }) { return own }
    if !isLast, name == nil {
      let next = next(after: now).map { "; the next one is \($0.shift), from \(zone.rfc3339($0.start))" } ?? ""
      throw PlantPeriod.Mistake(description: "no shift is running now\(next); write last-shift for the one before")
    }
    guard let last = last(name, before: now) else {
      throw PlantPeriod.Mistake(
        description: "\(name.map { "the shift \($0)" } ?? "a shift") did not take place in the last \(Self.daysBack) "
          + "days")
    }
    return last
  }

  private func shift(
    _ name: String, on date: String, _ text: String, now: Timestamp
  ) throws(PlantPeriod.Mistake) -> Interval {
    // The period of a day is read as everywhere else.
    let day = try PlantPeriod(date, now: now, zone: zone)
    guard zone.nextDay(after: day.start) == day.end else {
      throw PlantPeriod.Mistake(description: "\"\(text)\" names no day; write for example shift:\(name):2026-10-05")
    }
    guard let own = shifts(day: self.day(of: day.start)).last(where: { $0.shift == name }) else {
      throw PlantPeriod.Mistake(description: "no shift \(name) begins on \(date)")
    }
    return own
  }

  private func last(_ name: String?, before now: Timestamp) -> Interval? {
    let today = day(of: now)
    for day in stride(from: today, through: today - Self.daysBack, by: -1) {
      let ended = shifts(day: day).filter { $0.end <= now && (name == nil || $0.shift == name) }
      if let last = ended.max(by: { $0.end < $1.end }) {
        // What began on the day before may have ended later (a night shift).
        let before = shifts(day: day - 1).filter { $0.end <= now && (name == nil || $0.shift == name) }
        return (before + [last]).max { $0.end < $1.end }
      }
    }
    return nil
  }

  private func next(after now: Timestamp) -> Interval? {
    let today = day(of: now)
    for day in today...(today + Self.daysBack) {
      if let next = shifts(day: day).first(where: { now < $0.start }) { return next }
    }
    return nil
  }
}
