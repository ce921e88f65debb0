import Plant
import Telemetry
import Testing

@Suite("The shift calendar") struct ShiftCalendarTests {
  /// Three shifts from Monday to Friday, the night from Sunday evening on.
  static let plan = ShiftPlan(
    shifts: [
      .init(name: "early", from: 360, to: 840, weekdays: [0, 1, 2, 3, 4]),
      .init(name: "late", from: 840, to: 1320, weekdays: [0, 1, 2, 3, 4]),
      .init(name: "night", from: 1320, to: 360, weekdays: [0, 1, 2, 3, 6]),
    ],
    exceptions: [
      .init(first: day(2026, 10, 1), last: day(2026, 10, 7), shifts: [], name: "National Day"),
      .init(first: day(2026, 10, 10), last: day(2026, 10, 10), shifts: ["early", "late"], name: "make-up day"),
    ],
    stops: [
      .init(name: "lunch", time: .daily(from: 600, to: 630, shifts: ["early"])),
      .init(name: "midnight", time: .daily(from: 1430, to: 20, shifts: [])),
      .init(
        name: "overhaul",
        time: .once(
          from: .init(day: day(2026, 11, 20), minute: 720), to: .init(day: day(2026, 11, 21), minute: 0))),
    ])

  static func day(_ year: Int, _ month: Int, _ day: Int) -> Int { Timestamp.days(year: year, month: month, day: day) }

  private func calendar(_ zone: String = "Asia/Shanghai") throws -> ShiftCalendar {
    ShiftCalendar(Self.plan, zone: try PlantZone(identifier: zone))
  }

  private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

  @Test(
    "a shift is found by name",
    arguments: [
      // A Wednesday.
      ("shift", "2026-11-18T09:00:00+08:00", "2026-11-18T06:00:00+08:00", "2026-11-18T14:00:00+08:00"),
      ("shift", "2026-11-18T14:00:00+08:00", "2026-11-18T14:00:00+08:00", "2026-11-18T22:00:00+08:00"),
      ("shift", "2026-11-18T03:00:00+08:00", "2026-11-17T22:00:00+08:00", "2026-11-18T06:00:00+08:00"),
      ("last-shift", "2026-11-18T03:00:00+08:00", "2026-11-17T14:00:00+08:00", "2026-11-17T22:00:00+08:00"),
      ("last-shift", "2026-11-18T07:00:00+08:00", "2026-11-17T22:00:00+08:00", "2026-11-18T06:00:00+08:00"),
      ("shift:night", "2026-11-18T03:00:00+08:00", "2026-11-17T22:00:00+08:00", "2026-11-18T06:00:00+08:00"),
      ("last-shift:night", "2026-11-18T03:00:00+08:00", "2026-11-16T22:00:00+08:00", "2026-11-17T06:00:00+08:00"),
      ("shift:night", "2026-11-18T09:00:00+08:00", "2026-11-17T22:00:00+08:00", "2026-11-18T06:00:00+08:00"),
      // On Saturday the last night is Thursday's.
      ("shift:night", "2026-11-21T12:00:00+08:00", "2026-11-19T22:00:00+08:00", "2026-11-20T06:00:00+08:00"),
      ("shift:early:2026-11-16", "2026-11-21T12:00:00+08:00", "2026-11-16T06:00:00+08:00", "2026-11-16T14:00:00+08:00"),
      // A working Saturday after the holidays, and the last shift before them.
      ("shift", "2026-10-10T07:00:00+08:00", "2026-10-10T06:00:00+08:00", "2026-10-10T14:00:00+08:00"),
      ("last-shift", "2026-10-07T12:00:00+08:00", "2026-09-30T22:00:00+08:00", "2026-10-01T06:00:00+08:00"),
    ])
  func names(text: String, now: String, start: String, end: String) throws {
    let calendar = try calendar()
    let period = try PlantPeriod(text, now: try time(now), zone: calendar.zone, shifts: calendar)
    #expect(calendar.zone.rfc3339(period.start) == start)
    #expect(calendar.zone.rfc3339(period.end) == end)
    #expect(period.name == text)
  }

  @Test(
    "what is no shift is explained",
    arguments: [
      ("shift", "no shift is running now; the next one is night, from 2026-11-22T22:00:00+08:00"),
      ("shift:nigt", "the plant's shifts are early, late, night"),
      ("shift:early:2026-11-21", "no shift early begins on 2026-11-21"),
      ("shift:early:2026-11", "names no day"), ("shift:early:never", "is no period"),
    ])
  func refuses(text: String, why: String) throws {
    let calendar = try calendar()
    let now = try time("2026-11-21T12:00:00+08:00")
    do {
      _ = try PlantPeriod(text, now: now, zone: calendar.zone, shifts: calendar)
      Issue.record("\(text) was taken")
    } catch {
      #expect(error.description.contains(why), "\(error)")
    }
    #expect(throws: PlantPeriod.Mistake.self) { try PlantPeriod(text, now: now, zone: calendar.zone) }
  }

