import Engine
import Foundation
import Journal
import Logging
import Rules
import Store
import Telemetry
import Templates

/// The engine thread: batches in, committed outputs and checkpoints out.
///
/// It owns the engine. Outputs are committed soon after they exist; the engine's state is saved by checkpoints, from
/// which the journal is replayed after a crash (outputs that were committed before are then discarded).
final class EngineRunner: @unchecked Sendable {
  struct Cadence: Sendable {
    /// Outputs wait at most so long for their commit.
    var output = Duration.milliseconds(200)
    var checkpoint = Duration.seconds(30)
    /// Without traffic and without a deadline a mark is journaled this often, to show that time is known.
    var idleMark = Duration.seconds(10)
    var maintenance = Duration.seconds(30)
  }

  private let store: Store
  private let journal: Journal
  private let queue: BatchQueue
  private let writer: JournalWriter
  private let board: StatusBoard
  private let findings: GatewayFindings
  private let logger: Logger
  private let cadence: Cadence
  private let onRecords: @Sendable () -> Void

  private var days: DayWatch
  private var engine: Engine
  private var site: Site
  private var output = EngineOutput()
  private var lastOutputCommit = ContinuousClock.now
  private var lastCheckpoint = ContinuousClock.now
  private var lastMark = ContinuousClock.now
  private var lastView = ContinuousClock.now
  private var lastMaintenance = ContinuousClock.now
  private var checkpointed: Int64

  init(
    engine: Engine, site: Site, store: Store, journal: Journal, queue: BatchQueue, writer: JournalWriter,
    board: StatusBoard, findings: GatewayFindings, days: DayWatch, cadence: Cadence = Cadence(), logger: Logger,
    onRecords: @escaping @Sendable () -> Void
  ) {
    self.engine = engine
    self.site = site
    self.store = store
    self.journal = journal
    self.queue = queue
    self.writer = writer
    self.board = board
    self.findings = findings
    self.days = days
    self.cadence = cadence
    self.logger = logger
    self.onRecords = onRecords
    checkpointed = engine.position
  }

  /// Runs until the queue is closed and empty; then writes a last checkpoint.
  func run() throws {
    board.publish(engine.view())
    while let batches = queue.popAll(timeout: 0.05) {
      for batch in batches { try process(batch) }
      if batches.isEmpty { try idle() }
      try commitWhenDue(isIdle: batches.isEmpty)
    }
    try patiently { try self.checkpoint() }
    board.publish(engine.view())
  }

  private func process(_ batch: Batch) throws {
    try engine.process(batch, into: &output)
    lastMark = ContinuousClock.now
    // What a safety device says, and whoever is called for it, waits for nobody.
    if batch.isUrgent, !output.isEmpty { try patiently { try self.commitOutput() } }
    // The head of a day is over what was made up to this batch, neither more nor less, whenever it is committed.
    if let day = days.ended(at: engine.plantClock) { try patiently { try self.commitOutput(sealing: day) } }
    if case .configuration = batch.entries.last { try patiently { try self.checkpoint() } }
    if engine.shouldCheckpoint { try patiently { try self.checkpoint() } }
  }

  /// Nothing has arrived: time itself may close windows.
  private func idle() throws {
    let now = PlantClock.system().wall
    let isDue = engine.nextDeadline.map { $0 <= now } ?? false
    guard isDue || ContinuousClock.now - lastMark >= cadence.idleMark else { return }
    do {
      if let batch = try writer.appendIdleMark() { try process(batch) }
      if isTroubled { recovered() }
    } catch let error as JournalError {
      // The journal cannot be written just now (disk full): windows close when it can.
      trouble("the journal cannot be written", error)
      Thread.sleep(forTimeInterval: 0.5)
    }
  }

  private func commitWhenDue(isIdle: Bool) throws {
    let now = ContinuousClock.now
    if now - lastCheckpoint >= cadence.checkpoint {
      try patiently { try self.checkpoint() }
    } else if !output.isEmpty, isIdle || now - lastOutputCommit >= cadence.output {
      try patiently { try self.commitOutput() }
    }
    if now - lastView >= .seconds(1) {
      lastView = now
      board.publish(engine.view())
    }
    if now - lastMaintenance >= cadence.maintenance {
      lastMaintenance = now
      makeRoom()
      lookAtClock()
      lookAtEvictions()
      findings.save()
      releaseMemory()
    }
  }

  private func releaseMemory() {
    do {
      try ResidentMemory.release()
    } catch {
      logger.warning("unused memory was not given back", metadata: ["error": "\(error)"])
    }
  }

