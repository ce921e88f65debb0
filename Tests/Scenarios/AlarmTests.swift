import Foundation
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// A switch dies: one incident, acknowledged, survived by a kill of the gateway, recovered and closed.
struct AlarmTests {
  private static let start = Timestamp(rfc3339: "2026-11-02T08:00:00+08:00")!

  private func configuration(port: Int) -> String {
    """
    gateway: { id: cq1, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    alarms:
      segments: [ { name: switch 3, assets: ["press-*"] } ]
      grouping: { window: 5 min, settle: 30 s, segment-devices: 3, segment-share: 50 %, quiet: 2 min }
    destinations:
      - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: [alarm, incident], assets: ["*"] }
    assets:
      - { id: "meter-{n}", count: 2, place: cq1/substation, template: three-phase-meter, topic: "plant/{id}",
          rated-power: 400 kW, expected-interval: 10 s }
      - { id: "press-{n}", count: 8, place: cq1/hall/l1, template: rotating-machine, topic: "plant/{id}",
          expected-interval: 5 s }
    """
  }

  private func run(_ weir: WeirProcess, _ arguments: String..., fails: Bool = false) throws -> String {
    let (output, code) = try WeirProcess.command(
      arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    #expect((code != 0) == fails, "\(arguments): \(output)")
    return output
  }

  private func segment(_ weir: WeirProcess) throws -> JSONValue? {
    try JSONValue(parsing: try run(weir, "incidents", "--json")).arrayValue?.first { $0["kind"] == "segment" }
  }

  private func processed(_ weir: WeirProcess, through end: Timestamp) async throws {
    try await weir.waitFor("everything through \(end.rfc3339UTC)") { status in
      guard let clock = status.stages.plantClock.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
      return clock + .seconds(1) > end && status.isSettled
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func aDeadSwitchIsOneIncident() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let all = try PlantSimulation(site: site, seed: 5, start: Self.start, faults: Faults())
      .prefix { $0.time < Self.start + .minutes(30) }
    let (dead, back) = (Self.start + .minutes(4), Self.start + .minutes(10))
    let first = all.filter { $0.time < back && ($0.time < dead || !$0.topic.contains("press")) }
    let reached = try await Plants.publish(first, site: site, settle: .zero)
    try await processed(weir, through: reached)

    let incident = try #require(try segment(weir))
    let number = try #require(incident["number"]?.integerValue)
    #expect(incident["cause"] == "switch 3" && incident["alarms"] == 8 && incident["state"] == "diagnosed")
    #expect(try run(weir, "incidents").contains("8 devices of switch 3 are silent at once"))
    #expect(try run(weir, "alarms").contains("no-data/press-8"))
    let page = try run(weir, "incident", "\(number)")
    #expect(page.contains("diagnosed: segment switch 3") && page.contains("Look for what they share"), "\(page)")

    #expect(try run(weir, "ack", "--incident", "\(number)", "--by", "LiNa").contains("acknowledged by LiNa"))
    _ = try run(
      weir, "shelve", "no-data/press-1", "--for", "30min", "--by", "LiNa", "--reason", "moved to hall 2")
    let refused = try run(
      weir, "shelve", "no-data/press-1", "--for", "90h", "--by", "LiNa", "--reason", "no", fails: true)
    #expect(refused.contains("12 h at most"), "\(refused)")
    #expect(
      try run(weir, "ack", "9999", "--by", "LiNa", fails: true).contains("not one that waits"))

    // Nothing of it is lost with the program.
    try weir.kill()
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let rest = all.filter { $0.time >= back }
    let end = try await Plants.publish(rest, site: site, settle: .zero)
    try await processed(weir, through: end)
    let closed = try JSONValue(parsing: try run(weir, "incident", "\(number)", "--json"))
    #expect(closed["state"] == "closed" && closed["active"] == 0, "\(closed)")
    #expect(closed["seconds_to_acknowledge"] != nil && closed["seconds_to_resolve"]?.doubleValue ?? 0 > 0)
    #expect(try segment(weir) == nil)
    // Who did what, and who was refused, outlives the kill as well.
    let audit = try #require(try AlarmSite.json(weir, "audit", "--person", "LiNa").arrayValue)
    #expect(
      audit.compactMap { $0["outcome"]?.stringValue } == ["refused", "refused", "accepted", "accepted"], "\(audit)")
    #expect(audit.compactMap { $0["act"]?.stringValue }.last == "alarm-acknowledge")
    #expect(audit.contains { $0["what"] == "no-data/press-1" && $0["reason"] == "moved to hall 2" })
    #expect(try run(weir, "audit", "--refused", "--act", "alarm-shelve").contains("12 h at most"))
    let performance = try run(weir, "alarms", "performance", "--period", "2026-11-02")
    #expect(performance.contains("8 alarms were announced"), "\(performance)")
    try weir.stop()

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let occurrences = upstream.latest("alarm").filter { $0.body["rule"] == "no-data" }
    #expect(occurrences.count == 8)
    #expect(occurrences.allSatisfy { $0.body["acknowledged_by"] == "LiNa" && $0.body["returned"] != .null })
    let incidents = upstream.latest("incident").filter { $0.body["kind"] == "segment" }
    #expect(incidents.count == 1 && incidents.first?.body["state"] == "closed")
  }
}
