/// Waiting times between attempts: exponential with full jitter, bounded.
///
/// The wait before attempt n + 1 is uniform in [0, min(maximum, base × 2ⁿ)): gateways that lost the same upstream at
/// the same moment do not come back at the same moment.
struct Backoff: Sendable {
  var base: Duration
  var maximum: Duration
  private var random: SplitMix64

  init(base: Duration = .milliseconds(500), maximum: Duration = .seconds(60), seed: UInt64) {
    self.base = base
    self.maximum = maximum
    random = SplitMix64(seed: seed)
  }

  /// The longest wait after `failures` failures in a row (1 = the first).
  func ceiling(failures: Int) -> Duration {
    // 2^20 × the smallest sensible base is beyond every sensible maximum.
    min(maximum, base * (1 << min(max(failures - 1, 0), 20)))
  }

  mutating func wait(failures: Int) -> Duration {
    let share = Double(random.next() >> 11) / Double(UInt64(1) << 53)
    return ceiling(failures: failures) * share
  }
}

/// A small deterministic generator (Steele, Lea, Flood 2014): jitter needs no better.
struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
