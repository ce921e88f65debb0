import Foundation
import GRDB
import Telemetry

/// What was given up for space.
public struct EvictionReport: Hashable, Sendable {
  /// Bodies of which every destination had its copy.
  public var deliveredRecords = 0
  /// Bodies that some destination now never gets (counted there as evicted).
  public var undeliveredRecords = 0
  public var historyChunks = 0
  /// Pages that became free, in bytes.
  public var freedBytes = 0

  public init() {}
  public var isEmpty: Bool { deliveredRecords == 0 && undeliveredRecords == 0 && historyChunks == 0 }
}

/// The order in which space is given up. Findings that are not delivered, and leaves of the ledger, never are; within a
/// step the oldest go first.
enum EvictionStep: CaseIterable {
  /// Delivered bodies that were kept for their time: signal summaries first.
  case agedSummaries
  case agedOthers
  /// Delivered bodies that are younger.
  case deliveredSummaries
  case deliveredOthers
  /// History that no horizon needs.
  case history
  case undeliveredSummaries
  case undeliveredFigures

  var evictsDelivered: Bool {
    switch self {
    case .agedSummaries, .agedOthers, .deliveredSummaries, .deliveredOthers: true
    case .history, .undeliveredSummaries, .undeliveredFigures: false
    }
  }

  var needsAge: Bool { self == .agedSummaries || self == .agedOthers }

  var kinds: [RecordKind] {
    switch self {
    case .agedSummaries, .deliveredSummaries, .undeliveredSummaries: [.signalSummary]
    case .agedOthers, .deliveredOthers: RecordKind.allCases.filter { $0 != .signalSummary }
    case .undeliveredFigures: RecordKind.allCases.filter { $0 != .signalSummary && $0 != .finding }
    case .history: []
    }
  }
}

extension Store {
  /// Records or chunks in one transaction of the eviction, so that commits do not wait long and the log stays small.
  private static let slice = 1000
  private static let commitsBetweenVainEvictions = 100

  /// Bytes of the file, its write-ahead log and its shared memory.
  public var bytesOnDisk: Int {
    ["", "-wal", "-shm"].reduce(0) { sum, suffix in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
      return sum + ((attributes?[.size] as? NSNumber)?.intValue ?? 0)
    }
  }

  /// Evicts until the file is at its low-water mark, and `bytes` more are free, or nothing more may go.
  ///
  /// The Store calls it by itself when its bound comes near. The gateway calls it when the file system's free space
  /// falls below its floor.
  @discardableResult
  public func makeRoom(bytes: Int = 0, now: Timestamp) throws -> EvictionReport {
    let before = try read { db in try usedPages(db) }
    let target = min(budget.lowWater, before - bytes / SpaceBudget.pageSize)
    var report = EvictionReport()
    var used = before
    for step in EvictionStep.allCases {
      var after: Int64? = 0
      while used > target, let from = after {
        (after, used) = try write { db in
          let next = try evict(step, after: from, limit: Self.slice, now: now, report: &report, in: db)
          return (next, try usedPages(db))
        }
      }
    }
    report.freedBytes = max(0, before - used) * SpaceBudget.pageSize
    try shrink(by: .max, checkpoint: true)
    return report
  }

  /// After a commit: evicts if the file is nearly at its bound, or gives a little of much free space back.
  ///
  /// Does not throw: the commit is stored, and its caller must not repeat it. A commit that then finds no room says so.
  func makeRoomIfNeeded(usedPages used: Int, now: Timestamp) {
    do {
      if used <= budget.highWater {
        try shrink(by: 256, checkpoint: false)
      } else if shared.read({ $0.commitsUntilEviction }) > 0 {
        shared.change { $0.commitsUntilEviction -= 1 }
      } else if try makeRoom(now: now).isEmpty {
        // To look for something to evict means to read all records: not with every commit.
        shared.change { $0.commitsUntilEviction = Self.commitsBetweenVainEvictions }
      }
      shared.change { $0.evictionTrouble = nil }
    } catch {
      let trouble = StoreError.from(error)
      shared.change { $0.evictionTrouble = trouble }
    }
  }

