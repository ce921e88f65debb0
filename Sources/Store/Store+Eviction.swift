import GRDB
import Telemetry

extension Store {
  /// Records or chunks in one transaction of the eviction, so that commits do not wait long and the log stays small.
  private static let slice = 1000
  /// Fewer of those that are still wanted, so that no more go than must.
  private static let wantedSlice = 100
  private static let commitsBetweenVainEvictions = 100

  /// Gives up what may go, and gives space back to the file system.
  ///
  /// For the file system (`bytes`) only free pages go, then delivered bodies and history that no horizon needs.
  /// Records that await a destination go for the Store's own bound only: if the file is above its high-water mark
  /// although nothing else is left to evict, and then no more than a few MB of them. (A commit that finds no room at
  /// all may evict as much as it needs itself.)
  ///
  /// The Store calls it by itself when its bound comes near. The gateway calls it when the file system's free space
  /// falls below its floor.
  ///
  /// - Parameters:
  ///   - bytes: to be given back to the file system; 0 = only keep to the bound. `EvictionReport.freedBytes` has what
  ///     was given back, also if it is less.
  ///   - sparingUndelivered: nothing goes that is still wanted, not for the Store's own bound either.
  /// - Throws: `StoreError.diskFull` if not even deleting has room. `takeEvictions()` has what went before.
  @discardableResult
  public func makeRoom(
    bytes: Int = 0, now: Timestamp, sparingUndelivered: Bool = false
  ) throws -> EvictionReport {
    try reporting { report in
      let goal = bytes > 0 ? try pageGoal(giving: bytes) : nil
      if let goal { try shrink(toPages: goal) }
      let used = try read { db in try usedPages(db) }
      // For the file system alone no more goes than it needs.
      let mark = used > budget.highWater ? min(budget.lowWater, goal ?? .max) : goal ?? budget.lowWater
      let left = try evictUnwanted(downTo: mark, now: now, report: &report)
      if !sparingUndelivered, left > budget.highWater {
        try evictWanted(downTo: budget.wantedMark, now: now, history: true, report: &report)
      }
      if let goal { try shrink(toPages: goal) }
      try shrinkSurplus(by: .max, settlingLog: true)
    }
  }

  /// How many pages the file may have so that it and its log are smaller by `bytes`.
  private func pageGoal(giving bytes: Int) throws -> Int {
    let before = bytesOnDisk
    try settleLog()
    // An unusually large log is gone now.
    let missing = max(bytes - (before - bytesOnDisk), 0)
    return try max(pageCount() - budget.pages(missing), 0)
  }

  /// What was evicted since the last call or the opening, by the Store itself too: for the log and for findings.
  public func takeEvictions() -> EvictionReport {
    var taken = EvictionReport()
    shared.change {
      taken = $0.evictions
      $0.evictions = EvictionReport()
    }
    return taken
  }

  /// After a commit: evicts if the file is nearly at its bound, or gives a little of much free space back.
  ///
  /// Does not throw: the commit is stored, and its caller must not repeat it. A commit that then finds no room says so.
  func makeRoomIfNeeded(usedPages used: Int, now: Timestamp) {
    do {
      try keepLogUsable(now: now)
      if used <= budget.highWater {
        try shrinkSurplus(by: 256, settlingLog: false)
      } else if shared.read({ $0.commitsUntilEviction }) > 0 {
        shared.change { $0.commitsUntilEviction -= 1 }
      } else if try makeRoom(now: now).isEmpty {
        // To look for something to evict means to read all records: not with every commit.
        shared.change { $0.commitsUntilEviction = Self.commitsBetweenVainEvictions }
      }
      shared.change { $0.evictionTrouble = nil }
    } catch {
      let trouble = StoreError.from(error, path: path)
      shared.change { $0.evictionTrouble = trouble }
    }
  }

