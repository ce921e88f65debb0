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
  /// 2026-02-03T06:00+08:00: February 3 is under way.
  private let now: Timestamp

  init() throws {
    zone = try PlantZone(identifier: "Asia/Shanghai")
    directory = try TemporaryDirectory()
    now = try #require(Timestamp(rfc3339: "2026-02-03T06:00:00+08:00"))
    store = try Store(
      path: directory.appending("store.sqlite"), gateway: "gw",
      settings: StorageSettings(
        journalBytes: 0, journalAge: .zero, storeBytes: 256 << 20, freeSpaceFloor: 0, reserveBytes: 0),
      destinations: [])
    var output = EngineOutput()
    // One kilowatt-hour an hour since January 30, in windows of an hour; the meter `late` waits for its connection.
    for asset in ["main", "late"] {
      var start = try #require(Timestamp(rfc3339: "2026-01-30T00:00:00+08:00"))
      while start < now {
        output.records.append(Self.record(.energyInterval, asset, start, start + .hours(1), "1"))
        let end = start + .hours(1)
        let closes = asset == "main" ? end : end + .days(1)
        if zone.startOfDay(containing: end) == end, closes <= now {
          let day = zone.startOfDay(containing: start)
          output.records.append(Self.record(.energyDay, asset, day, end, "24"))
        }
        if zone.startOfMonth(containing: end) == end, asset == "main" {
          output.records.append(
            Self.record(.energyMonth, asset, zone.startOfMonth(containing: start), end, "48"))
        }
        start = end
      }
    }
    // A correction: the newest revision counts.
    var corrected = try #require(output.records.first { $0.kind == .energyDay && $0.asset == "main" })
    corrected.revision = 1
    output.records.append(corrected)
    try store.commit(output, upTo: 1, counts: EngineCounts(), issued: now)
  }

  private static func record(
    _ kind: RecordKind, _ asset: String, _ start: Timestamp, _ end: Timestamp, _ kwh: String
  ) -> RecordDraft {
    let body: JSONValue = ["asset": .string(asset), "energy_kwh": .string(kwh)]
    return RecordDraft(
      kind: kind, key: "\(asset)/\(start.rfc3339UTC)", revision: 0, asset: asset, start: start, end: end,
      body: body.canonicalBytes())
  }

  /// kWh by asset, and how many records they are made of.
  private func covered(_ text: String) throws -> (kwh: [String: Int], records: Int) {
    var kwh: [String: Int] = [:]
    var records = 0
    let period = try PlantPeriod(text, now: now, zone: zone)
    try PeriodRecords(store: store, zone: zone, kinds: .energy).visit(
      period, isClosed: { asset, end in (asset == "main" ? end : end + .days(1)) <= now }
    ) { record in
      records += 1
      let text = try JSONValue(parsing: record.body)["energy_kwh"]?.stringValue
      kwh[record.asset, default: 0] += Int(text ?? "") ?? 0
    }
    return (kwh, records)
  }

  @Test(arguments: [
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
  ])
  func everyHourCountsOnce(period: String, main: Int, late: Int, records: Int) throws {
    let found = try covered(period)
    #expect(found.kwh["main"] ?? 0 == main)
    #expect(found.kwh["late"] ?? 0 == late)
    #expect(found.records == records)
  }
}
