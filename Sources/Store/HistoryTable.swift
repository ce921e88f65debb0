import Foundation
import GRDB
import Rules

/// The chunks of accepted samples, within a transaction.
struct HistoryTable {
  /// Two days.
  private static let blocksNeverGivenUp: Int64 = 192

  let db: Database

  func chunks(asset: UInt32, block: Int64) throws -> [[UInt8]] {
    guard asset <= HistoryKey.maximumAsset, block.magnitude <= UInt64(HistoryKey.maximumBlock),
      let last = try lastRun(of: block)
    else { return [] }
    let statement = try db.cachedStatement(
      sql: """
        WITH RECURSIVE run (id) AS (SELECT ?1 UNION ALL SELECT id + ?3 FROM run WHERE id + ?3 <= ?2)
        SELECT history.bytes FROM run CROSS JOIN history ON history.id = run.id ORDER BY run.id
        """)
    let first = HistoryKey.start(of: block) + Int64(asset)
    let step = Int64(1) << HistoryKey.assetBits
    return try Data.fetchAll(statement, arguments: [first, first + last * step, step]).map { [UInt8]($0) }
  }

  /// The first block ≥ `block` that has chunks.
  func firstBlock(from block: Int64) throws -> Int64? {
    let statement = try db.cachedStatement(sql: "SELECT min(id) FROM history WHERE id >= ?")
    return try Int64.fetchOne(statement, arguments: [HistoryKey.start(of: block)]).map { HistoryKey(rowID: $0).block }
  }

  private func lastRun(of block: Int64) throws -> Int64? {
    let statement = try db.cachedStatement(sql: "SELECT max(id) FROM history WHERE id >= ? AND id < ?")
    let arguments: StatementArguments = [HistoryKey.start(of: block), HistoryKey.start(of: block + 1)]
    return try Int64.fetchOne(statement, arguments: arguments).map { HistoryKey(rowID: $0).run }
  }

  /// Adds the chunks of one checkpoint.
  func insert(_ chunks: [HistoryChunk]) throws {
    let statement = try db.cachedStatement(sql: "INSERT INTO history (id, bytes) VALUES (?, ?)")
    var runs: [Int64: Int64] = [:]
    // In the order of the keys, so that pages are filled one after the other.
    for chunk in chunks.sorted(by: { ($0.block, $0.asset) < ($1.block, $1.asset) }) {
      let run: Int64
      if let known = runs[chunk.block] {
        run = known
      } else {
        run = try lastRun(of: chunk.block).map { $0 + 1 } ?? 0
        runs[chunk.block] = run
      }
      let key = try HistoryKey(block: chunk.block, run: run, asset: chunk.asset)
      try statement.execute(arguments: [key.rowID, Data(chunk.bytes)])
    }
  }

  /// Notes what is no longer needed of single assets.
  func raiseFloors(_ floors: [(asset: UInt32, block: Int64)]) throws {
    guard !floors.isEmpty else { return }
    let oldest = try firstBlock(from: .min) ?? 0
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO history_floors (asset, block, pruned) VALUES (?, ?, ?)
        ON CONFLICT (asset) DO UPDATE SET block = max(block, excluded.block)
        """)
    for floor in floors { try statement.execute(arguments: [Int64(floor.asset), floor.block, oldest]) }
  }

  /// Deletes about `limit` chunks that a horizon still needs, by whole blocks from the oldest, but none of the newest
  /// two days: nearly all late samples belong there. Returns how many; fewer than the limit means that nothing is left.
  func giveUpOldest(limit: Int) throws -> Int {
    guard let newest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM history") else { return 0 }
    let end = HistoryKey(rowID: newest).block - Self.blocksNeverGivenUp
    var deleted = 0
    while deleted < limit, let block = try firstBlock(from: .min), block < end {
      try db.execute(sql: "DELETE FROM history WHERE id < ?", arguments: [HistoryKey.start(of: block + 1)])
      deleted += db.changesCount
      let floor = try givenUp()?.beforeBlock ?? block
      try Meta.set(.historyFloor, max(floor, block + 1), in: db)
    }
    try Meta.add(Meta.neededHistoryEvicted.rawValue, deleted, in: db)
    return deleted
  }

  func givenUp() throws -> LostHistory? {
    let floor = try db.cachedStatement(sql: "SELECT value FROM meta WHERE name = ?")
    guard let block = try Int64.fetchOne(floor, arguments: [Meta.historyFloor.rawValue]) else { return nil }
    return LostHistory(chunks: Int(try Meta.integer(.neededHistoryEvicted, in: db)), beforeBlock: block)
  }

  /// Deletes up to about `limit` chunks that no horizon needs: those before `oldestBlock`, and those of single assets
  /// before their floor. Returns how many; fewer than the limit means that nothing is left to delete.
  func prune(oldestBlock: Int64, limit: Int) throws -> Int {
    var deleted = 0
    while deleted < limit, let block = try firstBlock(from: .min), block < oldestBlock {
      try db.execute(
        sql: "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE id < ? ORDER BY id LIMIT ?)",
        arguments: [HistoryKey.start(of: block + 1), limit - deleted])
      deleted += db.changesCount
    }
    while deleted < limit,
      let block = try Int64.fetchOne(db, sql: "SELECT min(pruned) FROM history_floors WHERE pruned < block")
    {
      // A block has a bounded number of chunks, and pages are shared by neighbours: it is done as a whole.
      try db.execute(
        sql: """
          DELETE FROM history WHERE id >= ?1 AND id < ?2
            AND (id & ?3) IN (SELECT asset FROM history_floors WHERE pruned = ?4 AND pruned < block)
          """,
        arguments: [
          HistoryKey.start(of: block), HistoryKey.start(of: block + 1), Int64(HistoryKey.maximumAsset), block,
        ])
      deleted += db.changesCount
      let next = try firstBlock(from: block + 1) ?? .max
      try db.execute(
        sql: "UPDATE history_floors SET pruned = min(block, ?1) WHERE pruned = ?2 AND pruned < block",
        arguments: [next, block])
    }
    return deleted
  }
}
