import Foundation
import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

/// Balances, idle use and baselines through a real broker and the whole gateway.
struct EnergyAnalysisTests {
  private static let days = 10

  private func configuration(port: Int) -> String {
    """
    gateway: { id: works, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    energy: { baseline: { days: 7 }, idle: { share: 5 % } }
    carbon: { subdivision: CN-CQ, methods: [ghgp_location], gwp: AR5, fuel-set: gbt32151-2024 }
    tariff: { table: none, currency: CNY, prices: { flat: 0.50 } }
    shifts: { pattern: [ { name: day, from: "08:00", to: "16:00", days: all } ] }
    destinations:
      - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: all, assets: ["*"] }
    assets:
      - { id: main, place: cq/substation, template: three-phase-meter-active, topic: m/main, role: grid-import,
          rated-power: 700 kW, accuracy: 0.5 %, expected-interval: 15 min }
      - { id: press, place: cq/hall/l1, template: three-phase-meter-active, topic: m/press, fed-by: main,
          rated-power: 300 kW, accuracy: 1 %, expected-interval: 15 min,
          idle: { standby-target: 2 kW, off-below: 1 kW, producing-from: 30 kW },
          essential: no, flexible: { kind: shed, power: 20 kW, duration: 1 h, window: 08:00-18:00, comfort: low } }
      - { id: chiller, place: cq/cooling, template: three-phase-meter-active, topic: m/chiller, fed-by: main,
          rated-power: 300 kW, accuracy: 1 %, expected-interval: 15 min }
      - { id: warm, place: cq/cooling, template: heat-meter, topic: m/warm, fed-by: chiller, expected-interval: 15 min,
          signals: { heat: { maximum-rate: 10 GJ/h }, volume: none } }
      - { id: counter, place: cq/hall/l1, template: production-counter, topic: m/counter, expected-interval: 15 min }
      - { id: mes, place: cq/hall/l1, template: order-feed, topic: m/mes }
    products:
      - { id: X200, price: [ { from: 2026-01-06, amount: 2.50 CNY } ] }
    """
  }

  /// Registers each quarter of an hour: the press makes pieces from eight to four, and idles at 6 kW for the rest; on the
  /// last day it takes half as much again. A fifth of what the main meter counts is in no sub-meter.
  private func messages(from start: Timestamp) -> [SimulatedMessage] {
    var messages: [SimulatedMessage] = []
    // Hundredths of kWh, and pieces.
    var (press, chiller, good, bad): (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
    for quarter in 0...(96 * Self.days) {
      let time = start + .minutes(Int64(15 * quarter))
      let milliseconds = time.nanoseconds / 1_000_000
      func add(_ asset: String, _ members: String) {
        messages.append(
          SimulatedMessage(
            time: time, topic: "m/\(asset)", payload: Array("{\"ts\":\(milliseconds),\(members)}".utf8)))
      }
      func kWh(_ hundredths: Int64) -> String { ScaledInteger(hundredths, exponent: -2).description }
      add("press", "\"kwh\":\"\(kWh(press))\"")
      add("chiller", "\"kwh\":\"\(kWh(chiller))\"")
      // Three kWh of heat for each kWh of electricity.
      add("warm", "\"mwh\":\"\(ScaledInteger(chiller * 3, exponent: -5).description)\"")
      add("main", "\"kwh\":\"\(kWh((press + chiller) * 5 / 4))\"")
      add("counter", "\"good\":\"\(good)\",\"bad\":\"\(bad)\"")
      let day = Int64(quarter / 96)
      let isProducing = (32..<64).contains(quarter % 96)
      // Of ten orders the last one makes what has no price.
      if quarter % 96 == 32 || quarter % 96 == 64 {
        let event = quarter % 96 == 32 ? "start" : "end"
        add(
          "mes",
          "\"id\":\"\(quarter)\",\"order\":\"A-\(day)\",\"product\":\"\(day == 9 ? "Y1" : "X200")\",\"event\":\"\(event)\""
        )
      }
      let pieces = isProducing ? 20 + 3 * (day * 5 % 7) + Int64(quarter % 3) : 0
      press += (isProducing ? 1000 + 40 * pieces : 150) * (day == Int64(Self.days) - 1 && isProducing ? 3 : 2) / 2
      chiller += 500
      good += pieces
      bad += isProducing && quarter % 8 == 0 ? 1 : 0
    }
    return messages
  }

  private func table(_ weir: WeirProcess, _ arguments: String...) throws -> JSONValue {
    try JSONValue(parsing: try text(weir, ["energy"] + arguments + ["--json"]))
  }

  private func text(_ weir: WeirProcess, _ arguments: [String]) throws -> String {
    let (output, code) = try WeirProcess.command(
      arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code == 0, "\(output)")
    return output
  }

  private func row(_ table: JSONValue, _ name: String) throws -> [String] {
    let row = try #require(table["rows"]?.arrayValue?.first { $0["name"]?.stringValue == name }, "\(table)")
    return try #require(row["figures"]?.arrayValue).map { $0.stringValue ?? "–" }
  }

  /// Of the second day: 21 of a price that holds since then, and none before.
  private func outputValues(_ weir: WeirProcess) throws {
    let day = try table(weir, "performance", "--by", "product", "--period", "2026-01-06")
    let x200 = try row(day, "X200")
    let good = try #require(ExactDecimal(x200[1]))
    let energy = try #require(ExactDecimal(x200[0]))
    let value = try good * #require(ExactDecimal("2.5"))
    #expect(x200[3] == value.description && good > ExactDecimal(100), "\(x200)")
    #expect(x200[4] == (try energy * ExactDecimal(1000) / value).description)
    let lines = try table(weir, "performance", "--by", "line", "--period", "2026-01-06")
    #expect(try row(lines, "cq/hall/l1").suffix(2).first == value.description, "\(lines)")
    let before = try table(weir, "performance", "--by", "product", "--period", "2026-01-05")
    #expect(try row(before, "X200")[3] == "–" && "\(before)".contains("X200 has no price before 2026-01-06"))
    let all = try table(weir, "performance", "--by", "product", "--period", "2026-01-06..2026-01-14")
    #expect(try row(all, "Y1")[3] == "–" && "\(all)".contains("Y1 has no price"), "\(all)")
    #expect(all["total"]?["figures"]?.arrayValue?[3] == .null, "a sum of a part would be a guess")
  }

  /// What a shift used, what to leave out tomorrow, and the page on a day.
  private func pages(_ weir: WeirProcess) throws {
    let shift = try row(try table(weir, "--period", "shift:day:2026-01-05"), "press")
    #expect(Double(shift[0]) == 588.8, "\(shift)")

    let advice = try table(weir, "advice", "--policy", "saving-first")
    let proposals = try #require(advice["proposals"]?.arrayValue, "\(advice)")
    #expect(proposals.map { $0["asset"]?.stringValue } == ["press"], "\(advice)")
    #expect(proposals.first?["energy"]?.stringValue == "20" && proposals.first?["saving"]?.stringValue == "10")
    #expect(try text(weir, ["energy", "advice", "--policy", "saving-first"]).contains("press"))

    let report = try JSONValue(parsing: try text(weir, ["report", "day", "--period", "2026-01-14", "--json"]))
    let sections = report["sections"]?.arrayValue?.compactMap { $0["key"]?.stringValue }
    #expect(
      sections == ["energy", "cost", "demand", "emissions", "areas", "effectiveness", "findings", "proposals"],
      "\(report)")
    let page = try text(weir, ["report", "day", "--period", "2026-01-14"])
    #expect(page.contains("in none of its 2 sub-meters"), "\(page)")
  }

