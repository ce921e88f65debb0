import Telemetry

/// The engine's bounds. They change what is kept in memory and how long it waits, and, except for the bounds of memory,
/// they are part of what makes a replay equal: a changed value takes effect at a restart.
public struct EngineLimits: Hashable, Sendable {
  /// A device clock may be ahead of the plant clock by this much.
  public var futureTolerance: Span64 = .minutes(5)
  /// Windows of a source wait for a lost connection at most this long, in plant time.
  public var maximumWait: Span64 = .hours(24)
  /// History is kept this much longer than the revision horizon, for readings that a window carries in.
  public var lookBack: Span64 = .days(2)
  /// An event that comes again with another time (an undated message that is sent twice) is recognised if its first
  /// time is not older than this.
  public var eventMemory: Span64 = .hours(24)
  /// A source is reported for its clock until it sent no sample from the future for this long.
  public var futureQuiet: Span64 = .minutes(10)

  /// Samples and events in memory that a checkpoint has not saved yet, from which on `shouldCheckpoint` is true.
  public var unsavedSamples = 100_000
  /// Bytes of decoded history kept for late samples.
  public var cachedHistoryBytes = 4 << 20
  /// Bytes of saved rule state kept for the next question.
  public var cachedStateBytes = 1 << 20

  public init() {}
}
