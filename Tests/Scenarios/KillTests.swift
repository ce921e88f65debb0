import Foundation
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// Promises 1 and 2 under SIGKILL: whatever crashes on the way, upstream ends with the same figures.
@Suite struct KillTests {
  /// `WEIR_KILLS`: the long form of the benchmark command asks for 200 and more.
  private static let kills = ProcessInfo.processInfo.environment["WEIR_KILLS"].flatMap(Int.init) ?? 20
  private static let seed: UInt64 = 7
  private static let duration = Span64.hours(4)
  private static let start = Timestamp(rfc3339: "2026-11-02T05:00:00+08:00")!

  @Test(.timeLimit(.minutes(20)))
  func killedAnywhereTheLatestRevisionsAreThoseOfAnUndisturbedRun() async throws {
    let undisturbed = try await run(kills: 0)
    let disturbed = try await run(kills: Self.kills)
    #expect(disturbed.starts > Self.kills)
    #expect(undisturbed.upstream.schemaViolations == [])
    #expect(disturbed.upstream.schemaViolations == [])
    #expect(disturbed.upstream.changedRepetitions == 0, "an id must always mean the same record")
    for revised in disturbed.upstream.all where revised.revision > 0 && revised.kind != "finding" {
      #expect(revised.cause?["time"]?.stringValue != nil, "\(revised.kind)/\(revised.key) names no cause")
    }
    let expected = undisturbed.upstream.bodies.filter(Self.isOfThePlant)
    let found = disturbed.upstream.bodies.filter(Self.isOfThePlant)
    #expect(expected.count > 500)
    #expect(Set(expected.keys).symmetricDifference(found.keys).sorted() == [])
    for (place, body) in expected.sorted(by: { $0.key < $1.key }) where found[place] != body {
      Issue.record("\(place): \(found[place] ?? "missing") instead of \(body)")
    }
    // Late and disordered messages are in the plant's faults, so both runs must have had revisions to get right.
    #expect(undisturbed.upstream.all.contains { $0.revision > 0 })
  }

  /// Findings about the gateway itself are about this run, not about the plant.
  private static func isOfThePlant(_ entry: (key: String, value: String)) -> Bool {
    !entry.key.hasPrefix("ledger-head/")
      && (!entry.key.hasPrefix("finding/")
        || !entry.key.contains("/gateway") && !entry.key.contains("destination-held"))
  }

  private func run(kills: Int) async throws -> (upstream: Upstream, starts: Int) {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.small(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    var faults = Faults.ordinary
    faults.duplicate = 0.01
    faults.late = 0.01
    faults.outOfOrder = 0.01
    let plant = try PlantSimulation(site: site, seed: Self.seed, start: Self.start, faults: faults)
    try await publish(plant, site: site, weir: weir, kills: kills)
    if kills > 0 {
      // However the last kill left it: one more start, and everything that the broker kept arrives.
      try weir.kill()
      try weir.start()
    }
    let end = Self.start + Self.duration + .hours(2)
    let status = try await weir.waitFor("everything delivered") { status in
      guard let clock = status.stages.plantClock.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
      return clock + .minutes(1) >= end && status.isDelivered
        && status.stages.engineLagBatches == 0
    }
    #expect(status.messages.balanced && status.samples.balanced)
    #expect(!status.destinations.contains { !$0.balanced })
    try weir.stop()
    return (try Upstream(file: weir.directory.appending("upstream.jsonl")), weir.starts)
  }

  /// Publishes in portions (the same ones with and without kills, so that the time marks are the same); in each the
  /// gateway is killed once: at a random moment while messages arrive, or at a fault point.
  private func publish(_ plant: PlantSimulation, site: Site, weir: WeirProcess, kills: Int) async throws {
    let messages = Array(plant.prefix { $0.time < Self.start + Self.duration })
    let portion = max(1, messages.count / Self.kills)
    var random = SeededGenerator(seed: 99)
    var rest = messages[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(portion))
      rest = rest.dropFirst(portion)
      let moment = Int(random.next() % UInt64(part.count))
      var isDone = kills == 0
      try await Plants.publish(part, site: site, settle: rest.isEmpty ? .hours(2) : .zero) { published in
        guard !isDone, published >= moment else { return }
        isDone = true
        do {
          if weir.isRunning { try weir.kill() }
          try restart(weir, &random)
        } catch {
          Issue.record(error)
        }
      }
    }
  }

  private func restart(_ weir: WeirProcess, _ random: inout SeededGenerator) throws {
    let passage = 1 + Int(random.next() % 12)
    switch random.next() % 3 {
    case 0: try weir.start(environment: ["WEIR_FAULT=journal-committed:\(passage)"])
    case 1: try weir.start(environment: ["WEIR_FAULT=store-transaction:\(1 + passage / 3)"])
    default: try weir.start()
    }
  }
}
