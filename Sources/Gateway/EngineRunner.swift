import Engine
import Foundation
import Journal
import Logging
import Rules
import Store
import Telemetry
import Templates

/// The engine thread: batches in, outputs and checkpoints out, which `StoreLane` commits.
///
/// It owns the engine. Outputs are committed soon after they exist; the engine's state is saved by checkpoints, from
/// which the journal is replayed after a crash (outputs that were committed before are then discarded). What is urgent is
/// handed on before the Store has it: the replay makes it again, under the same id.
final class EngineRunner: @unchecked Sendable {
  struct Cadence: Sendable {
    /// Outputs wait at most so long for their commit.
    var output = Duration.milliseconds(200)
    var checkpoint = Duration.seconds(30)
    /// Without traffic and without a deadline a mark is journaled this often, to show that time is known.
    var idleMark = Duration.seconds(10)
    var maintenance = Duration.seconds(30)
  }

  /// So long a Store that is slow keeps people from seeing the engine, and one that is in trouble.
  private static let longestView = Duration.seconds(60)
  private static let troubledView = Duration.seconds(3)
  /// What is made while the Store is behind; above that only what is urgent goes on.
  private static let mostWaiting = 5000

  private let lane: StoreLane
  private let reader: CheckpointReader
  private let queue: BatchQueue
  private let writer: JournalWriter
  private let board: StatusBoard
  private let findings: GatewayFindings
  private let logger: Logger
  private let cadence: Cadence
  private let onUrgent: @Sendable ([RecordDraft]) -> Void

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

  /// - Parameters:
  ///   - reader: what the engine reads.
  ///   - onUrgent: records that people must have at once; called as soon as they are made of what the journal holds. Must
  ///     not wait.
  init(
    engine: Engine, reader: CheckpointReader, site: Site, lane: StoreLane, queue: BatchQueue, writer: JournalWriter,
    board: StatusBoard, findings: GatewayFindings, days: DayWatch, cadence: Cadence = Cadence(), logger: Logger,
    onUrgent: @escaping @Sendable ([RecordDraft]) -> Void
  ) {
    self.engine = engine
    self.reader = reader
    self.site = site
    self.lane = lane
    self.queue = queue
    self.writer = writer
    self.board = board
    self.findings = findings
    self.days = days
    self.cadence = cadence
    self.logger = logger
    self.onUrgent = onUrgent
    checkpointed = engine.position
  }

  /// Runs until the queue is closed and empty; then writes a last checkpoint.
  func run() throws {
    lane.start()
    defer { lane.stop() }
    board.publish(engine.view())
    while true {
      if queue.isClosed { lane.end() }
      let isBehind = try isBehind()
      guard let batches = queue.popAll(timeout: isBehind ? 0.01 : 0.05, isHeld: isBehind) else { break }
      for batch in batches { try process(batch) }
      if batches.isEmpty, !isBehind { try idle() }
      try commitWhenDue(isIdle: batches.isEmpty)
    }
    lane.end()
    try checkpointNow()
    board.publish(engine.view())
  }

  /// The Store has not yet taken so much that no more may be made, save what is urgent.
  private func isBehind() throws -> Bool {
    if try isStoreCurrent() { return false }
    let waiting = output.records.count + output.findings.count + output.quarantined.count
    return engine.shouldCheckpoint || waiting > Self.mostWaiting
  }

  /// The Store has everything that was made, and a checkpoint that it has need not be read from memory any more.
  private func isStoreCurrent() throws -> Bool {
    guard try lane.isIdle() else { return false }
    reader.drop()
    return true
  }

  private func process(_ batch: Batch) throws {
    let known = output.records.count
    try engine.process(batch, into: &output)
    // What a safety device says, and whoever is called for it, waits for nobody: the journal has it.
    let urgent = output.records[known...].filter(\.isUrgent)
    if !urgent.isEmpty { onUrgent(urgent) }
    lastMark = ContinuousClock.now
    // The head of a day is over what was made up to this batch, neither more nor less, whenever it is committed.
    if let day = days.ended(at: engine.plantClock) { submitOutput(sealing: day) }
    if batch.isUrgent, !output.isEmpty, try isStoreCurrent() { submitOutput() }
    if case .configuration = batch.entries.last { try checkpointNow() }
    if engine.shouldCheckpoint, try isStoreCurrent() { checkpoint() }
  }

  /// Nothing has arrived: time itself may close windows.
  private func idle() throws {
    let now = PlantClock.system().wall
    let isDue = engine.nextDeadline.map { $0 <= now } ?? false
    guard isDue || ContinuousClock.now - lastMark >= cadence.idleMark else { return }
    do {
      if let batch = try writer.appendIdleMark() { try process(batch) }
      if troubles.isTroubled { recovered() }
    } catch let error as JournalError {
      // The journal cannot be written just now (disk full): windows close when it can.
      trouble(error)
      Thread.sleep(forTimeInterval: 0.5)
    }
  }

  private func commitWhenDue(isIdle: Bool) throws {
    let now = ContinuousClock.now
    let isViewDue = now - lastView >= .seconds(1)
    if try isStoreCurrent() {
      // What people see of the engine is no newer than what they find in the Store.
      if let view = viewUnderWay { publish(view, now) }
      var isSubmitted = true
      if now - lastCheckpoint >= cadence.checkpoint {
        isSubmitted = checkpoint()
      } else if !output.isEmpty, isIdle || isViewDue || now - lastOutputCommit >= cadence.output {
        submitOutput()
      } else {
        isSubmitted = false
      }
      if isSubmitted {
        viewUnderWay = isViewDue ? engine.view() : nil
      } else if isViewDue, output.isEmpty {
        publish(engine.view(), now)
      }
    } else if now - lastView >= (board.troubles.store == nil ? Self.longestView : Self.troubledView) {
      publish(engine.view(), now)
    }
    if now - lastMaintenance >= cadence.maintenance {
      lastMaintenance = now
      lookAtClock()
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

  private func publish(_ view: EngineView, _ now: ContinuousClock.Instant) {
    viewUnderWay = nil
    lastView = now
    board.publish(view)
  }

  private func submitOutput(sealing day: LedgerPeriod? = nil) {
    lastOutputCommit = ContinuousClock.now
    guard !output.isEmpty || day != nil else { return }
    lane.submit(.output(output, upTo: engine.position, counts: engine.counts, sealing: day))
    output = EngineOutput()
  }

  /// Takes a checkpoint and goes on; the reader answers from it until the Store has it. Only while the lane is idle.
  @discardableResult
  private func checkpoint() -> Bool {
    lastCheckpoint = ContinuousClock.now
    lastOutputCommit = lastCheckpoint
    guard engine.position > checkpointed || !output.isEmpty else { return false }
    let checkpoint = engine.checkpoint()
    reader.take(checkpoint)
    checkpointed = checkpoint.position
    lane.submit(.checkpoint(checkpoint, output))
    output = EngineOutput()
    return true
  }

  private func checkpointNow() throws {
    try lane.drain()
    checkpoint()
    try lane.drain()
    reader.drop()
  }

  /// Shown when the Store has what was made up to it.
  private var viewUnderWay: EngineView?
  private var troubles = TroubleLog()

  private func trouble(_ error: JournalError) {
    if troubles.begin() {
      logger.error("the journal cannot be written: waiting for room", metadata: ["error": "\(error)"])
    }
    lane.makeRoom()
    findings.openFullDisk("journal")
  }

  private func recovered() {
    troubles.end()
    if board.troubles.store == nil { findings.close(GatewayFindings.fullDisk) }
    logger.info("the journal can be written again")
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
