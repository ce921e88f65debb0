import Foundation

/// One thread that runs a body once, and lets tasks wait for its end.
final class EngineThread: @unchecked Sendable {
  private let lock = NSLock()
  private var result: Result<Void, any Error>?
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private let body: @Sendable () throws -> Void

  init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }

  func start() {
    let thread = Thread { [self] in
      let result = Result { try body() }
      let continuations = lock.withLock {
        self.result = result
        defer { waiting = [] }
        return waiting
      }
      for continuation in continuations { continuation.resume() }
    }
    thread.name = "engine"
    thread.start()
  }

  /// Waits for the end; the error it ended with.
  func finished() async -> (any Error)? {
    await withCheckedContinuation { continuation in
      let isOver = lock.withLock {
        if result == nil { waiting.append(continuation) }
        return result != nil
      }
      if isOver { continuation.resume() }
    }
    guard case .failure(let error) = lock.withLock({ result }) else { return nil }
    return error
  }

  /// Waits for the thread to fail. Ends without an error when the task is cancelled.
  func failed() async -> (any Error)? {
    while !Task.isCancelled {
      if let result = lock.withLock({ self.result }) {
        if case .failure(let error) = result { return error }
        return nil
      }
      do { try await Task.sleep(for: .milliseconds(200)) } catch { return nil }
    }
    return nil
  }
}
