import Plant
import Telemetry
import Testing

@testable import Templates

private let plant =
  baseConfiguration + """

    shifts:
      pattern:
        - { name: early, from: "06:00", to: "14:00", days: mon-fri }
        - { name: night, from: 22:00, to: "06:00", days: [sun-wed, thu] }
        - { name: special, from: "00:00", to: "00:00", days: none }
      exceptions:
        - { date: 2026-10-01, through: 2026-10-07, shifts: none, name: National Day }
        - { date: 2026-10-10, shifts: [night, early] }
        - { date: 2026-10-11, shifts: all }
      stops:
        - { name: lunch, from: "10:00", to: "10:30", shifts: early }
        - { name: tea, from: "02:00", to: "02:15" }
        - { name: overhaul, from: 2026-08-01T06:00, to: 2026-08-08T24:00 }

    """

@Suite("Shifts of a configuration") struct ShiftSettingsTests {
  @Test func theyAreReadAndWritten() throws {
    let site = try load(plant)
    let plan = try #require(site.shifts)
    #expect(plan.shifts.map(\.weekdays) == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 6], []])
    #expect(plan.shifts[2].to == 1440 && !plan.shifts[2].endsNextDay && plan.shifts[1].endsNextDay)
    #expect(plan.exceptions.map(\.shifts) == [[], ["early", "night"], ["early", "night", "special"]])
    #expect(plan.exceptions[0].name == "National Day" && plan.exceptions[0].last - plan.exceptions[0].first == 6)
    #expect(plan.stops.map(\.name) == ["lunch", "tea", "overhaul"])
    #expect(plan.stops[1].time == .daily(from: 120, to: 135, shifts: []))
    let day = Timestamp.days(year: 2026, month: 8, day: 1)
    #expect(
      plan.stops[2].time == .once(from: .init(day: day, minute: 360), to: .init(day: day + 7, minute: 1440)))
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    #expect(site.summaryLines.contains { $0.contains("3 shifts (early 06:00–14:00 mon tue wed thu fri, night") })
  }

  @Test func withoutThemNothingIsWritten() throws {
    let site = try load(baseConfiguration)
    #expect(site.shifts == nil && !site.canonicalText.contains("shifts"))
    #expect(try load(baseConfiguration + "\nshifts: off\n") == site)
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake("key", "pattern:", "§patern:", "unknown key \"patern\"", "\"pattern\""),
      Mistake("holidays", "exceptions:", "§holidays:", "unknown key \"holidays\"", "shifts: none"),
      Mistake("day", "mon-fri", "§mon-fry", "must be a day", "mon-fri"),
      Mistake("one day", "[sun-wed, thu]", "[sun-wed, §tuh]", "must be a day", "tue"),
      Mistake("no days", ", days: none", "", "\"days\" is missing", "days: mon-fri"),
      Mistake("time", "from: 22:00", "from: §26:00", "must be a time of the day", "24:00"),
      Mistake("from the end", "from: 22:00", "from: §\"24:00\"", "begins when the day ends", "00:00"),
      Mistake("twice", "name: night", "name: §early", "is there twice (first in line", "early-saturday"),
      Mistake("exception", "shifts: [night, early]", "shifts: [§nigth, early]", "must be a shift", "\"night\""),
      Mistake("no shifts", ", shifts: all", "", "\"shifts\" is missing", "shifts: none"),
      Mistake("through", "through: 2026-10-07", "through: §2026-09-30", "ends before it begins", "last day"),
      Mistake("date", "date: 2026-10-10", "date: §2026-02-30", "must be a date", "2026"),
      Mistake("stop", "to: 2026-08-08T24:00", "to: §2026-07-08T24:00", "ends before it begins", "later"),
      Mistake("mixed stop", "to: 2026-08-08T24:00", "to: §\"12:00\"", "must be a date and a time", "2026-08-01T06:00"),
      Mistake("no length", "to: \"02:15\"", "to: §\"02:00\"", "has no length", "another"),
    ])
  func mistakesOfShifts(_ mistake: Mistake) throws {
    try mistake.expect(in: plant)
  }
}
