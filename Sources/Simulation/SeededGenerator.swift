import Telemetry

/// SplitMix64: the same numbers for the same seed on every machine, for ever.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// An independent stream for a named part of the plant.
  public init(seed: UInt64, name: String) {
    var hash = Hash64()
    hash.combine(seed)
    hash.combine(name)
    state = hash.value
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1).
  public mutating func uniform() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Approximately normal with mean 0 and deviation 1 (sum of twelve uniforms: no library function whose last digit
  /// differs between machines).
  public mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } }
}
