import Foundation
import MQTT
import Telemetry
import Templates
import TestSupport
import Testing

/// `weir discover` against a real broker: what it writes passes the check.
@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed")) struct DiscoverTests {
  /// Publishes what a few devices send, again and again, until it is told to stop.
  private static func publish(_ broker: TestBroker, until isDone: TestLock<Bool>) throws -> Task<Void, any Error> {
    let publisher = try Publisher(settings: broker.connection(clientID: "plant"))
    try publisher.start()
    return Task.detached {
      defer { publisher.stop() }
      var round = 0
      while !isDone.with({ $0 }) {
        round += 1
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        var messages = (1...3).map { number in
          OutgoingMessage(
            topic: "plant/hall-1/press-\(number)",
            payload: Array(
              #"{"ts":\#(now),"temp_c":61.\#(number),"vib_mm_s":2.4,"current_a":41,"state":"RUN"}"#.utf8))
        }
        messages.append(
          OutgoingMessage(
            topic: "plant/hall-1/meter", payload: Array(#"{"ts":\#(now),"energy":\#(7000 + round)}"#.utf8)))
        // Before the connection is up they are lost, as a device's would be.
        _ = await publisher.publish(messages)
        try await ContinuousClock().sleep(for: .milliseconds(20))
      }
    }
  }

  @Test func writesWhatPassesTheCheck() async throws {
    let broker = try TestBroker()
    let isDone = TestLock(false)
    let plant = try Self.publish(broker, until: isDone)
    let directory = try TemporaryDirectory()
    let file = directory.appending("site.yaml")
    let typed = [
      "discover", "--host", "127.0.0.1", "--port", "\(broker.port)", "--seconds", "2", "--write", file,
    ]
    let (output, code) = try WeirProcess.command(typed, directory: directory)
    #expect(code == 0, "\(output)")
    #expect(output.contains("3 assets proposed"), "\(output)")
    #expect(output.contains("press-{n}") && output.contains("unsure"))

    let site = try SiteLoader.load(path: file, devices: [ReferenceDevices.folder])
    #expect(site.assets.map(\.id) == ["press-1", "press-2", "press-3"])
    #expect(site.connections[0].port == broker.port)

    // What is there already is not proposed again, and the file stays as it is.
    let before = try String(contentsOfFile: file, encoding: .utf8)
    let (again, second) = try WeirProcess.command(
      ["discover", "--config", file, "--seconds", "2", "--write", file], directory: directory)
    #expect(second == 1 && again.contains("3 topics configured already"), "\(again)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == before)
    isDone.with { $0 = true }
    try await plant.value
  }
}
