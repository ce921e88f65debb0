import Foundation
import Journal
import Rules
import Telemetry

/// The one place that appends to the journal: gives every batch its time mark, makes it durable, and hands it to the
/// engine in the order of the journal.
///
/// Network threads (one per broker), the engine thread (idle marks) and the control API (commands) call it; the lock
/// is held across commit and hand-over, because the engine must see positions without gaps. Whoever waits for room does
/// so before, so that what is urgent finds the lock free.
final class JournalWriter: @unchecked Sendable {
  private let lock = NSLock()
  private let journal: Journal
  private let queue: BatchQueue
  private let stampsTime: Bool
  private let board: StatusBoard
  private var clock: PlantClock
  private var isTroubled = false

  /// - Parameter stampsTime: false in replay and simulation, where marks are messages.
  init(journal: Journal, queue: BatchQueue, clock: PlantClock, stampsTime: Bool, board: StatusBoard) {
    self.journal = journal
    self.queue = queue
    self.clock = clock
    self.stampsTime = stampsTime
    self.board = board
  }

  /// Durable when it returns.
  ///
  /// - Parameter ids: messages of the quarantine that the batch holds decoded.
  func append(_ batch: inout Batch, retried ids: [Int64] = []) throws {
    if !batch.isUrgent { queue.waitForRoom(samples: batch.samples.count) }
    lock.lock()
    defer { lock.unlock() }
    if stampsTime { batch.entries.insert(.mark(clock.now()), at: 0) }
    try commit(&batch, retried: ids)
    queue.add(batch)
  }

  /// A command alone; durable when it returns.
  ///
  /// - Returns: the position of its batch.
  @discardableResult
  func append(command: SiteCommand) throws -> Int64 {
    var batch = Batch()
    batch.entries.append(.command(command.text))
    try append(&batch)
    return batch.position
  }

  /// Tells the status board of a change between working and not working.
  private func commit(_ batch: inout Batch, retried ids: [Int64] = []) throws(JournalError) {
    do {
      try journal.append(&batch, retried: ids)
    } catch {
      isTroubled = true
      board.journalTrouble(error)
      throw error
    }
    if isTroubled {
      isTroubled = false
      board.journalRecovered()
    }
  }

  /// An idle mark by the engine thread itself: returned instead of queued, since that thread would wait for itself.
  /// Nil if a network thread is committing or has put something into the queue: its batch carries a mark of its own.
  /// (Never waits for the lock: its holder may be waiting for the engine thread to empty the queue.)
  func appendIdleMark() throws -> Batch? {
    guard lock.try() else { return nil }
    defer { lock.unlock() }
    guard stampsTime, queue.depth == 0 else { return nil }
    var batch = Batch()
    batch.entries.append(.mark(clock.now()))
    try commit(&batch)
    return batch
  }

  /// The time by which stored data gets old: the plant clock, which does not believe a leap of the system clock at
  /// once; nil while a commit is under way.
  func ageClock() -> Timestamp? {
    guard stampsTime else { return PlantClock.system().wall }
    guard lock.try() else { return nil }
    defer { lock.unlock() }
    return clock.now()
  }

  /// A step of the system clock that was not reported yet, and how far marks are ahead of it; nil while a commit
  /// is under way.
  func takeClockTrouble() -> (step: Span64, ahead: Span64)? {
    guard lock.try() else { return nil }
    defer { lock.unlock() }
    return (clock.takeStep(), clock.aheadOfWall)
  }
}
