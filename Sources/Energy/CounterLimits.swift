import Telemetry
import Templates

/// What bounds a register: the power behind it, where it rolls over, and how patient the state machine is.
///
/// All values are in units of the register's last digit.
public struct CounterLimits: Hashable, Sendable {
  /// Units per nanosecond that are plausible at most, as a ratio; nil if the rated power is not known.
  private var rate: Rate?
  /// The value at which the register starts again at zero.
  public var modulus: Int64?
  /// How many low or high readings in a row ask for a meter-change record.
  public var persistence: Int = 5
  /// How long after a reset a return to the level before it is still recognised: the reset was a glitch then.
  public var memory: Span64 = .hours(24)

  private struct Rate: Hashable, Sendable {
    var numerator: Int128
    var denominator: Int128
  }

  /// - Parameters:
  ///   - ratedPower: kW (kvar for a reactive register: the same figure bounds it), or another unit of the register
  ///     an hour.
  ///   - factor: share by which rated power × time may be exceeded (1.2).
  ///   - resolution: power of ten of the register's last digit.
  public init(ratedPower: ScaledInteger?, factor: ScaledInteger, modulus: ScaledInteger?, resolution: Int8) {
    self.modulus = modulus.flatMap { $0.rescaled(to: resolution)?.mantissa }
    guard let ratedPower, ratedPower.mantissa > 0, factor.mantissa > 0 else { return }
    let shift = Int(ratedPower.exponent) + Int(factor.exponent) - Int(resolution)
    guard shift.magnitude <= 18 else { return }
    let power = (0..<shift.magnitude).reduce(Int128(1)) { product, _ in product * 10 }
    let (scaled, overflow) = Int128(ratedPower.mantissa).multipliedReportingOverflow(by: Int128(factor.mantissa))
    guard !overflow else { return }
    // kW × ns = kWh × 3.6e12.
    let hour: Int128 = 3_600_000_000_000
    if shift >= 0 {
      let (numerator, overflow) = scaled.multipliedReportingOverflow(by: power)
      guard !overflow else { return }
      rate = Rate(numerator: numerator, denominator: hour)
    } else {
      rate = Rate(numerator: scaled, denominator: hour * power)
    }
  }

  public var isLimited: Bool { rate != nil }

  /// The largest plausible increment in `span`: rated power × time × factor, rounded down; `.max` without rated power.
  public func limit(_ span: Span64) -> Int64 {
    guard let rate else { return .max }
    guard span > .zero else { return 0 }
    let (product, overflow) = rate.numerator.multipliedReportingOverflow(by: Int128(span.nanoseconds))
    if overflow { return .max }
    return Int64(exactly: product / rate.denominator) ?? .max
  }

  /// Whether the register may have moved by `delta` in `span`. One unit more than the limit is allowed, because a
  /// register shows whole units: read every second, a slow one stands still and then steps by one.
  func isPlausible(_ delta: Int64, in span: Span64) -> Bool {
    guard let rate, delta > 1 else { return true }
    // delta ≤ ⌊limit⌋ + 1, without a division.
    let (allowed, overflow) = rate.numerator.multipliedReportingOverflow(by: Int128(max(0, span.nanoseconds)))
    if overflow { return true }
    let (needed, isTooMuch) = rate.denominator.multipliedReportingOverflow(by: Int128(delta - 1))
    return !isTooMuch && needed <= allowed
  }
}
