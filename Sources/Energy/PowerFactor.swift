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
    rounded(active: active, reactive: reactive, scale: scale).map { ScaledInteger(Int64($0), exponent: -places) }
  }

  /// Power factor × 100, rounded half up to a whole number: the key of adjustment tables. It is rounded once, from the
  /// energies: 0.8949996 is 89, though its six places would be 0.895000.
  ///
  /// - Returns: 0 … 100; nil as of `value`.
  public static func key(active: ScaledInteger, reactive: ScaledInteger) -> Int? {
    rounded(active: active, reactive: reactive, scale: 100).map { Int($0) }
  }

  /// Power factor × scale, rounded half up.
  private static func rounded(active: ScaledInteger, reactive: ScaledInteger, scale: UInt64) -> UInt64? {
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
    return low
  }
}