  func usedPages(_ db: Database) throws -> Int {
    let all = try Int.fetchOne(try db.cachedStatement(sql: "PRAGMA page_count")) ?? 0
    let free = try Int.fetchOne(try db.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
    return all - free
  }

  /// One slice of a step. Returns where the next begins, nil at the step's end.
  func evict(
    _ step: EvictionStep, after: Int64, limit: Int, now: Timestamp, report: inout EvictionReport, in db: Database
  ) throws -> Int64? {
    if step == .history {
      let deleted = try HistoryTable(db: db).prune(
        oldestBlock: try Meta.integer(.oldestBlock, in: db), limit: limit * 10)
      report.historyChunks += deleted
      return deleted >= limit * 10 ? after + 1 : nil
    }
    var destinations = try DestinationRow.all(in: db)
    let codes = step.kinds.map { String($0.code) }.joined(separator: ",")
    // The plus keeps SQLite from taking the index by kind and sorting. Signal summaries are most of the rows, so the
    // scan finds a slice within a few slices of rows.
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT sequence, kind, asset, issued FROM records WHERE sequence > ? AND +kind IN (\(codes)) ORDER BY sequence
        """,
      arguments: [after])
    var chosen: [Int64] = []
    var byKind: [RecordKind: Int] = [:]
    var last: Int64?
    while chosen.count < limit, let row = try rows.next() {
      let sequence: Int64 = row[0]
      let asset: String = row[2]
      guard let kind = RecordKind(code: row[1]) else { throw StoreError.corrupt("a record has no known kind") }
      if step.needsAge, Timestamp(nanoseconds: row[3]) + options.retention > now { break }
      last = sequence
      let awaiting = destinations.indices.filter {
        destinations[$0].awaits(sequence: sequence, kind: kind, asset: asset)
      }
      let isDelivered = !awaiting.contains { destinations[$0].isActive }
      guard isDelivered == step.evictsDelivered else { continue }
      chosen.append(sequence)
      byKind[kind, default: 0] += 1
      for index in awaiting {
        destinations[index].counts.pending -= 1
        destinations[index].counts.evicted[DestinationRow.evictedForSpace, default: 0] += 1
      }
    }
    guard !chosen.isEmpty else { return nil }
    let delete = try db.cachedStatement(sql: "DELETE FROM records WHERE sequence = ?")
    for sequence in chosen { try delete.execute(arguments: [sequence]) }
    for kind in RecordKind.allCases { try Meta.add(RecordTotals.kept(kind), -(byKind[kind] ?? 0), in: db) }
    for destination in destinations { try destination.save(in: db) }
    if step.evictsDelivered {
      report.deliveredRecords += chosen.count
    } else {
      report.undeliveredRecords += chosen.count
    }
    return chosen.count == limit ? last : nil
  }

  /// Gives free pages at the end of the file back to the file system: all of them beyond a quarter of the file, or
  /// whatever is beyond the bound (it may have been lowered).
  private func shrink(by pages: Int, checkpoint: Bool) throws {
    let (all, free) = try read { db in
      (
        try Int.fetchOne(try db.cachedStatement(sql: "PRAGMA page_count")) ?? 0,
        try Int.fetchOne(try db.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
      )
    }
    // Free pages below a quarter are where the next records go: moving others into them would only be wear.
    let surplus = max(free > 512 ? free - all / 4 : 0, min(free, all - budget.maximumPages))
    guard surplus > 0 else { return }
    do {
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA incremental_vacuum(\(min(surplus, pages)))")
        try db.execute(sql: "PRAGMA max_page_count = \(budget.maximumPages)")
      }
      if checkpoint { try emptyLog() }
    } catch {
      throw StoreError.from(error)
    }
  }
}
