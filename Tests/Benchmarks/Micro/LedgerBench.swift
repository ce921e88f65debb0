import Foundation
import Ledger
import Rules
import Store
import Telemetry
import Templates

/// How fast a ledger is checked, from the store and from an export, and how long the head of its last day takes.
struct LedgerBench {
  /// Records of one commit: the meters of a large plant.
  private static let commit = 900

  let leaves: Int

  func run() throws {
    let folder = NSTemporaryDirectory() + "weir-ledger-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let settings = StorageSettings(
      journalBytes: 0, journalAge: .zero, storeBytes: 4 << 30, freeSpaceFloor: 0, reserveBytes: 0)
    let store = try Store(path: "\(folder)/store.sqlite", gateway: "bench", settings: settings, destinations: [])
    let origin = Timestamp(seconds: 1_795_219_200)
    try store.use(SigningKey(), since: origin)
    var position: Int64 = 0
    var made = 0
    while made < leaves {
      position += 1
      var output = EngineOutput()
      let start = origin + .minutes(15 * position)
      output.records = (0..<min(Self.commit, leaves - made)).map { draft($0, start: start) }
      made += output.records.count
      try store.commit(output, upTo: position, counts: EngineCounts(), issued: start)
    }
    let day = LedgerPeriod(reason: .day, day: "2026-11-21", start: origin, end: origin + .days(1))
    let head = try CPUClock.measure { try store.seal(day, issued: origin + .days(1)) }
    try store.close()

    let file = try StoreFile(path: folder)
    var report = AuditReport()
    let memory = Self.residentBytes()
    let fromStore = try CPUClock.measure { report = try file.audit() }
    guard report.isSound, report.leaves == Int64(leaves) else { throw LedgerError("the ledger is not sound") }
    var audit = ExportAudit()
    var inAudit = 0
    let export = try CPUClock.measure {
      try file.export(LedgerExport(kinds: Set(RecordKind.allCases))) { line in
        inAudit += CPUClock.measure { audit.take(line) }
      }
    }
    guard audit.finish().isSound else { throw LedgerError("the export is not sound") }
    print(
      "ledger_store_leaves_per_s=\(perSecond(fromStore)) ledger_export_leaves_per_s=\(perSecond(inAudit))",
      "ledger_export_written_per_s=\(perSecond(export - inAudit)) ledger_head_ms=\(head / 1_000_000)",
      "ledger_audit_resident_growth_bytes=\(Self.residentBytes() - memory)")
  }

  private func perSecond(_ nanoseconds: Int) -> Int { leaves * 1_000_000_000 / max(1, nanoseconds) }

  private static func residentBytes() -> Int {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    return (pages.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * 4096
  }

  private func draft(_ number: Int, start: Timestamp) -> RecordDraft {
    let asset = "meter-\(number)"
    let end = start + .minutes(15)
    let reading: JSONValue = ["estimated": false, "time": .string(start.rfc3339UTC), "value": "126238.29"]
    let register: JSONValue = ["closing": reading, "count": 90, "delta": "12.5", "opening": reading]
    let body: JSONValue = [
      "asset": .string(asset), "coverage": "1.0000", "demand_kw": "50.000", "end": .string(end.rfc3339UTC),
      "energy_kwh": "12.5", "events": [], "place": "cq1/hall-1/line-1", "power_factor": "0.912345",
      "power_factor_lagging": "0.912345", "quality": "good",
      "quality_share": ["estimated": "0", "good": "1", "no_data": "0", "uncertain": "0"],
      "reactive_lagging_kvarh": "5.1", "reactive_leading_kvarh": "0.2",
      "readings": ["energy": register, "lagging": register, "leading": register], "start": .string(start.rfc3339UTC),
    ]
    return RecordDraft(
      kind: .energyInterval, key: "\(asset)/\(start.rfc3339UTC)", revision: 0, asset: asset, start: start, end: end,
      body: body.canonicalBytes())
  }
}
