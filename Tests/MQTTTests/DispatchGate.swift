import Glibc
import TestSupport

/// Where a network thread can be held for a while.
final class DispatchGate: Sendable {
  private let state = TestLock((count: 0, isOpen: false))

  /// How often somebody came by.
  var count: Int { state.with { $0.count } }

  func passOnce() { state.with { $0.count += 1 } }

  /// Waits until `release` (20 seconds at most).
  func hold() {
    passOnce()
    _ = eventually(within: .seconds(20)) { state.with { $0.isOpen } }
  }

  func release() { state.with { $0.isOpen = true } }
}
