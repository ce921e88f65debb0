import Foundation
import MQTT
import Simulation
import Telemetry
import TestSupport
import Testing

/// What the operating system sees: no acknowledgement leaves before the data is synced.
@Suite struct SystemCallTests {
  private static let strace = "/usr/bin/strace"

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: strace), "strace is not installed"),
    .timeLimit(.minutes(3)))
  func journalIsSyncedBeforeTheAcknowledgement() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.small(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let trace = weir.directory.appending("trace")
    let tracer = try ChildProcess(
      Self.strace,
      arguments: [
        "-f", "-yy", "-e", "trace=read,recvfrom,write,sendto,fdatasync,fsync", "-x", "-s", "8", "-o", trace, "-p",
        "\(try #require(weir.processID))",
      ], output: weir.directory.appending("strace.log"))
    defer { tracer.signal(SIGINT) }
    let attached = eventually {
      ((try? String(contentsOfFile: weir.directory.appending("strace.log"), encoding: .utf8)) ?? "").contains(
        "attached")
    }
    try #require(attached, "strace could not attach")

    let begin = try #require(Timestamp(rfc3339: "2026-11-02T08:00:00+08:00"))
    let plant = try PlantSimulation(site: site, seed: 3, start: begin, faults: Faults())
    let messages = Array(plant.prefix { $0.time < begin + .minutes(10) })
    try await Plants.publish(messages, site: site)
    try await weir.waitFor("all messages") { $0.messages.decoded >= messages.count }
    tracer.signal(SIGINT)
    #expect(tracer.waitForEnd(within: .seconds(20)))
    try weir.stop()

    let order = try TraceOrder(
      text: String(contentsOfFile: trace, encoding: .utf8), brokerPort: broker.port)
    #expect(order.acknowledgements > 0 && order.syncs > 0)
    #expect(order.violations == [])
  }
}

/// Reads a trace: after data came from the broker, a sync of the journal must end before the next PUBACK begins.
struct TraceOrder {
  private(set) var acknowledgements = 0
  private(set) var syncs = 0
  private(set) var violations: [String] = []

  init(text: String, brokerPort: Int) {
    var unsynced = false
    for line in text.split(separator: "\n") {
      let isBroker = line.contains("->127.0.0.1:\(brokerPort)]")
      if isBroker, line.contains("read(") || line.contains("recvfrom("), line.contains(#""\x3"#) {
        // First byte 0x3_: a PUBLISH. (Longer packets are read in pieces; the first one says it.)
        unsynced = true
      } else if line.contains("fdatasync") || line.contains("fsync"), !line.contains("unfinished"),
        line.contains("journal.sqlite") || line.contains("resumed")
      {
        syncs += 1
        unsynced = false
      } else if isBroker, line.contains("write(") || line.contains("sendto("), line.contains(#""\x40\x02"#) {
        acknowledgements += 1
        if unsynced { violations.append(String(line)) }
      }
    }
  }
}
