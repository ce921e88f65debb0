import Plant
import Store
import Telemetry

/// The records of windows, days and months that cover a period, each stretch of time once.
///
/// Whole months are taken where there is a record of the month, then whole days, then windows. A day's record is
/// expected once the clock has passed it; until then its windows stand for it, so that the day under way counts too.
struct PeriodRecords {
  struct Kinds {
    var window: RecordKind
    var day: RecordKind
    var month: RecordKind
    static let energy = Kinds(window: .energyInterval, day: .energyDay, month: .energyMonth)
    static let carbon = Kinds(window: .carbonInterval, day: .carbonDay, month: .carbonMonth)
  }

  let store: Store
  let zone: PlantZone
  let kinds: Kinds
  let names: AssetNames

  /// Visits the newest revision of each record, per kind by (start, asset); assets by their ids of now.
  ///
  /// - Parameter isClosed: whether the record of a day that ends then is expected of an asset; asked with an empty id
  ///   for whether it is of all assets.
  func visit(
    _ period: PlantPeriod, isClosed: (_ asset: String, _ end: Timestamp) -> Bool,
    _ body: (StoredBody) throws -> Void
  ) throws {
    var rest: [Range<Timestamp>] = []
    var covered: [Timestamp: Set<String>] = [:]
    // Months that need nothing else: their days and windows are not even looked at.
    var whole: Set<Timestamp> = []
    var day = zone.startOfDay(containing: period.start)
    // Months.
    var month = zone.startOfMonth(containing: period.start)
    while month < period.end {
      let end = zone.nextMonth(after: month)
      if period.start <= month, end <= period.end {
        var assets: Set<String> = []
        try store.visitBodies(
          kind: kinds.month, from: month, to: Timestamp(nanoseconds: month.nanoseconds + 1), names: names
        ) {
          assets.insert($0.asset)
          try body($0)
        }
        covered[month] = assets
        if isClosed("", end), try store.assets(kind: kinds.day, from: month, to: end, names: names).isSubset(of: assets)
        {
          whole.insert(month)
        }
      }
      month = end
    }
    // Days.
    while day < period.end {
      let end = zone.nextDay(after: day)
      let month = zone.startOfMonth(containing: day)
      if whole.contains(month) {
        day = zone.nextMonth(after: month)
        continue
      }
      let done = covered[month] ?? []
      if period.start <= day, end <= period.end {
        var assets = done
        try store.visitBodies(kind: kinds.day, from: day, to: Timestamp(nanoseconds: day.nanoseconds + 1), names: names)
        {
          guard !done.contains($0.asset) else { return }
          assets.insert($0.asset)
          try body($0)
        }
        try visitWindows(day..<end, without: assets, isClosed: isClosed, body)
      } else {
        rest.append(max(day, period.start)..<min(end, period.end))
      }
      day = end
    }
    // Parts of days: windows, whatever else there is of the day.
    for part in rest {
      try store.visitBodies(kind: kinds.window, from: part.lowerBound, to: part.upperBound, names: names) { window in
        if window.end <= part.upperBound { try body(window) }
      }
    }
  }

  /// How many records `visit` would have had of a period, had they not been given up for want of space.
  func evicted(_ period: PlantPeriod) throws -> Int {
    let days = try store.evicted(kind: kinds.day, from: period.start, to: period.end, names: names)
    var covered: [Timestamp: Set<String>] = [:]
    var count = 0
    for day in days where day.end <= period.end {
      let month = zone.startOfMonth(containing: day.start)
      let next = zone.nextMonth(after: month)
      if covered[month] == nil {
        let isWhole = period.start <= month && next <= period.end
        covered[month] =
          isWhole
          ? try store.assets(
            kind: kinds.month, from: month, to: Timestamp(nanoseconds: month.nanoseconds + 1), names: names)
          : []
      }
      if covered[month]?.contains(day.asset) != true { count += 1 }
    }
    // Parts of days are made of windows.
    let firstDay = zone.startOfDay(containing: period.start)
    let lastDay = zone.startOfDay(containing: period.end)
    var parts: [Range<Timestamp>] = []
    if firstDay < period.start { parts.append(period.start..<min(zone.nextDay(after: firstDay), period.end)) }
    if lastDay < period.end, lastDay > firstDay || parts.isEmpty {
      parts.append(max(lastDay, period.start)..<period.end)
    }
    for part in parts {
      count += try store.evicted(kind: kinds.window, from: part.lowerBound, to: part.upperBound, names: names)
        .count { $0.end <= part.upperBound }
    }
    return count
  }

  /// Of a whole day, for the assets whose day is not closed.
  private func visitWindows(
    _ day: Range<Timestamp>, without assets: Set<String>, isClosed: (String, Timestamp) -> Bool,
    _ body: (StoredBody) throws -> Void
  ) throws {
    guard !isClosed("", day.upperBound) else { return }
    try store.visitBodies(kind: kinds.window, from: day.lowerBound, to: day.upperBound, names: names) { window in
      guard !assets.contains(window.asset), !isClosed(window.asset, day.upperBound) else { return }
      try body(window)
    }
  }
}
