import Glibc

/// Waits until `condition` holds, looking every few milliseconds; false if the deadline passes first.
///
/// For code that other threads change: no fixed sleeps in tests.
public func eventually(
  within deadline: Duration = .seconds(10), _ condition: () throws -> Bool
) rethrows -> Bool {
  let clock = ContinuousClock()
  let end = clock.now + deadline
  while true {
    if try condition() { return true }
    if clock.now >= end { return false }
    poll(nil, 0, 2)
  }
}

/// The same for asynchronous conditions; it gives its thread up between two looks.
public func eventually(
  within deadline: Duration = .seconds(10), _ condition: () async throws -> Bool
) async throws -> Bool {
  let clock = ContinuousClock()
  let end = clock.now + deadline
  while true {
    if try await condition() { return true }
    if clock.now >= end { return false }
    try await clock.sleep(for: .milliseconds(2))
  }
}
