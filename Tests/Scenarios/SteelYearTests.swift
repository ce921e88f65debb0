import Foundation
import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

/// A year of a real plant's meter and two months of a real machine through a real broker and the whole gateway.
@Suite(.enabled(if: ReferenceData.isExpected, Comment(rawValue: ReferenceData.explanation)))
struct SteelYearTests {
  @Test(.timeLimit(.minutes(10)))
  func recordsUpstreamSumToTheFile() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.steel(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)

    let machine = try TableReplay(
      file: ReferenceData.path("data/machine_temperature_system_failure.csv"), topic: "plant/machine",
      timeColumn: "timestamp", timePattern: "yyyy-MM-dd HH:mm:ss", zone: zone, midnightEndsDay: false,
      columns: [.init(name: "value", path: ["temperature"], mode: .value)], opening: nil
    ).messages()
    let steel = try TableReplay(
      file: ReferenceData.path("data/steel-energy.csv"), topic: "plant/steel", timeColumn: "date",
      timePattern: "dd/MM/yyyy HH:mm", zone: zone, midnightEndsDay: true,
      columns: [
        .init(name: "Usage_kWh", path: ["kwh"], mode: .cumulative),
        .init(name: "Lagging_Current_Reactive_Power_kVarh", path: ["kvarh_lag"], mode: .cumulative),
        .init(name: "Leading_Current_Reactive_Power_kVarh", path: ["kvarh_lead"], mode: .cumulative),
      ], opening: .minutes(15)
    ).messages()
    #expect(steel.count == 35_041)
    try await Plants.publish(machine, site: site)
    try await Plants.publish(steel, site: site, settle: .days(1))

    let last = try #require(steel.last).time + .days(1)
    let status = try await weir.waitFor("everything delivered", within: .seconds(300)) { status in
      status.messages.received >= machine.count + steel.count && status.stages.plantClock == zone.rfc3339(last)
        && status.isSettled
    }
    #expect(status.messages.balanced && status.samples.balanced)
    // The file's twelve repeated timestamps have other values: conflicts, counted and not summed.
    #expect(status.samples.quarantined["conflict"] == 12)
    try weir.stop()

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    try expectSteel(upstream, zone: zone)
    expectMachine(upstream, rows: machine.count)
  }

  private func expectSteel(_ upstream: Upstream, zone: PlantZone) throws {
    let intervals = upstream.latest("energy-interval").filter { $0.body["asset"] == "steel" }
    let vectors = try Vectors(ReferenceData.bytes("rules/vectors/energy.json"))
    // Windows of the year; the end-of-data mark closes silent ones after it.
    let year = intervals.filter { $0.body["energy_kwh"]?.stringValue != nil }
    #expect(year.count == 35_040)
    var months: [Int: ScaledInteger] = [:]
    var demand: [Int: (kw: ScaledInteger, start: String)] = [:]
    for interval in year {
      let start = try #require(interval.body["start"]?.stringValue)
      let month = zone.localDate(try #require(Timestamp(rfc3339: start))).month
      let energy = try #require(interval.body["energy_kwh"]?.stringValue.flatMap { ScaledInteger($0) })
      let sum: ScaledInteger = try #require((months[month] ?? .zero).adding(energy))
      months[month] = sum
      let power = try #require(interval.body["demand_kw"]?.stringValue.flatMap { ScaledInteger($0) })
      if demand[month].map({ $0.kw < power }) ?? true { demand[month] = (power, start) }
    }
    let expected = try #require(vectors["steel-monthly-energy"]?["expected"]?["months"]?.arrayValue)
    for entry in expected {
      let month = Int(try #require(entry["month"]?.integerValue))
      let kwh = try #require(entry["kwh"]?.stringValue.flatMap { ScaledInteger($0) })
      #expect(try #require(months[month]).isEqual(to: kwh), "month \(month)")
    }
    #expect(try #require(months[1]).description == "126238.29")
    let total = months.values.reduce(ScaledInteger.zero) { $0.adding($1) ?? .zero }
    #expect(total.description == "959636.71")
    let highest = try #require(demand.values.max { $0.kw < $1.kw })
    #expect(highest.kw.isEqual(to: try #require(ScaledInteger("628.72"))))
    #expect(highest.start == "2018-11-22T09:30:00+08:00")

    // What the gateway itself says of each month.
    let monthly = upstream.latest("energy-month").filter { $0.body["energy_kwh"]?.stringValue != nil }
    let factors = try #require(vectors["steel-power-factor-monthly"]?["expected"]?["months"]?.arrayValue)
    #expect(monthly.count >= 12)
    for (record, factor) in zip(monthly, factors) {
      let month = try #require(factor["month"]?.integerValue)
      let lagging = try #require(record.body["power_factor_lagging"]?.stringValue.flatMap { Double($0) })
      let absolute = try #require(record.body["power_factor"]?.stringValue.flatMap { Double($0) })
      #expect(abs(lagging - (factor["pf_lag"]?.doubleValue ?? 0)) <= 1e-6, "month \(month)")
      #expect(abs(absolute - (factor["pf_abs"]?.doubleValue ?? 0)) <= 1e-6, "month \(month)")
    }
    let november = try #require(monthly.first { $0.key.contains("2018-10-31T16:00:00Z") })
    #expect(november.body["maximum_demand_kw"] == "628.72")
  }

  private func expectMachine(_ upstream: Upstream, rows: Int) {
    let minutes = upstream.latest("signal-summary").filter { $0.body["asset"] == "machine" }
    let counted = minutes.compactMap { $0.body["signals"]?["temperature"]?["count"]?.integerValue }.reduce(0, +)
    #expect(Int(counted) == rows - 12)
  }
}

/// A vector file by the names of its vectors.
struct Vectors {
  private let byName: [String: JSONValue]

  init(_ bytes: [UInt8]) throws {
    let file = try JSONValue(parsing: bytes)
    byName = Dictionary(
      uniqueKeysWithValues: (file["vectors"]?.arrayValue ?? []).compactMap { vector in
        vector["name"]?.stringValue.map { ($0, vector) }
      })
  }

  subscript(name: String) -> JSONValue? { byName[name] }
}
