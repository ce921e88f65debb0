import Telemetry

/// What a load curve of equal windows says: maximum demand, load factor, base load.
public enum DemandCurve {
  /// A maximum and when it was.
  public struct Maximum: Hashable, Sendable {
    /// kW
    public var demand: ExactDecimal
    /// Start of its window; of equal ones the first.
    public var start: Timestamp
  }

  /// The mean power of a window, kW: energy × 3600 s / window, exact where that has a finite decimal form, else rounded
  /// half-even to 12 places.
  public static func power(_ energy: ExactDecimal, over window: Span64) throws(DecimalError) -> ExactDecimal {
    try energy * ExactDecimal(Int(Span64.hours(1).nanoseconds)) / ExactDecimal(Int(window.nanoseconds))
  }

  /// The largest mean power of fixed blocks.
  ///
  /// - Parameter blocks: start and kWh of each.
  public static func maximum(
    blocks: [(start: Timestamp, energy: ExactDecimal)], window: Span64
  ) throws(DecimalError) -> Maximum? {
    var largest: (start: Timestamp, energy: ExactDecimal)?
    for block in blocks {
      if let largest, !(largest.energy < block.energy) { continue }
      largest = block
    }
    guard let largest else { return nil }
    return Maximum(demand: try power(largest.energy, over: window), start: largest.start)
  }

  /// Chinese meters slide the window of demand by a minute.
  public static let step = Span64.minutes(1)

  /// The window that slides in steps of a minute and counts most, as such meters measure demand.
  ///
  /// What the register shows at a step is its last reading, if that is younger than a step; a window with a gap at one
  /// of its ends does not count. Nothing is interpolated.
  ///
  /// - Parameters:
  ///   - readings: time and register, ascending in both.
  ///   - from, through: the window ends at a step with from < end ≤ through.
  public static func largestSlide(
    _ readings: [(time: Timestamp, count: Int64)], window: Span64, from: Timestamp, through: Timestamp
  ) -> (count: Int64, start: Timestamp)? {
    var largest: (count: Int64, start: Timestamp)?
    var opening = 0
    var closing = 0
    var end = from.windowStart(step) + step
    while end <= through {
      let start = end - window
      while closing < readings.count, readings[closing].time <= end { closing += 1 }
      while opening < readings.count, readings[opening].time <= start { opening += 1 }
      if closing > 0, opening > 0, end - readings[closing - 1].time < step, start - readings[opening - 1].time < step {
        let count = readings[closing - 1].count - readings[opening - 1].count
        if largest.map({ $0.count < count }) ?? true { largest = (count, start) }
      }
      end = end + step
    }
    return largest
  }

  /// Mean power / maximum demand, 0 … 1; nil without a load.
  public static func loadFactor(energy: ExactDecimal, hours: ExactDecimal, maximum: ExactDecimal) throws(DecimalError)
    -> ExactDecimal?
  {
    guard !maximum.isZero, !hours.isZero else { return nil }
    return try energy / (hours * maximum)
  }

  /// A percentile by linear interpolation between order statistics (of n values the k-th is the k / (n − 1) quantile).
  ///
  /// - Parameter percent: 0 … 100. The base load is the fifth percentile of the demand of 15 minutes, or the median of
  ///   its windows that start from 01:00 to 05:00.
  public static func percentile(_ values: [Double], _ percent: Double) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let place = Double(sorted.count - 1) * min(max(percent, 0), 100) / 100
    let low = Int(place.rounded(.down))
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
  }

  public static func median(_ values: [Double]) -> Double? { percentile(values, 50) }
}
