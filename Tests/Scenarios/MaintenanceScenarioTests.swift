import Foundation
import Simulation
import Telemetry
import TestSupport
import Testing

/// A pump that fails slowly, from MQTT to the plan, and back: what people record scores the prediction, and the machine
/// is learnt anew.
@Suite struct MaintenanceScenarioTests {
  private let start = Timestamp(rfc3339: "2026-03-02T00:00:00+08:00") ?? .distantPast
  private static let perDay = 144

  /// Eight days that it is well, nine on the way to a failure at the end of the eighteenth: what it shows each ten minutes.
  private var messages: [SimulatedMessage] {
    var random = SplitMix64(seed: 7)
    func noise() -> Double { Double(random.next() >> 11) / Double(1 << 52) - 1 }
    return (0..<17 * Self.perDay).map { step in
      let way = max(0, Double(step - 8 * Self.perDay) / Double(10 * Self.perDay))
      let left = 1 - 0.3 * way * way
      let time = start + .minutes(Int64(step) * 10)
      let figures = [8 * left + 0.05 * noise(), 100 * left + noise(), 2 + 0.1 * noise()]
      let payload =
        "{\"ts\":\(time.nanoseconds / 1_000_000),\"pressure\":\(figures[0]),\"flow\":\(figures[1]),"
        + "\"vibration\":\(figures[2])}"
      return SimulatedMessage(time: time, topic: "plant/pump-1", payload: Array(payload.utf8))
    }
  }

  private func configuration(port: Int) -> String {
    """
    gateway: { id: works, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    destinations:
      - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: all, assets: ["*"] }
    templates:
      small-pump:
        summary: A pump
        timestamp: { path: ts, format: epoch-ms }
        fault-model: small-pump
        signals:
          discharge-pressure: { kind: gauge, unit: bar, path: pressure, expected-interval: 10 min }
          flow: { kind: gauge, unit: m³/h, path: flow, expected-interval: 10 min, alarm: [60, none] }
          vibration: { kind: gauge, unit: mm/s, path: vibration, expected-interval: 10 min }
    fault-models:
      small-pump:
        title: { en: Pump, zh: 泵 }
        faults:
          leak:
            name: { en: Internal leakage, zh: 内部泄漏 }
            symptoms:
              - { role: discharge-pressure, direction: down, weight: 2, needed: true }
              - { role: flow, direction: down, weight: 2, needed: true }
              - { role: vibration-velocity, direction: steady }
            cause: { en: Worn rings, zh: 口环磨损 }
            checks: [{ en: Measure the play of the rings, zh: 测量口环间隙 }]
            parts: [{ en: Wear rings, zh: 口环 }]
            lead-time: 12 h
            criterion: { role: flow, percent: -30, spread: 0.3 }
            provenance: test
    assets:
      - { id: pump-1, place: cq/works/line-1, template: small-pump, topic: plant/pump-1 }
      - { id: filler, place: cq/works/line-1, template: small-pump, topic: plant/filler, learning: off }
    lines:
      - { name: line-1, stations: [pump-1, { asset: filler, buffer: 20 min }] }
    shifts:
      pattern:
        - { name: day, from: "06:00", to: "22:00", days: all }
    maintenance:
      downtime-cost:
        - { place: cq/works/line-1, cost: 12000 CNY/h, stop: 6 h, source: "controlling, 2026" }
    """
  }

  private func run(_ weir: WeirProcess, _ arguments: String...) throws -> String {
    let (output, code) = try WeirProcess.command(
      arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code == 0, "\(output)")
    return output
  }

