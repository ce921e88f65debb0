import Telemetry

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
    return ceiling(failures: failures) * random.unit()
  }
}
