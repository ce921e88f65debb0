import Telemetry

/// Whether a balance stays open: a fold over windows in time order.
///
/// A single window outside the uncertainty may be a matter of reading times. It persists if so many in a row are outside
/// on the same side, or if the sum of smaller differences drifts away (CUSUM of difference / uncertainty).
public struct BalanceWatch: Hashable, Sendable {
  /// Product choices, from the configuration.
  public struct Settings: Hashable, Sendable {
    /// So many windows in a row.
    public var consecutive: Int
    /// What of difference / uncertainty is allowed in each window.
    public var slack: Double
    /// At which sum it persists.
    public var threshold: Double
    public init(consecutive: Int, slack: Double, threshold: Double) {
      self.consecutive = consecutive
      self.slack = slack
      self.threshold = threshold
    }
  }

  public enum Change: Hashable, Sendable {
    case opened(Imbalance)
    case closed
  }

  /// A balance that stays open.
  public struct Imbalance: Hashable, Sendable {
    public enum Side: String, Hashable, Sendable { case unexplained, excess }
    public var side: Side
    /// Start of the first window of it.
    public var since: Timestamp
    public var windows: Int
    /// Sum of the differences since then, in the quantity's unit, and of what the main meter counted.
    public var difference: ExactDecimal
    public var amount: ExactDecimal
  }

  public let settings: Settings
  public private(set) var open: Imbalance?
  private(set) var above = Run()
  private(set) var below = Run()

  /// One side.
  struct Run: Hashable, Sendable {
    var windows = 0
    var sum = 0.0
    /// Windows since the sum was last zero.
    var since: Timestamp?
    var length = 0
    var difference = ExactDecimal.zero
    var amount = ExactDecimal.zero
  }

  public init(settings: Settings) { self.settings = settings }

  /// - Parameter start: of the window. Windows without a judgement change nothing.
  public mutating func add(_ balance: MeterBalance, start: Timestamp) throws(DecimalError) -> Change? {
    guard let difference = balance.difference, let uncertainty = balance.uncertainty, let amount = balance.main.amount
    else { return nil }
    // Meters that count nothing have no uncertainty: any difference is then far outside.
    let ratio =
      uncertainty > 0
      ? difference.doubleValue / uncertainty
      : (difference.isZero ? 0 : (difference.isNegative ? -settings.threshold : settings.threshold))
    above = try Self.fold(above, ratio, balance.verdict == .unexplained, difference, amount, start, settings)
    below = try Self.fold(below, -ratio, balance.verdict == .excess, difference, amount, start, settings)
    for (run, side) in [(above, Imbalance.Side.unexplained), (below, .excess)] {
      guard run.windows >= settings.consecutive || run.sum >= settings.threshold, let since = run.since else {
        continue
      }
      let imbalance = Imbalance(
        side: side, since: since, windows: run.length, difference: run.difference, amount: run.amount)
      let isNew = open?.side != side
      open = imbalance
      return isNew ? .opened(imbalance) : nil
    }
    guard let former = open else { return nil }
    // Over when its side has come down to nothing.
    let run = former.side == .unexplained ? above : below
    guard run.sum == 0, run.windows == 0 else { return nil }
    open = nil
    return .closed
  }

  private static func fold(
    _ run: Run, _ ratio: Double, _ isOutside: Bool, _ difference: ExactDecimal, _ amount: ExactDecimal,
    _ start: Timestamp, _ settings: Settings
  ) throws(DecimalError) -> Run {
    var next = run
    next.windows = isOutside ? run.windows + 1 : 0
    // Bounded, so that it comes down again in a time that people wait for.
    next.sum = min(max(0, run.sum + ratio - settings.slack), 2 * settings.threshold)
    guard next.sum > 0 || next.windows > 0 else { return Run() }
    if next.since == nil { next.since = start }
    next.length += 1
    next.difference = try run.difference + difference
    next.amount = try run.amount + amount
    return next
  }

  // MARK: Checkpoint

  func encode(into writer: inout ByteWriter) {
    for run in [above, below] {
      writer.varint(run.windows)
      writer.double(run.sum)
      writer.timestamp(run.since ?? .distantPast)
      writer.varint(run.length)
      writer.decimal(run.difference)
      writer.decimal(run.amount)
    }
    writer.byte(open.map { $0.side == .unexplained ? 1 : 2 } ?? 0)
    guard let open else { return }
    writer.timestamp(open.since)
    writer.varint(open.windows)
    writer.decimal(open.difference)
    writer.decimal(open.amount)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    above = try Self.run(from: &reader)
    below = try Self.run(from: &reader)
    let side = try reader.byte()
    open = nil
    guard side != 0 else { return }
    open = Imbalance(
      side: side == 1 ? .unexplained : .excess, since: try reader.timestamp(), windows: try reader.integer(),
      difference: try reader.decimal(), amount: try reader.decimal())
  }

  private static func run(from reader: inout ByteReader) throws(ByteReaderError) -> Run {
    var run = Run()
    run.windows = try reader.integer()
    run.sum = try reader.double()
    let since = try reader.timestamp()
    run.since = since == .distantPast ? nil : since
    run.length = try reader.integer()
    run.difference = try reader.decimal()
    run.amount = try reader.decimal()
    return run
  }
}