  @Test("nights of daylight saving time are an hour shorter and longer, without gap or overlap")
  func daylightSaving() throws {
    let calendar = try calendar("Europe/Berlin")
    // The clocks change on Sunday mornings: a plant that works on Saturday nights.
    var plan = Self.plan
    plan.shifts[2].weekdays = [5]
    plan.shifts.append(.init(name: "sunday", from: 360, to: 840, weekdays: [6]))
    plan.shifts.append(.init(name: "odd", from: 130, to: 170, weekdays: [6]))
    let own = ShiftCalendar(plan, zone: calendar.zone)
    for (date, hours) in [(Self.day(2026, 3, 28), 7), (Self.day(2026, 10, 24), 9), (Self.day(2026, 6, 6), 8)] {
      let night = try #require(own.shifts(day: date).last)
      #expect(night.shift == "night" && (night.end - night.start) == .hours(Int64(hours)))
      let next = try #require(own.shifts(day: date + 1).first { $0.shift == "sunday" })
      #expect(next.start == night.end)
    }
    // From 02:10 to 02:50, which that night does not have; in autumn it is the first of the two.
    #expect(!own.shifts(day: Self.day(2026, 3, 29)).contains { $0.shift == "odd" })
    let odd = try #require(own.shifts(day: Self.day(2026, 10, 25)).first)
    #expect(calendar.zone.rfc3339(odd.start) == "2026-10-25T02:10:00+02:00" && (odd.end - odd.start) == .minutes(40))
  }

  @Test("stops lie in their shifts, and planned time is what is left")
  func stops() throws {
    let calendar = try calendar()
    let start = try time("2026-11-19T00:00:00+08:00")
    let end = try time("2026-11-21T00:00:00+08:00")
    let stops = calendar.plannedStops(in: start..<end)
    let told = stops.map { stop in
      let minutes = Int((stop.end - stop.start).seconds / 60)
      return "\(stop.name) \(calendar.zone.rfc3339(stop.start).dropFirst(8).prefix(8)) \(minutes)"
    }
    #expect(
      told == [
        "midnight 19T00:00 20", "lunch 19T10:00 30", "midnight 19T23:50 30", "lunch 20T10:00 30",
        "overhaul 20T12:00 720",
      ])
    // Thursday whole but for 10 + 20 min of midnight and lunch; Friday until noon but for 20 min and lunch.
    let minutes = Self.minutes(calendar.plannedTime(in: start..<end))
    #expect(minutes == 2050)
  }

  /// Against minutes that are asked one by one.
  @Test("planned time is that of every single minute", arguments: 0..<20)
  func plannedTimeOfMinutes(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed) &* 7919 &+ 1)
    let zone = try PlantZone(identifier: seed % 2 == 0 ? "Europe/Berlin" : "Asia/Shanghai")
    let calendar = ShiftCalendar(Self.plan, zone: zone)
    let day = Self.day(2026, seed % 2 == 0 ? 3 : 10, 27 - seed)
    let start = calendar.instant(day: day, minute: 0) + .minutes(Int64(random.next() % 1440))
    let end = start + .minutes(Int64(random.next() % 5000))
    let range = start..<max(end, start + .minutes(1))
    let shifts = calendar.shifts(touching: (start - .days(3))..<(end + .days(3)))
    let stops = calendar.plannedStops(in: (start - .days(3))..<(end + .days(3)))
    var expected = 0
    var minute = range.lowerBound
    while minute < range.upperBound {
      let works = shifts.contains { $0.start <= minute && minute < $0.end }
      let stands = stops.contains { $0.start <= minute && minute < $0.end }
      if works, !stands { expected += 1 }
      minute = minute + .minutes(1)
    }
    let planned = calendar.plannedTime(in: range)
    #expect(Self.minutes(planned) == expected)
    #expect(zip(planned, planned.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
    #expect(calendar.intervals(in: range).allSatisfy { range.lowerBound <= $0.start && $0.end <= range.upperBound })
  }

  private static func minutes(_ ranges: [Range<Timestamp>]) -> Int {
    var sum: Int64 = 0
    for range in ranges { sum += (range.upperBound - range.lowerBound).nanoseconds }
    return Int(sum / 60_000_000_000)
  }

  @Test func holidays() {
    #expect(Self.plan.isHoliday(day: Self.day(2026, 10, 3)) && !Self.plan.isHoliday(day: Self.day(2026, 10, 10)))
    // A usual Sunday is none.
    #expect(!Self.plan.isHoliday(day: Self.day(2026, 11, 15)))
  }
}

private struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
