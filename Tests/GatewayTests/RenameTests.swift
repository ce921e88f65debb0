import Engine
import Foundation
import Journal
import Rules
import Store
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

/// An asset that gets another id: journal, engine and store together.
@Suite struct RenameTests {
  private static func site(_ id: String, formerly: String? = nil) throws -> Site {
    try SiteLoader.load(
      text: """
        gateway: { id: cq1, data: /nowhere }
        zone: UTC
        broker: { host: h }
        horizons: { energy: { lateness: 1 min } }
        destinations:
          - { name: all, file: { path: /nowhere/records }, records: all, assets: ["*"] }
        templates:
          plain:
            signals:
              energy: { kind: register, counts: active-energy-import, unit: kWh, path: e, resolution: 0.01,
                expected-interval: 1 min }
        assets:
          - { id: \(id), \(formerly.map { "formerly: \($0), " } ?? "")template: plain, topic: t, rated-power: 100 kW }
        """, file: "test.yaml", devices: [])
  }

  @Test("a late revision under the new id names the body that was issued under the old one, through several names")
  func supersedes() throws {
    let directory = try TemporaryDirectory()
    let first = try Self.site("old")
    let journal = try Journal(path: directory.appending("journal.sqlite"), settings: first.storage)
    let store = try Store(
      path: directory.appending("store.sqlite"), gateway: "cq1", settings: first.storage,
      destinations: first.destinations)
    let start = try #require(Timestamp(rfc3339: "2026-11-21T08:00:00Z"))
    var position: Int64 = 0
    func run(_ site: Site, _ readings: [(seconds: Int64, value: Int64)], until: Int64) throws {
      let catalog = try journal.catalog(for: site)
      let engine = try Engine(
        site: site, catalog: catalog, reader: store, rules: try RuleSet.factories(for: site))
      var batch = Batch()
      position += 1
      batch.position = position
      batch.entries.append(.configuration(hash: site.hash, text: ""))
      batch.entries.append(.connection(catalog.connection(named: site.connections[0].name), .drained))
      for reading in readings {
        batch.samples.append(
          Sample(
            series: catalog.series(asset: 0, signal: 0), time: start + .seconds(reading.seconds),
            value: .scaled(ScaledInteger(reading.value, exponent: -2))))
      }
      batch.entries.append(.samples(0..<batch.samples.count))
      batch.entries.append(.mark(start + .seconds(until)))
      var output = EngineOutput()
      try engine.process(batch, into: &output)
      try store.commit(engine.checkpoint(), output: output, issued: start + .seconds(until))
    }
    try run(first, (0...20).map { ($0 * 60, 10_000 + $0 * 10) }, until: 1200)
    // Each rename is followed by a late reading for the first window.
    try run(try Self.site("new", formerly: "old"), [(605, 10_105)], until: 1300)
    try run(try Self.site("newest", formerly: "new"), [(665, 10_113)], until: 1400)
    try run(try Self.site("newest"), [(725, 10_121)], until: 1500)

    let records = try store.nextRecords(for: "all", limit: 99, maxBytes: 1 << 20)
      .filter { $0.kind == .energyInterval }
      .map { try JSONValue(parsing: $0.json) }
    #expect(
      records.map { $0["id"]?.stringValue } == [
        "cq1/energy-interval/old/2026-11-21T08:00:00Z/0", "cq1/energy-interval/new/2026-11-21T08:00:00Z/1",
        "cq1/energy-interval/newest/2026-11-21T08:00:00Z/2", "cq1/energy-interval/newest/2026-11-21T08:00:00Z/3",
      ])
    for (one, next) in zip(records, records.dropFirst()) {
      #expect(one["hash"] != nil && next["supersedes"] == one["hash"])
    }
    #expect(try store.verifyLedger() == nil)
  }
}
