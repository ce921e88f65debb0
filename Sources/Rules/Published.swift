import Plant
import Telemetry
import Templates

/// What a rule of an asset tells the rules behind it: those of the same asset that listen, and those of the whole site.
///
/// It is told when the record is issued, with its revision; so a listener that keeps the newest of each window has a
/// function of the accepted samples, as the record itself is.
public enum Published: Hashable, Sendable {
  case meter(MeterFigures)
  /// What was told before, as it is now: `request` asked for it (`TellAgain.id`). No news for anybody else.
  case meterAgain(MeterFigures, request: String)
  /// What only the rules of one module understand.
  case derived(DerivedFigures)
  case order(OrderFigures)
  case activity(ActivityFigures)
  case summary(SummaryFigures)
  case climate(ClimateFigures)
  case load(LoadFigures)
  case demand(DemandWarning)
  case condition(ConditionFigures)
}

/// The present power of an asset that may be switched off, kW.
public struct LoadFigures: Hashable, Sendable {
  public var power: Double
  /// Of the reading.
  public var time: Timestamp

  public init(power: Double, time: Timestamp) {
    self.power = power
    self.time = time
  }
}

/// A demand that will exceed its limit, for the rule that knows what could be switched off.
public struct DemandWarning: Hashable, Sendable {
  /// Without the loads; closed when the warning is over.
  public var finding: Finding
  /// kW that must go off.
  public var required: Double

  public init(finding: Finding, required: Double) {
    self.finding = finding
    self.required = required
  }
}

/// The outdoor temperature of a plant-local day. Told when the day is over, and again when late samples change it.
public struct ClimateFigures: Hashable, Sendable {
  public var start: Timestamp
  public var end: Timestamp
  /// Mean of the day, °C, three places.
  public var temperature: ScaledInteger
  public var cause: RevisionCause?

  public init(start: Timestamp, end: Timestamp, temperature: ScaledInteger, cause: RevisionCause?) {
    self.start = start
    self.end = end
    self.temperature = temperature
    self.cause = cause
  }
}

/// Figures of an asset's interval that rules of one module tell each other, in their own bytes.
public struct DerivedFigures: Hashable, Sendable {
  /// Module and subject: `carbon/hours`.
  public var name: String
  public var start: Timestamp
  public var end: Timestamp
  public var bytes: [UInt8]
  public var cause: RevisionCause?

  public init(name: String, start: Timestamp, end: Timestamp, bytes: [UInt8], cause: RevisionCause?) {
    self.name = name
    self.start = start
    self.end = end
    self.bytes = bytes
    self.cause = cause
  }
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
  /// The same by the names of the states, also of those that tell nothing of the run state.
  public var states: [StateSpan]
  /// By time.
  public var pieces: [PieceStep]
  public var cause: RevisionCause?

  public init(
    start: Timestamp, end: Timestamp, run: [RunSpan], states: [StateSpan] = [], pieces: [PieceStep],
    cause: RevisionCause?
  ) {
    self.start = start
    self.end = end
    self.run = run
    self.states = states
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
  /// Energy charges by the site's tariff, exact; nil without a price. Not kept by `encode`.
  public var cost: ExactDecimal?

  public init(
    period: Period, start: Timestamp, end: Timestamp, amounts: [Amount], maximum: ScaledInteger?,
    maximumStart: Timestamp?, shares: Shares, key: String, revision: Int, cause: RevisionCause?,
    cost: ExactDecimal? = nil
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
    self.cost = cost
  }

  public func amount(_ quantity: Signal.Quantity) -> ScaledInteger? {
    amounts.first { $0.quantity == quantity }?.value
  }
}

extension MeterFigures.Shares {
  /// Shares of an interval that add up to 1, four places each; what rounding leaves goes to the largest.
  ///
  /// - Parameter whole: length of the interval in nanoseconds.
  public func json(of whole: Int64) -> JSONValue {
    let covered = max(0, min(self.covered, whole))
    let estimated = max(0, min(self.estimated, whole - covered))
    let parts = [covered - uncertain, uncertain, estimated, whole - covered - estimated]
    var shares = parts.map { whole > 0 ? Int64(Int128(max(0, $0)) * 10_000 / Int128(whole)) : 0 }
    let largest = parts.indices.max { parts[$0] < parts[$1] } ?? 0
    shares[largest] += 10_000 - shares.reduce(0, +)
    let texts = shares.map { JSONValue.string(ScaledInteger($0, exponent: -4).description) }
    return ["good": texts[0], "uncertain": texts[1], "estimated": texts[2], "no_data": texts[3]]
  }
}

extension MeterFigures {
  public func encode(into writer: inout ByteWriter) {
    writer.byte(period.rawValue)
    writer.timestamp(start)
    writer.timestamp(end)
    writer.varint(amounts.count)
    for amount in amounts {
      writer.string(amount.quantity.rawValue)
      writer.scaled(amount.value)
    }
    writer.boolean(maximum != nil)
    if let maximum {
      writer.scaled(maximum)
      writer.timestamp(maximumStart ?? start)
    }
    writer.zigzag(shares.covered)
    writer.zigzag(shares.uncertain)
    writer.zigzag(shares.estimated)
    writer.string(key)
    writer.varint(revision)
  }

  /// Without the cause: what is read back is told again for another reason.
  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let period = Period(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "window, day or month")
    }
    let start = try reader.timestamp()
    let end = try reader.timestamp()
    var amounts: [Amount] = []
    for _ in 0..<(try reader.count()) {
      guard let quantity = Signal.Quantity(rawValue: try reader.string()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a counted quantity")
      }
      amounts.append(Amount(quantity: quantity, value: try reader.scaled()))
    }
    var maximum: ScaledInteger?
    var maximumStart: Timestamp?
    if try reader.boolean() {
      maximum = try reader.scaled()
      maximumStart = try reader.timestamp()
    }
    let shares = Shares(
      covered: try reader.zigzag(), uncertain: try reader.zigzag(), estimated: try reader.zigzag())
    self.init(
      period: period, start: start, end: end, amounts: amounts, maximum: maximum, maximumStart: maximumStart,
      shares: shares, key: try reader.string(), revision: try reader.integer(), cause: nil)
  }
}
