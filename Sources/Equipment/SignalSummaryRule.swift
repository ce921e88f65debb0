import Plant
import Rules
import Telemetry
import Templates

/// One record per asset and minute: statistics of its gauges, time in state of its states.
///
/// A minute without any sample issues no record (silence is the `no-data` finding's business). A late sample issues
/// the minute again, once for all late samples within the lateness after the first one, and only if the record differs.
/// Only revised minutes leave state behind; everything else is folded from the history.
public struct SignalSummaryRule: AssetRule {
  /// Length of the window. Fixed: it is part of the record's meaning.
  public static let window = Span64.minutes(1)

  struct OpenWindow {
    var start: Timestamp
    /// By `SummaryLayout.gauge`.
    var statistics: [SignalStatistics]
    /// A sample came out of order: fold again from the history at close.
    var isDirty: Bool

    /// A window that is folded from the history.
    init(start: Timestamp) {
      self.start = start
      statistics = []
      isDirty = true
    }

    /// The newest window: folded as samples arrive.
    init(start: Timestamp, gauges: Int) {
      self.start = start
      statistics = Array(repeating: SignalStatistics(), count: gauges)
      isDirty = false
    }
  }

  let asset: Asset
  let zone: PlantZone
  private let lateness: Span64
  let layout: SummaryLayout

  /// Windows that end at or before this are issued.
  private var closedThrough: Timestamp?
  /// Ascending. Only the newest two carry statistics; what is older is folded from the history.
  private var open: [OpenWindow] = []
  /// With the hash of the body that was issued before; nil for a minute that was silent.
  private var late: LateWindows
  private var numbers: RevisionNumbers

  /// How the rule joins the engine.
  public static func factory(zone: PlantZone) -> RuleFactory {
    let last = LastMade<[Signal], SummaryLayout>()
    return RuleFactory(name: "signals") { asset, site in
      let layout = last.value(for: asset.signals) { SummaryLayout(asset.signals) }
      return SignalSummaryRule(asset: asset, site: site, zone: zone, layout: layout)
    }
  }

