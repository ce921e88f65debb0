import Foundation
import Ledger
import Plant
import Rules
import Store
import Telemetry
import Templates
import TestSupport

@testable import Gateway

/// A site that can export footprints, and records of its orders.
struct FootprintPlant {
  static let text = """
    gateway: { id: cq1 }
    zone: Asia/Shanghai
    broker: { host: h }
    carbon: { subdivision: CN-CQ }
    footprint:
      company: Works
      company-ids: ["urn:company:example:works"]
      standards: [ISO14067]
    assets:
      - { id: mes, place: s/h/l, template: order-feed, topic: t/mes }
      - { id: eol, place: s/h/l/1, template: end-of-line-tester, topic: t/eol }
    products:
      - id: X200
        name: Pump X200
        mass: 12.5 kg
        gtin: "04012345678901"
        fossil-carbon: 0.25 kg
        materials:
          - { name: casting, amount: 14 kg, footprint: 2.5, source: EPD 7, primary: true, rating: [1, 2, 3] }

    """

  static func site(_ text: String = text) throws -> Site {
    try SiteLoader.load(text: text, file: "test.yaml", devices: [ReferenceDevices.folder], checkFiles: false)
  }

  static let day = Timestamp(rfc3339: "2026-11-21T00:00:00+08:00") ?? .distantPast

  /// 100 kgCO2e of energy and 35 of materials by good piece, of 10 pieces unless told.
  static func body(
    _ order: String, product: String = "X200", good: String = "10", gate: JSONValue = "1000",
    upstream: JSONValue = "350",
    status: String = "final", start: Timestamp = day, hours: Int64 = 2
  ) -> JSONValue {
    [
      "asset": "mes", "place": "s/h/l", "start": .string(start.rfc3339UTC),
      "end": .string((start + .hours(hours)).rfc3339UTC),
      "order": .string(order), "product": .string(product), "product_name": "Pump X200", "batch": "B-1",
      "status": .string(status), "good": .string(good), "scrap": "0", "declared_unit": "piece",
      "declared_units": .string(good), "kgco2e": gate, "kgco2e_upstream": upstream, "primary_data_share": "80",
      "data_quality": ["technological": "1.5", "geographical": "2", "temporal": "1"],
      "energy": [
        [
          "carrier": "active-energy-import", "unit": "kWh", "amount": "1731", "kgco2e": gate,
          "factor": "cn-lifecycle-2024/CN/lifecycle", "factor_source": "公告", "problem": "no factor",
        ]
      ],
      "materials": [["name": "casting", "amount": "140", "unit": "kg", "kgco2e": upstream, "problem": "no footprint"]],
      "allocation": ["sub-meter: …", "pieces: …"],
    ]
  }

  static func record(_ body: JSONValue, revision: Int = 0) -> FootprintRecord {
    let start = body["start"]?.stringValue.flatMap { Timestamp(rfc3339: $0) } ?? day
    let end = body["end"]?.stringValue.flatMap { Timestamp(rfc3339: $0) } ?? day
    return FootprintRecord(
      id: "cq1/product-footprint/mes/\(body["order"]?.stringValue ?? "")/\(revision)",
      hash: LedgerHash.hex(LedgerHash.sha256(body.canonicalBytes())), issued: end + .minutes(1), start: start, end: end,
      body: body)
  }

  /// A store with these footprints in its ledger, under a signed head.
  let directory: TemporaryDirectory
  let store: Store
  let key: SigningKey

  init(_ bodies: [JSONValue], sealed: Bool = true) throws {
    directory = try TemporaryDirectory()
    key = try SigningKey()
    store = try Store(
      path: directory.appending("store.sqlite"), gateway: "cq1",
      settings: StorageSettings(
        journalBytes: 0, journalAge: .zero, storeBytes: 256 << 20, freeSpaceFloor: 0, reserveBytes: 0),
      destinations: [])
    try store.use(key, since: Self.day)
    var output = EngineOutput()
    for body in bodies {
      let record = Self.record(body)
      output.records.append(
        RecordDraft(
          kind: .productFootprint, key: "mes/\(record.order)", revision: 0, asset: "mes", start: record.start,
          end: record.end, body: body.canonicalBytes()))
    }
    try store.commit(output, upTo: 1, counts: EngineCounts(), issued: Self.day + .days(1))
    guard sealed else { return }
    try store.seal(
      LedgerPeriod(reason: .request, day: "2026-11-21", start: Self.day, end: Self.day + .days(1)),
      issued: Self.day + .days(1))
  }

  var file: StoreFile { get throws { try StoreFile(path: directory.appending("store.sqlite")) } }
}
