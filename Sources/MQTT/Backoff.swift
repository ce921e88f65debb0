/// How long to wait before the next attempt: full jitter, a random share of an exponentially growing bound, so that
/// many gateways do not come back to a restarted broker at the same instant.
struct Backoff: Hashable, Sendable {
  var base: Duration = .milliseconds(500)
  var maximum: Duration = .seconds(30)
  /// Even a lucky random number leaves the broker this long in peace.
  var minimum: Duration = .milliseconds(20)
  /// After another client took the session over: two instances must not throw each other out for ever.
  var afterTakeover: Duration = .seconds(30)

  private(set) var failures = 0

  /// `random` is in [0, 1).
  mutating func next(random: Double) -> Duration {
    let bound = min(maximum, base * (1 << min(failures, 16)))
    failures += 1
    return max(minimum, bound * random)
  }

  /// The wait after a takeover: at least `afterTakeover`, at most twice that.
  func nextAfterTakeover(random: Double) -> Duration { afterTakeover + afterTakeover * random }

  mutating func succeeded() { failures = 0 }
}
