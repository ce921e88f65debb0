import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

@Suite struct EnergyRuleTests {
  private func column(_ member: String, _ bench: Bench, _ kind: RecordKind = .energyInterval) throws -> [String] {
    try bench.bodies(kind).map { $0[member]?.stringValue ?? "null" }
  }

  private func shares(_ bench: Bench) throws -> [String] {
    try bench.bodies(.energyInterval).map { $0["quality_share"]?.canonicalText ?? "null" }
  }

  @Test func anAssetWithoutDataHasNoRecords() throws {
    var bench = try Bench()
    #expect(bench.rule.deadline == nil)
    try bench.mark("2026-11-21T08:00:00+08:00")
    #expect(bench.records.isEmpty)
  }

  @Test func anAssetWithoutRegistersHasNoRule() throws {
    let bench = try Bench(registers: 1)
    var asset = bench.asset
    asset.signals[0].kind = .gauge
    #expect(EnergyRule(asset: asset, site: bench.site, zone: bench.zone) == nil)
  }

  @Test func aWindowClosesAfterItsLatenessWithItsReadings() throws {
    var bench = try Bench()
    for (signal, values) in [(0, ["100.00", "103.17"]), (1, ["50.00", "52.95"]), (2, ["7.00", "7.00"])] {
      try bench.read("2026-11-21T08:00:00+08:00", values[0], signal: signal)
      try bench.read("2026-11-21T08:15:00+08:00", values[1], signal: signal)
    }
    try bench.mark("2026-11-21T08:16:59+08:00")
    #expect(bench.records.isEmpty)
    try bench.mark("2026-11-21T08:17:00+08:00")
    #expect(bench.records.count == 1)
    #expect(bench.records[0].key == "meter-1/2026-11-21T00:00:00Z")
    #expect(
      String(decoding: bench.records[0].body, as: UTF8.self) == """
        {"asset":"meter-1","coverage":"1.0000","demand_kw":"12.68","end":"2026-11-21T08:15:00+08:00",\
        "energy_kwh":"3.17","events":[],"place":"works/mill","power_factor":"0.732053",\
        "power_factor_lagging":"0.732053","quality":"good",\
        "quality_share":{"estimated":"0.0000","good":"1.0000","no_data":"0.0000","uncertain":"0.0000"},\
        "reactive_lagging_kvarh":"2.95","reactive_leading_kvarh":"0.00","readings":{\
        "energy":{"closing":{"estimated":false,"time":"2026-11-21T08:15:00+08:00","value":"103.17"},"count":2,\
        "delta":"3.17","opening":{"estimated":false,"time":"2026-11-21T08:00:00+08:00","value":"100.00"}},\
        "reactive_lagging":{"closing":{"estimated":false,"time":"2026-11-21T08:15:00+08:00","value":"52.95"},\
        "count":2,"delta":"2.95",\
        "opening":{"estimated":false,"time":"2026-11-21T08:00:00+08:00","value":"50.00"}},\
        "reactive_leading":{"closing":{"estimated":false,"time":"2026-11-21T08:15:00+08:00","value":"7.00"},\
        "count":2,"delta":"0.00","opening":{"estimated":false,"time":"2026-11-21T08:00:00+08:00","value":"7.00"}}},\
        "start":"2026-11-21T08:00:00+08:00"}
        """)
    #expect(bench.used == 6)
  }

  @Test func silenceIsNoDataAndIsSharedOutWhenItEnds() throws {
    var bench = try Bench(expected: .minutes(5), registers: 1)
    try bench.read("2026-11-21T08:00:00Z", "1000.00")
    try bench.read("2026-11-21T08:05:00Z", "1001.00")
    try bench.mark("2026-11-21T09:00:00Z")
    #expect(try column("quality", bench) == ["partial", "no-data", "no-data"])
    #expect(try column("energy_kwh", bench) == ["1.00", "null", "null"])
    #expect(try column("coverage", bench) == ["0.6666", "0.0000", "0.0000"])
    #expect(
      try shares(bench).first
        == #"{"estimated":"0.0000","good":"0.6667","no_data":"0.3333","uncertain":"0.0000"}"#)
    // 55 minutes later 5.51 kWh more: 0.10018… a minute.
    try bench.read("2026-11-21T09:00:00Z", "1006.51")
    try bench.mark("2026-11-21T09:01:59Z")
    #expect(bench.records.count == 3, "it waits for what else may come")
    try bench.mark("2026-11-21T09:02:00Z")
    #expect(try column("energy_kwh", bench) == ["2.00", "1.50", "1.51", "1.50"])
    #expect(try column("quality", bench) == ["estimated", "estimated", "estimated", "estimated"])
    #expect(
      try shares(bench).prefix(3) == [
        #"{"estimated":"0.3333","good":"0.6667","no_data":"0.0000","uncertain":"0.0000"}"#,
        #"{"estimated":"1.0000","good":"0.0000","no_data":"0.0000","uncertain":"0.0000"}"#,
        #"{"estimated":"1.0000","good":"0.0000","no_data":"0.0000","uncertain":"0.0000"}"#,
      ])
    let revised = bench.records.filter { $0.revision == 1 }
    #expect(revised.count == 3)
    #expect(revised.allSatisfy { $0.cause?.reason == .gapClosed && $0.cause?.signal == "energy" })
    try bench.mark("2026-11-21T09:02:00Z")
    #expect(try Bench.sum("energy_kwh", bench.bodies(.energyInterval)).description == "6.51")
    #expect(bench.used == 3)
  }

  @Test func anHourlyMeterIsSpreadOverItsQuarters() throws {
    var bench = try Bench(expected: .hours(1), registers: 1)
    try bench.read("2026-11-21T08:00:00Z", "1000.00")
    try bench.mark("2026-11-21T08:50:00Z")
    try bench.read("2026-11-21T09:00:00Z", "1100.00")
    try bench.mark("2026-11-21T09:02:00Z")
    #expect(try column("energy_kwh", bench) == ["25.00", "25.00", "25.00", "25.00"])
    #expect(try column("coverage", bench) == ["1.0000", "1.0000", "1.0000", "1.0000"])
  }

  @Test func aLateReadingRevisesItsWindowsItsDayAndItsMonth() throws {
    var bench = try Bench(zone: "UTC", registers: 1)
    var value: Int64 = 0
    var at = try time("2026-01-30T00:00:00Z")
    let late = try time("2026-01-30T12:15:00Z")
    while at <= (try time("2026-02-02T00:00:00Z")) {
      try bench.mark(at)
      if at != late { try bench.read(at, ScaledInteger(value, exponent: -2)) }
      value += 300
      at = at + .minutes(15)
    }
    try bench.mark(at)
    let day = "meter-1/2026-01-30T00:00:00Z"
    let month = "meter-1/2026-01-01T00:00:00Z"
    #expect(bench.latest[.energyDay]?[day]?.revision == 0)
    #expect(bench.latest[.energyMonth]?[month]?.revision == 0)
    // 20 kW in the first of the two quarters, where the interpolation had put 12.
    let count = bench.records.count
    try bench.read(late, ScaledInteger(48 * 300 + 500, exponent: -2))
    #expect(bench.records.count == count)
    try bench.mark(at + .minutes(2))
    let again = bench.records[count...].filter { $0.revision > 0 }
    let revised = again.map { "\($0.kind.rawValue) \($0.start.rfc3339UTC)" }
    #expect(
      revised == [
        "energy-interval 2026-01-30T12:00:00Z", "energy-interval 2026-01-30T12:15:00Z",
        "energy-day 2026-01-30T00:00:00Z", "energy-month 2026-01-01T00:00:00Z",
      ])
    #expect(again.allSatisfy { $0.cause?.reason == .late && $0.cause?.time == late })
    let body = try JSONValue(parsing: try #require(bench.latest[.energyMonth]?[month]).body)
    #expect(body["maximum_demand_kw"]?.stringValue == "20.00")
    #expect(body["maximum_demand_start"]?.stringValue == "2026-01-30T12:00:00Z")
    #expect(bench.used == bench.accepted)
  }

  @Test func readingsBeforeTheFirstOneOpenEarlierWindows() throws {
    var bench = try Bench(registers: 2)
    for minute in [30, 45, 60] {
      let at = try time("2026-11-21T08:00:00Z") + .minutes(Int64(minute))
      try bench.read(at, ScaledInteger(Int64(minute) * 10, exponent: -2))
      try bench.read(at, ScaledInteger(Int64(minute), exponent: -2), signal: 1)
    }
    try bench.mark("2026-11-21T09:02:00Z")
    #expect(bench.records.count == 2)
    try bench.read("2026-11-21T08:15:00Z", "1.00")
    try bench.mark("2026-11-21T09:04:00Z")
    #expect(try column("energy_kwh", bench) == ["2.00", "1.50", "1.50"])
    #expect(try column("reactive_lagging_kvarh", bench) == ["null", "0.15", "0.15"])
    // The other register's first reading closes the new window now, it no longer opens the one after it.
    let parts = try bench.bodies(.energyInterval).map { $0["readings"]?["reactive_lagging"]?["count"]?.integerValue }
    #expect(parts == [1, 1, 1])
    #expect(bench.used == 7)
  }

  @Test func aGlitchIsTakenBackInRecordsThatWereIssued() throws {
    var bench = try Bench(registers: 1)
    try bench.read("2026-11-21T08:00:00Z", "53700000.00")
    try bench.read("2026-11-21T08:15:00Z", "53700001.00")
    try bench.read("2026-11-21T08:30:00Z", "0.00")
    try bench.read("2026-11-21T08:45:00Z", "0.50")
    try bench.mark("2026-11-21T08:47:00Z")
    #expect(try column("energy_kwh", bench) == ["1.00", "0.00", "0.50"])
    #expect(bench.findings.map { "\($0.rule) \($0.closed == nil)" } == ["counter-reset true", "counter-reset false"])
    try bench.restart()
    try bench.read("2026-11-21T09:00:00Z", "53700002.50")
    try bench.mark("2026-11-21T09:02:00Z")
    #expect(try column("energy_kwh", bench) == ["1.00", "0.50", "0.50", "0.50"])
    #expect(try column("quality", bench) == ["good", "estimated", "estimated", "estimated"])
    #expect(
      bench.findings.map { "\($0.rule) \($0.closed == nil)" } == [
        "counter-reset true", "counter-reset false", "counter-dip true",
      ])
    #expect(bench.used == 5)
  }

  @Test func aLateReadingWithinAGlitchShowsThatItWasAReset() throws {
    // 20 kWh, zero just before the window ends, then 20.10: taken for a glitch, as the register has not moved.
    let readings = [
      ("08:00", "19.50"), ("08:10", "20.00"), ("08:14", "0.00"), ("08:24", "20.10"), ("08:30", "20.20"),
    ]
    var bench = try Bench(registers: 1)
    for (minute, value) in readings { try bench.read("2026-11-21T\(minute):00Z", value) }
    try bench.mark("2026-11-21T08:32:00Z")
    #expect(try column("energy_kwh", bench) == ["0.50", "0.20"])
    // It has moved after all, in the window after the one that it fell in.
    try bench.read("2026-11-21T08:20:00Z", "5.00")
    try bench.mark("2026-11-21T08:34:00Z")
    #expect(try column("energy_kwh", bench) == ["0.50", "20.20"])
    #expect(try column("quality", bench) == ["estimated", "good"])
    var inOrder = try Bench(registers: 1)
    for (minute, value) in readings.dropLast(2) + [("08:20", "5.00")] + readings.suffix(2) {
      try inOrder.read("2026-11-21T\(minute):00Z", value)
    }
    try inOrder.mark("2026-11-21T08:32:00Z")
    #expect(bench.texts(.energyInterval) == inOrder.texts(.energyInterval))
  }

  @Test func anImplausibleReadingIsSetAsideAndComesBack() throws {
    var bench = try Bench(rated: "10", registers: 1)
    try bench.read("2026-11-21T08:00:00Z", "1000.00")
    try bench.read("2026-11-21T08:15:00Z", "1050.00")
    try bench.read("2026-11-21T08:30:00Z", "1051.00")
    try bench.mark("2026-11-21T08:32:00Z")
    #expect(bench.quarantined.map(\.reason) == [.implausible, .implausible])
    #expect(bench.quarantined.first?.value == .scaled(ScaledInteger(105_000, exponent: -2)))
    #expect(bench.used == 1 && bench.setAside == 2)
    #expect(bench.findings.first?.rule == "counter-implausible")
    // A late reading of the meter before shows that the register had been at 1049 all the time.
    try bench.read("2026-11-21T07:45:00Z", "1047.00")
    try bench.read("2026-11-21T08:05:00Z", "1049.00")
    try bench.mark("2026-11-21T08:34:00Z")
    #expect(bench.used + bench.setAside == bench.accepted)
    #expect(bench.used == 5 && bench.setAside == 0)
  }

  /// Without a rated power nothing bounds a step, and each fall that is not believed begins anew: 100 sawteeth of 10¹⁷
  /// digits do not fit 64 bits. What is too much is set aside, and the clock goes on.
  @Test func sawteethBeyond64BitsAreImplausible() throws {
    var bench = try Bench(registers: 1)
    for tooth in 0..<120 as Range<Int64> {
      let at = try time("2026-11-21T08:00:00Z") + .seconds(tooth * 6)
      try bench.read(at, ScaledInteger(100_000_000_000_000_000 - tooth, exponent: -2))
      try bench.read(at + .seconds(3), ScaledInteger(1, exponent: -2))
    }
    try bench.mark("2026-11-21T08:17:00Z")
    #expect(bench.used + bench.setAside == bench.accepted)
    #expect(bench.setAside > 0)
    #expect(try bench.bodies(.energyInterval).count == 1)
  }

  @Test func findingsCloseAfterAGoodWindow() throws {
    var bench = try Bench(registers: 1)
    for (index, value) in ["500.00", "501.00", "2.00", "3.00", "4.00"].enumerated() {
      try bench.read(try time("2026-11-21T08:00:00Z") + .minutes(Int64(index) * 15), try decimal(.string(value)))
    }
    try bench.mark("2026-11-21T09:02:00Z")
    #expect(
      bench.findings.map { "\($0.key) \($0.closed?.rfc3339UTC ?? "open")" } == [
        "counter-reset/meter-1/energy open", "counter-reset/meter-1/energy 2026-11-21T08:45:00Z",
      ])
    #expect(try Bench.sum("energy_kwh", bench.bodies(.energyInterval)).description == "5.00")
  }

  @Test(arguments: [("2026-03-29", 92, "23"), ("2026-10-25", 100, "25"), ("2026-06-01", 96, "24")])
  func daysOfAZoneWithDaylightSaving(_ date: String, _ windows: Int, _ hours: String) throws {
    var bench = try Bench(zone: "Europe/Berlin", registers: 1)
    let noon = try time("\(date)T12:00:00Z")
    let start = bench.zone.startOfDay(containing: noon)
    let end = bench.zone.nextDay(after: start)
    var at = start
    var value: Int64 = 0
    while at <= end {
      try bench.read(at, ScaledInteger(value, exponent: -2))
      value += 25
      at = at + .minutes(15)
    }
    try bench.mark(end + .minutes(2))
    let day = try #require(try bench.bodies(.energyDay).first)
    #expect(day["windows"]?.integerValue == Int64(windows))
    #expect(day["energy_kwh"] == .string("\(hours).00"))
    #expect(day["coverage"]?.stringValue == "1.0000")
    #expect(day["start"]?.stringValue == bench.zone.rfc3339(start))
  }
}
