import Foundation
import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

/// The public series of a machine's temperature with four labelled failures (NAB) through a broker and the gateway: °F, the
/// template as it is delivered, nothing known of the labels.
@Suite(.enabled(if: ReferenceData.isExpected, Comment(rawValue: ReferenceData.explanation)))
struct MachineTemperatureTests {
  /// Rows of the labelled failures, and those at the beginning in which nothing counts.
  private static let windows = [2126...2692, 3703...4269, 16057...16623, 19232...19798]
  private static let probation = 750

  private func configuration(port: Int) -> String {
    """
    gateway: { id: nab, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    destinations:
      - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: [finding, equipment-health], assets: ["*"] }
    assets:
      - id: machine-1
        place: cq/hall/l1
        template: rotating-machine
        topic: plant/machine-1
        expected-interval: 5 min
        signals: { temperature: { unit: °F } }
    """
  }

  private func rows() throws -> [(time: Timestamp, text: Substring)] {
    let text = String(decoding: try ReferenceData.bytes("data/machine_temperature_system_failure.csv"), as: UTF8.self)
    return try text.split(separator: "\n").dropFirst().map { line in
      let parts = line.split(separator: ",")
      return (try #require(Timestamp(rfc3339: parts[0].replacing(" ", with: "T") + "Z")), parts[1])
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func allFourFailuresAreToldAndAtMostTwoThatAreNone() async throws {
    let rows = try rows()
    var now = Timestamp.distantPast
    let messages = rows.map { row in
      // Twelve times occur twice, an hour apart: the plant clock does not go back.
      now = max(now, row.time)
      let payload = "{\"ts\":\(row.time.nanoseconds / 1_000_000),\"temperature\":\(row.text)}"
      return SimulatedMessage(time: now, topic: "plant/machine-1", payload: Array(payload.utf8))
    }
    let broker = try TestBroker()
    let weir = try WeirProcess(configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let last = try await Plants.publish(messages, site: site)
    let clock = try PlantZone(identifier: site.zone).rfc3339(last)
    try await weir.waitFor("everything delivered", within: .seconds(400)) { status in
      status.messages.received >= messages.count && status.stages.plantClock == clock
        && status.isSettled
    }
    let health = try await weir.client.health(of: "machine-1")
    #expect(health.machines.first?.learning == "watching", "\(health)")
    #expect(health.history.count >= 4, "\(health.history)")
    try weir.stop()
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let opened = try upstream.latest("finding").filter { $0.body["rule"] == "condition-change" }.map { finding in
      try #require(finding.body["opened"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
    }.sorted()
    // A finding belongs to the last row that it can rest on.
    let told = opened.compactMap { time in rows.lastIndex { $0.time <= time } }.filter { $0 >= Self.probation }
    for window in Self.windows { #expect(told.contains { window.contains($0) }, "\(window): \(told)") }
    #expect(told.count { row in !Self.windows.contains { $0.contains(row) } } <= 2, "\(told)")
    let days = upstream.latest("equipment-health")
    #expect(days.count > 70, "\(days.count)")
  }
}
