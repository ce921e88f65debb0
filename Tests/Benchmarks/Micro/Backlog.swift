import Foundation
import Rules
import Store
import Telemetry
import Templates

/// A store with records that no destination has got yet, as after a long outage upstream.
struct Backlog {
  /// Records of one commit: one minute of a large plant.
  private static let commit = 2000

  let site: Site
  let records: Int

  func fill() throws {
    let directory = site.gateway.dataDirectory
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let store = try Store(
      path: "\(directory)/store.sqlite", gateway: site.gateway.id, settings: site.storage,
      destinations: site.destinations)
    let origin = Timestamp(seconds: 1_795_219_200)
    var position: Int64 = 0
    var made = 0
    while made < records {
      position += 1
      let start = origin + .minutes(position)
      let count = min(Self.commit, records - made)
      var output = EngineOutput()
      output.records = (0..<count).map { draft($0, start: start) }
      made += count
      try store.commit(output, upTo: position, counts: EngineCounts(), issued: start)
    }
    let bytes = try FileManager.default.attributesOfItem(atPath: "\(directory)/store.sqlite")[.size] as? Int ?? 0
    try store.close()
    print("records=\(made) store_bytes=\(bytes)")
  }

  private func draft(_ number: Int, start: Timestamp) -> RecordDraft {
    let asset = "machine-\(number)"
    let end = start + .minutes(1)
    let signal: JSONValue = [
      "count": 60, "coverage": 1, "first": 1.5, "good_share": 1, "last": 2.5, "maximum": .number(Double(number) * 1.7),
      "mean": .number(Double(number) * 1.31), "minimum": .number(Double(number % 97) + 0.125),
      "standard_deviation": .number(Double(number % 7) * 0.11), "unit": "mm/s",
    ]
    let body: JSONValue = [
      "asset": .string(asset), "end": .string(end.rfc3339UTC), "place": "cq1/hall-1/line-1",
      "signals": ["temperature": signal, "vibration": signal], "start": .string(start.rfc3339UTC),
    ]
    return RecordDraft(
      kind: .signalSummary, key: "\(asset)/\(start.rfc3339UTC)", revision: 0, asset: asset, start: start, end: end,
      body: body.canonicalBytes())
  }
}
