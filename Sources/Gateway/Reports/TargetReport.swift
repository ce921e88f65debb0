import Control
import Factors
import Plant
import Telemetry

/// The way down: what each year may emit, what it emitted by the months of the inventory, and how the year under way will
/// end if it goes on as it began.
struct TargetReport {
  /// One month of the inventory.
  struct Month {
    var start: Timestamp
    var end: Timestamp
    /// kg in the scopes of the target; nil where there is no figure.
    var emitted: ExactDecimal?
  }

  let target: CarbonTarget
  let zone: PlantZone
  let months: [Month]

  /// - Parameter bodies: of the records of all months.
  init(_ target: CarbonTarget, bodies: [JSONValue], zone: PlantZone) throws {
    self.target = target
    self.zone = zone
    months = try bodies.compactMap { body in
      guard let start = body["start"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
        let end = body["end"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
      else { return nil }
      let method = body["methods"]?[target.method.rawValue]
      var sum: ExactDecimal? = .zero
      for scope in target.scopes {
        let part = method?["scope_\(scope)_kg"]?.stringValue.flatMap { ExactDecimal($0) }
        sum = try sum.flatMap { sum in try part.map { try sum + $0 } }
      }
      return Month(start: start, end: end, emitted: sum)
    }
  }

  private struct Year {
    var emitted: ExactDecimal?
    var projected: ExactDecimal?
    var months = 0
    var withoutFigure = 0
  }

  private func year(_ number: Int) throws -> Year {
    var year = Year()
    var covered = 0
    for month in months where zone.localDate(month.start).year == number {
      guard let emitted = month.emitted else {
        year.withoutFigure += 1
        continue
      }
      year.months += 1
      year.emitted = try (year.emitted ?? .zero) + emitted
      covered += CivilDate(of: month.end, in: zone).days - CivilDate(of: month.start, in: zone).days
    }
    let length = Timestamp.days(year: number + 1, month: 1, day: 1) - Timestamp.days(year: number, month: 1, day: 1)
    if let emitted = year.emitted, covered > 0 {
      year.projected = try (emitted * ExactDecimal(length)) / ExactDecimal(covered)
    }
    return year
  }

  /// - Parameter now: decides which year is under way.
  func table(now: Timestamp) throws -> ReportTable {
    let current = zone.localDate(now).year
    var notes: [String] = []
    let first = try year(target.baseYear)
    var base = target.base
    if base == nil {
      if first.months == 12 {
        base = first.emitted
      } else {
        notes.append(
          "the base year \(target.baseYear) has \(first.months) of 12 months with a figure in the store: set "
            + "`carbon: target: base:` to what it emitted")
      }
    }
    let last = max(current, target.path.last?.year ?? target.baseYear)
    var rows: [ReportTable.Row] = []
    for number in target.baseYear...last {
      let isNamed = number == target.baseYear || number == current || target.path.contains { $0.year == number }
      let year = number == target.baseYear ? first : try year(number)
      guard isNamed || year.months > 0 || year.withoutFigure > 0 else { continue }
      let allowance = try target.allowance(in: number, base: base)
      let emitted = number == target.baseYear ? base ?? year.emitted : year.emitted
      let end = number < current ? emitted : year.projected
      var progress: ExactDecimal?
      if let end, let base, !base.isZero {
        progress = ((try (end * ExactDecimal(100)) / base)).rounded(to: 2, .halfUp)
      }
      let percent = try target.percent(in: number)
      rows.append(
        ReportTable.Row(
          name: "\(number)",
          figures: [
            percent?.description, allowance?.description, emitted?.description,
            number == current ? year.projected?.description : nil, progress?.description,
          ], note: year.months < 12 && number < current ? nil : word(number, current, end, allowance)))
      if number != target.baseYear, number <= current, year.months < 12, year.months + year.withoutFigure > 0 {
        notes.append("\(number): \(year.months) of 12 months have a figure")
      }
    }
    for row in rows { if let note = row.note { notes.append("\(row.name): \(note)") } }
    return ReportTable(
      title: "Target: \(target.method.title), scopes \(target.scopes.map(String.init).joined(separator: " + "))",
      by: "year", start: "\(target.baseYear)-01-01T00:00:00", end: "\(last + 1)-01-01T00:00:00",
      columns: [
        ReportTable.Column("percent", title: "may have", unit: "%", places: 1),
        ReportTable.Column("allowance", title: "may emit", unit: "kg", places: 0),
        ReportTable.Column("emitted", title: "emitted", unit: "kg", places: 0, hasBar: true),
        ReportTable.Column("projected", title: "projected", unit: "kg", places: 0),
        ReportTable.Column("progress", title: "of base", unit: "%", places: 1),
      ], rows: rows, total: nil, notes: notes)
  }

  /// The year under way in a line; nil where nothing is known of it.
  func line(now: Timestamp) throws -> String? {
    let table = try table(now: now)
    let name = "\(zone.localDate(now).year)"
    guard let row = table.rows.first(where: { $0.name == name }) else { return nil }
    func kilograms(_ place: Int) -> String? {
      row.figures[place].flatMap { ExactDecimal($0) }.map { "\($0.text(places: 0)) kg" }
    }
    guard let allowance = kilograms(1) else { return nil }
    guard let emitted = kilograms(2), let projected = kilograms(3) else {
      return "target \(name): may emit \(allowance); no month of it has a figure yet"
    }
    return "target \(name): \(emitted) of \(allowance) emitted by the last closed month, \(projected) at the end"
      + (row.note.map { ": \($0)" } ?? "")
  }

  private func word(
    _ year: Int, _ current: Int, _ end: ExactDecimal?, _ allowance: ExactDecimal?
  ) -> String? {
    guard year != target.baseYear, year <= current, let end, let allowance else { return nil }
    if year < current { return end <= allowance ? "within the target" : "above the target" }
    return end <= allowance ? "on the way to the target" : "will miss the target if it goes on like this"
  }
}