  /// On a nearly full disk: copies the log into the file after every commit, while the log still has room for an
  /// eviction. With a log that is full of pages for which the file cannot grow not even deleting would be possible.
  private func keepLogUsable(now: Timestamp) throws {
    guard DiskSpace(of: path).freeBytes ?? .max < 2 * budget.ordinaryLogBytes, try !foldLog() else { return }
    let bytes = max(try growthInLog(), Self.leastRoom)
    try makeRoom(forCommitOf: bytes, now: now)
    if try !foldLog() { _ = try evictUndelivered(forCommitOf: bytes, now: now) }
  }

  /// Room for the pages that a commit changes whatever its size.
  static let leastRoom = 1 << 20

  /// A commit of about `bytes` met no room: first everything goes that nobody misses.
  func makeRoom(forCommitOf bytes: Int, now: Timestamp) throws {
    let used = try read { db in try usedPages(db) }
    if used + budget.pages(bytes) > budget.maximumPages {
      try makeRoom(now: now)
    } else {
      try makeRoom(bytes: bytes, now: now, sparingUndelivered: true)
    }
  }

  /// A commit of about `bytes` has no room although nothing is left that nobody misses: undelivered records go for it.
  ///
  /// Only once until a commit succeeds: if that was not enough, somebody else takes the space, and more would not help.
  /// - Returns: whether there is a point in trying again.
  func evictUndelivered(forCommitOf bytes: Int, now: Timestamp) throws -> Bool {
    guard !shared.read({ $0.hasEvictedForCommit }) else { return false }
    let report = try reporting { report in
      let isDiskShort = (DiskSpace(of: path).freeBytes ?? .max) < bytes
      let used = try read { db in try usedPages(db) }
      // The commit needs room in the log, and the same in the file when the log is copied into it.
      let mark = min(used - budget.pages(bytes) * (isDiskShort ? 2 : 1), budget.maximumPages - budget.pages(bytes))
      // What the slices have deleted by now must not go again after a failure.
      defer { if report.lostWhatWasWanted { shared.change { $0.hasEvictedForCommit = true } } }
      try evictWanted(downTo: mark, now: now, history: !isDiskShort, report: &report)
      if isDiskShort { try shrink(toPages: pageCount() - budget.pages(bytes)) }
    }
    return report.lostWhatWasWanted
  }

  // MARK: Steps

  /// Returns the pages that are still in use.
  private func evictUnwanted(downTo mark: Int, now: Timestamp, report: inout EvictionReport) throws -> Int {
    let (before, cursors, newest) = try read { db in
      (try usedPages(db), try self.cursors(db), try Meta.integer(.recordSequence, in: db))
    }
    var used = before
    var isThrough = true
    for step in EvictionStep.allCases where step.sparesWhatIsWanted {
      let start = shared.read { $0.evictionMemory.start(of: step, cursors: cursors) }
      let isDone = try run(step, from: start, slice: Self.slice, while: &used, isAbove: mark, now: now, report: &report)
      if step.evictsDelivered, !step.needsAge { isThrough = isThrough && isDone }
    }
    if isThrough { shared.change { $0.evictionMemory.noDelivered(upTo: newest, cursors: cursors) } }
    return used
  }

  /// - Parameter history: whether history within its horizon may go too, if the options allow it at all.
  private func evictWanted(
    downTo mark: Int, now: Timestamp, history: Bool, report: inout EvictionReport
  ) throws {
    var used = try read { db in try usedPages(db) }
    for step in EvictionStep.allCases where !step.sparesWhatIsWanted {
      if step == .neededHistory, !(history && options.evictsNeededHistory) { continue }
      let start = shared.read { $0.evictionMemory.start(of: step, cursors: [:]) }
      _ = try run(step, from: start, slice: Self.wantedSlice, while: &used, isAbove: mark, now: now, report: &report)
    }
  }