  private func json(_ weir: WeirProcess, _ arguments: String...) throws -> JSONValue {
    let (output, code) = try WeirProcess.command(
      arguments + ["--json", "--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code == 0, "\(output)")
    return try JSONValue(parsing: output)
  }

  @Test(.timeLimit(.minutes(5)))
  func aPredictionIsPlannedConfirmedAndScored() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let messages = self.messages
    try await Plants.publish(messages, site: try Plants.site(weir))
    let status = try await weir.waitFor("everything delivered", within: .seconds(120)) { status in
      status.messages.received >= messages.count && status.isDelivered
        && status.stages.engineLagBatches == 0
        && status.findings.contains { $0.key == "condition-change/pump-1" }
    }
    #expect(status.findings.contains { $0.key == "remaining-life/pump-1/leak" })

    let plan = try json(weir, "plan")
    let visit = try #require(plan["visits"]?.arrayValue?.first)
    let job = try #require(visit["jobs"]?.arrayValue?.first { $0["fault"] == "leak" })
    #expect(visit["line"] == "cq/works/line-1" && job["asset"] == "pump-1" && job["method"] == "trend")
    let begins = try #require(visit["start"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
    let p10 = try #require(job["p10"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
    let now = try #require(plan["now"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
    #expect(begins <= max(p10, now), "never behind the 10 % point")
    #expect(job["parts"] == ["Wear rings"] && job["lead_time_hours"]?.doubleValue == 12, "\(job)")
    if job["waiting_cost"] != nil { #expect(job["cost_unit"] == "CNY" && job["cost_source"] == "controlling, 2026") }
    let page = try run(weir, "plan")
    #expect(page.contains("Internal leakage / 内部泄漏") && page.contains("1. Measure the play of the rings"), "\(page)")
    // What the failure does to the line stands with the job, and with the machine.
    let effect = "line-1 stops 20 min after the failure, about "
    #expect(page.contains(effect), "\(page)")
    #expect(try run(weir, "health", "pump-1").contains(effect))
    #expect(page.contains("predictions: none is checked yet"))
    #expect(try run(weir, "plan", "--csv").contains("pump-1,leak,"))
    let forecast = try run(weir, "forecast", "pump-1")
    #expect(forecast.contains("flow") && forecast.contains("in an hour"), "\(forecast)")

    let wrong = try WeirProcess.command(
      [
        "maintenance", "record", "pump-1", "--done", "--fault", "leek", "--by", "Li Wei", "--data",
        weir.directory.appending("data"),
      ], directory: weir.directory)
    #expect(wrong.code != 0 && wrong.output.contains("Did you mean leak?"), "\(wrong.output)")
    // Work of a day on which nothing was told is not about what is told today.
    let past = try run(
      weir, "maintenance", "record", "pump-1", "--inspected", "--found", "no", "--at", "2026-03-03T10:00", "--by",
      "Li Wei", "--id", "wo-16")
    #expect(past.contains("recorded as wo-16") && !past.contains("leak"), "\(past)")
    let receipt = try run(
      weir, "maintenance", "record", "pump-1", "--done", "--finding", "condition-change/pump-1", "--found", "yes",
      "--parts", "Wear rings, gasket", "--note", "rings worn to 0.9 mm", "--by", "Li Wei", "--id", "wo-17")
    #expect(receipt.contains("recorded as wo-17") && receipt.contains("leak was predicted in time"), "\(receipt)")

    // What a person recorded is known with the next time mark: the repaired pump speaks again.
    let again = try #require(messages.last).time + .hours(3)
    try await Plants.publish(
      [
        SimulatedMessage(
          time: again, topic: "plant/pump-1",
          payload: Array(
            "{\"ts\":\(again.nanoseconds / 1_000_000),\"pressure\":8,\"flow\":100,\"vibration\":2}".utf8))
      ], site: try Plants.site(weir))
    let isKnown = try eventually {
      try json(weir, "maintenance", "list")["records"]?.arrayValue?.contains { $0["id"] == "wo-17" } == true
    }
    #expect(isKnown)
    let report = try json(weir, "maintenance", "list")
    let record = try #require(report["records"]?.arrayValue?.first)
    #expect(record["id"] == "wo-17" && record["fault"] == "leak" && record["parts"] == ["Wear rings", "gasket"])
    #expect(record["verdicts"]?.arrayValue?.compactMap { $0["verdict"]?.stringValue } == ["hit"])
    #expect(report["quality"]?["precision"] == 1 && report["quality"]?["hits"] == 1)
    let list = try run(weir, "maintenance", "list", "pump-1")
    #expect(list.contains("precision 100 %") && list.contains("rings worn to 0.9 mm"), "\(list)")
    #expect(list.contains("predictions of pump-1: 1 checked"), "\(list)")

    // Nothing is predicted for a machine that nobody knows yet.
    #expect(try json(weir, "plan")["visits"]?.arrayValue?.isEmpty == true)
    let health = try run(weir, "health", "pump-1")
    #expect(health.contains("learning"), "\(health)")
    let twice = try WeirProcess.command(
      [
        "maintenance", "record", "pump-1", "--inspected", "--by", "Li Wei", "--id", "wo-17", "--data",
        weir.directory.appending("data"),
      ], directory: weir.directory)
    #expect(twice.code != 0 && twice.output.contains("there is a record wo-17 already"), "\(twice.output)")
    // A correction says only what was wrong: it is about the same work, of the same time.
    let correction = try run(
      weir, "maintenance", "record", "pump-1", "--done", "--found", "no", "--by", "Li Wei", "--id", "wo-18",
      "--supersedes", "wo-17", "--reason", "the rings were well")
    #expect(correction.contains("leak was predicted, and was not there"), "\(correction)")
    try weir.stop()
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let works = upstream.all.filter { $0.kind == "maintenance" && $0.body["record"] == "wo-17" }
    #expect(works.count == 1 && works.first?.revision == 0)
  }
}
