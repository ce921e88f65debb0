import Foundation
import GRDB
import Rules
import Telemetry

extension Store {
  /// History chunks that one checkpoint deletes at most (about one block of 15 minutes of a large plant).
  private static let pruneLimit = 100_000

  /// Stores the outputs of all batches after `outputPosition` up to `position`, durably.
  ///
  /// Ignored if `position` ≤ `outputPosition` at the opening (a replay). An empty output is not written: the replay
  /// after a crash makes it again.
  ///
  /// - Parameters:
  ///   - issued: the issue time of its records; the clock of the caller.
  ///   - period: a day that has ended with the last of these batches: its head is made in the same transaction, so
  ///     that it is made once, over the same leaves, whatever crashes.
  /// - Throws: `StoreError.diskFull` after everything was evicted that may go for a commit; the same call may be repeated
  ///   later.
  public func commit(
    _ output: EngineOutput, upTo position: Int64, counts: EngineCounts, issued: Timestamp,
    sealing period: LedgerPeriod? = nil
  ) throws {
    let stores = try admits(output, upTo: position)
    guard stores, !output.isEmpty || period != nil else {
      shared.change { $0.latest = position }
      return
    }
    let used = try writeMakingRoom(output.storedBytes + (period == nil ? 0 : Self.leastRoom), now: issued) { db in
      try store(output, upTo: position, counts: counts, issued: issued, sealing: period, in: db)
    }
    shared.change {
      $0.latest = position
      $0.output = position
    }
    makeRoomIfNeeded(usedPages: used, now: issued)
  }

  /// Stores a checkpoint of the engine and the outputs up to it, durably and in one transaction.
  ///
  /// The outputs are those after the last `commit`; during a replay they are ignored like there.
  public func commit(_ checkpoint: Checkpoint, output: EngineOutput, issued: Timestamp) throws {
    let position = checkpoint.position
    let stores = try admits(output, upTo: position) && position > outputPosition
    let used = try writeMakingRoom(checkpoint.storedBytes + output.storedBytes, now: issued) { db in
      try save(checkpoint, in: db)
      return try stores
        ? store(output, upTo: position, counts: checkpoint.counts, issued: issued, in: db)
        : usedPages(db)
    }
    shared.change {
      $0.latest = position
      $0.checkpoint = position
      if stores { $0.output = position }
    }
    makeRoomIfNeeded(usedPages: used, now: issued)
  }

  /// Stores findings that are not the engine's: a destination on hold, a full disk. They have no position and are not
  /// replayed.
  public func commit(findings: [Finding], issued: Timestamp) throws {
    guard !findings.isEmpty else { return }
    var output = EngineOutput()
    output.findings = findings
    let used = try writeMakingRoom(output.storedBytes, now: issued) { db in
      var writer = try RecordWriter(db: db, gateway: gateway)
      try findingTable(db).store(findings, with: &writer, issued: issued)
      try writer.finish()
      return try usedPages(db)
    }
    makeRoomIfNeeded(usedPages: used, now: issued)
  }

  /// Whether outputs up to `position` are to be stored. Throws for a call out of order.
  private func admits(_ output: EngineOutput, upTo position: Int64) throws -> Bool {
    let state = shared.read { $0 }
    guard position >= state.latest else {
      throw StoreError.failed("a commit up to position \(position) after one up to \(state.latest)")
    }
    guard position <= state.output else { return true }
    guard output.isEmpty || position <= state.replayEnd else {
      throw StoreError.failed("outputs up to position \(state.output) are stored already, more came for \(position)")
    }
    return false
  }

  /// Returns the pages in use.
  private func store(
    _ output: EngineOutput, upTo position: Int64, counts: EngineCounts, issued: Timestamp,
    sealing period: LedgerPeriod? = nil, in db: Database
  ) throws -> Int {
    var writer = try RecordWriter(db: db, gateway: gateway)
    for draft in output.records { try writer.issue(draft, at: issued) }
    try findingTable(db).store(output.findings, with: &writer, issued: issued)
    if let period { try seal(period, with: &writer, issued: issued) }
    try writer.finish()
    try QuarantineTable(db: db).insert(output.quarantined, keep: options.quarantineRows)
    try Meta.set(.outputPosition, position, in: db)
    try Meta.set(.counts, Data(counts.encoded()), in: db)
    try options.beforeCommit?()
    return try usedPages(db)
  }

  private func save(_ checkpoint: Checkpoint, in db: Database) throws {
    let put = try db.cachedStatement(
      sql: "INSERT INTO state (key, bytes) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes")
    let delete = try db.cachedStatement(sql: "DELETE FROM state WHERE key = ?")
    for (key, bytes) in checkpoint.state {
      if let bytes {
        try put.execute(arguments: [key, Data(bytes)])
      } else {
        try delete.execute(arguments: [key])
      }
    }
    let history = HistoryTable(db: db)
    try history.insert(checkpoint.history)
    try history.raiseFloors(checkpoint.oldestBlocks)
    _ = try history.prune(oldestBlock: checkpoint.oldestBlock, limit: Self.pruneLimit)
    try Meta.set(.oldestBlock, checkpoint.oldestBlock, in: db)
    try Meta.set(.checkpointPosition, checkpoint.position, in: db)
    if checkpoint.position <= outputPosition { try options.beforeCommit?() }
  }

  private func findingTable(_ db: Database) -> FindingTable {
    FindingTable(db: db, formatTime: options.formatTime, keep: options.closedFindings)
  }

  /// A durable transaction that evicts and tries again when there is no room: first for what nobody misses, then for
  /// undelivered records.
  ///
  /// - Parameter bytes: about what it writes.
  func writeMakingRoom(
    _ bytes: Int, now: Timestamp, _ body: (Database) throws -> Int
  ) throws -> Int {
    let need = min(max(2 * bytes, Self.leastRoom), budget.logBytes)
    var result = try attempt(body)
    if case .failure = result {
      do {
        try makeRoom(forCommitOf: need, now: now)
      } catch StoreError.diskFull {
        // Part of it may have been enough, which the next attempt shows.
      }
      result = try attempt(body)
    }
    if case .failure = result, try evictUndelivered(forCommitOf: need, now: now) { result = try attempt(body) }
    let used = try result.get()
    shared.change { $0.hasEvictedForCommit = false }
    return used
  }

  /// A failure is a full disk; anything else is thrown.
  private func attempt(_ body: (Database) throws -> Int) throws -> Result<Int, StoreError> {
    do {
      return .success(try write(body))
    } catch let error as StoreError {
      guard case .diskFull = error else { throw error }
      return .failure(error)
    }
  }
}

extension EngineOutput {
  /// About what its rows and their entries in indexes take.
  fileprivate var storedBytes: Int {
    records.reduce(0) { $0 + $1.body.count + 600 } + findings.count * 2500 + quarantined.count * 250
  }
}

extension Checkpoint {
  fileprivate var storedBytes: Int {
    state.reduce(0) { $0 + $1.key.utf8.count + ($1.bytes?.count ?? 0) + 32 }
      + history.reduce(0) { $0 + $1.bytes.count + 32 }
  }
}
