/// Whether something cannot be written just now, and when the log hears of it: a full disk must not be filled further by
/// the log about it.
struct TroubleLog {
  private static let pause = Duration.seconds(60)

  private(set) var isTroubled = false
  private var lastEntry: ContinuousClock.Instant?

  /// Returns whether the log shall have it.
  mutating func begin() -> Bool {
    isTroubled = true
    let now = ContinuousClock.now
    if let lastEntry, now - lastEntry <= Self.pause { return false }
    lastEntry = now
    return true
  }

  mutating func end() { self = TroubleLog() }
}