  @Test(.timeLimit(.minutes(5)))
  func balancesIdleUseAndPerformance() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)
    let start = try #require(Timestamp(rfc3339: "2026-01-05T00:00:00+08:00"))
    let sent = messages(from: start)
    let last = try await Plants.publish(sent, site: site)
    try await weir.waitFor("everything delivered", within: .seconds(240)) { status in
      status.messages.received >= sent.count && status.stages.plantClock == zone.rfc3339(last)
        && status.isSettled
    }

    // A fifth of the main meter's energy is unexplained.
    let balance = try row(try table(weir, "balance", "--period", "2026-01-05..2026-01-14"), "main (kWh)")
    #expect(balance[3].hasPrefix("20"), "\(balance)")
    // 16 h at 6 kW, of which 4 are waste; half a yuan each.
    let idle = try row(try table(weir, "idle", "--period", "2026-01-05"), "press")
    #expect(idle[0] == "64" && idle[1] == "96" && idle[3] == "16" && idle[5] == "32" && idle[6] != "–", "\(idle)")
    let areas = try table(weir, "idle", "--by", "area", "--period", "2026-01-05..2026-01-14")
    #expect(try row(areas, "cq/hall")[0] == "640")
    // The last day is judged by a baseline of the first seven.
    let performance = try table(weir, "performance", "--period", "2026-01-14")
    let press = try row(performance, "press")
    #expect(press[4].hasPrefix("-") && (Double(press[6]) ?? 0) > 1.3, "\(press)")
    #expect((Double(press[2]) ?? 0) > 0.5)
    let byDay = try table(weir, "performance", "--by", "day", "--period", "2026-01-05..2026-01-14")
    #expect(byDay["rows"]?.arrayValue?.count == 3)
    let media = try table(weir, "performance", "--by", "media", "--period", "2026-01-14")
    #expect(try row(media, "chiller: heat-energy (GJ)")[3] == "3", "\(media)")
    try outputValues(weir)
    try pages(weir)
    let (page, code) = try WeirProcess.command(
      ["energy", "performance", "--by", "cost", "--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code != 0 && page.contains("cost-centre"), "\(page)")
    try weir.stop()

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    #expect(upstream.latest("energy-idle").count == Self.days)
    let findings = upstream.latest("finding")
    func summaries(_ rule: String) -> [String] {
      findings.filter { $0.body["rule"]?.stringValue == rule }.compactMap { $0.body["summary"]?.stringValue }
    }
    #expect(summaries("energy-imbalance").contains { $0.contains("in none of its 2 sub-meters") })
    #expect(summaries("idle-waste").contains { $0.contains("press idled 16 h") })
    #expect(summaries("energy-abnormal").contains { $0.contains("on 2026-01-14") && $0.contains("press (+") })
  }
}
