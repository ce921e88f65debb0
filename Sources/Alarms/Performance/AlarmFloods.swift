/// Floods in a row of intervals, after ISA-18.2: a flood begins in an interval with more than `startAbove` alarms and
/// ends with the first interval that has fewer than `endBelow`, which is no part of it. One that lasts counts.
public struct AlarmFloods: Hashable, Sendable {
  public struct Flood: Hashable, Sendable {
    /// From 0.
    public var firstInterval: Int
    public var lastInterval: Int
    public var alarms: Int
    /// The most in one interval.
    public var peak: Int
    public var intervals: Int { lastInterval - firstInterval + 1 }
  }

  public private(set) var floods: [Flood] = []
  public let percentOfTime: Double
  public let percentAbove: Double
  public let maximum: Int

  /// - Parameter counts: alarms that were announced, by interval.
  public init(counts: [Int], startAbove: Int, endBelow: Int) {
    var current: Flood?
    for (place, count) in counts.enumerated() {
      if var flood = current, count >= endBelow {
        flood.lastInterval = place
        flood.alarms += count
        flood.peak = max(flood.peak, count)
        current = flood
      } else if let flood = current {
        floods.append(flood)
        current = nil
      } else if count > startAbove {
        current = Flood(firstInterval: place, lastInterval: place, alarms: count, peak: count)
      }
    }
    if let current { floods.append(current) }
    let all = Double(max(1, counts.count))
    percentOfTime = 100 * Double(floods.reduce(0) { $0 + $1.intervals }) / all
    percentAbove = 100 * Double(counts.count { $0 > startAbove }) / all
    maximum = counts.max() ?? 0
  }
}
