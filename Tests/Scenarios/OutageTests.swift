import Control
import Foundation
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// Ordinary days: brokers, destinations, disks and clocks that fail and come back.
@Suite(.serialized) struct OutageTests {
  private static let start = Timestamp(rfc3339: "2026-11-02T08:00:00+08:00")!

  private func plant(_ site: Site, minutes: Int64, from offset: Span64 = .zero) throws -> [SimulatedMessage] {
    let begin = Self.start + offset
    let plant = try PlantSimulation(site: site, seed: 3, start: begin, faults: Faults())
    return Array(plant.prefix { $0.time < begin + .minutes(minutes) })
  }

  /// - Parameter end: the last time mark, which comes after all messages.
  private func delivered(_ weir: WeirProcess, through end: Timestamp) async throws -> GatewayStatus {
    try await weir.waitFor("everything through \(end.rfc3339UTC) delivered") { status in
      guard let clock = status.stages.plantClock.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
      // The status shows whole seconds.
      return clock + .seconds(1) > end && status.isSettled
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func brokerRestartLosesNothing() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.small(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let first = try plant(site, minutes: 30)
    try await Plants.publish(first, site: site, settle: .zero)
    _ = try await delivered(weir, through: try #require(first.last).time)
    try broker.stop()
    try await weir.waitFor("the loss of the broker") { status in
      status.verdict == .down && status.reasons.contains { $0.contains("disconnected") }
    }
    try broker.start()
    try await weir.waitFor("the reconnection") { $0.connections.first?.state == "connected" }
    let second = try plant(site, minutes: 30, from: .minutes(30))
    let end = try await Plants.publish(second, site: site)
    let status = try await delivered(weir, through: end)
    #expect(status.connections.first?.reconnects == 1)
    #expect(status.messages.balanced && status.samples.balanced)
    #expect(status.samples.quarantined == [:])
    try weir.stop()
  }

  @Test(.timeLimit(.minutes(5)))
  func gatewayAwayForAnHourOfPlantTimeGetsEverythingLater() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.small(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let messages = try plant(site, minutes: 120)
    let hour = Self.start + .hours(1)
    try await Plants.publish(messages.filter { $0.time < hour }, site: site, settle: .zero)
    try weir.stop()
    let end = try await Plants.publish(messages.filter { $0.time >= hour }, site: site)
    try weir.start()
    let status = try await delivered(weir, through: end)
    #expect(status.samples.quarantined == [:] && status.samples.duplicate == 0)
    try weir.stop()
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    let intervals = upstream.latest("energy-interval").filter { $0.body["quality"] == "good" }
    // Three meters, eight quarters of an hour each; the first one of a meter begins with its first reading.
    #expect(intervals.count >= 3 * 7)
    #expect(upstream.all.allSatisfy { $0.revision == 0 }, "nothing was late: the windows waited for the connection")
  }

  @Test(.timeLimit(.minutes(5)))
  func upstreamBrokerGoneAndBack() async throws {
    let broker = try TestBroker()
    let upstreamBroker = try TestBroker()
    let text =
      Plants.small(port: broker.port).replacing(
        "destinations:",
        with: """
          destinations:
            - name: mes
              mqtt: { host: 127.0.0.1, port: \(upstreamBroker.port), topic: "mes/{kind}/{asset}" }
              records: all
              assets: ["*"]
          """)
    let weir = try WeirProcess(text, directory: TemporaryDirectory())
    try upstreamBroker.stop()
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let messages = try plant(site, minutes: 60)
    let end = try await Plants.publish(messages, site: site)
    try await weir.waitFor("a backlog for one destination only, and a word about it") { status in
      status.messages.decoded >= messages.count && status.destinations.contains { $0.name == "mes" && $0.pending > 0 }
        && status.destinations.contains { $0.name == "upstream" && $0.pending == 0 && $0.delivered > 0 }
        && status.verdict == .degraded
    }
    try upstreamBroker.start()
    let status = try await delivered(weir, through: end)
    #expect(status.destinations.allSatisfy { $0.balanced && $0.delivered == $0.issued })
    try weir.stop()
  }

  @Test(.timeLimit(.minutes(5)))
  func expiredTokenRefusesNothingAndLosesNothing() async throws {
    let broker = try TestBroker()
    let sink = try await EventSink()
    let directory = try TemporaryDirectory()
    try directory.write("old-token", to: "token")
    await sink.accept(token: "new-token")
    let text = Plants.small(port: broker.port).replacing(
      "destinations:",
      with: """
        destinations:
          - name: mes
            http: { url: "http://127.0.0.1:\(sink.port)/events", batch: 50, gzip: false, token-file: $DIR/token }
            records: all
            assets: ["*"]
        """)
    let weir = try WeirProcess(text, directory: directory)
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let messages = try plant(site, minutes: 60)
    let end = try await Plants.publish(messages, site: site)
    let held = try await weir.waitFor("the destination on hold") { status in
      status.destinations.contains { $0.name == "mes" && $0.state == "held" && $0.pending > 0 }
        && status.findings.contains { $0.rule == "destination-held" }
    }
    let shown = String(decoding: try ControlCoding.encoder().encode(held), as: UTF8.self)
    #expect(!shown.contains("old-token"))
    // The token is renewed; a restart spares the test the wait for the next attempt.
    try directory.write("new-token", to: "token")
    try weir.stop()
    try weir.start()
    let status = try await delivered(weir, through: end)
    let mes = try #require(status.destinations.first { $0.name == "mes" })
    #expect(mes.refused == [:])
    #expect(mes.delivered == mes.issued)
    #expect(await sink.ids.count == mes.delivered)
    #expect(!status.findings.contains { $0.rule == "destination-held" })
    try weir.stop()
    await sink.stop()
  }

  @Test(.timeLimit(.minutes(5)))
  func aClockADayAheadIsSetAsideAndExplained() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.small(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    var faults = Faults()
    faults.wrongClock = 1
    let ahead = try PlantSimulation(site: site, seed: 3, start: Self.start, faults: faults)
    let right = try plant(site, minutes: 20)
    let wrong = ahead.prefix { $0.time < Self.start + .minutes(20) }.filter { $0.topic == "plant/press-1" }
    let merged = (right.filter { $0.topic != "plant/press-1" } + wrong).sorted { $0.time < $1.time }
    try await Plants.publish(merged, site: site, settle: .zero)
    let status = try await weir.waitFor("the finding") { status in
      status.messages.decoded >= merged.count && status.findings.contains { $0.subject == "press-1" }
    }
    #expect((status.samples.quarantined["future-timestamp"] ?? 0) > 0)
    #expect(status.samples.balanced)
    let explained = status.findings.filter { $0.subject == "press-1" }.map(\.summary).joined()
    #expect(explained.contains("clock") || explained.contains("future"))
    try weir.stop()
  }

  @Test(.timeLimit(.minutes(5)))
  func aDamagedStoreIsRebuiltFromTheJournalByteForByte() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.small(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let plant = try PlantSimulation(site: site, seed: 5, start: Self.start, faults: .ordinary)
    let messages = Array(plant.prefix { $0.time < Self.start + .minutes(150) })
    let end = try await Plants.publish(messages, site: site)
    let clock = try await delivered(weir, through: end).stages.plantClock
    try weir.stop()
    let file = weir.directory.appending("upstream.jsonl")
    let before = try Upstream(file: file)
    #expect(before.all.count > 100)

    try FileManager.default.removeItem(atPath: file)
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(weir.data)/store.sqlite\(suffix)") }
    try Data(repeating: 0xA5, count: 1 << 16).write(to: URL(fileURLWithPath: "\(weir.data)/store.sqlite"))
    try weir.start()
    let status = try await weir.waitFor("the rebuilt store") { status in
      status.stages.plantClock == clock && status.destinations.allSatisfy { $0.pending == 0 && $0.delivered > 0 }
    }
    #expect(status.findings.contains { $0.rule == "store-opening" }, "a person must be told")
    #expect(FileManager.default.fileExists(atPath: "\(weir.data)/store.sqlite.corrupt-1"))
    try weir.stop()
    let after = try Upstream(file: file)
    let isOfThePlant = { (place: String) in !place.hasPrefix("finding/") }
    #expect(before.bodies.filter { isOfThePlant($0.key) } == after.bodies.filter { isOfThePlant($0.key) })
    #expect(Set(before.ids.filter { !$0.contains("/finding/") }) == Set(after.ids.filter { !$0.contains("/finding/") }))
  }
}
