import Foundation
import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

/// Emissions through a real broker and the whole gateway, to the last decimal.
@Suite(.enabled(if: ReferenceData.isExpected, Comment(rawValue: ReferenceData.explanation)))
struct CarbonTests {
  /// What the report says of a period, in kg.
  private func total(_ weir: WeirProcess, _ arguments: String...) throws -> String? {
    let data = weir.directory.appending("data")
    let (output, code) = try WeirProcess.command(
      ["carbon", "--data", data, "--json"] + arguments, directory: weir.directory)
    #expect(code == 0, "\(output)")
    return try JSONValue(parsing: output)["total"]?["figures"]?.arrayValue?.first?.stringValue
  }

  /// The plant's year by every method; its last day arrives late, and the year is restated.
  @Test(.timeLimit(.minutes(10)))
  func theYearByEveryMethodWithALateDay() async throws {
    let broker = try TestBroker()
    let configuration = Plants.steel(port: broker.port).replacing(
      "rated-power: 700 kW,", with: "rated-power: 700 kW, role: grid-import,")
    let carbon = """

      carbon:
        subdivision: CN-CQ
        methods: [gbt32150, ghgp_location, ghgp_market]
        inventory-date: 2026-01-31
        data-year: 2023
      """
    let weir = try WeirProcess(configuration + carbon, directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)
    let readings = try TableReplay(
      file: ReferenceData.path("data/steel-energy.csv"), topic: "plant/steel", timeColumn: "date",
      timePattern: "dd/MM/yyyy HH:mm", zone: zone, midnightEndsDay: true,
      columns: [.init(name: "Usage_kWh", path: ["kwh"], mode: .cumulative)], opening: .minutes(15)
    ).messages()
    let lastDay = 96
    try await Plants.publish(readings.dropLast(lastDay), site: site, settle: .days(2))
    try await delivered(
      weir, readings.count - lastDay, clock: readings[readings.count - lastDay - 1].time + .days(2), zone)
    let early = try total(weir, "--period", "2018", "--method", "ghgp_location")
    #expect(early != nil && early != "535573.247851", "the last day is missing")

    try await Plants.publish(readings.suffix(lastDay), site: site, settle: .days(3))
    let last = try #require(readings.last).time
    try await delivered(weir, readings.count, clock: last + .days(3), zone)
    #expect(try total(weir, "--period", "2018", "--method", "gbt32150") == "509183.238326")
    #expect(try total(weir, "--period", "2018", "--method", "ghgp_location") == "535573.247851")
    #expect(try total(weir, "--period", "2018", "--method", "ghgp_market") == "584994.538416")
    #expect(try total(weir, "--period", "2018-01", "--method", "ghgp_location") == "70453.589649")
    let (load, code) = try WeirProcess.command(
      ["energy", "forecast", "steel", "--hours", "48", "--json", "--data", weir.directory.appending("data")],
      directory: weir.directory)
    #expect(code == 0, "\(load)")
    let hours = try #require(try JSONValue(parsing: load)["rows"]?.arrayValue)
    #expect(hours.count == 48 && hours.first?["name"] == "2019-01-01T00:00:00+08:00")
    try weir.stop()

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let months = upstream.latest("carbon-inventory")
    let december = try #require(months.first { $0.key.contains("2018-11-30T16:00:00Z") })
    #expect(december.revision == 1)
    #expect(december.cause?["asset"] == "steel")
    let market = try #require(december.body["methods"]?["ghgp_market"]?["lines"]?.arrayValue?.first)
    #expect(market["factor"]?["label"] != nil, "no residual mix is published: the proxy says so")
    let (output, verified) = try WeirProcess.command(
      ["verify", weir.directory.appending("data")], directory: weir.directory)
    #expect(verified == 0, "\(output)")
  }

