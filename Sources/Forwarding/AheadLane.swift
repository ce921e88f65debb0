import Logging
import NIOConcurrencyHelpers
import Telemetry

/// Records of one destination that do not wait for the Store: sent as they come, one after the other, and again until they
/// arrive or the outbox has them.
///
/// What it knows is in memory only. A crash forgets it, and the outbox, filled by the replay, sends the same ids again.
final class AheadLane: Sendable {
  enum Outcome: Hashable, Sendable {
    case delivered
    case refused(SendReport.Refusal)
  }

  private struct State {
    /// In the order in which they came.
    var waiting: [OutboundRecord] = []
    var sending: String?
    var settled: [String: Outcome] = [:]
    /// Ids in `settled`, oldest first.
    var order: [String] = []
    var isRunning = false
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  /// Ids that are remembered until the outbox gives them out; what is forgotten is sent once more.
  private static let remembered = 10_000
  private static let longestWait = Duration.seconds(5)

  private let name: String
  private let sender: any Sender
  private let awaits: @Sendable (OutboundRecord) -> Bool
  private let settings: ForwarderSettings
  private let logger: Logger
  private let wakeup = Wakeup()
  private let state = NIOLockedValueBox(State())

  init(
    name: String, sender: any Sender, settings: ForwarderSettings, awaits: @escaping @Sendable (OutboundRecord) -> Bool,
    logger: Logger
  ) {
    self.name = name
    self.sender = sender
    self.settings = settings
    self.awaits = awaits
    self.logger = logger
  }

  func take(_ records: [OutboundRecord]) {
    let wanted = records.filter(awaits)
    guard !wanted.isEmpty, !wakeup.isStopped else { return }
    let begins = state.withLockedValue { state in
      state.waiting += wanted
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if begins { Task(priority: .high) { await run() } }
  }

  /// What is under way comes to its end; the rest is left to the outbox.
  func stop() { wakeup.stop() }

  /// Nothing is known that the outbox would have to be asked about.
  var isIdle: Bool {
    state.withLockedValue { $0.waiting.isEmpty && $0.sending == nil && $0.settled.isEmpty }
  }

  func knows(_ id: String) -> Bool {
    state.withLockedValue { state in
      state.sending == id || state.settled[id] != nil || state.waiting.contains { $0.id == id }
    }
  }

  /// The outbox has come to the record: what became of it here, after the send under way if there is one; nil = the outbox
  /// sends it, and the lane does not any more.
  func claim(_ id: String) async -> Outcome? {
    while true {
      let (isOver, outcome) = state.withLockedValue { state -> (Bool, Outcome?) in
        if state.sending == id { return (false, nil) }
        state.waiting.removeAll { $0.id == id }
        guard let outcome = state.settled.removeValue(forKey: id) else { return (true, nil) }
        state.order.removeAll { $0 == id }
        return (true, outcome)
      }
      if isOver { return outcome }
      await withCheckedContinuation { continuation in
        let isOver = state.withLockedValue { state in
          guard state.sending == id else { return true }
          state.watchers.append(continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    }
  }

  // MARK: - Sending

  private func run() async {
    var backoff = Backoff(
      base: settings.backoffBase, maximum: min(settings.backoffMaximum, Self.longestWait),
      seed: UInt64.random(in: .min ... .max))
    var failures = 0
    while let record = next() {
      let report = await sender.send([record])
      guard let trouble = settle(record, report) else {
        failures = 0
        continue
      }
      failures += 1
      if failures == 1 {
        logger.warning("cannot send ahead", metadata: ["destination": "\(name)", "error": "\(trouble.detail)"])
      }
      let wait = max(backoff.wait(failures: failures), min(trouble.after ?? .zero, Self.longestWait))
      await wakeup.wait(until: .now + wait, early: false)
    }
  }

  private func next() -> OutboundRecord? {
    let isStopped = wakeup.isStopped
    return state.withLockedValue { state in
      guard !isStopped, !state.waiting.isEmpty else {
        state.isRunning = false
        return nil
      }
      let record = state.waiting.removeFirst()
      state.sending = record.id
      return record
    }
  }

  /// The trouble, if it is to be sent again.
  private func settle(_ record: OutboundRecord, _ report: SendReport) -> SendReport.Trouble? {
    var trouble: SendReport.Trouble?
    var outcome: Outcome?
    if let refusal = report.refused[0] {
      outcome = .refused(refusal)
    } else if report.settled > 0 {
      outcome = .delivered
    } else {
      switch report.answer {
      case .delivered: outcome = .delivered
      case .refusedBatch(let refusal): outcome = .refused(refusal)
      case .retry(let found), .hold(let found): trouble = found
      }
    }
    let watchers = state.withLockedValue { state in
      state.sending = nil
      if trouble != nil {
        state.waiting.insert(record, at: 0)
      } else if let outcome, !record.isState {
        state.settled[record.id] = outcome
        state.order.append(record.id)
        if state.order.count > Self.remembered { state.settled[state.order.removeFirst()] = nil }
      }
      defer { state.watchers = [] }
      return state.watchers
    }
    for watcher in watchers { watcher.resume() }
    return trouble
  }
}

extension OutboundRecord {
  private static let light = Array(#""what":"light""#.utf8)

  /// It says how something is, not what happened: after older ones it has to be said again.
  fileprivate var isState: Bool { kind == .notification && json.firstRange(of: Self.light) != nil }
}