  private func commitOutput(sealing day: LedgerPeriod? = nil) throws {
    lastOutputCommit = ContinuousClock.now
    guard !output.isEmpty || day != nil else { return }
    try store.commit(
      output, upTo: engine.position, counts: engine.counts, issued: PlantClock.system().wall, sealing: day)
    output = EngineOutput()
    onRecords()
  }

  private func checkpoint() throws {
    lastCheckpoint = ContinuousClock.now
    lastOutputCommit = lastCheckpoint
    guard engine.position > checkpointed || !output.isEmpty else { return }
    let hadRecords = !output.isEmpty
    let checkpoint = pending ?? engine.checkpoint()
    pending = checkpoint
    try store.commit(checkpoint, output: output, issued: PlantClock.system().wall)
    pending = nil
    checkpointed = checkpoint.position
    output = EngineOutput()
    if hadRecords { onRecords() }
  }

  /// A checkpoint that was taken and could not be committed yet: the engine has forgotten that it is unsaved.
  private var pending: Checkpoint?

  /// A full disk is an ordinary day: evict, and wait until there is room. Meanwhile nothing is taken from the queue,
  /// so the network threads stop reading and the broker keeps what comes.
  private func patiently(_ commit: () throws -> Void) throws {
    while true {
      do {
        try commit()
        if isTroubled { recovered() }
        return
      } catch let error as StoreError {
        guard case .diskFull = error else { throw error }
        board.storeTrouble(error)
        trouble("the store cannot be written", error)
        if queue.isClosed { throw error }
        Thread.sleep(forTimeInterval: 0.5)
      }
    }
  }

  private var isTroubled = false
  private var lastTroubleLog: ContinuousClock.Instant?

  private func trouble(_ what: String, _ error: any Error) {
    isTroubled = true
    // A full disk must not be filled further by the log about it.
    if lastTroubleLog.map({ ContinuousClock.now - $0 > .seconds(60) }) ?? true {
      lastTroubleLog = ContinuousClock.now
      logger.error("\(what): waiting for room", metadata: ["error": "\(error)"])
    }
    makeRoom()
    findings.open(
      "disk-full", severity: .critical, summary: "The disk is full: \(what).",
      advice: "Free some space on the gateway's disk. Until then the broker keeps what comes; nothing is lost.")
  }

  private func recovered() {
    isTroubled = false
    lastTroubleLog = nil
    board.storeRecovered()
    findings.close("disk-full")
    logger.info("there is room again")
  }

  /// Keeps journal and store within their bounds, and gives back the reserve when the disk is full.
  private func makeRoom() {
    do {
      let free = journal.freeBytes ?? .max
      if free < site.storage.freeSpaceFloor, journal.holdsReserve { try journal.releaseReserve() }
      if free < site.storage.freeSpaceFloor {
        try store.makeRoom(
          bytes: site.storage.freeSpaceFloor - free, now: PlantClock.system().wall, sparingUndelivered: true)
      }
      if let now = writer.ageClock() { try journal.trim(before: checkpointed, now: now) }
      if free > site.storage.freeSpaceFloor + site.storage.reserveBytes, !journal.holdsReserve {
        try journal.restoreReserve()
      }
    } catch {
      logger.warning("could not make room", metadata: ["error": "\(error)"])
    }
  }

  /// Tells of what had to go although somebody still wanted it.
  private func lookAtEvictions() {
    let report = store.takeEvictions()
    if report.undeliveredRecords > 0 {
      findings.open(
        "records-evicted", severity: .critical,
        summary:
          "\(report.undeliveredRecords) records were given up before their destination had them: the store is full.",
        advice: "Bring the destination back (weir status), or give the store more room (storage: store: size).")
    } else {
      findings.close("records-evicted")
    }
  }

  /// Tells of steps of the system clock. Marks never go back, so windows close late rather than twice.
  private func lookAtClock() {
    if site.clock == .system {
      if PlantClock.isSynchronised {
        findings.close("clock-unsynchronised")
      } else {
        findings.open(
          "clock-unsynchronised", severity: .warning,
          summary:
            "Nothing keeps the gateway's clock in time: windows close by it, and wrong device clocks are told by it.",
          advice: "Set up time synchronisation (timedatectl set-ntp true, or chrony with a server of the plant).")
      }
    }
    guard let trouble = writer.takeClockTrouble() else { return }
    if trouble.step != .zero || trouble.ahead > PlantClock.stepThreshold {
      findings.open(
        "system-clock", severity: .warning,
        summary: "The system clock stepped by \(trouble.step.seconds) s; the plant clock is "
          + "\(trouble.ahead.seconds) s ahead of it.",
        advice: "Check time synchronisation (timedatectl). Windows close when the system clock has caught up.")
    } else {
      findings.close("system-clock")
    }
  }
}
