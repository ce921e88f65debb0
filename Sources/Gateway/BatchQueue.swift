import Foundation
import Journal

/// The bounded hand-over from the network threads to the engine thread.
///
/// A full queue blocks the network thread inside its commit: the broker then keeps what it has, which is the
/// back-pressure that loses nothing.
final class BatchQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private var batches: [Batch] = []
  private var samples = 0
  private var closed = false
  private var maximumSamples: Int

  init(maximumSamples: Int) { self.maximumSamples = maximumSamples }

  /// Waits while the queue is full. A batch larger than the bound passes when the queue is empty.
  func push(_ batch: Batch) {
    condition.lock()
    while !batches.isEmpty, samples > maximumSamples - batch.samples.count, !closed { condition.wait() }
    batches.append(batch)
    samples += batch.samples.count
    condition.broadcast()
    condition.unlock()
  }

  /// Everything that is queued; waits up to `timeout` for something. Nil when closed and empty.
  func popAll(timeout: TimeInterval) -> [Batch]? {
    condition.lock()
    defer { condition.unlock() }
    let deadline = Date(timeIntervalSinceNow: timeout)
    while batches.isEmpty {
      if closed { return nil }
      if !condition.wait(until: deadline) { return [] }
    }
    let taken = batches
    batches = []
    samples = 0
    condition.broadcast()
    return taken
  }

  /// Whether a push would not wait.
  var hasRoom: Bool {
    condition.lock()
    defer { condition.unlock() }
    return batches.isEmpty || samples < maximumSamples
  }

  /// Takes the bound away: at a stop nobody may wait for an engine that is itself waiting or gone.
  func unbound() {
    condition.lock()
    maximumSamples = .max
    condition.broadcast()
    condition.unlock()
  }

  /// Batches waiting, for the status.
  var depth: Int {
    condition.lock()
    defer { condition.unlock() }
    return batches.count
  }

  func close() {
    condition.lock()
    closed = true
    condition.broadcast()
    condition.unlock()
  }

  var isClosed: Bool {
    condition.lock()
    defer { condition.unlock() }
    return closed
  }
}
