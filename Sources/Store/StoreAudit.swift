import Foundation
import GRDB
import Ledger
import Telemetry

/// Audits the ledger in a `store.sqlite`, within a snapshot. Believes nothing: a value of an unexpected type is a damage,
/// never a trap.
struct StoreAudit {
  let db: Database

  func run(_ options: LedgerAudit.Options) throws -> AuditReport {
    var options = options
    options.beginsAtOne = true
    var audit = LedgerAudit(options)
    var extra: [LedgerDamage] = []
    do {
      let gateways = try self.gateways()
      let keys = auditKeys(into: &extra)
      let heads = try HeadRows(db: db, gateways: gateways)
      var head = try heads.next(into: &extra)
      let rows = try Row.fetchCursor(db, sql: LeafRow.select)
      while let row = try rows.next() {
        let leaf = LeafRow(row, gateways: gateways)
        while let next = head, next.head.contents.last < leaf.number {
          take(next, keys: keys, into: &audit, &extra)
          head = try heads.next(into: &extra)
        }
        audit.take(leaf.entry)
      }
      while let next = head {
        take(next, keys: keys, into: &audit, &extra)
        head = try heads.next(into: &extra)
      }
      extra += try counters(audit.report)
    } catch let error as DatabaseError {
      let next = (audit.report.last ?? 0) + 1
      extra.append(
        LedgerDamage(.unreadable, leaf: next, "the file is damaged: \(error.message ?? "\(error.resultCode)")"))
    }
    var report = audit.finish()
    for damage in extra { report.add(damage) }
    let known = report.damages.compactMap { damage in damage.leaf.map { $0...max($0, damage.lastLeaf ?? $0) } }
    for damage in strays(except: known) + wholeFile() { report.add(damage) }
    return report
  }

  private func take(
    _ row: HeadRows.Entry, keys: Set<PublicKey>, into audit: inout LedgerAudit, _ extra: inout [LedgerDamage]
  ) {
    if !row.flaws.isEmpty {
      extra.append(
        LedgerDamage(.head, leaf: row.head.contents.last, id: row.id, row.flaws.joined(separator: "; ")))
    }
    if !keys.contains(row.head.key) {
      extra.append(
        LedgerDamage(.key, leaf: row.head.contents.last, id: row.id, "the file does not know the key that signed it"))
    }
    audit.take(row.head, id: row.id)
  }

  // MARK: Parts

  private func gateways() throws -> [Int64: String] {
    var ids: [Int64: String] = [:]
    let rows = try Row.fetchCursor(db, sql: "SELECT number, id FROM gateways")
    while let row = try rows.next() {
      if let number = Cell.integer(row[0]), let id = Cell.text(row[1]) { ids[number] = id }
    }
    return ids
  }

  private func auditKeys(into damages: inout [LedgerDamage]) -> Set<PublicKey> {
    var keys: Set<PublicKey> = []
    var before: PublicKey?
    do {
      let rows = try Row.fetchCursor(db, sql: "SELECT public, handover FROM ledger_keys ORDER BY number")
      while let row = try rows.next() {
        let key = try PublicKey(raw: Cell.blob(row[0]) ?? [])
        if row[1] as DatabaseValue != .null {
          let handover = try KeyHandover(text: Cell.text(row[1]) ?? "")
          guard handover.new == key, handover.old == before else {
            throw LedgerError("the hand-over to \(key.fingerprint.prefix(16))… is about other keys")
          }
        }
        keys.insert(key)
        before = key
      }
    } catch {
      damages.append(LedgerDamage(.key, "table ledger_keys: \(error)"))
    }
    return keys
  }

  /// The counters that are kept apart from the rows.
  private func counters(_ report: AuditReport) throws -> [LedgerDamage] {
    var damages: [LedgerDamage] = []
    let last = report.last ?? 0
    switch Cell.integer(try value(.leafNumber)) ?? (last == 0 ? 0 : -1) {
    case last:
      let hash = Cell.blob(try value(.leafHash)) ?? LedgerHash.genesis
      if hash != report.chain, report.isSound {
        damages.append(LedgerDamage(.rewritten, leaf: last, "the file keeps another hash for the newest leaf"))
      }
    case let number where number > last:
      damages.append(LedgerDamage(.truncated, leaf: last + 1, to: number, "the file has counted them"))
    default:
      damages.append(LedgerDamage(.column, leaf: last, "the file has counted fewer leaves than there are"))
    }
    let heads = Cell.integer(try value(.headNumber)) ?? (report.heads == 0 ? 0 : -1)
    if heads != report.heads {
      damages.append(
        LedgerDamage(.head, "the file has counted \(heads) heads, and \(report.heads) are there unaltered"))
    }
    return damages
  }

  private func value(_ item: Meta) throws -> DatabaseValue {
    try DatabaseValue.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [item.rawValue]) ?? .null
  }

  /// Records that claim a place in the ledger which is not theirs.
  private func strays(except known: [ClosedRange<Int64>]) -> [LedgerDamage] {
    var damages: [LedgerDamage] = []
    let codes = RecordKind.allCases.filter(\.isLedger).map { String($0.code) }.joined(separator: ",")
    do {
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT records.sequence, records.leaf FROM records LEFT JOIN leaves ON leaves.number = records.leaf
          WHERE (records.leaf IS NOT NULL AND leaves.sequence IS NOT records.sequence)
            OR (records.leaf IS NULL AND records.kind IN (\(codes)))
          ORDER BY records.sequence
          """)
      while let row = try rows.next() {
        let leaf = Cell.integer(row[1])
        let isKnown = leaf.map { leaf in known.contains { $0.contains(leaf) } } ?? false
        guard !isKnown, damages.count < AuditReport.listed else { continue }
        let number = Cell.integer(row[0]).map(String.init) ?? "?"
        damages.append(LedgerDamage(.column, leaf: leaf, "record \(number) does not belong to the leaf that it names"))
      }
    } catch {
      damages.append(LedgerDamage(.unreadable, "the table of records: \(error)"))
    }
    return damages
  }

  /// What SQLite itself knows to be wrong.
  private func wholeFile() -> [LedgerDamage] {
    do {
      return try String.fetchAll(db, sql: "PRAGMA integrity_check(5)").filter { $0 != "ok" }
        .map { LedgerDamage(.unreadable, "the file: \($0)") }
    } catch {
      return [LedgerDamage(.unreadable, "the file: \(error)")]
    }
  }
}

/// Values as they are in the file, without conversion; nil for another type.
enum Cell {
  static func integer(_ value: DatabaseValue) -> Int64? {
    if case .int64(let number) = value.storage { return number }
    return nil
  }

  static func text(_ value: DatabaseValue) -> String? {
    if case .string(let text) = value.storage { return text }
    return nil
  }

  static func blob(_ value: DatabaseValue) -> [UInt8]? {
    switch value.storage {
    case .blob(let data): [UInt8](data)
    default: nil
    }
  }
}
