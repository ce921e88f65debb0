import Plant
import Rules
import Telemetry
import Templates

/// One record per asset and minute: statistics of its gauges, time in state of its states.
///
/// A minute without any sample issues no record (silence is the `no-data` finding's business). A late sample issues
/// the minute again. Only revised minutes leave state behind; everything else is folded from the history.
public struct SignalSummaryRule: AssetRule {
  /// Length of the window. Fixed: it is part of the record's meaning.
  public static let window = Span64.minutes(1)

  private struct OpenWindow {
    var start: Timestamp
    var statistics: [SignalStatistics]
    /// A sample came out of order: fold again from the history at close.
    var isDirty = false
  }

  private struct Revision {
    var wasIssued: Bool
    var cause: RevisionCause
  }

  private let asset: Asset
  private let place: String
  private let zone: PlantZone
  private let lateness: Span64
  /// Positions of gauges and states in `asset.signals`.
  private let gauges: [Int]
  private let states: [Int]
  /// By position in `asset.signals`: gauge or state.
  private let isSummarised: [Bool]
  private let isState: [Bool]
  /// Gauges and states in the canonical order of their names.
  private let signalsByName: [Int]

  /// Windows that end at or before this are issued.
  private var closedThrough: Timestamp?
  /// Ascending. Only the newest two carry statistics; what is older is folded from the history.
  private var open: [OpenWindow] = []
  private var revisions: [Timestamp: Revision] = [:]

