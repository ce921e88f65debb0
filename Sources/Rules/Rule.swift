import Telemetry

/// A rule of one asset: a value-type state machine that the engine owns and drives.
///
/// The engine calls `accepted` for every sample or event that passed the identity layer, in arrival order (which may
/// not be time order), and `close` whenever the plant clock reaches `deadline`. A rule does no I/O; what it needs of
/// the past it asks of the context, what it finds it tells the context.
public protocol AssetRule: Sendable {
  /// Plant clock time at which `close` must be called next; nil = nothing to wait for. `distantPast` asks for the
  /// next time mark.
  var deadline: Timestamp? { get }

  /// What the rule wants of a signal (its position in `Asset.signals`). Asked once, when the engine starts.
  ///
  /// At most one rule of an asset may `count` a signal: promise 5 counts every sample once. The others `watch` it.
  func interest(in signal: Int) -> SignalInterest

  /// A sample of one of the asset's signals (`signal` is its position in `Asset.signals`). It is in the history
  /// already. `inOrder` tells that it is later than every earlier sample of its series.
  mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws

  /// An event, as above. Several events may have one time; those after the first are not `inOrder`.
  mutating func accepted(_ event: Event, signal: Int, inOrder: Bool, context: inout RuleContext) throws

  /// Whether `refused` is to be called. Asked once, when the engine starts.
  var watchesRefusals: Bool { get }

  /// A sample of one of the asset's signals that was not accepted. It is not in the history.
  mutating func refused(_ sample: Sample, _ why: Refusal, signal: Int, context: inout RuleContext) throws

  /// Whether `heard` is to be called. Asked once, when the engine starts.
  var isListening: Bool { get }

  /// What an earlier rule of the same asset told.
  mutating func heard(_ published: Published, context: inout RuleContext) throws

  /// Whether `heard` of commands is to be called. Asked once, when the engine starts.
  var takesCommands: Bool { get }

  /// What a person entered; the rules of the site have heard it before. See `SiteCommand`.
  mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws

  /// What people are shown of the asset as a source of data; nil if the rule has nothing to say of it. Asked about once
  /// a second.
  var sourceReport: SourceReport? { get }

  /// What people are shown of the asset as a machine; nil if the rule has nothing to say of it. Asked when somebody asks for
  /// it, and about once a second.
  var conditionReport: ConditionReport? { get }

  /// The plant clock of the asset's connection is `now`: close every window whose end + lateness is at or before it.
  mutating func close(now: Timestamp, context: inout RuleContext) throws

  /// Compact state for the checkpoint (what is not saved window by window through the context).
  func encodeState(into writer: inout ByteWriter)
  mutating func restoreState(from reader: inout ByteReader) throws
}

/// What a rule wants of a signal.
public enum SignalInterest: Sendable {
  /// Nothing: `accepted` is not called.
  case none
  /// `accepted` is called, but another rule answers for the sample's count.
  case watch
  /// `accepted` is called, and the rule moves each sample from pending to used (`RuleContext.newlyUsed`) or to the
  /// quarantine, once.
  case count
}

extension AssetRule {
  public func interest(in signal: Int) -> SignalInterest { .count }
  public var watchesRefusals: Bool { false }
  public var isListening: Bool { false }
  public mutating func heard(_ published: Published, context: inout RuleContext) throws {}
  public var takesCommands: Bool { false }
  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {}
  public var sourceReport: SourceReport? { nil }
  public var conditionReport: ConditionReport? { nil }
  public mutating func refused(_ sample: Sample, _ why: Refusal, signal: Int, context: inout RuleContext) throws {}
  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {}
  public mutating func accepted(_ event: Event, signal: Int, inOrder: Bool, context: inout RuleContext) throws {}
}
