import MQTT
import TestSupport

/// A delegate that keeps what it gets, thread-safe so that tests can look; commits can be held or made to fail.
final class RecordingDelegate: ReceiverDelegate, @unchecked Sendable {
  struct Message: Hashable {
    var topic: String
    var payload: String
    var packetID: UInt16
  }
  struct State {
    var open: [Message] = []
    var committed: [Message] = []
    var events: [ReceiverEvent] = []
    /// How many messages had been received when each event came.
    var eventPlaces: [Int] = []
    var received = 0
    var hasOpenEvent = false
    var commits = 0
    var commitFails = false
    var hasRoom = true
    var wantsCommitNow = false
    var ticks = 0
    var largestCommit = 0
    /// Called inside `commit`, on the network thread.
    var onCommit: (@Sendable () -> Void)?
  }
  struct Refusal: Error {}

  private let lock = TestLock(State())
  func read<R>(_ body: (State) -> R) -> R { lock.with { body($0) } }
  func change(_ body: (inout State) -> Void) { lock.with { body(&$0) } }

  func received(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, packetID: UInt16, duplicate: Bool,
    retained: Bool
  ) {
    let message = Message(
      topic: String(decoding: topic, as: UTF8.self), payload: String(decoding: payload, as: UTF8.self),
      packetID: packetID)
    lock.with {
      $0.open.append(message)
      $0.received += 1
    }
  }

  func connectionChanged(_ change: ReceiverEvent) {
    lock.with {
      $0.events.append(change)
      $0.eventPlaces.append($0.received)
      $0.hasOpenEvent = true
    }
  }

  func commit() throws {
    let hook = lock.with { $0.onCommit }
    hook?()
    try lock.with { state in
      if state.commitFails {
        state.open = []
        throw Refusal()
      }
      state.commits += 1
      state.largestCommit = max(state.largestCommit, state.open.count)
      state.committed += state.open
      state.open = []
      state.hasOpenEvent = false
    }
  }

  var hasUncommitted: Bool { lock.with { !$0.open.isEmpty || $0.hasOpenEvent } }
  var hasRoom: Bool { lock.with { $0.hasRoom } }
  var wantsCommitNow: Bool { lock.with { $0.wantsCommitNow && !$0.open.isEmpty } }
  func tick(now: ContinuousClock.Instant) { lock.with { $0.ticks += 1 } }

  var committedPayloads: [String] { read { $0.committed.map(\.payload) } }
  var isDrained: Bool { read { $0.events.last == .drained } }
}
