import Factors
import Plant
import Telemetry

/// Reads `shifts:`, the calendar of the plant's work.
struct ShiftReader {
  static let keys = ["pattern", "exceptions", "stops"]
  static let patternKeys = ["name", "from", "to", "days"]
  static let exceptionKeys = ["date", "through", "shifts", "name"]
  static let stopKeys = ["name", "from", "to", "shifts"]

  /// In the order of the week.
  static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// Nil without the section.
  static func plan(_ top: Section) -> ShiftPlan? {
    guard top.has("shifts"), !top.isOff("shifts"),
      let section = top.section(
        "shifts", "shifts", keys: keys,
        special: [
          "holidays": "Days without work are exceptions: `exceptions: [{ date: 2026-10-01, shifts: none }]`.",
          "breaks": "Breaks are stops: `stops: [{ name: lunch, from: \"12:00\", to: \"12:30\" }]`.",
        ])
    else { return nil }
    let shifts = shifts(section)
    guard !shifts.isEmpty else {
      if !section.has("pattern") {
        section.missing(
          "pattern", remedy: "Add `pattern: [{ name: early, from: \"06:00\", to: \"14:00\", days: mon-fri }]`.")
      }
      return nil
    }
    let names = shifts.map(\.name)
    return ShiftPlan(shifts: shifts, exceptions: exceptions(section, names), stops: stops(section, names))
  }

  /// `mon`, or `mon-fri`, which may go over the week's end.
  private static let days = Scalar<[Int]>(
    "a day (mon … sun) or days such as mon-fri", example: "mon-fri",
    remedy: { text in
      text.contains("-")
        ? "Write for example `mon-fri`, `[mon, wed]`, `all` or `none`."
        : NearestWord.remedy(text, in: weekdays + ["all", "none"], noun: "day")
    },
    parse: { text in
      let text = text.lowercased()
      if text == "all" { return Array(0..<7) }
      if text == "none" { return [] }
      let places = text.split(separator: "-", omittingEmptySubsequences: false).map {
        weekdays.firstIndex(of: String($0))
      }
      switch (places.count, places.first ?? nil, places.last ?? nil) {
      case (1, let day?, _): return [day]
      case (2, let first?, let last?): return (0...((last - first + 7) % 7)).map { (first + $0) % 7 }
      default: return nil
      }
    })

  /// Ascending; nil without the key.
  static func weekdays(_ section: Section, _ key: String) -> [Int]? {
    section.list(key, days).map { Set($0.flatMap(\.value)).sorted() }
  }

  /// As the canonical text has them.
  static func text(weekdays days: [Int]) -> [String] { days.isEmpty ? ["none"] : days.map { weekdays[$0] } }

  // MARK: - Parts

  private static func sections(_ section: Section, _ key: String, _ noun: String, keys: [String]) -> [Section] {
    guard let node = section[key], !node.isNothing else { return [] }
    guard let items = node.items else {
      section.report(
        node.position, "\"\(key)\" must be a list, found \(node.description)",
        remedy: "Begin each \(noun) with `- \(keys[0]): …`.")
      return []
    }
    return items.compactMap { section.section($0, noun, keys: keys) }
  }

  private static func shifts(_ section: Section) -> [ShiftPlan.Shift] {
    var shifts: [ShiftPlan.Shift] = []
    var lines: [String: Int] = [:]
    for entry in sections(section, "pattern", "shift", keys: patternKeys) {
      let name = entry.require("name", .identifier())
      let from = entry.require("from", .clock)
      let to = entry.require("to", .clock)
      let days = weekdays(entry, "days")
      if !entry.has("days") { entry.missing("days", remedy: "Add `days: mon-fri`; the day on which it begins counts.") }
      guard let name, let from, let to, let days else { continue }
      guard from < 1440 else {
        entry.report(
          entry["from"]?.position, "the shift \(name) begins when the day ends", remedy: "Write `from: \"00:00\"`.")
        continue
      }
      if let line = lines.updateValue(entry.position.line, forKey: name) {
        entry.report(
          entry["name"]?.position, "the shift \"\(name)\" is there twice (first in line \(line))",
          remedy: "Give each shift a name of its own: early-saturday.")
        continue
      }
      shifts.append(ShiftPlan.Shift(name: name, from: from, to: to == 0 ? 1440 : to, weekdays: days))
    }
    return shifts
  }

