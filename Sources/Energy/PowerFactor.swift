import Telemetry

/// Power factor P / √(P² + Q²), rounded half up, with integers only: the same digits on every machine.
public enum PowerFactor {
  /// Places after the point.
  public static let places: Int8 = 6
  private static let scale: UInt64 = 1_000_000

  /// - Parameters:
  ///   - active: energy in kWh, not negative.
  ///   - reactive: energy in kvarh; its sign does not matter.
  /// - Returns: 0.000000…1.000000; nil if both are zero, or if they have no common resolution in 64 bits.
  public static func value(active: ScaledInteger, reactive: ScaledInteger) -> ScaledInteger? {
    let common = min(active.exponent, reactive.exponent)
    guard let p = active.rescaled(to: common), let q = reactive.rescaled(to: common) else { return nil }
    let square = UInt128(p.mantissa.magnitude) * UInt128(p.mantissa.magnitude)
    let sum = square + UInt128(q.mantissa.magnitude) * UInt128(q.mantissa.magnitude)
    guard sum > 0 else { return nil }
    // The largest k with k ≤ x + 1/2, that is (2k − 1)² · (P² + Q²) ≤ 4 · 10^12 · P²; products take 256 bits.
    let right = square.multipliedFullWidth(by: UInt128(4 * scale * scale))
    var low: UInt64 = 0
    var high = scale
    while low < high {
      let middle = (low + high + 1) / 2
      let odd = UInt128(2 * middle - 1)
      let left = sum.multipliedFullWidth(by: odd * odd)
      if left.high < right.high || (left.high == right.high && left.low <= right.low) {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return ScaledInteger(Int64(low), exponent: -places)
  }
}
