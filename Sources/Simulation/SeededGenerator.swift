import Telemetry

/// The randomness of a simulated plant.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var source: SplitMix64

  public init(seed: UInt64) { source = SplitMix64(seed: seed) }

  /// An independent stream for a named part of the plant.
  public init(seed: UInt64, name: String) {
    var hash = Hash64()
    hash.combine(seed)
    hash.combine(name)
    source = SplitMix64(seed: hash.value)
  }

  public mutating func next() -> UInt64 { source.next() }

  /// Uniform in [0, 1).
  public mutating func uniform() -> Double { source.unit() }

  public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Approximately normal with mean 0 and deviation 1 (sum of twelve uniforms: no library function whose last digit
  /// differs between machines).
  public mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } }
}