  /// rules/carbon.md, section 8: two meters on MQTT, three invoices at the command line.
  @Test(.timeLimit(.minutes(5)))
  func theWorkedMonthFromMetersAndInvoices() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(
      """
      gateway: { id: works, data: $DIR/data }
      zone: Asia/Shanghai
      clock: messages
      broker: { host: 127.0.0.1, port: \(broker.port) }
      energy: { standard-coal: true }
      carbon: { subdivision: CN-CQ, methods: [ghgp_location], gwp: AR5, fuel-set: gbt32151-2024 }
      destinations:
        - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: all, assets: ["*"] }
      assets:
        - { id: main, place: cq/substation, template: three-phase-meter-active, topic: m/main, role: grid-import,
            rated-power: 700 kW }
        - { id: gas, place: cq/boilers, template: gas-meter, topic: m/gas, fuel: natural_gas,
            signals: { gas-normal: { maximum-rate: 650 Nm³/h }, gas-operating: none, flow: none, pressure: none,
            temperature: none } }
      """, directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)
    let start = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00+08:00"))
    let end = zone.nextMonth(after: start)
    func reading(_ asset: String, _ member: String, _ value: String, at time: Timestamp) -> SimulatedMessage {
      let milliseconds = time.nanoseconds / 1_000_000
      return SimulatedMessage(
        time: time, topic: "m/\(asset)", payload: Array(#"{"ts":\#(milliseconds),"\#(member)":"\#(value)"}"#.utf8))
    }
    try await Plants.publish(
      [
        reading("main", "kwh", "0.00", at: start), reading("gas", "vn", "0.00", at: start),
        reading("main", "kwh", "126238.29", at: end), reading("gas", "vn", "12345.60", at: end),
      ], site: site)
    try await delivered(weir, 4, clock: end + .hours(2), zone)
    #expect(try total(weir, "--period", "2026-01") == "97147.1078093904")

    let invoice = try weir.directory.write("2500 litres", to: "invoice-7.txt")
    for (what, amount, unit, document) in [
      ("diesel", "2500", "L", invoice), ("heat", "860", "GJ", "heat-2026-01"),
      ("refrigerant:R-410A", "3.2", "kg", "service-12"),
    ] {
      let (output, code) = try WeirProcess.command(
        [
          "carbon", "add", what, amount, unit, "--data", weir.directory.appending("data"), "--period", "2026-01",
          "--document", document, "--by", "Li Na",
        ], directory: weir.directory)
      #expect(code == 0 && output.hasPrefix("entered as "), "\(output)")
    }
    let (refused, code) = try WeirProcess.command(
      [
        "carbon", "add", "unobtainium", "1", "kg", "--data", weir.directory.appending("data"), "--period", "2026-01",
        "--document", "1", "--by", "Li Na",
      ], directory: weir.directory)
    #expect(code != 0 && refused.contains("unobtainium"), "\(refused)")

    let isThere = try eventually(within: .seconds(60)) {
      try total(weir, "--period", "2026-01") == "204403.7180477904"
    }
    #expect(isThere)
    try checkReports(weir)
    let (explained, _) = try WeirProcess.command(
      [
        "carbon", "explain", "--data", weir.directory.appending("data"),
        "works/carbon-inventory/works/\(start.rfc3339UTC)/3",
      ], directory: weir.directory)
    #expect(explained.contains("126238.29 kWh × 0.5581 kgCO2/kWh = 70453.589649 kgCO2"), "\(explained)")
    #expect(explained.contains("published 2025-12-31") && explained.contains("204403.7180477904 kgCO2e"))
    try await countedAgain(weir)
    try await weir.waitFor("everything delivered") { $0.isDelivered }
    try weir.stop()
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let inventory = try #require(upstream.latest("carbon-inventory").first)
    let method = try #require(inventory.body["methods"]?["ghgp_location"])
    #expect(method["total_kg"] == "199934.8825817904" && method["scope_1_kg"] == "39350.1283987904")
    #expect(inventory.revision == 4 && inventory.cause?["reason"] == "recalculated")
    #expect(inventory.cause?["note"] == "Li Na: the auditor asks for it (data year 2022)")
    let (verified, isVerified) = try WeirProcess.command(
      ["verify", weir.directory.appending("data")], directory: weir.directory)
    #expect(isVerified == 0, "\(verified)")
    let diesel = try #require(upstream.latest("carbon-activity").first { $0.body["what"] == "diesel" })
    #expect(diesel.body["document"]?["name"] == "invoice-7.txt")
    #expect(diesel.body["document"]?["sha256"]?.stringValue?.count == 64)
  }

  /// Standard coal of meters and invoices, and the emissions by what was used, to the last decimal.
  private func checkReports(_ weir: WeirProcess) throws {
    func report(_ arguments: String...) throws -> JSONValue {
      let (output, code) = try WeirProcess.command(
        arguments + ["--period", "2026-01", "--json", "--data", weir.directory.appending("data")],
        directory: weir.directory)
      #expect(code == 0, "\(output)")
      return try JSONValue(parsing: output)
    }
    func last(_ table: JSONValue) -> [String?] {
      (table["rows"]?.arrayValue ?? []).map { $0["figures"]?.arrayValue?.last?.stringValue }
    }
    let energy = try report("energy", "--by", "carrier")
    #expect(energy["total"]?["figures"]?.arrayValue?.last == "64337.443841", "\(energy)")
    #expect(Set(last(energy)).isSuperset(of: ["15514.685841", "16419.648", "3059.91", "29343.2"]), "\(energy)")
    let sites = try report("energy", "--by", "site")
    #expect(sites["total"]?["figures"]?.arrayValue?.last == "64337.443841", "\(sites)")
    let carbon = try report("carbon", "--by", "carrier")
    #expect(
      carbon["rows"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        == ["diesel", "electricity", "heat", "natural_gas", "refrigerant R-410A"], "\(carbon)")
    #expect(carbon["total"]?["figures"]?.arrayValue?.first == "204403.7180477904")
    #expect(carbon["columns"]?.arrayValue?.first?["unit"] == "kgCO2e")
    #expect(carbon["notes"]?.arrayValue?.contains { $0.stringValue?.contains("AR5") == true } == true, "\(carbon)")
    let machines = try report("carbon", "--by", "asset")
    let undivided = machines["notes"]?.arrayValue?.contains { $0.stringValue?.hasPrefix("3 entries are not") == true }
    #expect(undivided == true, "\(machines)")
  }

  /// The data of 2022 in the place of 2023: shown first, then done.
  private func countedAgain(_ weir: WeirProcess) async throws {
    func recompute(_ more: String...) throws -> (output: String, code: Int32) {
      try WeirProcess.command(
        [
          "carbon", "recompute", "--data", weir.directory.appending("data"), "--from", "2026-01", "--to", "2026-01",
          "--data-year", "2022", "--by", "Li Na", "--reason", "the auditor asks for it",
        ] + more, directory: weir.directory)
    }
    let (trial, trialCode) = try recompute("--dry-run")
    #expect(trialCode == 0 && trial.contains("nothing was changed"), "\(trial)")
    #expect(trial.contains("204,403.72") && trial.contains("199,934.88") && trial.contains("-4,468.84"), "\(trial)")
    #expect(try total(weir, "--period", "2026-01") == "204403.7180477904")
    let (done, code) = try recompute()
    #expect(code == 0 && done.hasPrefix("recount-"), "\(done)")
    let isThere = try eventually(within: .seconds(60)) {
      try total(weir, "--period", "2026-01") == "199934.8825817904"
    }
    #expect(isThere)
    // What people are shown is a second old at most.
    let isListed = try eventually(within: .seconds(30)) {
      let (changes, _) = try WeirProcess.command(
        ["factors", "changes", "--data", weir.directory.appending("data")], directory: weir.directory)
      return changes.contains("of 2026-01") && changes.contains("data year 2022; Li Na")
    }
    #expect(isListed)
    let (refused, refusedCode) = try WeirProcess.command(
      [
        "carbon", "recompute", "--data", weir.directory.appending("data"), "--from", "2026-01-15", "--by", "A",
        "--reason", "r",
      ], directory: weir.directory)
    #expect(refusedCode != 0 && refused.contains("whole months"), "\(refused)")
  }

  private func delivered(_ weir: WeirProcess, _ messages: Int, clock: Timestamp, _ zone: PlantZone) async throws {
    try await weir.waitFor("everything delivered", within: .seconds(300)) { status in
      status.messages.received >= messages && status.stages.plantClock == zone.rfc3339(clock)
        && status.isSettled
    }
  }
}