  /// Nil for an asset without gauges and states.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    self.init(asset: asset, site: site, zone: zone, layout: SummaryLayout(asset.signals))
  }

  init?(asset: Asset, site: Site, zone: PlantZone, layout: SummaryLayout) {
    guard !layout.signalsByName.isEmpty, let horizon = site.horizons[.signalSummary] else { return nil }
    self.asset = asset
    self.zone = zone
    self.layout = layout
    lateness = horizon.lateness
    late = LateWindows(wait: lateness)
    // The last late sample within the horizon waits too before its revision.
    numbers = RevisionNumbers(name: "minute", retention: horizon.revision + lateness + Self.window)
  }

  public func interest(in signal: Int) -> SignalInterest { layout.isSummarised(signal) ? .count : .none }

  public var deadline: Timestamp? {
    let close = open.first.map { $0.start + Self.window + lateness }
    return .earlier(.earlier(close, late.deadline), numbers.deadline)
  }

  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    let start = sample.time.windowStart(Self.window)
    if let lastOpen = open.last, lastOpen.start == start {
      add(sample, signal: signal, inOrder: inOrder, to: open.count - 1)
    } else if isClosed(start, clock: context.clock) {
      try revise(sample, signal: signal, from: start, context: context)
    } else {
      add(sample, signal: signal, inOrder: inOrder, to: openWindow(at: start))
    }
  }

  /// By what was closed, too: a longer lateness after a change of the configuration must not issue a minute twice.
  private func isClosed(_ start: Timestamp, clock: Timestamp) -> Bool {
    if let closedThrough, start < closedThrough { return true }
    return start + Self.window + lateness <= clock && !open.contains { $0.start == start }
  }

  private mutating func openWindow(at start: Timestamp) -> Int {
    let position = open.firstIndex { $0.start >= start } ?? open.count
    if position < open.count, open[position].start == start { return position }
    // Statistics of a window that is opened behind a newer one come from the history: out of order anyway.
    let isNewest = position == open.count
    open.insert(
      isNewest ? OpenWindow(start: start, gauges: layout.gauges) : OpenWindow(start: start), at: position)
    // A backlog opens many windows at once: only the newest two keep their statistics in memory.
    if open.count > 2 {
      open[open.count - 3].isDirty = true
      open[open.count - 3].statistics = []
    }
    return position
  }

  private mutating func add(_ sample: Sample, signal: Int, inOrder: Bool, to index: Int) {
    guard inOrder else {
      open[index].isDirty = true
      return
    }
    let gauge = layout.gauge[signal]
    guard gauge >= 0, !open[index].isDirty, case .double(let value) = sample.value else { return }
    open[index].statistics[gauge].add(value, quality: sample.quality)
  }

  private mutating func revise(_ sample: Sample, signal: Int, from start: Timestamp, context: RuleContext) throws {
    let cause = RevisionCause(
      asset: asset.id, signal: asset.signals[signal].name, time: sample.time, reason: .late)
    // A state holds into the minutes behind it.
    let reach = layout.isState[signal] ? sample.time + asset.signals[signal].expectedInterval : sample.time
    var window = start
    while window <= reach, isClosed(window, clock: context.clock) {
      let isOwn = window == start
      if late.contains(window) {
        late.add(start: window, clock: context.clock, cause: cause, samples: isOwn ? 1 : 0)
      } else {
        let previous = try issuedHash(window, without: (signal, sample.time), context: context)
        // A silent minute that a state only holds into stays without a record.
        if isOwn || previous != nil {
          late.add(start: window, clock: context.clock, cause: cause, samples: isOwn ? 1 : 0, previous: previous)
        }
      }
      window = window + Self.window
    }
  }

  /// Hash of the body as it was before a late sample; nil if the minute was silent before. (The sample is in the history
  /// already; the minute was issued if there is any other sample in it.)
  private func issuedHash(
    _ start: Timestamp, without sample: (signal: Int, time: Timestamp), context: RuleContext
  ) throws -> UInt64? {
    let isOwn = sample.time.windowStart(Self.window) == start
    guard try sampleCount(start, context: context) > (isOwn ? 1 : 0) else { return nil }
    return hash(try body(OpenWindow(start: start), without: sample, context: context).body)
  }

  private func hash(_ body: [UInt8]) -> UInt64 {
    var hasher = Hash64()
    body.withUnsafeBytes { hasher.combine($0) }
    return hasher.value
  }

  private func sampleCount(_ start: Timestamp, context: RuleContext) throws -> Int {
    var count = 0
    for signal in layout.signalsByName {
      count += try context.samples(signal: signal, from: start, to: start + Self.window).count
    }
    return count
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for window in late.take(now) { try issueAgain(window, context: &context) }
    while let window = open.first, window.start + Self.window + lateness <= now {
      open.removeFirst()
      closedThrough = window.start + Self.window
      let (body, used, figures) = try body(window, context: context)
      context.newlyUsed += used
      context.publish(.summary(figures))
      emit(window.start, body, revision: 0, cause: nil, context: &context)
    }
    // Empty minutes pass too: a sample for them is late from here on.
    let passed = (now - lateness).windowStart(Self.window)
    if passed > closedThrough ?? .distantPast { closedThrough = passed }
    numbers.forget(now: now, context: context)
  }

  private mutating func issueAgain(_ window: LateWindows.Window, context: inout RuleContext) throws {
    context.newlyUsed += window.samples
    let body = try body(OpenWindow(start: window.start), context: context).body
    guard let previous = window.previous else {
      emit(window.start, body, revision: 0, cause: nil, context: &context)
      return
    }
    guard hash(body) != previous else { return }
    let number = try numbers.next(start: window.start, context: context)
    emit(window.start, body, revision: number, cause: window.cause, context: &context)
  }

  private func emit(
    _ start: Timestamp, _ body: [UInt8], revision: Int, cause: RevisionCause?, context: inout RuleContext
  ) {
    context.emit(
      RecordDraft(
        kind: .signalSummary, key: "\(asset.id)/\(start.rfc3339UTC)", revision: revision, asset: asset.id,
        start: start, end: start + Self.window, body: body, cause: cause))
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.boolean(closedThrough != nil)
    if let closedThrough { writer.timestamp(closedThrough) }
    writer.varint(open.count)
    for window in open { writer.timestamp(window.start) }
    late.encode(into: &writer)
    numbers.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    closedThrough = try reader.boolean() ? try reader.timestamp() : nil
    open = []
    // Folded from the history at close, with the same result: statistics are not worth their bytes.
    for _ in 0..<(try reader.count()) {
      open.append(OpenWindow(start: try reader.timestamp()))
    }
    try late.restore(from: &reader)
    try numbers.restore(from: &reader)
  }
}
