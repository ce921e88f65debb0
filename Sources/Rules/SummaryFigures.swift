import Telemetry

/// What an asset's gauges and states showed in a minute, as its summary says it. Told when the minute is issued; for the
/// rules of the same asset.
public struct SummaryFigures: Hashable, Sendable {
  public struct Gauge: Hashable, Sendable {
    /// Position in `Asset.signals`.
    public var signal: Int
    public var count: Int
    /// Of them, neither doubted nor said to be uncertain.
    public var good: Int
    public var mean: Double
    public var minimum: Double
    public var maximum: Double
    /// Nil for fewer than two samples.
    public var standardDeviation: Double?

    public init(
      signal: Int, count: Int, good: Int, mean: Double, minimum: Double, maximum: Double, standardDeviation: Double?
    ) {
      self.signal = signal
      self.count = count
      self.good = good
      self.mean = mean
      self.minimum = minimum
      self.maximum = maximum
      self.standardDeviation = standardDeviation
    }
  }

  public struct States: Hashable, Sendable {
    /// Position in `Asset.signals`.
    public var signal: Int
    /// How long each state held, by its position.
    public var nanoseconds: [Int64]

    public init(signal: Int, nanoseconds: [Int64]) {
      self.signal = signal
      self.nanoseconds = nanoseconds
    }
  }

  public var start: Timestamp
  public var end: Timestamp
  /// Only signals with samples.
  public var gauges: [Gauge]
  public var states: [States]

  public init(start: Timestamp, end: Timestamp, gauges: [Gauge] = [], states: [States] = []) {
    self.start = start
    self.end = end
    self.gauges = gauges
    self.states = states
  }
}
