import Foundation
import Journal

/// The bounded hand-over from the network threads to the engine thread.
///
/// A full queue blocks the network thread before its commit: the broker then keeps what it has, which is the
/// back-pressure that loses nothing. What is urgent waits for no room, and while the engine is held up (the Store is
/// behind) it is all that the engine takes, with what stands before it.
final class BatchQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private var batches: [Batch] = []
  private var samples = 0
  /// Taken while the engine is held up: they count until it is not, so that what is urgent makes no room for the rest.
  private var samplesHeld = 0
  private var closed = false
  private var maximumSamples: Int

  init(maximumSamples: Int) { self.maximumSamples = maximumSamples }

  /// Waits while the queue is full. A batch larger than the bound passes when the queue is empty.
  func waitForRoom(samples count: Int) {
    condition.lock()
    while isFull(for: count), !closed { condition.wait() }
    condition.unlock()
  }

  /// Puts a batch in, whether there is room or not.
  func add(_ batch: Batch) {
    condition.lock()
    batches.append(batch)
    samples += batch.samples.count
    condition.broadcast()
    condition.unlock()
  }

  /// Waits for room and puts a batch in.
  func push(_ batch: Batch) {
    waitForRoom(samples: batch.samples.count)
    add(batch)
  }

  private func isFull(for count: Int) -> Bool {
    !(batches.isEmpty && samplesHeld == 0) && samples + samplesHeld > maximumSamples - count
  }

  /// Everything that is queued; waits up to `timeout` for something. Nil when closed and empty.
  ///
  /// - Parameter isHeld: only what is urgent, with everything that was journaled before it; else nothing.
  func popAll(timeout: TimeInterval, isHeld: Bool = false) -> [Batch]? {
    condition.lock()
    defer { condition.unlock() }
    let deadline = Date(timeIntervalSinceNow: timeout)
    if !isHeld, samplesHeld > 0 {
      samplesHeld = 0
      condition.broadcast()
    }
    var end = end(isHeld)
    while end == 0 {
      if closed, batches.isEmpty { return nil }
      if !condition.wait(until: deadline) { return [] }
      end = self.end(isHeld)
    }
    let taken = Array(batches[..<end])
    batches.removeFirst(end)
    let count = taken.reduce(0) { $0 + $1.samples.count }
    samples -= count
    if isHeld { samplesHeld += count }
    condition.broadcast()
    return taken
  }

  private func end(_ isHeld: Bool) -> Int {
    isHeld ? batches.lastIndex { $0.isUrgent }.map { $0 + 1 } ?? 0 : batches.count
  }

  /// Whether a push would not wait.
  var hasRoom: Bool {
    condition.lock()
    defer { condition.unlock() }
    return batches.isEmpty && samplesHeld == 0 || samples + samplesHeld < maximumSamples
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
