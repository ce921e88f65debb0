import Engine
import Foundation
import Journal
import Logging
import Rules
import Store
import Telemetry

/// The thread that takes to the Store what the engine makes, one transaction after the other, in their order.
///
/// The engine does not wait for it: a Store that is slow, busy or without room holds up what is stored, never who is told
/// of danger. What cannot be committed is tried again until it can; only a damaged file ends the gateway, since the next
/// start sets it aside.
final class StoreLane: @unchecked Sendable {
  enum Job: Sendable {
    case output(EngineOutput, upTo: Int64, counts: EngineCounts, sealing: LedgerPeriod?)
    /// With the outputs since the last commit.
    case checkpoint(Checkpoint, EngineOutput)
  }

  private let store: Store
  private let board: StatusBoard
  private let findings: GatewayFindings
  private let logger: Logger
  private let upkeep: @Sendable (_ checkpointed: Int64) -> Void
  private let onRecords: @Sendable () -> Void
  private let retryInterval: TimeInterval
  private let upkeepInterval: TimeInterval

  private let condition = NSCondition()
  private var jobs: [Job] = []
  private var isRunning = false
  private var isWorking = false
  private var isEnding = false
  private var isOver = false
  private var wantsUpkeep = false
  private var failure: (any Error)?
  private var checkpointed: Int64

  // Used by the thread alone.
  private var troubles = TroubleLog()

  /// - Parameters:
  ///   - upkeep: makes room in the files; called now and then, and while there is none.
  ///   - onRecords: records were committed.
  init(
    store: Store, board: StatusBoard, findings: GatewayFindings, logger: Logger, retryInterval: TimeInterval = 0.5,
    upkeepInterval: TimeInterval = 30, upkeep: @escaping @Sendable (_ checkpointed: Int64) -> Void,
    onRecords: @escaping @Sendable () -> Void
  ) {
    self.store = store
    self.board = board
    self.findings = findings
    self.logger = logger
    self.retryInterval = retryInterval
    self.upkeepInterval = upkeepInterval
    self.upkeep = upkeep
    self.onRecords = onRecords
    checkpointed = store.checkpointPosition
  }

  func start() {
    condition.lock()
    isRunning = true
    condition.unlock()
    let thread = Thread { [self] in
      run()
      condition.lock()
      isRunning = false
      condition.broadcast()
      condition.unlock()
    }
    thread.name = "store"
    thread.start()
  }

  // MARK: The engine's side

  /// Nothing waits and nothing is under way. Throws what ended the lane.
  func isIdle() throws -> Bool {
    condition.lock()
    defer { condition.unlock() }
    if let failure { throw failure }
    return jobs.isEmpty && !isWorking
  }

  func submit(_ job: Job) {
    condition.lock()
    jobs.append(job)
    condition.broadcast()
    condition.unlock()
  }

  /// Waits until everything is committed. Throws what prevents it.
  func drain() throws {
    condition.lock()
    defer { condition.unlock() }
    while failure == nil, !jobs.isEmpty || isWorking { condition.wait() }
    if let failure { throw failure }
  }

  /// From now on a trouble is an error: nobody would wait for its end.
  func end() {
    condition.lock()
    isEnding = true
    condition.broadcast()
    condition.unlock()
  }

  /// Ends the thread, and waits for that, when everything is committed or cannot be.
  func stop() {
    condition.lock()
    defer { condition.unlock() }
    isEnding = true
    isOver = true
    condition.broadcast()
    while isRunning { condition.wait() }
  }

  /// Asks for room in the files.
  func makeRoom() {
    condition.lock()
    wantsUpkeep = true
    condition.broadcast()
    condition.unlock()
  }

  // MARK: The thread

  private enum Work {
    case job(Job)
    case upkeep(Int64)
  }

  private func run() {
    var nextUpkeep = Date(timeIntervalSinceNow: upkeepInterval)
    while let work = next(nextUpkeep) {
      switch work {
      case .upkeep(let checkpointed):
        nextUpkeep = Date(timeIntervalSinceNow: upkeepInterval)
        upkeep(checkpointed)
        findings.save()
      case .job(let job):
        let result = Result { try patiently { try commit(job) } }
        condition.lock()
        isWorking = false
        if case .failure(let error) = result {
          failure = error
          jobs = []
        } else if case .checkpoint(let checkpoint, _) = job {
          checkpointed = checkpoint.position
        }
        condition.broadcast()
        condition.unlock()
      }
    }
  }

  private func next(_ upkeepTime: Date) -> Work? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if failure != nil { return nil }
      if !jobs.isEmpty {
        isWorking = true
        return .job(jobs.removeFirst())
      }
      if isOver { return nil }
      if wantsUpkeep || Date() >= upkeepTime {
        wantsUpkeep = false
        return .upkeep(checkpointed)
      }
      _ = condition.wait(until: upkeepTime)
    }
  }

  private func commit(_ job: Job) throws {
    let now = PlantClock.system().wall
    switch job {
    case .output(let output, let position, let counts, let period):
      try store.commit(output, upTo: position, counts: counts, issued: now, sealing: period)
      onRecords()
    case .checkpoint(let checkpoint, let output):
      try store.commit(checkpoint, output: output, issued: now)
      if !output.isEmpty { onRecords() }
    }
  }

  /// A full disk, or one that fails, is waited for. Meanwhile nothing but what is urgent is taken from the queue once it
  /// is full, so the network threads stop reading and the broker keeps what comes.
  private func patiently(_ commit: () throws -> Void) throws {
    while true {
      do {
        try commit()
        if troubles.isTroubled { recovered() }
        return
      } catch let error as StoreError {
        if case .corrupt = error { throw error }
        trouble(error)
        if waitForRetry() { throw error }
      }
    }
  }

  /// Whether nobody waits for the end of the trouble.
  private func waitForRetry() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    let deadline = Date(timeIntervalSinceNow: retryInterval)
    while !isEnding, condition.wait(until: deadline) {}
    return isEnding
  }

  private func trouble(_ error: StoreError) {
    board.storeTrouble(error)
    if troubles.begin() {
      logger.error("the store cannot be written: waiting", metadata: ["error": "\(error)"])
    }
    condition.lock()
    let position = checkpointed
    condition.unlock()
    upkeep(position)
    if case .diskFull = error {
      findings.openFullDisk("store")
    } else {
      findings.open(
        Self.failing, severity: .critical, summary: "The store cannot be written: \(error).",
        advice:
          "Check the disk (dmesg, smartctl) and who else has store.sqlite open. Alarms of safety are told all the "
          + "same; everything else waits, and the broker keeps what comes.")
    }
  }

  static let failing = "store-failing"

  private func recovered() {
    troubles.end()
    board.storeRecovered()
    if board.troubles.journal == nil { findings.close(GatewayFindings.fullDisk) }
    findings.close(Self.failing)
    logger.info("the store can be written again")
  }
}
