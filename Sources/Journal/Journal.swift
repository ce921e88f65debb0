import Foundation
import GRDB
import Synchronization
import Telemetry
import Templates

/// The durable log of everything that the gateway took in: recovery log and raw history in one.
///
/// `append` returns after the batch is on the disk. Any thread may call any method; writers wait for each other, and
/// positions follow the order of the commits.
public final class Journal: Sendable {
  /// Something that a person should know of how the journal was opened.
  public enum OpeningNote: Hashable, Sendable {
    /// The file was damaged; it lies at `path` now and the journal began anew.
    case setAside(path: String, reason: String)
    /// The reserve could not be preallocated.
    case noReserve(reason: String)
  }

  let pool: DatabasePool
  let files: JournalFiles
  let settings: StorageSettings
  let now: @Sendable () -> Timestamp
  let last: Atomic<Int64>
  /// Bytes that batches took since the last trim.
  let appended = Atomic<Int>(0)
  /// In order.
  public let openingNotes: [OpeningNote]

  /// Opens the journal, or makes it.
  ///
  /// A damaged file is set aside as `<path>.corrupt-<n>` and the journal begins anew, see `openingNotes`.
  ///
  /// - Parameters:
  ///   - path: of the database file, `…/journal.sqlite`. Its directory must exist and be locked (`DataDirectoryLock`).
  ///   - now: the clock by which batches get old.
  /// - Throws: `failed` if the file was written by a newer version or is something else; it is left as it is.
  public init(
    path: String, settings: StorageSettings, now: @escaping @Sendable () -> Timestamp = Journal.systemTime
  ) throws(JournalError) {
    files = JournalFiles(path: path, reserveBytes: settings.reserveBytes)
    self.settings = settings
    self.now = now
    var notes: [OpeningNote] = []
    do {
      pool = try files.open(walBytes: Self.walBytes(settings))
    } catch .corrupt(let reason) {
      notes.append(.setAside(path: try files.setAside(), reason: reason))
      pool = try files.open(walBytes: Self.walBytes(settings))
    } catch .diskFull {
      // Even opening writes a little; the reserve is for exactly this.
      try files.reserve.release()
      pool = try files.open(walBytes: Self.walBytes(settings))
    }
    do {
      try files.reserve.restore()
    } catch {
      notes.append(.noReserve(reason: error.description))
    }
    openingNotes = notes
    do {
      last = Atomic(try pool.read { try Int64.fetchOne($0, sql: "SELECT max(position) FROM batches") } ?? 0)
    } catch {
      throw JournalError(error, files)
    }
  }

  /// The last durable batch, 0 if there is none.
  public var lastPosition: Int64 { last.load(ordering: .acquiring) }

  /// Makes sure that new batches come after `position`: for a journal that began anew beside a store that did not.
  public func continuePositions(after position: Int64) {
    var current = last.load(ordering: .acquiring)
    while current < position {
      let (exchanged, original) = last.compareExchange(
        expected: current, desired: position, ordering: .acquiringAndReleasing)
      if exchanged { return }
      current = original
    }
  }

  /// Makes the batch durable together with its quarantined messages, in one transaction with one sync, and sets its
  /// position.
  public func append(_ batch: inout Batch) throws(JournalError) { try append(&batch, retried: []) }

  /// The same for a batch that holds what became of quarantined messages: they are marked as retried in the same
  /// transaction, and the batch says so (`counts.retried`, `retriedReasons`).
  ///
  /// - Throws: `failed`, and nothing is stored, if one of them is not waiting any more.
  public func append(_ batch: inout Batch, retried ids: [Int64]) throws(JournalError) {
    var stored = batch
    try perform {
      try pool.writeWithoutTransaction { db in
        let position = last.load(ordering: .acquiring) + 1
        try db.inTransaction(.immediate) {
          if !ids.isEmpty {
            stored.retriedReasons = try Quarantine.markRetried(ids, in: db)
            stored.counts.retried = ids.count
          }
          let bytes = try BatchEncoder.encode(stored, position: position)
          try db.cachedStatement(sql: "INSERT INTO batches (position, created, messages, bytes) VALUES (?, ?, ?, ?)")
            .execute(arguments: [position, now().nanoseconds, stored.identities.count, Data(bytes)])
          appended.wrappingAdd(bytes.count + JournalFiles.pageSize / 2, ordering: .relaxed)
          try Quarantine.insert(stored.quarantined, position: position, in: db)
          return .commit
        }
        stored.position = position
        last.store(position, ordering: .releasing)
      }
    }
    batch = stored
  }

  /// Closes the database: the write-ahead log goes into the main file. Nothing may be called afterwards.
  public func close() throws(JournalError) {
    try perform {
      // The pool closes its readers last, which may not do this.
      _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
      try pool.close()
    }
  }

  /// Runs a database access and translates what it throws.
  func perform<Result>(_ body: () throws -> Result) throws(JournalError) -> Result {
    do {
      return try body()
    } catch {
      let translated = JournalError(error, files)
      switch translated {
      case .corrupt: files.suspect()
      case .diskFull:
        // What is in the write-ahead log may still fit into the main file; the log then begins at its front again and
        // the next transaction needs no new space. If it does not fit, the disk stays full, as the caller learns anyway.
        do {
          _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
        } catch {
          break
        }
      case .failed: break
      }
      throw translated
    }
  }

  /// The write-ahead log is folded into the main file when it has this size: large enough that pages written by
  /// several commits go there once, small enough that the commit which does it stays short, and that the reserve has
  /// room for it: on a full disk the main file must be able to take the log before anything can be deleted.
  static func walBytes(_ settings: StorageSettings) -> Int {
    let least = 1 << 18
    let most = settings.reserveBytes > 0 ? max(settings.reserveBytes / 4, least) : 4 << 20
    return min(max(settings.journalBytes / 8, least), most, 4 << 20)
  }

  /// The system clock.
  public static let systemTime: @Sendable () -> Timestamp = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
