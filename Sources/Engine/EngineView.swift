import Journal
import Rules
import Telemetry

/// What the engine shows of itself: an immutable value for status and metrics.
public struct EngineView: Sendable {
  public struct ConnectionView: Sendable {
    public var name: String
    public var state: Batch.ConnectionChange
    /// The plant clock as its sources see it; `distantPast` before the first mark.
    public var clock: Timestamp
    /// Its windows wait for the connection.
    public var isWaiting: Bool
  }

  public struct AssetView: Sendable {
    public var id: String
    public var connection: String
    /// Device time of the latest accepted sample of any signal.
    public var lastSample: Timestamp?
    /// What is wrong with its data; nil if no rule watches that.
    public var source: SourceReport?
    /// What is known of its condition; nil if it is no machine that is learnt.
    public var condition: ConditionReport?
  }

  /// The last batch that was processed.
  public var position: Int64
  /// The highest mark; nil before the first.
  public var plantClock: Timestamp?
  /// In the order of the site.
  public var connections: [ConnectionView]
  public var assets: [AssetView]
  public var counts: EngineCounts
  /// SHA-256 of the configuration in effect, if the journal said.
  public var configurationHash: String?
  /// Samples and events that the next checkpoint will save.
  public var unsavedSamples: Int
  /// Saved state of rules of the site that questions of people need, by key.
  public var shared: [String: [UInt8]] = [:]
  /// Bytes of the caches of decoded history and saved state.
  public var cachedBytes: Int
}
