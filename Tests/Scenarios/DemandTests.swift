import Foundation
import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

/// The steel plant's highest quarter of an hour, with a demand limit: warned in time, relieved, kept.
@Suite(.enabled(if: ReferenceData.isExpected, Comment(rawValue: ReferenceData.explanation)))
struct DemandTests {
  private func configuration(port: Int) -> String {
    """
    gateway: { id: steel, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    tariff: { table: none, currency: CNY, prices: { flat: 0.60 }, demand-limit: 600 kW }
    destinations:
      - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: all, assets: ["*"] }
    assets:
      - { id: main, place: cq/mill, template: three-phase-meter, topic: m/main, role: grid-import,
          rated-power: 900 kW, expected-interval: 1 min }
      - { id: ladle-heater, place: cq/mill, template: three-phase-meter, topic: m/ladle-heater, fed-by: main,
          rated-power: 200 kW, expected-interval: 1 min, essential: no }
      - { id: fans, place: cq/mill, template: three-phase-meter, topic: m/fans, fed-by: main,
          rated-power: 50 kW, expected-interval: 1 min, essential: no }
      - { id: crane, place: cq/mill, template: three-phase-meter, topic: m/crane, fed-by: main,
          rated-power: 400 kW, expected-interval: 1 min, essential: yes }
    """
  }

  /// Power of each quarter of an hour of 2018-11-22, kW, by its start.
  private func day(zone: PlantZone) throws -> [Timestamp: Double] {
    let rows = try TableReplay(
      file: ReferenceData.path("data/steel-energy.csv"), topic: "t", timeColumn: "date",
      timePattern: "dd/MM/yyyy HH:mm", zone: zone, midnightEndsDay: true,
      columns: [.init(name: "Usage_kWh", path: ["kwh"], mode: .value)], opening: nil
    ).messages()
    var powers: [Timestamp: Double] = [:]
    for row in rows {
      let start = row.time - .minutes(15)
      guard zone.localDate(start) == (2018, 11, 22), powers[start] == nil else { continue }
      let kilowattHours = try JSONValue(parsing: String(decoding: row.payload, as: UTF8.self))["kwh"]
      powers[start] =
        try #require(kilowattHours.flatMap { $0.doubleValue ?? $0.stringValue.flatMap { Double($0) } }) * 4
    }
    return powers
  }

  private static let heater = 120.0
  private static let fans = 12.0

  /// Registers and powers each minute; the heater and the fans are in what the main meter counts.
  private func readings(
    _ range: Range<Timestamp>, from start: Timestamp, _ powers: [Timestamp: Double], isRelieved: (Timestamp) -> Bool
  ) throws -> [SimulatedMessage] {
    var registers = [0.0, 0, 0, 0]
    var messages: [SimulatedMessage] = []
    var time = start
    while time < range.upperBound {
      let whole = try #require(powers[time.windowStart(.minutes(15))])
      let heater = isRelieved(time) ? 0 : Self.heater
      let now = [whole - Self.heater + heater, heater, Self.fans, whole / 2]
      if range.contains(time) {
        for (place, id) in ["main", "ladle-heater", "fans", "crane"].enumerated() {
          let text = FigureText.text(registers[place], places: 2)
          let members = "\"ts\":\(time.nanoseconds / 1_000_000),\"kwh\":\"\(text)\",\"kw\":\(now[place])"
          messages.append(SimulatedMessage(time: time, topic: "m/\(id)", payload: Array("{\(members)}".utf8)))
        }
      }
      for place in now.indices { registers[place] += now[place] / 60 }
      time = time + .minutes(1)
    }
    return messages
  }

  @Test(.timeLimit(.minutes(5)))
  func theWarningComesInTimeAndTheListKeepsTheLimit() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)
    let powers = try day(zone: zone)
    let start = try #require(Timestamp(rfc3339: "2018-11-22T08:00:00+08:00"))
    let peak = try #require(Timestamp(rfc3339: "2018-11-22T09:30:00+08:00"))
    #expect(powers[peak] == 628.72, "the highest of the year")
    // Five minutes into the window the plant is warned, before a third of it is over.
    let reaction = peak + .minutes(6)
    let first = try readings(start..<reaction, from: start, powers) { _ in false }
    try await Plants.publish(first, site: site, settle: .zero)
    let status = try await weir.waitFor("the warning") { status in
      status.findings.contains { $0.rule == "demand-projected" }
    }
    let warning = try #require(status.findings.first { $0.rule == "demand-projected" })
    let opened = try #require(Timestamp(rfc3339: warning.opened))
    #expect(opened > peak && opened < reaction && warning.severity == "warning", "\(warning)")
    #expect(warning.evidence["shed_suffices"] == "yes" && warning.evidence["shed"] == "ladle-heater (120.0 kW)")
    #expect(warning.advice.contains("Not essential and enough: ladle-heater (120.0 kW)"), "\(warning)")
    #expect(!warning.advice.contains("crane"), "it is essential")

    // The heater goes off, and stays off for the rest of the window.
    let end = peak + .minutes(46)
    let rest = try readings(reaction..<end, from: start, powers) { $0 >= reaction && $0 < peak + .minutes(15) }
    let last = try await Plants.publish(rest, site: site)
    let sent = first.count + rest.count
    try await weir.waitFor("everything delivered") { status in
      status.messages.received >= sent && status.stages.plantClock == zone.rfc3339(last)
        && status.isSettled
    }
    try weir.stop()
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let window = try #require(
      upstream.latest("energy-interval").first {
        $0.body["asset"] == "main" && $0.body["start"]?.stringValue == zone.rfc3339(peak)
      })
    // Six minutes with the heater, nine without: 628.72 − 120 × 9 ÷ 15.
    let demand = try #require(window.body["demand_kw"]?.stringValue.flatMap { Double($0) })
    #expect(abs(demand - 556.72) < 0.2, "\(window.body)")
    let told = upstream.all.filter { $0.kind == "finding" && $0.body["rule"] == "demand-projected" }
    let closed = try #require(told.last?.body["closed"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }, "\(told)")
    #expect(closed <= peak + .minutes(15), "the warning was over before the window was")
  }
}
