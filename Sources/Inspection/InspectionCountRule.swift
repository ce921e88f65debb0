import Plant
import Rules
import Telemetry
import Templates

/// Verdicts, defects, reviews and measured values of an inspection station per window, counted once whatever is sent
/// twice. A review has the time of the result that it judges, and so belongs to that one's window.
///
/// Counts are folded from the history, which holds every result once; state is only which windows wait. A late result
/// issues its window again, once for all that arrive within the lateness after the first one.
///
/// Windows of all stations end at once. Those with very many results are counted some seconds apart, so that nothing else
/// waits for long and their results are not in memory together.
public struct InspectionCountRule: AssetRule {
  /// Results of a window from which on it waits its turn, and over how many seconds the stations are spread.
  private static let many = 5000
  private static let spread: UInt64 = 40

  private let asset: Asset
  private let zone: PlantZone
  private let window: Span64
  private let lateness: Span64
  private let signal: Int
  /// Of a station whose reviews come as events of their own.
  private let reviews: Int?
  /// Somebody watches over rejected units.
  private let tellsUnits: Bool
  /// Files of units are kept.
  private let tellsSteps: Bool
  /// Whose samples the results are.
  private let lots: [LotPlan]
  private let ledger: WindowLedger
  /// How long a window with many results waits.
  private let turn: Span64
  /// How many results wait in each window that is not issued yet.
  private var open: [Timestamp: Int] = [:]
  private var late: LateWindows

  /// Nil for an asset without an event signal that carries a verdict: the events of an order feed are no results.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    guard let signal = asset.eventSignal(carrying: ["verdict"]),
      let horizon = site.horizons[.inspectionCount], site.energy.window > .zero
    else { return nil }
    self.asset = asset
    self.zone = zone
    self.signal = signal
    reviews = asset.eventSignal(carrying: ["review", "unit"]).flatMap { $0 == signal ? nil : $0 }
    tellsUnits = site.inspection.interception && asset.criticality != .safety
    tellsSteps = site.inspection.units != nil && asset.criticality != .safety
    lots = site.lotPlans(of: asset)
    window = site.energy.window
    lateness = horizon.lateness
    late = LateWindows(wait: lateness)
    var hash = Hash64()
    hash.combine(asset.id)
    turn = .seconds(Int64(hash.value % Self.spread))
    // A page is a day whatever the length of the window (it divides a day): where a window of another length has been
    // issued under the same key before, the next one under it is its next revision and not another revision 0.
    ledger = WindowLedger(
      kind: .inspectionCount, asset: asset.id, length: window, retention: horizon.revision + lateness + window,
      pageWindows: max(1, Span64.days(1).nanoseconds / window.nanoseconds))
  }

  public func interest(in signal: Int) -> SignalInterest {
    signal == self.signal || signal == reviews ? .count : .none
  }

  public var deadline: Timestamp? {
    let close = open.map { due($0.key, results: $0.value) }.min()
    return .earlier(close, late.deadline)
  }

  private func due(_ start: Timestamp, results: Int) -> Timestamp {
    start + window + lateness + (results < Self.many ? .zero : turn)
  }

  public mutating func accepted(_ event: Event, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    if tellsUnits { tell(event, context: context) }
    if tellsSteps, let message = UnitMessage(event, station: asset.id) { context.publish(message.published) }
    let start = event.time.windowStart(window)
    if open[start] == nil, start + window + lateness <= context.clock {
      let cause = RevisionCause(
        asset: asset.id, signal: asset.signals[signal].name, time: event.time, reason: .late)
      late.add(start: start, clock: context.clock, cause: cause)
    } else {
      open[start, default: 0] += 1
    }
  }

  /// Whether a rejected unit goes on must be known at once, not when a window closes.
  private func tell(_ event: Event, context: RuleContext) {
    guard let passage = UnitPassage(event) else { return }
    var writer = ByteWriter()
    passage.encode(into: &writer)
    context.publish(
      .derived(
        DerivedFigures(name: UnitPassage.name, start: event.time, end: event.time, bytes: writer.bytes, cause: nil)))
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for window in late.take(now) {
      try issue(window.start, results: window.samples, cause: window.cause, context: &context)
    }
    for (start, results) in open.sorted(by: { $0.key < $1.key }) where due(start, results: results) <= now {
      open[start] = nil
      try issue(start, results: results, cause: nil, context: &context)
    }
  }

  /// - Parameter results: how many are counted in a record for the first time.
  private func issue(
    _ start: Timestamp, results: Int, cause: RevisionCause?, context: inout RuleContext
  ) throws {
    context.newlyUsed += results
    let events = try context.events(signal: signal, from: start, to: start + window)
    let judged = try reviews.map { try context.events(signal: $0, from: start, to: start + window) } ?? []
    // Parts of a window of another length (see `restoreState`) may be empty.
    guard !events.isEmpty || !judged.isEmpty else { return }
    for plan in lots {
      context.publish(
        LotPieces(plan, results: events, reviews: judged).published(start: start, end: start + window, cause: cause))
    }
    let tally = InspectionTally(results: events, reviews: judged)
    let body = InspectionBody.json(tally, asset: asset, start: start, end: start + window, zone: zone)
    guard try ledger.issue(start: start, body: body.canonicalBytes(), cause: cause, context: &context) != nil else {
      return
    }
    var writer = ByteWriter()
    tally.encode(into: &writer)
    context.publish(
      .derived(
        DerivedFigures(
          name: InspectionRule.window, start: start, end: start + window, bytes: writer.bytes, cause: cause)))
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(UInt64(window.nanoseconds))
    writer.varint(open.count)
    for (start, results) in open.sorted(by: { $0.key < $1.key }) {
      writer.timestamp(start)
      writer.varint(results)
    }
    late.encode(into: &writer)
  }

  /// After a change of the window's length, what waited waits in the windows of the new length that it lies in.
  public mutating func restoreState(from reader: inout ByteReader) throws {
    let length = Span64(nanoseconds: Int64(try reader.integer()))
    guard length > .zero else { throw ByteReaderError(offset: reader.offset, expected: "the length of a window") }
    open = [:]
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      let results = try reader.integer()
      for (place, part) in parts(start, length).enumerated() { open[part, default: 0] += place == 0 ? results : 0 }
    }
    var restored = LateWindows(wait: lateness)
    try restored.restore(from: &reader)
    guard length != window else {
      late = restored
      return
    }
    late = LateWindows(wait: lateness)
    for old in restored.windows {
      for (place, part) in parts(old.start, length).enumerated() {
        late.add(
          start: part, clock: old.due - lateness, cause: old.cause, samples: place == 0 ? old.samples : 0)
      }
    }
  }

  /// Starts of the windows that a window of another length lies in.
  private func parts(_ start: Timestamp, _ length: Span64) -> [Timestamp] {
    let first = start.windowStart(window)
    // No window is longer than an hour or shorter than a minute, but a damaged state may say so.
    let count = min((start + length - first).nanoseconds / window.nanoseconds, 60)
    let isWhole = (start + length - first).nanoseconds % window.nanoseconds == 0
    return (0..<count + (isWhole ? 0 : 1)).map { first + Span64(nanoseconds: $0 * window.nanoseconds) }
  }
}