  /// Returns whether the step has nothing left.
  private func run(
    _ step: EvictionStep, from start: Int64, slice: Int, while used: inout Int, isAbove mark: Int, now: Timestamp,
    report: inout EvictionReport
  ) throws -> Bool {
    var after: Int64? = start
    while let from = after {
      guard used > mark else { return false }
      // A slice that is rolled back must not be reported.
      var tried = report
      (after, used) = try write { db in
        let next = try evict(step, after: from, limit: slice, now: now, report: &tried, in: db)
        return (next, try usedPages(db))
      }
      report = tried
      if let after { shared.change { $0.evictionMemory.done(step, upTo: after) } }
    }
    return true
  }

  private func reporting(_ body: (inout EvictionReport) throws -> Void) throws -> EvictionReport {
    var report = EvictionReport()
    // What is in the log only makes the file grow sooner or later: that is not this call's doing.
    try foldLog()
    let before = bytesOnDisk
    let result = Result { try body(&report) }
    report.freedBytes = max(0, before - bytesOnDisk)
    shared.change { $0.evictions.add(report) }
    try result.get()
    return report
  }

  private func cursors(_ db: Database) throws -> [String: Int64] {
    Dictionary(uniqueKeysWithValues: try DestinationRow.all(in: db).filter(\.isActive).map { ($0.name, $0.cursor) })
  }

  /// One slice of a step. Returns where the next begins, nil at the step's end.
  func evict(
    _ step: EvictionStep, after: Int64, limit: Int, now: Timestamp, report: inout EvictionReport, in db: Database
  ) throws -> Int64? {
    step.evictsRecords
      ? try evictRecords(step, after: after, limit: limit, now: now, report: &report, in: db)
      : try evictHistory(step, after: after, limit: limit * 10, report: &report, in: db)
  }

  private func evictHistory(
    _ step: EvictionStep, after: Int64, limit: Int, report: inout EvictionReport, in db: Database
  ) throws -> Int64? {
    let history = HistoryTable(db: db)
    let deleted: Int
    if step == .neededHistory {
      deleted = try history.giveUpOldest(limit: limit)
      report.neededHistoryChunks += deleted
    } else {
      deleted = try history.prune(oldestBlock: try Meta.integer(.oldestBlock, in: db), limit: limit)
      report.historyChunks += deleted
    }
    return deleted >= limit ? after + 1 : nil
  }

  private func evictRecords(
    _ step: EvictionStep, after: Int64, limit: Int, now: Timestamp, report: inout EvictionReport, in db: Database
  ) throws -> Int64? {
    guard try step.kinds.contains(where: { try Meta.integer(RecordTotals.kept($0), in: db) > 0 }) else { return nil }
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
    while chosen.count < limit, let row = try rows.next() {
      let sequence: Int64 = row[0]
      let asset: String = row[2]
      guard let kind = RecordKind(code: row[1]) else { throw StoreError.corrupt("a record has no known kind") }
      if step.needsAge, Timestamp(nanoseconds: row[3]) + options.retention > now { break }
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
    guard let last = chosen.last else { return nil }
    let mark = try db.cachedStatement(
      sql: "UPDATE leaves SET evicted = 1 WHERE number = (SELECT leaf FROM records WHERE sequence = ?)")
    let delete = try db.cachedStatement(sql: "DELETE FROM records WHERE sequence = ?")
    let hasLeaves = byKind.keys.contains(where: \.isLedger)
    for sequence in chosen {
      if hasLeaves { try mark.execute(arguments: [sequence]) }
      try delete.execute(arguments: [sequence])
    }
    for kind in RecordKind.allCases { try Meta.add(RecordTotals.kept(kind), -(byKind[kind] ?? 0), in: db) }
    for destination in destinations { try destination.save(in: db) }
    if step.evictsDelivered {
      report.deliveredRecords += chosen.count
    } else {
      report.undeliveredRecords += chosen.count
    }
    return chosen.count == limit ? last : nil
  }
}
