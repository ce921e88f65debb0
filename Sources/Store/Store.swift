import Foundation
import GRDB
import Ledger
import Rules
import Telemetry
import Templates

/// Records, findings, engine state, history, ledger, and what each destination still has to get: `store.sqlite`.
///
/// One writer at a time (any thread), readers beside it on snapshots. Every public method is one transaction: it
/// happens as a whole or, when it throws a `StoreError`, not at all.
///
/// **Positions.** Outputs are stored up to `outputPosition`, engine state up to `checkpointPosition` (never later than
/// what was stored of the outputs). After a crash the engine starts from the checkpoint and processes the journal again;
/// a commit of outputs up to a position ≤ `outputPosition` is ignored, so the replaying caller must commit once at
/// exactly `outputPosition` before it gathers the outputs of later batches. Commits never go back in position.
public final class Store: StateReader, Sendable {
  /// Choices that are not a plant's business.
  public struct Options: Sendable {
    /// Delivered records are kept at least this long while there is space.
    public var retention = Span64.days(2)
    /// Set-aside samples that are kept; the oldest go first.
    public var quarantineRows: Int64 = 100_000
    /// Closed findings that are kept for queries; those that were closed first go first. Their records stay issued.
    public var closedFindings: Int64 = 10_000
    /// Whether history within its horizon may go when the file is at its bound and nothing else is left.
    ///
    /// Only for a caller that refuses samples of the time before `lostHistory()`: with half of its history a window
    /// would be folded to another figure. Otherwise the Store says `diskFull`, and nothing is lost.
    public var evictsNeededHistory = false
    /// How times are written in envelopes and in bodies of findings.
    public var formatTime: @Sendable (Timestamp) -> String = { $0.rfc3339UTC }
    /// Called inside every transaction of outputs and checkpoints just before its commit; throwing rolls it back.
    public var beforeCommit: (@Sendable () throws -> Void)?

    public init() {}
  }

  /// What the opening had to do or to say, for the log: a damaged file set aside, a destination added.
  public let openingNotes: [String]

  let path: String
  let pool: DatabasePool
  let gateway: Gateways
  let options: Options
  let budget: SpaceBudget
  let shared: SharedState

  /// Opens or creates the file.
  ///
  /// A damaged file is set aside as `store.sqlite.corrupt-<n>` and a new one begun: `checkpointPosition` is 0 then, and
  /// the caller rebuilds everything from the journal. Records that are issued again have the same ids.
  ///
  /// - Parameters:
  ///   - path: of `store.sqlite`; its folder exists.
  ///   - gateway: part of every record id.
  ///   - destinations: those configured now. A new one starts now: it gets the records that are issued after this
  ///     opening. One that is left out keeps its cursor for the day it comes back.
  public init(
    path: String, gateway: String, settings: StorageSettings, destinations: [Destination], options: Options = Options()
  ) throws {
    let budget = SpaceBudget(bytes: settings.storeBytes)
    var opening = StoreOpening(path: path, budget: budget)
    let opened = try opening.open(gateway: gateway, destinations: destinations)
    self.path = path
    pool = opened.pool
    self.gateway = opened.gateway
    self.options = options
    self.budget = budget
    shared = SharedState(opened.positions)
    openingNotes = opening.notes
  }

  /// Closes the file. Nothing may be called afterwards.
  public func close() throws {
    // The pool's last connection is a reader, which could not empty the log.
    try emptyLog()
    try access { try pool.close() }
  }

  /// The last batch of the journal whose effects are in the saved engine state. 0 for a new file.
  public var checkpointPosition: Int64 { shared.read { $0.checkpoint } }

  /// The last batch of the journal whose outputs are stored. Batches without outputs do not move it.
  public var outputPosition: Int64 { shared.read { $0.output } }

  /// Why space could not be made after the newest commit (which itself is stored); nil if it could.
  public var evictionTrouble: StoreError? { shared.read { $0.evictionTrouble } }

  // MARK: StateReader

  public func state(_ key: String) throws -> [UInt8]? { try states([key])[0] }

  public func states(_ keys: [String]) throws -> [[UInt8]?] {
    try read { db in
      let statement = try db.cachedStatement(sql: "SELECT bytes FROM state WHERE key = ?")
      return try keys.map { key in try Data.fetchOne(statement, arguments: [key]).map { [UInt8]($0) } }
    }
  }

  public func history(asset: UInt32, block: Int64) throws -> [[UInt8]] {
    try read { db in try HistoryTable(db: db).chunks(asset: asset, block: block) }
  }

  /// Chunks of an asset in blocks `fromBlock`…`toBlock` (both included), by block, oldest checkpoint first.
  public func historyChunks(asset: UInt32, fromBlock: Int64, toBlock: Int64) throws -> [HistoryChunk] {
    try read { db in
      let table = HistoryTable(db: db)
      var found: [HistoryChunk] = []
      var next = try table.firstBlock(from: fromBlock)
      while let block = next, block <= toBlock {
        found += try table.chunks(asset: asset, block: block).map {
          HistoryChunk(block: block, asset: asset, bytes: $0)
        }
        next = try table.firstBlock(from: block + 1)
      }
      return found
    }
  }

  /// History that was given up although it was within its horizon; nil if that never happened to this file.
  public func lostHistory() throws -> LostHistory? { try read { db in try HistoryTable(db: db).givenUp() } }

  // MARK: Access

  /// Reads a snapshot.
  func read<T>(_ body: (Database) throws -> T) throws -> T { try access { try pool.read(body) } }

  /// Any access, with errors of this module.
  func access<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch { throw noted(error) }
  }

  /// One transaction. `durable`: on disk when it returns; otherwise a power cut may undo it (a crash does not).
  func write<T>(durable: Bool = true, _ body: (Database) throws -> T) throws -> T {
    try access {
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        var result: T?
        try db.inTransaction(.immediate) {
          result = try body(db)
          return .commit
        }
        guard let result else { throw StoreError.failed("the transaction has no result") }
        return result
      }
    }
  }

  /// Marks a damaged file, so that the next opening checks all of it.
  private func noted(_ error: any Error) -> StoreError {
    let error = StoreError.from(error, path: path)
    if case .corrupt(let text) = error { StoreOpening.mark(path: path, text) }
    return error
  }
}

/// The ids under which this gateway issued records, by their number in the file.
struct Gateways: Sendable {
  let current: Int64
  let ids: [Int64: String]

  var currentID: String { ids[current] ?? "" }
}

/// What the Store remembers between calls, behind a lock.
final class SharedState: @unchecked Sendable {
  struct Values {
    var checkpoint: Int64
    var output: Int64
    /// Outputs up to here were stored before this opening: to be ignored when they come again.
    var replayEnd: Int64
    /// The highest position of any call since the opening.
    var latest: Int64
    /// Per destination: no record that it awaits has a sequence after its cursor and up to here.
    var scanned: [String: Int64] = [:]
    /// Commits until the next attempt to make room, after one that found nothing to evict.
    var commitsUntilEviction = 0
    var evictionTrouble: StoreError?
    /// Since `takeEvictions`.
    var evictions = EvictionReport()
    var evictionMemory = EvictionMemory()
    /// Undelivered records went for a commit, and none has succeeded since.
    var hasEvictedForCommit = false
    /// Signs heads.
    var signingKey: SigningKey?
  }

  private let lock = NSLock()
  private var values: Values

  init(_ values: Values) { self.values = values }

  func read<T>(_ body: (Values) -> T) -> T { lock.withLock { body(values) } }
  func change(_ body: (inout Values) -> Void) { lock.withLock { body(&values) } }
}
