import Foundation
import MQTT
import Telemetry
import Templates
import TestSupport
import Testing

/// Devices of every template side by side at one real broker, each in the format of its vendor: JSON by path, lists of
/// readings, texts, CSV, SenML, named values, property batches, waveforms.
@Suite struct AllDevicesTests {
  /// Not before the times in the examples; what came before is late and corrects nothing.
  private static let now = Timestamp(seconds: 1_795_226_400)

  @Test(.timeLimit(.minutes(5)))
  func everyExampleBecomesRecords() async throws {
    let broker = try TestBroker()
    let devices = "\(WeirProcess.repository)/Devices"
    let examples = try DeviceExamples.all(folder: devices)
    #expect(examples.count >= 40)
    let assets = examples.map { "  - { id: \($0.asset), template: \($0.template), topic: \"\($0.topic)\" }" }
    let text = """
      gateway: { id: cq1, data: $DIR/data }
      zone: Asia/Shanghai
      clock: messages
      broker: { host: 127.0.0.1, port: \(broker.port) }
      destinations:
        - name: upstream
          file: { path: $DIR/upstream.jsonl, rotate: 64 MB, keep: 100 }
          records: all
          assets: ["*"]
      assets:
      \(assets.joined(separator: "\n"))
      """
    let weir = try WeirProcess(text, directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let publisher = try Publisher(settings: try Plants.site(weir).connections[0].named("devices"))
    try publisher.start()
    defer { publisher.stop() }
    guard try await publisher.waitUntilConnected() else { throw TestSupportError("no connection to the broker") }
    let messages = examples.flatMap(\.messages)
    try await publisher.publish(mark(Self.now))
    for message in messages {
      try await publisher.publish(OutgoingMessage(topic: message.topic, payload: Array(message.payload.utf8)))
    }
    let end = Self.now + .hours(3)
    try await publisher.publish(mark(end))

    let status = try await weir.waitFor("everything delivered") { status in
      guard let clock = status.stages.plantClock.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
      return clock >= end && status.isSettled
    }
    #expect(status.messages.quarantined == [:])
    #expect(status.samples.quarantined == ["bad-quality": 1], "one example shows a value that the device calls bad")
    #expect(status.messages.decoded == messages.count + 2)
    #expect(status.messages.balanced && status.samples.balanced)
    try weir.stop()

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let told = Set(upstream.all.filter { $0.kind != "finding" }.compactMap { $0.body["asset"]?.stringValue })
    #expect(Set(examples.map(\.asset)).subtracting(told) == [], "devices without a record")
  }

  private func mark(_ time: Timestamp) -> OutgoingMessage {
    OutgoingMessage(topic: "$weir/clock", payload: Array("\(time.nanoseconds)".utf8))
  }
}

extension Connection {
  /// The same broker for another client.
  fileprivate func named(_ clientID: String) -> Connection {
    var other = self
    other.clientID = clientID
    return other
  }
}
