/// What connects the callers of a publisher with its thread.
final class PublishQueue: Sendable {
  struct Item {
    var message: OutgoingMessage
    var completion: Completion
  }

  enum Completion {
    case continuation(UnsafeContinuation<Result<Void, PublishError>, Never>)
    case callback(@Sendable (Result<Void, PublishError>) -> Void)
    case batch(PublishBatch, Int)

    func callAsFunction(_ result: Result<Void, PublishError>) {
      switch self {
      case .continuation(let continuation): continuation.resume(returning: result)
      case .callback(let call): call(result)
      case .batch(let batch, let index): batch.completed(index, result)
      }
    }
  }

  private struct State {
    var items: [Item] = []
    /// Taken by the thread but not yet given to the library.
    var held = 0
    var isConnected = false
    var isStopped = false
    /// The thread is (about to be) in poll and has to be told of new items.
    var sleeps = false
  }

  let wake: WakeUp
  private let limit: Int
  private let state = Locked(State())

  init(limit: Int) throws(MQTTError) {
    wake = try WakeUp()
    self.limit = limit
  }

  var isConnected: Bool { state.with { $0.isConnected } }

  func add(_ message: OutgoingMessage, _ completion: Completion) {
    add {
      $0.append(Item(message: message, completion: completion))
    } refused: {
      completion(.failure($0))
    }
  }

  /// A batch is taken as a whole if there is room at all: its messages exist in memory already.
  func add(_ messages: [OutgoingMessage], _ batch: PublishBatch) {
    add { items in
      items.reserveCapacity(items.count + messages.count)
      for (index, message) in messages.enumerated() {
        items.append(Item(message: message, completion: .batch(batch, index)))
      }
    } refused: { error in
      for index in messages.indices { batch.completed(index, .failure(error)) }
    }
  }

  private func add(append: (inout [Item]) -> Void, refused: (PublishError) -> Void) {
    var error: PublishError?
    let mustWake = state.with { state in
      if state.isStopped {
        error = .stopped
      } else if !state.isConnected {
        error = .notConnected
      } else if state.items.count + state.held >= limit {
        error = .queueFull
      } else {
        append(&state.items)
        defer { state.sleeps = false }
        return state.sleeps
      }
      return false
    }
    if let error { refused(error) } else if mustWake { wake.signal() }
  }

  // MARK: The thread's side

  /// Everything that was added, in order. `held`: how many the thread still has from before.
  func take(held: Int) -> [Item] {
    state.with { state in
      state.held = held + state.items.count
      defer { state.items = [] }
      return state.items
    }
  }

  /// Says that the thread goes to sleep; false if there is something to do first.
  func prepareToSleep() -> Bool {
    state.with { state in
      state.sleeps = state.items.isEmpty
      return state.sleeps
    }
  }

  func connected() { state.with { $0.isConnected = true } }

  /// From here on callers are refused at once; what was queued is returned for its owner to fail.
  func disconnected(isFinal: Bool) -> [Item] {
    state.with { state in
      state.isConnected = false
      if isFinal { state.isStopped = true }
      state.held = 0
      defer { state.items = [] }
      return state.items
    }
  }
}

/// The results of messages that were published together. Only the publisher's thread completes them, or the caller
/// before any of them was queued.
final class PublishBatch: @unchecked Sendable {
  private var results: [Result<Void, PublishError>]
  private var open: Int
  private let continuation: UnsafeContinuation<[Result<Void, PublishError>], Never>

  init(count: Int, continuation: UnsafeContinuation<[Result<Void, PublishError>], Never>) {
    results = Array(repeating: .failure(.notConnected), count: count)
    open = count
    self.continuation = continuation
  }

  func completed(_ index: Int, _ result: Result<Void, PublishError>) {
    results[index] = result
    open -= 1
    if open == 0 { continuation.resume(returning: results) }
  }
}
