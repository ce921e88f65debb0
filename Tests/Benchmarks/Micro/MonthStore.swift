import Foundation
import Plant
import Rules
import Store
import Telemetry
import Templates

/// A store with a month of all meters (windows of one day, days, the month), as after a month of work, so that a report of
/// the month can be timed through the gateway.
struct MonthStore {
  let site: Site
  /// Start of the month, RFC 3339.
  let month: String

  func fill() throws {
    guard let start = Timestamp(rfc3339: month) else {
      throw CocoaError(.formatting, userInfo: [NSLocalizedDescriptionKey: "\(month) is no time"])
    }
    let zone = try PlantZone(identifier: site.zone)
    let end = zone.nextMonth(after: start)
    try FileManager.default.createDirectory(atPath: site.gateway.dataDirectory, withIntermediateDirectories: true)
    let store = try Store(
      path: "\(site.gateway.dataDirectory)/store.sqlite", gateway: site.gateway.id, settings: site.storage,
      destinations: site.destinations)
    let meters = site.assets.filter { asset in
      asset.signals.contains { $0.kind.quantity == .activeEnergyImport }
    }
    var position: Int64 = 0
    var made = 0
    func commit(_ records: [RecordDraft]) throws {
      position += 1
      made += records.count
      var output = EngineOutput()
      output.records = records
      try store.commit(output, upTo: position, counts: EngineCounts(), issued: end)
    }
    var day = start
    while day < end {
      let next = zone.nextDay(after: day)
      try commit(meters.map { draft(.energyDay, $0, day, next, kWh: 960) })
      day = next
    }
    var window = start
    while window < zone.nextDay(after: start) {
      try commit(meters.map { draft(.energyInterval, $0, window, window + site.energy.window, kWh: 10) })
      window = window + site.energy.window
    }
    try commit(meters.map { draft(.energyMonth, $0, start, end, kWh: 29_760) })
    let bytes =
      try FileManager.default.attributesOfItem(atPath: "\(site.gateway.dataDirectory)/store.sqlite")[.size] as? Int ?? 0
    try store.close()
    print("records=\(made) meters=\(meters.count) store_bytes=\(bytes)")
  }

  /// A body as large as the energy rule's.
  private func draft(
    _ kind: RecordKind, _ asset: Asset, _ start: Timestamp, _ end: Timestamp, kWh: Int
  ) -> RecordDraft {
    let reading: JSONValue = ["time": .string(start.rfc3339UTC), "value": "1234567.89", "estimated": false]
    let register: JSONValue = ["opening": reading, "closing": reading, "delta": .string("\(kWh)")]
    let body: JSONValue = [
      "asset": .string(asset.id), "place": .string(asset.place), "start": .string(start.rfc3339UTC),
      "end": .string(end.rfc3339UTC), "energy_kwh": .string("\(kWh)"), "reactive_lagging_kvarh": "12.5",
      "reactive_leading_kvarh": "0.1", "quality": "good", "power_factor": "0.95",
      "maximum_demand": ["kw": "41.2", "start": .string(start.rfc3339UTC)],
      "quality_share": ["good": "1", "uncertain": "0", "estimated": "0", "no_data": "0"],
      "readings": [
        "active-energy": register, "reactive-energy-lagging": register, "reactive-energy-leading": register,
      ],
    ]
    return RecordDraft(
      kind: kind, key: "\(asset.id)/\(start.rfc3339UTC)", revision: 0, asset: asset.id, start: start, end: end,
      body: body.canonicalBytes())
  }
}
