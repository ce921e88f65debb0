import NIOConcurrencyHelpers

/// Lets one task wait until a time, until there is news, or until it shall stop.
///
/// News that comes while nobody waits is kept for the next wait, so none is missed.
final class Wakeup: Sendable {
  typealias Instant = ContinuousClock.Instant

  private struct State {
    var news = false
    var stopped = false
    var waiter: Waiter?
  }

  private struct Waiter {
    var number: Int
    var early: Bool
    var continuation: CheckedContinuation<Void, Never>
  }

  private let state = NIOLockedValueBox(State())

  /// Ends a wait that news may end.
  func notify() {
    wake { state in
      guard let waiter = state.waiter, waiter.early else {
        state.news = true
        return false
      }
      return true
    }
  }

  /// Ends every wait, now and later.
  func stop() {
    wake { state in
      state.stopped = true
      return true
    }
  }

  var isStopped: Bool { state.withLockedValue { $0.stopped } }

  /// Comes back at `deadline`, at news if `early`, or at a stop.
  func wait(until deadline: Instant, early: Bool) async {
    let number = Int.random(in: .min ... .max)
    let timer = Task {
      do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return }
      wake { $0.waiter?.number == number }
    }
    await withCheckedContinuation { continuation in
      let isOver = state.withLockedValue { state in
        let isOver = state.stopped || (early && state.news) || ContinuousClock.now >= deadline
        if early { state.news = false }
        if !isOver { state.waiter = Waiter(number: number, early: early, continuation: continuation) }
        return isOver
      }
      if isOver { continuation.resume() }
    }
    timer.cancel()
  }

  private func wake(_ decide: (inout State) -> Bool) {
    let continuation = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
      guard decide(&state) else { return nil }
      defer { state.waiter = nil }
      return state.waiter?.continuation
    }
    continuation?.resume()
  }
}
