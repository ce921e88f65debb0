import Plant
import Rules
import Store
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

/// A period is covered by months, days and windows, each stretch of time once.
@Suite struct PeriodRecordsTests {
  private let zone: PlantZone
  private let directory: TemporaryDirectory
  private let store: Store
  /// The same records, but those of the first day have former ids.
  private let renamed: Store
  private let names = AssetNames([("main", ["older", "old"]), ("late", ["late-2019", "main"])])
  /// 2026-02-03T06:00+08:00: February 3 is under way.
  private let now: Timestamp

  init() throws {
    zone = try PlantZone(identifier: "Asia/Shanghai")
    directory = try TemporaryDirectory()
    now = try #require(Timestamp(rfc3339: "2026-02-03T06:00:00+08:00"))
    store = try Self.store(directory.appending("store.sqlite"), zone, now) { asset, _ in asset }
    let third = try #require(Timestamp(rfc3339: "2026-01-30T12:00:00+08:00"))
    let second = try #require(Timestamp(rfc3339: "2026-01-31T05:00:00+08:00"))
    renamed = try Self.store(directory.appending("renamed.sqlite"), zone, now) { asset, end in
      if asset == "late" { return end <= second ? "late-2019" : asset }
      return end <= third ? "old" : end <= second ? "older" : asset
    }
  }

  /// One kilowatt-hour an hour since January 30, in windows of an hour; the meter `late` waits for its connection.
  ///
  /// - Parameter name: of an asset, for a record that ends then.
  private static func store(
    _ path: String, _ zone: PlantZone, _ now: Timestamp, name: (String, Timestamp) -> String
  ) throws -> Store {
    let store = try Store(
      path: path, gateway: "gw",
      settings: StorageSettings(
        journalBytes: 0, journalAge: .zero, storeBytes: 256 << 20, freeSpaceFloor: 0, reserveBytes: 0),
      destinations: [])
    var output = EngineOutput()
    for asset in ["main", "late"] {
      var start = try #require(Timestamp(rfc3339: "2026-01-30T00:00:00+08:00"))
      while start < now {
        let end = start + .hours(1)
        output.records.append(record(.energyInterval, name(asset, end), start, end, "1"))
        let closes = asset == "main" ? end : end + .days(1)
        if zone.startOfDay(containing: end) == end, closes <= now {
          output.records.append(record(.energyDay, name(asset, end), zone.startOfDay(containing: start), end, "24"))
        }
        if zone.startOfMonth(containing: end) == end, asset == "main" {
          output.records.append(
            record(.energyMonth, name(asset, end), zone.startOfMonth(containing: start), end, "48"))
        }
        start = end
      }
    }
    // A correction of the first record of a kind, under the id of now: the newest revision counts.
    for (kind, asset) in [(RecordKind.energyDay, "main"), (.energyInterval, "late")] {
      let first = try #require(output.records.first { $0.kind == kind && $0.asset == name(asset, $0.end) })
      output.records.append(
        record(
          kind, asset, first.start, first.end, kind == .energyDay ? "24" : "1", revision: 1))
    }
    try store.commit(output, upTo: 1, counts: EngineCounts(), issued: now)
    return store
  }

  private static func record(
    _ kind: RecordKind, _ asset: String, _ start: Timestamp, _ end: Timestamp, _ kwh: String,
    revision: Int = 0
  ) -> RecordDraft {
    let body: JSONValue = ["asset": .string(asset), "energy_kwh": .string(kwh)]
    return RecordDraft(
      kind: kind, key: "\(asset)/\(start.rfc3339UTC)", revision: revision, asset: asset, start: start, end: end,
      body: body.canonicalBytes())
  }

  /// kWh by asset, and how many records they are made of.
  private func covered(_ text: String, isRenamed: Bool) throws -> (kwh: [String: Int], records: Int) {
    var kwh: [String: Int] = [:]
    var records = 0
    let period = try PlantPeriod(text, now: now, zone: zone)
    try PeriodRecords(
      store: isRenamed ? renamed : store, zone: zone, kinds: .energy, names: isRenamed ? names : AssetNames([])
    ).visit(
      period, isClosed: { asset, end in (asset == "main" ? end : end + .days(1)) <= now }
    ) { record in
      records += 1
      let text = try JSONValue(parsing: record.body)["energy_kwh"]?.stringValue
      kwh[record.asset, default: 0] += Int(text ?? "") ?? 0
    }
    return (kwh, records)
  }

  @Test(
    "every hour counts once, whatever an asset was called then",
    arguments: [
      // Of `main` the month; of `late` its two days.
      ("2026-01", 48, 48, 1 + 2),
      // A day that is closed for both.
      ("2026-01-31", 24, 24, 2),
      // A day that is closed for one: the other's windows stand for it.
      ("2026-02-02", 24, 24, 1 + 24),
      // The day under way.
      ("2026-02-03", 6, 6, 12),
      // Everything, each hour once.
      ("2026-01-01..2026-02-03", 102, 102, (1 + 1 + 1 + 6) + (2 + 1 + 24 + 6)),
      // Parts of days.
      ("2026-01-31T22:00:00+08:00..2026-02-01T02:00:00+08:00", 4, 4, 8),
      ("2026-01-01..2026-01-29", 0, 0, 0),
    ], [false, true])
  func everyHourCountsOnce(_ expected: (period: String, main: Int, late: Int, records: Int), isRenamed: Bool) throws {
    let (period, main, late, records) = expected
    let found = try covered(period, isRenamed: isRenamed)
    #expect(found.kwh["main"] ?? 0 == main)
    #expect(found.kwh["late"] ?? 0 == late)
    #expect(found.records == records)
  }

  @Test("what went for want of space is counted, once, unless a record of the month has it", arguments: [false, true])
  func evicted(isRenamed: Bool) throws {
    let store = isRenamed ? renamed : store
    let records = PeriodRecords(store: store, zone: zone, kinds: .energy, names: isRenamed ? names : AssetNames([]))
    func evicted(_ text: String) throws -> Int {
      try records.evicted(try PlantPeriod(text, now: now, zone: zone))
    }
    #expect(try evicted("2026-01-01..2026-02-03") == 0)
    try store.makeRoom(bytes: 1 << 30, now: now)
    // `main` has its month, which is never given up.
    #expect(try evicted("2026-01") == 2)
    #expect(try evicted("2026-01-31") == 2)
    #expect(try evicted("2026-01-31T22:00:00+08:00..2026-02-01T02:00:00+08:00") == 8)
    #expect(try evicted("2026-01-01..2026-01-29") == 0)
  }
}
