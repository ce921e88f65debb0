import Plant
import Rules
import Telemetry
import Templates

/// What a machine of a line did in each energy window: its run states and the pieces that it reported.
///
/// Folded from the history when the window closes and again when late samples come; state is only which windows wait.
public struct ActivityRule: AssetRule {
  private enum Counting: Hashable {
    /// Counts this, by register or by amounts.
    case pieces(isRegister: Bool, isTotal: Bool)
    case scrap(isRegister: Bool)
    case units

    var isRegister: Bool {
      switch self {
      case .pieces(let isRegister, _), .scrap(let isRegister): isRegister
      case .units: false
      }
    }
  }

  private let asset: Asset
  private let window: Span64
  private let lateness: Span64
  private let run: RunReading?
  private let hold: Span64
  /// How long a named state holds: of machines whose effectiveness is judged twice as long, since a message that comes a
  /// little late would leave a gap of which nothing is known.
  private let stateHold: Span64
  /// By position of the signal.
  private let counting: [Counting?]
  private var open: Set<Timestamp> = []
  private var late: LateWindows

  /// How the rule joins the engine.
  public static func factory(site: Site) -> RuleFactory {
    let lines = ProductionLine.lines(of: site)
    var members: [String: Int] = [:]
    for position in lines.flatMap({ $0.counters + $0.runners }) { members[site.assets[position].id] = position }
    let positions = members
    return RuleFactory(name: "activity") { asset, site in
      // Who has an effectiveness tells all that it is made of.
      if let machine = OEEMachine(asset) {
        return ActivityRule(asset: asset, site: site, tellsRun: true, tellsPieces: machine.countsPieces)
      }
      guard let position = positions[asset.id] else {
        // Of no line, but its idle use is told.
        guard asset.metering.idle != nil else { return nil }
        return ActivityRule(asset: asset, site: site, tellsRun: true, tellsPieces: asset.hasPieceCounter)
      }
      let line = lines.first { $0.counters.contains(position) || $0.runners.contains(position) }
      return ActivityRule(
        asset: asset, site: site, tellsRun: line?.runners.contains(position) == true,
        tellsPieces: line?.counters.contains(position) == true)
    }
  }

  /// Nil for an asset that tells neither.
  public init?(asset: Asset, site: Site, tellsRun: Bool, tellsPieces: Bool) {
    guard let horizon = site.horizons[.productionOrder], site.energy.window > .zero else { return nil }
    self.asset = asset
    window = site.energy.window
    lateness = horizon.lateness
    run = tellsRun ? asset.runSource : nil
    hold = run.map { asset.signals[$0.signal].expectedInterval } ?? .zero
    stateHold = OEEMachine(asset) == nil ? hold : hold + hold
    counting = asset.signals.indices.map { tellsPieces ? Self.counting(asset, $0) : nil }
    late = LateWindows(wait: lateness)
    guard run != nil || counting.contains(where: { $0 != nil }) else { return nil }
  }

  private static func counting(_ asset: Asset, _ signal: Int) -> Counting? {
    let isRegister = if case .register = asset.signals[signal].kind { true } else { false }
    switch asset.signals[signal].kind.quantity {
    case .goodCount: return .pieces(isRegister: isRegister, isTotal: false)
    case .productionCount:
      // Whoever counts the good ones apart has said enough.
      let hasGood = asset.signals.contains { $0.kind.quantity == .goodCount }
      return hasGood ? nil : .pieces(isRegister: isRegister, isTotal: true)
    case .rejectCount: return .scrap(isRegister: isRegister)
    default:
      return asset.signals[signal].kind == .event && !asset.hasPieceCounter
        && asset.eventSignal(carrying: ["verdict"]) == signal ? .units : nil
    }
  }

  public func interest(in signal: Int) -> SignalInterest {
    signal == run?.signal || counting[signal] != nil ? .watch : .none
  }

