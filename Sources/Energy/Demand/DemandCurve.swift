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

  /// The largest mean power of a window that slides in steps, as meters that step by a minute measure it.
  ///
  /// A step's window counts only where there is a reading at both of its ends; nothing is interpolated.
  ///
  /// - Parameter readings: time and total kWh so far, ascending in time, resets and rollovers already bridged.
  public static func maximum(
    readings: [(time: Timestamp, energy: ExactDecimal)], window: Span64, step: Span64 = .minutes(1)
  ) throws(DecimalError) -> Maximum? {
    var largest: (energy: ExactDecimal, start: Timestamp)?
    var opening = 0
    for reading in readings where reading.time.nanoseconds % step.nanoseconds == 0 {
      let start = reading.time - window
      while opening < readings.count, readings[opening].time < start { opening += 1 }
      guard opening < readings.count, readings[opening].time == start else { continue }
      let energy = try reading.energy - readings[opening].energy
      if let largest, !(largest.energy < energy) { continue }
      largest = (energy, start)
    }
    guard let largest else { return nil }
    return Maximum(demand: try power(largest.energy, over: window), start: largest.start)
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
