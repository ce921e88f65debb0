import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

/// Settings that change while there is a history: nothing is counted twice, and nothing that was issued is overwritten.
@Suite struct EraTests {
  private static func minutes(_ window: Span64) -> Int64 { window.nanoseconds / 60_000_000_000 }

  /// The windows without gaps or overlaps, their sums those of the days, all of them the register's difference.
  private func check(_ bench: Bench, from: ScaledInteger) throws {
    let windows = (bench.latest[.energyInterval] ?? [:]).values.sorted { $0.start < $1.start }
    for (one, next) in zip(windows, windows.dropFirst()) { #expect(one.end == next.start) }
    let bodies = try bench.bodies(.energyInterval)
    for day in (bench.latest[.energyDay] ?? [:]).values {
      let parts = zip(windows, bodies).filter { day.start <= $0.0.start && $0.0.start < day.end }.map(\.1)
      let body = try JSONValue(parsing: day.body)
      #expect(try decimal(body["energy_kwh"]) == (try Bench.sum("energy_kwh", parts)))
    }
    let closing = try decimal(bodies.last?["readings"]?["energy"]?["closing"]?["value"])
    #expect(try Bench.sum("energy_kwh", bodies) == closing.subtracting(from))
  }

  @Test(
    "another length of the windows begins with the next day",
    arguments: [(15, 30), (30, 15), (15, 60), (60, 5), (15, 1)] as [(Int64, Int64)])
  func window(before: Int64, after: Int64) throws {
    var bench = try Bench(registers: 1)
    try bench.restart { $0.energy.window = .minutes(before) }
    let start = try time("2026-11-20T22:00:00+08:00")
    func value(_ minute: Int64) -> ScaledInteger { ScaledInteger(10_000 + 7 * minute, exponent: -2) }
    for minute in Int64(0)...60 * 50 {
      let now = start + .minutes(minute)
      // 08:20 and 10:07 on the 21st; nothing comes between 23:50 and 00:20.
      if minute == 620 { try bench.restart { $0.energy.window = .minutes(after) } }
      if minute == 727 || minute == 1600 { try bench.restart() }
      if !(1550..<1580).contains(minute) { try bench.read(now, value(minute)) }
      try bench.mark(now)
    }
    let lengths = (bench.latest[.energyInterval] ?? [:]).values.sorted { $0.start < $1.start }.map {
      ($0.start, Self.minutes($0.end - $0.start))
    }
    let change = try time("2026-11-22T00:00:00+08:00")
    for (start, length) in lengths { #expect(length == (start < change ? before : after)) }
    #expect(lengths.contains { $0.0 == change })
    try check(bench, from: value(0))
    #expect(bench.latest[.energyDay]?.count == 2)

    // A reading of before comes late: it is set aside and changes nothing. One of after makes its revision.
    let records = bench.records.count
    let used = bench.used
    try bench.read(start + Span64(nanoseconds: Span64.minutes(1552).nanoseconds + 1), value(1552))
    #expect(bench.quarantined.map(\.reason) == [.tooOld])
    let late = change + Span64(nanoseconds: Span64.minutes(10).nanoseconds + 1)
    try bench.read(late, value(1570))
    try bench.mark(start + .minutes(60 * 51))
    #expect(bench.records[records...].contains { $0.start < late && late <= $0.end && $0.revision > 0 })
    #expect(bench.records[records...].allSatisfy { $0.start >= change || $0.kind == .energyDay })
    #expect(bench.used > used)
  }

  /// 500 kW in half an hour and 400 kW in a quarter: the month's maximum is a power, whatever the windows were.
  @Test(
    "the maximum demand of a month with windows of two lengths", arguments: [(30, 15), (15, 30)] as [(Int64, Int64)])
  func demand(before: Int64, after: Int64) throws {
    var bench = try Bench(registers: 1)
    try bench.restart { $0.energy.window = .minutes(before) }
    let start = try time("2026-11-20T08:00:00+08:00")
    let end = try time("2026-12-01T00:00:00+08:00")
    var value: Int64 = 0
    var now = start
    while now <= end + .minutes(15) {
      if now == start + .days(1) { try bench.restart { $0.energy.window = .minutes(after) } }
      try bench.read(now, ScaledInteger(value, exponent: -2))
      try bench.mark(now + .minutes(3))
      // In the first era a peak of its own, in the second a longer one of less power, and the other way round.
      let isFirst = now >= start + .hours(2) && now < start + .hours(2) + .minutes(before)
      let isSecond = now >= start + .days(5) && now < start + .days(5) + .minutes(after)
      let power: Int64 = isFirst ? (before == 30 ? 500 : 400) : isSecond ? (before == 30 ? 600 : 300) : 40
      value += power * 25
      now = now + .minutes(15)
    }
    let month = try #require(try bench.bodies(.energyMonth).first)
    let isLater = before == 30
    #expect(try exact(month["maximum_demand_kw"]).description == (isLater ? "600" : "400"))
    let at = isLater ? start + .days(5) : start + .hours(2)
    #expect(month["maximum_demand_start"] == .string(bench.zone.rfc3339(at)))
    #expect(month["maximum_demand_end"] == .string(bench.zone.rfc3339(at + .minutes(15))))
  }

  @Test("back to the old length before the day is over: nothing has happened")
  func back() throws {
    func run(_ changes: Bool) throws -> [RecordDraft] {
      var bench = try Bench(registers: 1)
      let start = try time("2026-11-20T08:00:00+08:00")
      for minute in Int64(0)...60 * 40 {
        let now = start + .minutes(minute)
        if changes, minute == 100 { try bench.restart { $0.energy.window = .minutes(30) } }
        if changes, minute == 200 { try bench.restart { $0.energy.window = .minutes(15) } }
        try bench.read(now, ScaledInteger(10_000 + minute, exponent: -2))
        try bench.mark(now)
      }
      return bench.records
    }
    #expect(try run(true) == (try run(false)))
  }

  @Test("a register that may still come back to the level before its fall: the change waits a day more")
  func fall() throws {
    var bench = try Bench(registers: 1)
    let start = try time("2026-11-20T08:00:00+08:00")
    for minute in Int64(0)...60 * 64 {
      let now = start + .minutes(minute)
      if minute == 100 { try bench.restart { $0.energy.window = .minutes(30) } }
      // Zero from 23:50 to 00:10, then the old level again: no energy has flowed.
      let isGlitch = (950..<970).contains(minute)
      try bench.read(now, isGlitch ? ScaledInteger(0, exponent: -2) : ScaledInteger(500_000 + minute, exponent: -2))
      try bench.mark(now)
    }
    try check(bench, from: ScaledInteger(500_000, exponent: -2))
    let change = try time("2026-11-22T00:00:00+08:00")
    for record in (bench.latest[.energyInterval] ?? [:]).values {
      #expect(Self.minutes(record.end - record.start) == (record.start < change ? 15 : 30))
    }
  }

  @Test("with other digits a saved level means something else: the rule begins anew, behind what was issued")
  func digits() throws {
    var bench = try Bench(registers: 1)
    let start = try time("2026-11-20T08:00:00+08:00")
    func read(_ minutes: Range<Int64>) throws {
      for minute in minutes {
        try bench.read(start + .minutes(minute), ScaledInteger(10_000 + 7 * minute, exponent: -2))
        try bench.mark(start + .minutes(minute))
      }
    }
    try read(0..<100)
    #expect(throws: ByteReaderError.self) { try bench.restart { $0.assets[0].signals[0].resolution = -3 } }
    // What the engine does then: a fresh rule, with what was saved window by window.
    bench.rule = try #require(EnergyRule(asset: bench.asset, site: bench.site, zone: bench.zone))
    let before = bench.records
    // Late, for a window that was issued.
    try bench.read(start + Span64(nanoseconds: Span64.minutes(50).nanoseconds + 1), ScaledInteger(10_351, exponent: -2))
    #expect(bench.quarantined.map(\.reason) == [.tooOld])
    try read(100..<60 * 24)
    #expect(bench.records.starts(with: before))
    let windows = (bench.latest[.energyInterval] ?? [:]).values.sorted { $0.start < $1.start }
    for (one, next) in zip(windows, windows.dropFirst()) { #expect(one.end <= next.start) }
    #expect(windows.allSatisfy { $0.revision == 0 })
    let day = try #require(
      bench.latest[.energyDay]?.values.first { $0.start == (try? time("2026-11-20T00:00:00+08:00")) })
    let counted = try decimal(try JSONValue(parsing: day.body)["energy_kwh"])
    #expect(counted <= ScaledInteger(7 * 60 * 16, exponent: -2))
    #expect(counted >= ScaledInteger(7 * 60 * 14, exponent: -2))
  }

  @Test("another zone: what no day has counted is counted in the next one")
  func zone() throws {
    for (one, other) in [("Asia/Shanghai", "UTC"), ("UTC", "Asia/Shanghai")] {
      var bench = try Bench(zone: one, registers: 1)
      let start = try time("2026-11-18T08:00:00+08:00")
      for minute in Int64(0)...60 * 24 * 5 {
        let now = start + .minutes(minute)
        if minute == 60 * 50 { try bench.change(zone: other) }
        try bench.read(now, ScaledInteger(10_000 + minute, exponent: -2))
        try bench.mark(now)
      }
      let days = (bench.latest[.energyDay] ?? [:]).values.sorted { $0.end < $1.end }
      let last = try #require(days.last)
      let sum = try Bench.sum("energy_kwh", days.map { try JSONValue(parsing: $0.body) })
      let counted = (last.end - start).nanoseconds / 60_000_000_000
      #expect(sum == ScaledInteger(counted, exponent: -2))
    }
  }
}