  public var deadline: Timestamp? {
    let close = open.min().map { $0 + window + lateness }
    return .earlier(close, late.deadline)
  }

  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    var reach = sample.time
    if signal == run?.signal { reach = reach + stateHold }
    if !inOrder, counting[signal] != nil { try touchNext(sample.time, signal, context) }
    // A reading at a boundary counts what came before it, as in the energy rule.
    if let counting = counting[signal], counting.isRegister { touch(before(sample.time), sample.time, signal, context) }
    guard signal == run?.signal || counting[signal]?.isRegister == false else { return }
    var start = sample.time.windowStart(window)
    while start <= reach {
      touch(start, sample.time, signal, context)
      start = start + window
    }
  }

  public mutating func accepted(_ event: Event, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    touch(event.time.windowStart(window), event.time, signal, context)
  }

  /// The next reading counts since this one, which may be the level that it or a later one returns to (`counts`).
  private mutating func touchNext(_ time: Timestamp, _ signal: Int, _ context: RuleContext) throws {
    var last = time
    var wasZero = true
    for _ in 0..<Self.earlierReadings {
      guard
        let next = try context.firstSample(
          signal: signal, from: Timestamp(nanoseconds: last.nanoseconds + 1), notAfter: time + Self.memory)
      else { return }
      touch(before(next.time), time, signal, context)
      guard wasZero else { return }
      wasZero = Self.whole(next.value) == 0
      last = next.time
    }
  }

  /// Start of the window that ends with an instant or after it.
  private func before(_ time: Timestamp) -> Timestamp {
    Timestamp(nanoseconds: time.nanoseconds - 1).windowStart(window)
  }

  /// How long ago the reading before may be, for what was counted since, and the attempt before of a unit.
  private static let memory = Span64.days(1)
  /// More visits before or after a window are not looked through: of a station that sees thousands an hour a unit comes back soon.
  private static let earlierVisits = 20_000
  /// So many readings before a window are looked at, where they are zeros, for the level that a counter has left.
  private static let earlierReadings = 16

  private mutating func touch(_ start: Timestamp, _ time: Timestamp, _ signal: Int, _ context: RuleContext) {
    guard !open.contains(start) else { return }
    if start + window + lateness <= context.clock {
      late.add(
        start: start, clock: context.clock,
        cause: RevisionCause(asset: asset.id, signal: asset.signals[signal].name, time: time, reason: .late))
    } else {
      open.insert(start)
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for late in late.take(now) {
      try tell(late.start, cause: late.cause, context)
      for start in try laterAttempts(late.start, context)
      where !open.contains(start) && start + window + lateness <= now {
        try tell(start, cause: late.cause, context)
      }
    }
    for start in open.sorted() where start + window + lateness <= now {
      open.remove(start)
      try tell(start, cause: nil, context)
    }
  }

  private func tell(_ start: Timestamp, cause: RevisionCause?, _ context: RuleContext) throws {
    let end = start + window
    var spans: [RunSpan] = []
    var states: [StateSpan] = []
    if let run {
      var samples = try context.samples(signal: run.signal, from: start, to: end)
      if let before = try context.lastSample(signal: run.signal, before: start, notBefore: start - stateHold) {
        samples.insert(before, at: 0)
      }
      spans = RunSpan.fold(samples.map { ($0.time, run.state($0.value)) }, hold: hold, window: start..<end)
      states = StateSpan.fold(samples.map { ($0.time, stateName($0.value)) }, hold: stateHold, window: start..<end)
    }
    let pieces = try steps(start, end, context)
    guard !states.isEmpty || !pieces.isEmpty || cause != nil else { return }
    context.publish(
      .activity(ActivityFigures(start: start, end: end, run: spans, states: states, pieces: pieces, cause: cause)))
  }

  /// The template's name of the state; of a gauge with thresholds the run state's word.
  private func stateName(_ value: Value) -> String? {
    guard let run, case .double(let number) = value else { return nil }
    guard case .state(let names) = asset.signals[run.signal].kind else { return run.state(value)?.word }
    return Int(exactly: number).flatMap { names.indices.contains($0) ? names[$0] : nil }
  }

  private func steps(_ start: Timestamp, _ end: Timestamp, _ context: RuleContext) throws -> [PieceStep] {
    var steps: [PieceStep] = []
    for (signal, counting) in counting.enumerated() {
      switch counting {
      case nil: continue
      case .units:
        let visits = try visits(signal, start, end, context)
        steps += UnitVisit.changes(visits, after: try verdicts(before: visits, start, signal, context))
      case .pieces(let isRegister, _):
        for step in try counts(signal, isRegister: isRegister, start, end, context) {
          steps.append(PieceStep(since: step.since, time: step.time, good: step.count, scrap: 0))
        }
      case .scrap(let isRegister):
        let isTotal = self.counting.contains { if case .pieces(_, true) = $0 { true } else { false } }
        for step in try counts(signal, isRegister: isRegister, start, end, context) {
          steps.append(
            PieceStep(since: step.since, time: step.time, good: isTotal ? -step.count : 0, scrap: step.count))
        }
      }
    }
    return steps.sorted { ($0.time, $0.since) < ($1.time, $1.since) }
  }

  private func visits(
    _ signal: Int, _ start: Timestamp, _ end: Timestamp, _ context: RuleContext
  ) throws -> [UnitVisit] {
    try context.events(signal: signal, from: start, to: end).compactMap { UnitVisit($0) }
  }

  /// What was decided last, before a window, of units that come to it again.
  private func verdicts(
    before visits: [UnitVisit], _ start: Timestamp, _ signal: Int, _ context: RuleContext
  ) throws -> [UnitVisit.Stage: String] {
    let firsts = Set(visits.filter { $0.attempt == 1 }.compactMap(\.stage))
    var wanted = Set(visits.compactMap(\.stage)).subtracting(firsts)
    var found: [UnitVisit.Stage: String] = [:]
    var to = start
    var seen = 0
    while !wanted.isEmpty, start - Self.memory < to, seen < Self.earlierVisits {
      let from = to - window
      let earlier = try self.visits(signal, from, to, context)
      seen += earlier.count
      for visit in earlier.reversed() {
        guard let stage = visit.stage, wanted.contains(stage) else { continue }
        if visit.decides { found[stage] = visit.verdict }
        if visit.decides || visit.attempt == 1 { wanted.remove(stage) }
      }
      to = from
    }
    // Who comes again, and was seen longer ago, was bad.
    for stage in wanted { found[stage] = UnitVisit.bad }
    return found
  }

  /// Starts of the windows with later attempts of the units that a window has seen: they may correct something else now.
  private func laterAttempts(_ start: Timestamp, _ context: RuleContext) throws -> [Timestamp] {
    guard let signal = counting.firstIndex(of: .units) else { return [] }
    let end = start + window
    let stages = Set(try visits(signal, start, end, context).compactMap(\.stage))
    guard !stages.isEmpty else { return [] }
    var found: [Timestamp] = []
    var from = end
    var seen = 0
    while from < end + Self.memory, from < context.clock, seen < Self.earlierVisits {
      let later = try visits(signal, from, from + window, context)
      if later.contains(where: { $0.attempt > 1 && $0.stage.map(stages.contains) == true }) { found.append(from) }
      seen += later.count
      from = from + window
    }
    return found
  }

  private func counts(
    _ signal: Int, isRegister: Bool, _ start: Timestamp, _ end: Timestamp, _ context: RuleContext
  ) throws -> [(since: Timestamp, time: Timestamp, count: Int64)] {
    var readings: [(time: Timestamp, value: Int64)] = []
    // Registers from the reading at the start to the one at the end; amounts without that at the end.
    let later: Int64 = isRegister ? 1 : 0
    let from = Timestamp(nanoseconds: start.nanoseconds + later)
    let to = Timestamp(nanoseconds: end.nanoseconds + later)
    // A dip may last for a while.
    if isRegister {
      for sample in try context.samples(signal: signal, from: from - window, to: from) {
        readings.append((sample.time, Self.whole(sample.value)))
      }
    }
    // Two readings before tell whether it has fallen; zeros do not tell from where.
    while isRegister, readings.count < 2 || readings.first?.value == 0, readings.count < Self.earlierReadings,
      let before = try context.lastSample(
        signal: signal, before: readings.first?.time ?? from, notBefore: start - Self.memory)
    {
      readings.insert((before.time, Self.whole(before.value)), at: 0)
    }
    for sample in try context.samples(signal: signal, from: from, to: to) {
      readings.append((sample.time, Self.whole(sample.value)))
    }
    guard isRegister else { return readings.map { ($0.time, $0.time, $0.value) } }
    return PieceStep.counted(readings).filter { from <= $0.time }
  }

  private static func whole(_ value: Value) -> Int64 {
    guard case .scaled(let number) = value else { return 0 }
    return number.rounded(to: 0)?.mantissa ?? 0
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(UInt64(window.nanoseconds))
    writer.varint(open.count)
    for start in open.sorted() { writer.timestamp(start) }
    late.encode(into: &writer)
  }

  /// After a change of the window's length, the first of the windows that an old one lies in takes its place.
  public mutating func restoreState(from reader: inout ByteReader) throws {
    _ = try reader.varint()
    open = []
    for _ in 0..<(try reader.count()) { open.insert(try reader.timestamp().windowStart(window)) }
    var restored = LateWindows(wait: lateness)
    try restored.restore(from: &reader)
    late = LateWindows(wait: lateness)
    for old in restored.windows {
      late.add(start: old.start.windowStart(window), clock: old.due - lateness, cause: old.cause, samples: old.samples)
    }
  }
}
