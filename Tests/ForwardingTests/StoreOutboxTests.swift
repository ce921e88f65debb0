import Rules
import Store
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Forwarding

/// Forwarding on the real Store.
@Suite struct StoreOutboxTests {
  @Test func recordsGoFromTheStoreToAFileAndTheSumsHold() async throws {
    let folder = try TemporaryDirectory()
    let destination = Destination(
      name: "file", transport: .file(path: folder.appending("out"), rotateBytes: 1 << 20, keep: 1),
      kinds: [.energyInterval], assets: ["meter-*"])
    let settings = StorageSettings(
      journalBytes: 1 << 26, journalAge: .days(1), storeBytes: 1 << 26, freeSpaceFloor: 0, reserveBytes: 0)
    let store = try Store(
      path: folder.appending("store.sqlite"), gateway: "gw", settings: settings, destinations: [destination])
    let recorded = Recorded()
    let forwarder = Forwarder(
      gateway: "gw", destinations: [destination], outbox: store, settings: quickSettings(), logger: recorded.logger,
      onFinding: { _ in })
    forwarder.start()
    for batch in 1...3 {
      var output = EngineOutput()
      for number in 1...50 {
        let start = Timestamp(seconds: Int64(batch * 100 + number) * 900)
        // Every fifth record is of an asset that the allow-list keeps in the plant.
        let asset = number % 5 == 0 ? "press-1" : "meter-1"
        output.records.append(
          RecordDraft(
            kind: .energyInterval, key: "\(asset)/\(start.rfc3339UTC)", revision: 0, asset: asset, start: start,
            end: start + .minutes(15), body: Array("{\"n\":\(number)}".utf8)))
      }
      try store.commit(output, upTo: Int64(batch), counts: EngineCounts(), issued: Timestamp(seconds: 1_795_000_000))
      forwarder.notify()
    }
    #expect(try await soon { try store.destinationCounts("file").delivered == 120 })
    let status = try #require(try await forwarder.status().first)
    await forwarder.stop()
    let counts = try store.destinationCounts("file")
    #expect(counts.issued == 120 && counts.pending == 0 && status.backlog == 0)
    let lines = try folder.lines("out")
    #expect(lines.count == 120 && !lines.contains { $0.contains("press-1") })
    try store.close()
  }

  @Test func refusalsKeepTheirReason() async throws {
    let folder = try TemporaryDirectory()
    let destination = Destination(
      name: "up", transport: .file(path: "/unused", rotateBytes: 1, keep: 0), kinds: [.energyInterval], assets: ["*"])
    let settings = StorageSettings(
      journalBytes: 1 << 26, journalAge: .days(1), storeBytes: 1 << 26, freeSpaceFloor: 0, reserveBytes: 0)
    let store = try Store(
      path: folder.appending("store.sqlite"), gateway: "gw", settings: settings, destinations: [destination])
    var output = EngineOutput()
    output.records = (1...3).map { number in
      RecordDraft(
        kind: .energyInterval, key: "m/\(number)", revision: 0, asset: "m", start: Timestamp(seconds: 0),
        end: Timestamp(seconds: 900), body: Array("{}".utf8))
    }
    try store.commit(output, upTo: 1, counts: EngineCounts(), issued: Timestamp(seconds: 1_795_000_000))
    let outbox: any Outbox = store
    let page = try await outbox.nextRecords(for: "up", limit: 10, maximumBytes: 1 << 20)
    #expect(page.map(\.id) == (1...3).map { "gw/energy-interval/m/\($0)/0" })
    #expect(try await outbox.backlog(of: "up") == 3)
    let refusal = Settlement.Refusal(sequence: page[1].sequence, reason: "http-422", detail: "HTTP 422: bad")
    let settlement = Settlement(delivered: [page[0].sequence, page[2].sequence], refused: [refusal])
    try await outbox.advance(destination: "up", by: settlement)
    let counts = try store.destinationCounts("up")
    #expect(counts.delivered == 2 && counts.refused == ["http-422": 1] && counts.pending == 0)
    #expect(try store.refusals(of: "up", limit: 5).map(\.reason) == ["http-422: HTTP 422: bad"])
    try store.close()
  }
}
