import Production
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

/// Pieces of parts of the plant, none counted at each of its stations.
@Suite struct PieceCountersTests {
  private func found(_ assets: String, of ids: [String]) throws -> (counters: [String], doubtful: [String]) {
    let site = try SiteLoader.load(
      text: """
        gateway: { id: test }
        zone: Asia/Shanghai
        broker: { host: h }
        assets:
        \(assets)
        """, file: "test.yaml", devices: [ReferenceDevices.folder], checkFiles: false)
    let group = Set(site.assets.indices.filter { ids.contains(site.assets[$0].id) })
    let counters = PieceCounters(site.assets, lines: ProductionLine.lines(of: site))
    let found = counters.counters(of: group) { site.assets[$0].id.hasPrefix("c") }
    return (found.counters.map { site.assets[$0].id }, found.doubtful.map { site.assets[$0].id })
  }

  private func counter(_ id: String, _ place: String, _ more: String = "") -> String {
    "  - { id: \(id), template: production-counter, place: \(place), topic: \"t/{id}\"\(more.isEmpty ? "" : ", \(more)") }\n"
  }

  /// Three stations in series of 1000 pieces each are not 3000.
  @Test func stationsInSeriesAreNotAddedUp() throws {
    let series = counter("c1", "s/a/l/1") + counter("c2", "s/a/l/2") + counter("c3", "s/a/l/3")
    let doubt = try found(series, of: ["c1", "c2", "c3"])
    #expect(doubt.counters == [] && doubt.doubtful == ["c1", "c2", "c3"])
    #expect(PieceCounters.note(doubt.doubtful)?.contains("counts-pieces: yes") == true)
    #expect(PieceCounters.note([]) == nil)
    #expect(try found(series, of: ["c2"]).counters == ["c2"])
    let marked = counter("c1", "s/a/l/1") + counter("c2", "s/a/l/2") + counter("c3", "s/a/l/3", "counts-pieces: yes")
    #expect(try found(marked, of: ["c1", "c2", "c3"]).counters == ["c3"])
    let other = counter("c1", "s/a/l/1", "counts-pieces: no") + counter("c2", "s/a/l/2")
    #expect(try found(other, of: ["c1", "c2"]).counters == ["c2"])
  }

  /// Lines beside each other add up, each by its own rule.
  @Test func linesAreAddedUp() throws {
    let feeds =
      "  - { id: f1, template: order-feed, place: s/a/l1, topic: t/f1 }\n"
      + "  - { id: f2, template: order-feed, place: s/a/l2, topic: t/f2 }\n"
    let counters =
      counter("c1", "s/a/l1/1", "counts-pieces: yes") + counter("c2", "s/a/l1/2") + counter("c3", "s/a/l2/1")
    #expect(try found(feeds + counters, of: ["c1", "c2", "c3"]).counters == ["c1", "c3"])
  }
}
