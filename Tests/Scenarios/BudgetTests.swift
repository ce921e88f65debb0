import Foundation
import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

/// Budgets and the target, and factors by the hour, through a real broker and the whole gateway.
struct BudgetTests {
  private let start = Timestamp(rfc3339: "2026-01-01T00:00:00+08:00") ?? .distantPast

  private func reading(_ asset: String, at time: Timestamp, _ kilowattHours: Int64) -> SimulatedMessage {
    SimulatedMessage(
      time: time, topic: "m/\(asset)",
      payload: Array("{\"ts\":\(time.nanoseconds / 1_000_000),\"kwh\":\"\(kilowattHours).00\"}".utf8))
  }

  private func run(_ weir: WeirProcess, _ arguments: String...) throws -> String {
    let (output, code) = try WeirProcess.command(
      arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code == 0, "\(output)")
    return output
  }

  private func delivered(_ weir: WeirProcess, _ messages: Int, clock: Timestamp, _ zone: PlantZone) async throws {
    try await weir.waitFor("everything delivered") { status in
      status.messages.received >= messages && status.stages.plantClock == zone.rfc3339(clock)
        && status.isSettled
    }
  }

  private func start(_ text: String) async throws -> (weir: WeirProcess, broker: TestBroker) {
    let broker = try TestBroker()
    let weir = try WeirProcess(
      text.replacing("$PORT", with: "\(broker.port)"), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    return (weir, broker)
  }

  /// 1,000 kWh a day: warned when a tenth of the month has passed, alarmed when it is used up, told by the reports.
  @Test(.timeLimit(.minutes(5)))
  func aBudgetWarnsThenTellsAndTheTargetKnows() async throws {
    let (weir, broker) = try await start(
      """
      gateway: { id: works, data: $DIR/data }
      zone: Asia/Shanghai
      clock: messages
      broker: { host: 127.0.0.1, port: $PORT }
      tariff: { table: none, currency: CNY, prices: { flat: 0.50 } }
      carbon:
        subdivision: CN-CQ
        methods: [ghgp_location]
        gwp: AR5
        target: { base-year: 2025, base: 250 t, scopes: [1, 2], path: { 2026: 90 % } }
      budgets:
        - { name: electricity, period: month, limit: 25 MWh }
        - { name: money, period: month, limit: 20000 CNY }
        - { name: climate, period: month, limit: 16 t }
      destinations:
        - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: all, assets: ["*"] }
      assets:
        - { id: main, place: cq/hall, template: three-phase-meter-active, topic: m/main, role: grid-import,
            rated-power: 700 kW }
      """)
    defer { withExtendedLifetime(broker) {} }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)
    func messages(_ days: ClosedRange<Int64>) -> [SimulatedMessage] {
      days.flatMap { day in
        (0..<4).map { reading("main", at: start + .hours(24 * day + 6 * $0), day * 1000 + 250 * $0) }
      }
    }
    let first = messages(0...4)
    var last = try await Plants.publish(first, site: site)
    try await delivered(weir, first.count, clock: last, zone)
    let early = try JSONValue(parsing: try run(weir, "carbon", "targets", "--budgets", "--json"))
    let rows = try #require(early["rows"]?.arrayValue)
    #expect(rows.map { $0["note"]?.stringValue } == ["projected", "within", "projected"], "\(early)")
    let page = try run(weir, "report", "month")
    #expect(page.contains("WILL BE EXCEEDED if it goes on like this") && page.contains("25000 kWh"), "\(page)")
    #expect(page.contains("of 20000 CNY, within") && page.contains("of 16000 kg"), "every kind of budget: \(page)")

    let rest = messages(5...31)
    last = try await Plants.publish(rest, site: site)
    try await delivered(weir, first.count + rest.count, clock: last, zone)
    // January has emitted 31,000 kWh × 0.5581.
    let targets = try run(weir, "carbon", "targets", "--json")
    let year = try #require(
      try JSONValue(parsing: targets)["rows"]?.arrayValue?.first { $0["name"] == "2026" }, "\(targets)")
    #expect(year["figures"]?.arrayValue?[1] == "225000" && year["figures"]?.arrayValue?[2] == "17301.1", "\(targets)")
    #expect(try run(weir, "report", "month").contains("target 2026: 17301 kg of 225000 kg emitted"))
    try weir.stop()
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    func told(_ name: String) -> [String] {
      upstream.all.filter { $0.kind == "finding" }.compactMap { entry in
        guard let key = entry.body["finding"]?.stringValue, key.hasSuffix("/\(name)/2026-01-01") else { return nil }
        return (entry.body["rule"]?.stringValue ?? "") + (entry.body["closed"]?.stringValue == nil ? "" : " closed")
      }
    }
    for name in ["electricity", "climate"] {
      #expect(
        told(name) == [
          "budget-projected", "budget-projected closed", "budget-exceeded", "budget-exceeded closed",
        ]
          || told(name) == [
            "budget-projected", "budget-exceeded", "budget-projected closed", "budget-exceeded closed",
          ], "\(told(name))")
    }
    #expect(told("money") == [])
  }

  /// Two days with a clean night and a dirty day: records, explanations, reports of areas and of hours agree.
  @Test(.timeLimit(.minutes(5)))
  func recordsReportsAndExplanationsHaveTheHours() async throws {
    let hours = (0..<72).map { hour in
      "\((start + .hours(Int64(hour))).rfc3339UTC),\(hour % 24 < 12 ? "0.4" : "0.6")"
    }
    let directory = try TemporaryDirectory()
    let file = try directory.write(hours.joined(separator: "\n"), to: "hours.csv")
    let (weir, broker) = try await start(
      """
      gateway: { id: works, data: $DIR/data }
      zone: Asia/Shanghai
      clock: messages
      broker: { host: 127.0.0.1, port: $PORT }
      carbon:
        subdivision: CN-CQ
        methods: [ghgp_location, gbt32150]
        hourly-series: { file: \(file), nature: measured, source: grid operator 2026 }
      destinations:
        - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: all, assets: ["*"] }
      assets:
        - { id: main, place: cq/substation, template: three-phase-meter-active, topic: m/main, role: grid-import,
            rated-power: 700 kW, expected-interval: 1 h }
        - { id: hall, place: cq/hall, template: three-phase-meter-active, topic: m/hall, fed-by: main,
            rated-power: 300 kW, expected-interval: 1 h }
      """)
    defer { withExtendedLifetime((broker, directory)) {} }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)
    // 12 kWh in each hour of the first half of a day, 6 of the second; the hall has a third of it.
    let messages = (0...48).flatMap { hour in
      let count = hour / 24 * 216 + min(hour % 24, 12) * 12 + max(0, hour % 24 - 12) * 6
      return [
        reading("main", at: start + .hours(Int64(hour)), Int64(count)),
        reading("hall", at: start + .hours(Int64(hour)), Int64(count / 3)),
      ]
    }
    let last = try await Plants.publish(messages, site: site)
    try await delivered(weir, messages.count, clock: last, zone)

    // 144 kWh × 0.4 + 72 kWh × 0.6; GB/T 32150 has the year's factor of the country.
    let byArea = try JSONValue(
      parsing: try run(weir, "carbon", "--by", "area", "--period", "2026-01-01..2026-01-02", "--json"))
    func figures(_ table: JSONValue) -> [String?] {
      (table["rows"]?.arrayValue ?? []).map { $0["figures"]?.arrayValue?.last?.stringValue }
    }
    #expect(figures(byArea) == ["67.2", "201.6"], "\(byArea)")
    let night = try JSONValue(
      parsing: try run(weir, "carbon", "--by", "hour", "--asset", "hall", "--period", "2026-01-02", "--json"))
    #expect(figures(night) == Array(repeating: "1.6", count: 12) + Array(repeating: "1.2", count: 12), "\(night)")
    let day = try run(
      weir, "carbon", "explain", "works/carbon-day/main/\((start + .days(1)).rfc3339UTC)/0")
    #expect(day.contains("Σ over 24 h of kWh × kgCO2/kWh (grid operator 2026) = 100.8 kgCO2"), "\(day)")
    #expect(day.contains("2026-01-02 11:00") && day.contains("12.00") && day.contains("0.6000"), "\(day)")
    // Between two readings of the hour nothing is known of a window until the second one comes.
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    let newest = try #require(upstream.latest["carbon-interval/main/\((start + .hours(20)).rfc3339UTC)"])
    let window = try run(weir, "carbon", "explain", "works/\(newest.kind)/\(newest.key)/\(newest.revision)")
    #expect(window.contains("factor of the hour from 2026-01-01T12:00:00Z"), "\(window)")
    try weir.stop()
    #expect(upstream.schemaViolations == [])
    let windows = upstream.latest("carbon-interval").filter { $0.body["asset"] == "main" }
    let sum = try windows.reduce(ExactDecimal.zero) { sum, entry in
      try sum
        + (entry.body["methods"]?["ghgp_location"]?["total_kg"]?.stringValue.flatMap { ExactDecimal($0) } ?? .zero)
    }
    #expect(sum == ExactDecimal("201.6"), "the windows add up to the report")
  }
}
