import Rules
import Store
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

/// Which orders the days of lines are read with.
@Suite struct LineDaysTests {
  @Test("orders that the days name however long ago they began, and those that touch the period")
  func orders() throws {
    let directory = try TemporaryDirectory()
    let start = try #require(Timestamp(rfc3339: "2026-11-20T00:00:00+08:00"))
    let store = try Store(
      path: directory.appending("store.sqlite"), gateway: "gw",
      settings: StorageSettings(
        journalBytes: 0, journalAge: .zero, storeBytes: 256 << 20, freeSpaceFloor: 0, reserveBytes: 0),
      destinations: [])
    func draft(_ kind: RecordKind, _ key: String, _ from: Timestamp, _ to: Timestamp, _ body: JSONValue) -> RecordDraft
    {
      RecordDraft(
        kind: kind, key: key, revision: 0, asset: String(key.prefix { $0 != "/" }), start: from, end: to,
        body: body.canonicalBytes())
    }
    func order(_ key: String, days: Int64, until: Int64) -> RecordDraft {
      draft(.productFootprint, key, start + .days(days), start + .days(until), ["product": .string(key)])
    }
    let day: JSONValue = [
      "pieces": ["old/long": ["good": "1"]],
      "carriers": ["active-energy-import": ["orders": ["mes/near": "3"]]],
    ]
    var output = EngineOutput()
    output.records = [
      draft(.productionLine, "mes/day", start, start + .days(1), day),
      draft(.productionLine, "mes/later", start + .days(1), start + .days(2), day),
      order("old/long", days: -90, until: -60), order("mes/long-ago", days: -90, until: -60),
      order("mes/near", days: -20, until: -19), order("mes/gone", days: -20, until: -19),
      order("mes/touching", days: -2, until: 1), order("mes/to-come", days: 1, until: 2),
    ]
    try store.commit(output, upTo: 1, counts: EngineCounts(), issued: start)
    let lines = try LineDays(start..<start + .days(1), in: store, names: AssetNames([("mes", ["old"])]))
    #expect(lines.days == [day])
    #expect(lines.orders.keys.sorted() == ["mes/long", "mes/near", "mes/touching"])
  }
}
