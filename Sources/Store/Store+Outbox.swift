import Foundation
import GRDB
import Telemetry

extension Store {
  /// Refusals of which the reason is kept in full; the counts go on for ever.
  private static let keptRefusals: Int64 = 10_000

  /// The next records that await a destination, by sequence: allow-listed, after its cursor.
  ///
  /// At most `limit` records and about `maxBytes` of JSON, but at least one if there is any. Memory is bounded by that
  /// whatever the backlog is.
  ///
  /// - Parameter sequence: to read ahead of the cursor: only records after this one.
  public func nextRecords(
    for destination: String, limit: Int, maxBytes: Int, after sequence: Int64 = 0
  ) throws -> [IssuedRecord] {
    let reader = RecordReader(gateway: gateway, formatTime: options.formatTime)
    let scanned = shared.read { $0.scanned[destination] ?? 0 }
    var records: [IssuedRecord] = []
    let reached: Int64? = try read { db in
      let row = try DestinationRow.one(destination, in: db)
      guard row.isActive, row.counts.pending > 0, limit > 0 else { return nil }
      let newest = try Meta.integer(.recordSequence, in: db)
      let statement = try db.cachedStatement(sql: RecordReader.page(of: row.allowed))
      let cursor = try Row.fetchCursor(statement, arguments: [max(row.cursor, sequence, scanned)])
      var bytes = 0
      while let next = try cursor.next() {
        guard row.allowed.allows(try RecordReader.kind(next), asset: next[1]) else { continue }
        let record = try reader.record(next)
        if !records.isEmpty, bytes + record.json.count > maxBytes { break }
        bytes += record.json.count
        records.append(record)
        if records.count >= limit || bytes >= maxBytes { break }
      }
      // Only a reading from the cursor tells where the first awaited record is.
      guard sequence <= max(row.cursor, scanned) else { return nil }
      return records.first.map { $0.sequence - 1 } ?? newest
    }
    if let reached { shared.change { $0.scanned[destination] = max($0.scanned[destination] ?? 0, reached) } }
    return records
  }

  /// Settles records that `nextRecords` gave: each of those up to `cursor` is in exactly one of the two lists.
  ///
  /// Moves the destination's cursor and counts, in one transaction. What is at or before the cursor already is ignored,
  /// so the call may be repeated. A power cut may undo it; the records are then delivered again under the same ids.
  ///
  /// - Parameters:
  ///   - refused: sequence and reason. The reason's part before a colon is counted and should be of a bounded set
  ///     (`http-422`); the rest is detail.
  ///   - cursor: the last record that is settled.
  public func advance(
    destination: String, delivered: [Int64], refused: [(Int64, String)], cursor: Int64
  ) throws {
    try write(durable: false) { db in
      var row = try DestinationRow.one(destination, in: db)
      guard cursor > row.cursor else { return }
      let newest = try Meta.integer(.recordSequence, in: db)
      guard cursor <= newest, delivered.allSatisfy({ $0 <= cursor }), refused.allSatisfy({ $0.0 <= cursor }) else {
        throw StoreError.failed("destination \"\(destination)\" settles records beyond its new cursor \(cursor)")
      }
      for sequence in delivered where sequence > row.cursor {
        try settle(sequence, of: &row, in: db)
        row.counts.delivered += 1
      }
      for (sequence, reason) in refused where sequence > row.cursor {
        try settle(sequence, of: &row, in: db)
        row.countRefusal(reason)
        try note(refusal: reason, of: sequence, by: destination, in: db)
      }
      guard row.counts.pending >= 0 else {
        throw StoreError.failed("destination \"\(destination)\" settles more records than await it")
      }
      row.counts.cursor = cursor
      try row.save(in: db)
    }
  }

  /// Takes one record out of what awaits the destination.
  private func settle(_ sequence: Int64, of row: inout DestinationRow, in db: Database) throws {
    let statement = try db.cachedStatement(sql: "SELECT 1 FROM records WHERE sequence = ?")
    if try Int64.fetchOne(statement, arguments: [sequence]) == nil,
      let evicted = row.counts.evicted[DestinationRow.evictedForSpace], evicted > 0
    {
      // It was evicted, and counted so, while it was under way.
      row.counts.evicted[DestinationRow.evictedForSpace] = evicted == 1 ? nil : evicted - 1
    } else {
      row.counts.pending -= 1
    }
  }

  private func note(refusal reason: String, of sequence: Int64, by destination: String, in db: Database) throws {
    let select = try db.cachedStatement(
      sql: "SELECT gateway, kind, key, revision FROM records WHERE sequence = ?")
    var id = ""
    if let row = try Row.fetchOne(select, arguments: [sequence]), let kind = RecordKind(code: row[1]) {
      id = IssuedRecord.id(gateway: gateway.ids[row[0]] ?? "", kind: kind, key: row[2], revision: row[3])
    }
    let number = try Meta.integer(.refusedNumber, in: db) + 1
    try Meta.set(.refusedNumber, number, in: db)
    let insert = try db.cachedStatement(
      sql: "INSERT INTO refused (number, destination, sequence, id, reason) VALUES (?, ?, ?, ?, ?)")
    try insert.execute(arguments: [number, destination, sequence, id, reason])
    let trim = try db.cachedStatement(sql: "DELETE FROM refused WHERE number <= ?")
    try trim.execute(arguments: [number - Self.keptRefusals])
  }

  /// The sums of promise 5 of a destination, also of one that is not configured any more.
  public func destinationCounts(_ name: String) throws -> DestinationCounts {
    try read { db in try DestinationRow.one(name, in: db).counts }
  }

  /// All destinations that were ever configured, by name.
  public func allDestinationCounts() throws -> [(name: String, isConfigured: Bool, counts: DestinationCounts)] {
    try read { db in try DestinationRow.all(in: db).map { ($0.name, $0.isActive, $0.counts) } }
  }

  /// The newest refusals: record id and the full reason.
  public func refusals(of destination: String, limit: Int) throws -> [(id: String, reason: String)] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT id, reason FROM refused WHERE destination = ? ORDER BY number DESC LIMIT ?",
        arguments: [destination, limit]
      ).map { ($0["id"], $0["reason"]) }
    }
  }

  /// When the oldest record that awaits the destination was issued; nil if none does.
  public func oldestPending(of destination: String) throws -> Timestamp? {
    try nextRecords(for: destination, limit: 1, maxBytes: 1).first?.issued
  }
}

extension DestinationRow {
  /// Counts the kept records that await the destination, by a scan of all after its cursor.
  func countPending(in db: Database) throws -> Int {
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT kind, asset FROM records WHERE sequence > ? AND sequence <= ? AND +kind IN (\(allowed.kindCodes))",
      arguments: [cursor, horizon ?? .max])
    var count = 0
    while let row = try rows.next() {
      if allowed.allows(try RecordReader.kind(row), asset: row[1]) { count += 1 }
    }
    return count
  }
}