  /// Nil for an asset without gauges and states.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    let gauges = asset.signals.indices.filter { asset.signals[$0].kind == .gauge }
    let states = asset.signals.indices.filter { if case .state = asset.signals[$0].kind { true } else { false } }
    guard !gauges.isEmpty || !states.isEmpty, let horizon = site.horizons[.signalSummary] else { return nil }
    self.asset = asset
    self.zone = zone
    self.gauges = gauges
    self.states = states
    place = asset.place
    lateness = horizon.lateness
    isSummarised = asset.signals.indices.map { gauges.contains($0) || states.contains($0) }
    isState = asset.signals.indices.map { states.contains($0) }
    signalsByName = (gauges + states).sorted {
      asset.signals[$0].name.utf16.lexicographicallyPrecedes(asset.signals[$1].name.utf16)
    }
  }

  public func interest(in signal: Int) -> SignalInterest { isSummarised[signal] ? .count : .none }

  public var deadline: Timestamp? {
    if !revisions.isEmpty { return .distantPast }
    return open.first.map { $0.start + Self.window + lateness }
  }

  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    let start = sample.time.windowStart(Self.window)
    if let closedThrough, start < closedThrough {
      context.newlyUsed += 1
      try revise(sample, signal: signal, from: start, context: &context)
      return
    }
    if let lastOpen = open.last, lastOpen.start == start {
      add(sample, signal: signal, inOrder: inOrder, to: open.count - 1)
    } else {
      add(sample, signal: signal, inOrder: inOrder, to: openWindow(at: start))
    }
  }

  private mutating func openWindow(at start: Timestamp) -> Int {
    let position = open.firstIndex { $0.start >= start } ?? open.count
    if position < open.count, open[position].start == start { return position }
    // Statistics of a window that is opened behind a newer one come from the history: out of order anyway.
    let isNewest = position == open.count
    open.insert(
      OpenWindow(
        start: start,
        statistics: isNewest ? Array(repeating: SignalStatistics(), count: asset.signals.count) : [],
        isDirty: !isNewest), at: position)
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
    guard !open[index].isDirty, case .double(let value) = sample.value else { return }
    open[index].statistics[signal].add(value, isGood: sample.quality == .good)
  }

  private mutating func revise(
    _ sample: Sample, signal: Int, from start: Timestamp, context: inout RuleContext
  ) throws {
    guard let closedThrough else { return }
    let cause = RevisionCause(
      asset: asset.id, signal: asset.signals[signal].name, time: sample.time, reason: .late)
    let reach = states.contains(signal) ? sample.time + asset.signals[signal].expectedInterval : sample.time
    var window = start
    while window < closedThrough, window <= reach {
      if revisions[window] == nil {
        // The sample is in the history already: the window was issued if there is any other sample in it.
        let others = try sampleCount(window, context: context) - (window == start ? 1 : 0)
        if window == start || others > 0 { revisions[window] = Revision(wasIssued: others > 0, cause: cause) }
      }
      window = window + Self.window
    }
  }

  private func sampleCount(_ start: Timestamp, context: RuleContext) throws -> Int {
    var count = 0
    for signal in gauges + states {
      count += try context.samples(signal: signal, from: start, to: start + Self.window).count
    }
    return count
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for start in revisions.keys.sorted() {
      guard let revision = revisions.removeValue(forKey: start) else { continue }
      try issueAgain(start, revision, context: &context)
    }
    while let window = open.first, window.start + Self.window + lateness <= now {
      open.removeFirst()
      closedThrough = window.start + Self.window
      let (body, used) = try body(window, context: context)
      context.newlyUsed += used
      emit(window.start, body, revision: 0, cause: nil, context: &context)
    }
    // Empty minutes pass too: a sample for them is late from here on.
    let passed = (now - lateness).windowStart(Self.window)
    if passed > closedThrough ?? .distantPast { closedThrough = passed }
  }

  private func issueAgain(_ start: Timestamp, _ revision: Revision, context: inout RuleContext) throws {
    let key = "minute/\(start.nanoseconds / 1_000_000_000)"
    var number = 0
    if revision.wasIssued {
      var previous = 0
      if let saved = try context.load(key) {
        var reader = ByteReader(saved)
        previous = try reader.integer()
      }
      number = previous + 1
    }
    var writer = ByteWriter()
    writer.varint(number)
    if number > 0 { context.save(key, writer.bytes) }
    let window = OpenWindow(start: start, statistics: [], isDirty: true)
    emit(
      start, try body(window, context: context).body, revision: number, cause: number > 0 ? revision.cause : nil,
      context: &context)
  }

  private func emit(
    _ start: Timestamp, _ body: [UInt8], revision: Int, cause: RevisionCause?, context: inout RuleContext
  ) {
    context.emit(
      RecordDraft(
        kind: .signalSummary, key: "\(asset.id)/\(start.rfc3339UTC)", revision: revision, asset: asset.id,
        start: start, end: start + Self.window, body: body, cause: cause))
  }

  // MARK: Body

  private func body(_ window: OpenWindow, context: RuleContext) throws -> (body: [UInt8], used: Int) {
    let range = window.start..<window.start + Self.window
    var used = 0
    var text = SummaryText(
      asset: asset.id, end: zone.rfc3339(range.upperBound), place: place, capacity: 160 + 220 * signalsByName.count)
    for signal in signalsByName {
      if isState[signal] {
        let times = try stateTimes(signal, range, context: context)
        used += times.count
        guard times.count > 0 || times.nanoseconds.contains(where: { $0 > 0 }) else { continue }
        text.add(times, of: asset.signals[signal], window: Self.window)
      } else {
        let statistics = try statistics(signal, window, context: context)
        used += statistics.count
        guard statistics.count > 0 else { continue }
        text.add(statistics, of: asset.signals[signal], coverage: coverage(statistics.count, asset.signals[signal]))
      }
    }
    return (text.finish(start: zone.rfc3339(range.lowerBound)), used)
  }

  private func statistics(_ signal: Int, _ window: OpenWindow, context: RuleContext) throws -> SignalStatistics {
    guard window.isDirty else { return window.statistics[signal] }
    var statistics = SignalStatistics()
    for sample in try context.samples(signal: signal, from: window.start, to: window.start + Self.window) {
      if case .double(let value) = sample.value { statistics.add(value, isGood: sample.quality == .good) }
    }
    return statistics
  }

  private func stateTimes(_ signal: Int, _ range: Range<Timestamp>, context: RuleContext) throws -> StateTimes {
    guard case .state(let names) = asset.signals[signal].kind else {
      return StateTimes(states: 0, window: range, hold: .zero, before: nil)
    }
    let hold = asset.signals[signal].expectedInterval
    var before: (state: Int, time: Timestamp)?
    if let sample = try context.lastSample(
      signal: signal, before: range.lowerBound, notBefore: range.lowerBound - hold), let state = code(sample)
    {
      before = (state, sample.time)
    }
    var times = StateTimes(states: names.count, window: range, hold: hold, before: before)
    for sample in try context.samples(signal: signal, from: range.lowerBound, to: range.upperBound) {
      if let state = code(sample) { times.add(state, at: sample.time, isGood: sample.quality == .good) }
    }
    times.settle(until: range.upperBound)
    return times
  }

  private func code(_ sample: Sample) -> Int? {
    if case .double(let value) = sample.value { Int(exactly: value) } else { nil }
  }

  /// Share of the expected samples that arrived, at most 1.
  private func coverage(_ count: Int, _ signal: Signal) -> Double {
    guard signal.expectedInterval > .zero else { return 1 }
    let expected = max(1, Self.window.nanoseconds / signal.expectedInterval.nanoseconds)
    return min(1, Double(count) / Double(expected))
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.boolean(closedThrough != nil)
    if let closedThrough { writer.timestamp(closedThrough) }
    writer.varint(open.count)
    for window in open { writer.timestamp(window.start) }
    writer.varint(revisions.count)
    for (start, revision) in revisions.sorted(by: { $0.key < $1.key }) {
      writer.timestamp(start)
      writer.boolean(revision.wasIssued)
      writer.string(revision.cause.signal)
      writer.timestamp(revision.cause.time)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    closedThrough = try reader.boolean() ? try reader.timestamp() : nil
    open = []
    // Folded from the history at close, with the same result: statistics are not worth their bytes.
    for _ in 0..<(try reader.count()) {
      open.append(OpenWindow(start: try reader.timestamp(), statistics: [], isDirty: true))
    }
    revisions = [:]
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      let wasIssued = try reader.boolean()
      let signal = try reader.string()
      revisions[start] = Revision(
        wasIssued: wasIssued,
        cause: RevisionCause(asset: asset.id, signal: signal, time: try reader.timestamp(), reason: .late))
    }
  }
}
