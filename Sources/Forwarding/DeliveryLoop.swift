import Logging
import NIOConcurrencyHelpers
import Telemetry

/// The shell of a `DeliveryMachine`: performs its commands for one destination until it is stopped.
///
/// In memory there is one page of records at most.
final class DeliveryLoop: Sendable {
  let name: String
  private let sender: any Sender
  private let outbox: any Outbox
  private let settings: ForwarderSettings
  private let logger: Logger
  private let holdIsOpen: Bool
  private let wallClock: @Sendable () -> Timestamp
  private let onFinding: @Sendable (Finding) -> Void

  private let wakeup = Wakeup()
  private let status: NIOLockedValueBox<DestinationStatus>
  /// The send under way, for a stop that cannot wait for it.
  private let sending = NIOLockedValueBox<Task<SendReport, Never>?>(nil)

  init(
    name: String, sender: any Sender, outbox: any Outbox, settings: ForwarderSettings, holdIsOpen: Bool,
    logger: Logger, wallClock: @escaping @Sendable () -> Timestamp, onFinding: @escaping @Sendable (Finding) -> Void
  ) {
    self.name = name
    self.sender = sender
    self.outbox = outbox
    self.settings = settings
    self.holdIsOpen = holdIsOpen
    var logger = logger
    logger[metadataKey: "destination"] = "\(name)"
    self.logger = logger
    self.wallClock = wallClock
    self.onFinding = onFinding
    status = NIOLockedValueBox(DestinationStatus(name: name, address: sender.address, since: wallClock()))
  }

  func notify() { wakeup.notify() }

  /// What is under way gets the grace period; what is settled by then reaches the outbox.
  func stop() {
    wakeup.stop()
    let grace = settings.grace
    // Unstructured on purpose: whoever stops need not stay.
    Task {
      do { try await Task.sleep(for: grace) } catch { return }
      sending.withLockedValue { $0 }?.cancel()
    }
  }

  /// Without the backlog, which the outbox knows.
  func snapshot() -> DestinationStatus { status.withLockedValue { $0 } }

  func run() async {
    let machineSettings = DeliveryMachine.Settings(
      batch: sender.batch, holdInterval: settings.holdInterval, pollInterval: settings.pollInterval)
    let backoff = Backoff(
      base: settings.backoffBase, maximum: settings.backoffMaximum, seed: UInt64.random(in: .min ... .max))
    var machine = DeliveryMachine(
      settings: machineSettings, backoff: backoff, now: .now, holdIsOpen: holdIsOpen)
    var page: [OutboundRecord] = []
    var input = DeliveryMachine.Input.begin
    while true {
      // A stop comes before the answer, so that the answer is the last thing done.
      if wakeup.isStopped, let command = machine.handle(.stop, now: .now) {
        if case .finish = command { break }
        input = await perform(command, page: &page)
      }
      guard let command = machine.handle(input, now: .now) else {
        logger.critical("delivery ended: no command after \(input)")
        break
      }
      observe(&machine)
      if case .finish = command { break }
      input = await perform(command, page: &page)
    }
    observe(&machine)
    await sender.close()
  }

  private func perform(_ command: DeliveryMachine.Command, page: inout [OutboundRecord]) async -> DeliveryMachine.Input
  {
    switch command {
    case .fetch:
      page = []
      do {
        page = try await outbox.nextRecords(
          for: name, limit: settings.pageRecords, maximumBytes: settings.pageBytes)
        return .fetched(page.map(\.sequence))
      } catch {
        return .fetchFailed("\(error)")
      }
    case .send(let range):
      let records = page[range]
      let task = Task { await sender.send(records) }
      sending.withLockedValue { $0 = task }
      return .sent(await task.value)
    case .advance(let settlement):
      do {
        try await outbox.advance(destination: name, by: settlement)
        return .advanced
      } catch {
        return .advanceFailed("\(error)")
      }
    case .wait(let until, let early):
      await wakeup.wait(until: until, early: early)
      return .woken
    case .finish:
      return .stop
    }
  }

  // MARK: - What others see

  private func observe(_ machine: inout DeliveryMachine) {
    let events = machine.takeEvents()
    let now = wallClock()
    let state = machine.state
    let failure = machine.failure
    let nextAttempt = machine.nextAttempt.map { due in
      now + Span64(nanoseconds: ContinuousClock.now.duration(to: due).inNanoseconds)
    }
    status.withLockedValue { status in
      if status.state != state { status.since = now }
      status.state = state
      status.nextAttempt = nextAttempt
      if let failure, nextAttempt != nil {
        status.lastError = failure.detail
        status.lastErrorAt = now
      }
      for event in events { status.note(event, at: now) }
    }
    for event in events { tell(event, at: now) }
  }

  private func tell(_ event: DeliveryMachine.Event, at now: Timestamp) {
    switch event {
    case .delivered: break
    case .refused(let sequence, let refusal):
      logger.warning("record refused", metadata: ["sequence": "\(sequence)", "error": "\(refusal.detail)"])
    case .troubled(let failure):
      logger.warning("cannot deliver", metadata: ["error": "\(failure.detail)"])
    case .held(let trouble):
      onFinding(finding(trouble, opened: now))
    case .released:
      logger.info("delivers again")
      var closed = finding(nil, opened: now)
      closed.closed = now
      onFinding(closed)
    }
  }

  private func finding(_ trouble: SendReport.Trouble?, opened: Timestamp) -> Finding {
    var evidence = [Event.Attribute("address", sender.address)]
    if let trouble { evidence.append(Event.Attribute("reason", trouble.reason)) }
    return Finding(
      key: "destination-held/" + name, rule: "destination-held", subject: name, severity: .critical, opened: opened,
      summary: trouble.map { "Destination \(name) is held: \($0.detail)" } ?? "Destination \(name) delivers again.",
      advice: trouble?.advice ?? "", evidence: evidence)
  }
}

extension DestinationStatus {
  fileprivate mutating func note(_ event: DeliveryMachine.Event, at now: Timestamp) {
    switch event {
    case .delivered(let records, let bytes, let wireBytes):
      deliveredRecords += records
      deliveredBytes += bytes
      self.wireBytes += wireBytes
      lastSuccess = now
    case .refused(_, let refusal):
      refusedRecords += 1
      lastError = refusal.detail
      lastErrorAt = now
    case .troubled, .held, .released: break
    }
  }
}