  private static func exceptions(_ section: Section, _ names: [String]) -> [ShiftPlan.Exception] {
    sections(section, "exceptions", "exception", keys: exceptionKeys).compactMap { entry in
      let first = entry.require("date", .date, remedy: "Add `date: 2026-10-01`; for more days also `through: …`.")
      let last = entry.read("through", .date)
      if !entry.has("shifts") {
        entry.missing("shifts", remedy: "Add `shifts: none`, or the shifts that work on this day.")
      }
      guard let first, let shifts = shiftNames(entry, names) else { return nil }
      if let last, last < first {
        entry.report(
          entry["through"]?.position, "the exception ends before it begins", remedy: "`through` is its last day.")
        return nil
      }
      return ShiftPlan.Exception(
        first: first.days, last: (last ?? first).days, shifts: shifts, name: entry.read("name", .text, default: ""))
    }
  }

  private static func stops(_ section: Section, _ names: [String]) -> [ShiftPlan.Stop] {
    sections(section, "stops", "stop", keys: stopKeys).compactMap { entry in
      guard let name = entry.require("name", .text, remedy: "Add `name: lunch`.") else { return nil }
      let isOnce = [entry["from"], entry["to"]].contains { $0?.text?.contains("T") ?? false }
      if isOnce {
        let from = entry.require("from", localTime)
        let to = entry.require("to", localTime)
        if entry.has("shifts") {
          entry.report(
            entry.position(of: "shifts"), "a stop with dates has no shifts", remedy: "Remove `shifts`, or the dates.")
        }
        guard let from, let to else { return nil }
        guard from < to else {
          entry.report(entry["to"]?.position, "the stop ends before it begins", remedy: "Choose a later `to`.")
          return nil
        }
        return ShiftPlan.Stop(name: name, time: .once(from: from, to: to))
      }
      if entry.isOff("shifts") {
        entry.report(
          entry["shifts"]?.position, "a stop in no shift never takes place",
          remedy: "Name its shifts, or leave `shifts` out: then it is in all of them.")
      }
      let from = entry.require("from", .clock, remedy: "Add `from: \"12:00\"`, or `from: 2026-08-01T06:00`.")
      let to = entry.require("to", .clock, remedy: "Add `to: \"12:30\"`, or `to: 2026-08-08T06:00`.")
      guard let from, let to, let shifts = entry.has("shifts") ? shiftNames(entry, names) : [] else { return nil }
      guard from != to else {
        entry.report(entry["to"]?.position, "the stop has no length", remedy: "Choose another `to`.")
        return nil
      }
      return ShiftPlan.Stop(name: name, time: .daily(from: from, to: to, shifts: shifts))
    }
  }

  /// In the order of the pattern; nil if one is wrong.
  private static func shiftNames(_ entry: Section, _ names: [String]) -> [String]? {
    if entry.isOff("shifts") { return [] }
    if entry["shifts"]?.text == "all" { return names }
    let scalar = Scalar<String>(
      "a shift of the pattern", example: names.first ?? "early",
      remedy: { NearestWord.remedy($0, in: names + ["all", "none"], noun: "shift") },
      parse: { names.contains($0) ? $0 : nil })
    guard let node = entry["shifts"], let found = entry.list("shifts", scalar),
      found.count == (node.items ?? [node]).count
    else { return nil }
    let chosen = Set(found.map(\.value))
    return names.filter(chosen.contains)
  }

  private static let localTime = Scalar<ShiftPlan.LocalTime>(
    "a date and a time", example: "2026-08-01T06:00",
    remedy: { _ in "Write date, T, hours and minutes of the plant's clocks: `2026-08-01T06:00`." }
  ) { text in
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count == 2, let date = CivilDate(parts[0]), let minute = Scalar<Int>.clock.parse(String(parts[1]))
    else {
      return nil
    }
    return ShiftPlan.LocalTime(day: date.days, minute: minute)
  }
}
