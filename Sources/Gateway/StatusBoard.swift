import Control
import Engine
import Foundation
import Journal
import Store
import Telemetry

/// What the stages last said of themselves; written by their threads, read by the control API.
final class StatusBoard: @unchecked Sendable {
  private struct State {
    var view: EngineView?
    /// By the monotonic clock.
    var viewed: Timestamp?
    var storeTrouble: String?
    var journalTrouble: String?
    var rates = RateMeter()
    var lag = LagMeter()
    var intake = IntakeMeter()
    var journalPosition: @Sendable () -> Int64? = { nil }
  }

  private let lock = NSLock()
  private var state = State()
  private let clock: @Sendable () -> (wall: Timestamp, monotonic: Timestamp)
  private let began: Timestamp

  init(clock: @escaping @Sendable () -> (wall: Timestamp, monotonic: Timestamp) = PlantClock.system) {
    self.clock = clock
    began = clock().monotonic
  }

  /// The engine shows itself; about once a second.
  func publish(_ view: EngineView) {
    let now = clock().monotonic
    let journaled = lock.withLock { state.journalPosition }()
    lock.withLock {
      state.view = view
      state.viewed = now
      state.rates.add(messages: view.counts.messagesReceived, samples: view.counts.samplesDecoded, at: now)
      state.intake.add(view.counts)
      state.lag.add(journal: journaled ?? view.position, engine: view.position, at: now)
    }
  }

  /// - Parameter journalPosition: the last position of the journal; must not wait for the engine.
  func follow(journalPosition: @escaping @Sendable () -> Int64) {
    lock.withLock { state.journalPosition = journalPosition }
  }

  func storeTrouble(_ error: StoreError) { lock.withLock { state.storeTrouble = "\(error)" } }
  func storeRecovered() { lock.withLock { state.storeTrouble = nil } }
  func journalTrouble(_ error: JournalError) { lock.withLock { state.journalTrouble = "\(error)" } }
  func journalRecovered() { lock.withLock { state.journalTrouble = nil } }

  var view: EngineView? { lock.withLock { state.view } }
  var troubles: (store: String?, journal: String?) { lock.withLock { (state.storeTrouble, state.journalTrouble) } }
  var rates: (messages: Double, samples: Double) { lock.withLock { state.rates.perSecond } }
  /// Received since the last usable sample, and set aside, all of it.
  var unusable: (messages: Int, samples: Int) { lock.withLock { (state.intake.messages, state.intake.samples) } }

  /// Since the engine last showed itself; nil before it did for the first time.
  var engineSilence: Span64? {
    let now = clock().monotonic
    return lock.withLock { state.viewed.map { now - $0 } }
  }

  /// An upper bound of the age of the oldest batch that the engine has not processed; zero if there is none.
  var engineLag: Span64 {
    let now = clock().monotonic
    return lock.withLock {
      guard let view = state.view, let journaled = state.journalPosition(), journaled > view.position else {
        return .zero
      }
      return state.lag.age(engine: view.position, at: now)
    }
  }

  /// Since the start, not moved by steps of the system clock.
  var uptime: Span64 { clock().monotonic - began }
}
