import Plant
import Telemetry
import Templates

/// What a rule of an asset tells the rules behind it: those of the same asset that listen, and those of the whole site.
///
/// It is told when the record is issued, with its revision; so a listener that keeps the newest of each window has a
/// function of the accepted samples, as the record itself is.
public enum Published: Hashable, Sendable {
  case meter(MeterFigures)
  case order(OrderFigures)
  case activity(ActivityFigures)
}

/// A production order as its feed tells it, whenever an event of it was accepted.
public struct OrderFigures: Hashable, Sendable {
  /// All of it, a fold over its accepted events.
  public var order: ProductionOrder
  /// The event that was accepted; the cause of a revision if it changes what was issued.
  public var cause: RevisionCause

  public init(order: ProductionOrder, cause: RevisionCause) {
    self.order = order
    self.cause = cause
  }
}

/// What a machine did in a window: its run states and the pieces that it reported. Told when the window closes, and
/// again when late samples change it.
public struct ActivityFigures: Hashable, Sendable {
  public var start: Timestamp
  public var end: Timestamp
  /// By time; where there is none, nothing is known.
  public var run: [RunSpan]
  /// By time.
  public var pieces: [PieceStep]
  public var cause: RevisionCause?

  public init(start: Timestamp, end: Timestamp, run: [RunSpan], pieces: [PieceStep], cause: RevisionCause?) {
    self.start = start
    self.end = end
    self.run = run
    self.pieces = pieces
    self.cause = cause
  }
}

/// What an asset counted in a window, day or month, as its energy record says it.
public struct MeterFigures: Hashable, Sendable {
  public enum Period: UInt8, Hashable, Sendable, CaseIterable {
    case window = 0
    case day = 1
    case month = 2
  }

  public struct Amount: Hashable, Sendable {
    public var quantity: Signal.Quantity
    /// In the quantity's unit.
    public var value: ScaledInteger
    public init(quantity: Signal.Quantity, value: ScaledInteger) {
      self.quantity = quantity
      self.value = value
    }
  }

  /// How much of the interval rests on what, in nanoseconds; the rest has no data.
  public struct Shares: Hashable, Sendable {
    public var covered: Int64
    /// Of `covered`.
    public var uncertain: Int64
    public var estimated: Int64
    public init(covered: Int64, uncertain: Int64, estimated: Int64) {
      self.covered = covered
      self.uncertain = uncertain
      self.estimated = estimated
    }
  }

  public var period: Period
  public var start: Timestamp
  public var end: Timestamp
  /// Those that have a value, in the order of `Signal.Quantity.allCases`.
  public var amounts: [Amount]
  /// The largest energy (kWh) of one window and its start; of electricity meters only.
  public var maximum: ScaledInteger?
  public var maximumStart: Timestamp?
  public var shares: Shares
  /// Key and revision of the energy record.
  public var key: String
  public var revision: Int
  public var cause: RevisionCause?

  public init(
    period: Period, start: Timestamp, end: Timestamp, amounts: [Amount], maximum: ScaledInteger?,
    maximumStart: Timestamp?, shares: Shares, key: String, revision: Int, cause: RevisionCause?
  ) {
    self.period = period
    self.start = start
    self.end = end
    self.amounts = amounts
    self.maximum = maximum
    self.maximumStart = maximumStart
    self.shares = shares
    self.key = key
    self.revision = revision
    self.cause = cause
  }

  public func amount(_ quantity: Signal.Quantity) -> ScaledInteger? {
    amounts.first { $0.quantity == quantity }?.value
  }
}
