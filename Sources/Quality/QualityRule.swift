import Plant
import Rules
import Telemetry
import Templates

/// Watches the data of one asset: what is doubted, why, and since when.
///
/// The detectors of a signal run in the order of its samples' times. A minute is judged when the plant clock has passed
/// it by the lateness of the records that are made of it, before those are: a finding that opens or closes in it, and
/// its doubts (`QualityVerdicts`), are told then. Until then a sample that comes out of order is put in its place, by
/// folding again from a state before it; so what is told depends on the samples that were there, not on their order. A
/// sample for a judged minute is only counted as late if its signal has newer ones, and the verdicts stand.
///
/// The receive times that the skew of the device's clock is told by are the plant clock of the batches, which are in
/// the journal: a replay tells the same.
public struct QualityRule: AssetRule {
  static let minute = Span64.minutes(1)
  /// The base moves by so much at least. It is saved when it moves, and is all that is saved of the detectors.
  private static let stride = Span64.minutes(10)
  private static let baseKey = "quality/base"
  /// Late samples that are remembered to be left out; with more the memory for samples out of order begins anew.
  private static let mostExcluded = 256

  let asset: Asset
  let zone: PlantZone
  let limits: AssetLimits
  let lateness: Span64
  /// How long doubts are kept.
  let keep: Span64
  private let watchesClock: Bool

  /// After the newest sample.
  var head: DetectorState
  /// The boundary of the base: the detectors at an earlier instant, without any sample at or after it. The base itself
  /// is in the engine's saved state, since only what comes out of order needs it; `.min` before there is one.
  var baseBoundary = Int64.min
  /// Becomes the base when the clock has passed it.
  var middle: DetectorState?
  var middleBoundary = Int64.min
  /// The next sample at or after this moves base and middle.
  var nextBoundary = Int64.min
  /// After a restart: the head is to be restored, from the base and from the history.
  var isBare = false
  /// Earliest sample out of order; the head stands still until the next judgement.
  var dirtySince: Int64?
  /// Not told yet.
  var pending: [Transition] = []
  /// Told, at or after the base's boundary.
  var told: [Transition] = []
  var excluded: [Excluded] = []

  var doors: [DoorEntry] = []
  var doorWatches: [DoorWatch] = []
  /// The beginnings of the findings that are open.
  var open: [Transition] = []
  var verdicts = QualityVerdicts()
  var isPublished = false
  var counts: [SourceReport.Count] = []
  var clock = ClockMonitor()
  var reset = ClockReset()
  /// Since the last accepted sample.
  var unused: UnusedData?

  struct Excluded: Hashable, Sendable {
    var time: Int64
    var signal: Int
  }

  /// How the rule joins the engine: before every rule that makes records.
  public static func factory(zone: PlantZone) -> RuleFactory {
    let maker = LimitsMaker()
    return RuleFactory(name: "quality") { asset, site in
      maker.limits(of: asset, settings: site.quality).map {
        QualityRule(asset: asset, site: site, zone: zone, limits: $0)
      }
    }
  }

  init(asset: Asset, site: Site, zone: PlantZone, limits: AssetLimits) {
    self.asset = asset
    self.zone = zone
    self.limits = limits
    let horizons = [RecordKind.signalSummary, .energyInterval].compactMap { site.horizons[$0] }
    lateness = horizons.map(\.lateness).min() ?? .zero
    keep = (horizons.map(\.revision).max() ?? .days(45)) + .days(2)
    watchesClock = site.clock == .system && asset.clock != .receiveTime
    head = DetectorState(limits)
  }

  public func interest(in signal: Int) -> SignalInterest { limits.isWatched[signal] ? .watch : .none }
  public var watchesRefusals: Bool { true }

  // MARK: Samples

  public mutating func accepted(
    _ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext
  ) throws {
    if !isPublished { publish(context) }
    if unused != nil {
      unused = nil
      context.unused = nil
    }
    let time = sample.time.nanoseconds
    if watchesClock, context.connectedSince != nil, sample.quality != .uncertainUndated {
      noteClock(time, context: &context)
    }
    let value: Double
    switch sample.value {
    case .double(let number): value = number
    case .scaled(let number): value = number.doubleValue
    }
    if isBare { try furnish(context) }
    guard inOrder else { return late(time, signal: signal, context) }
    if time < baseBoundary || time < middleBoundary { try catchUp(signal, time, value, context) }
    guard dirtySince == nil else { return }
    if time >= nextBoundary { cross(time, context) }
    head.handle(signal, time, value, limits, slack: lateness.nanoseconds, into: &pending)
  }

  /// Minutes that end at or before this are judged.
  private func judged(_ clock: Timestamp) -> Int64 {
    clock == .distantPast ? .min : (clock - lateness).windowStart(Self.minute).nanoseconds
  }

  /// The signal's newest sample is older than those of others that the earlier states wait for.
  @inline(never)
  private mutating func catchUp(_ signal: Int, _ time: Int64, _ value: Double, _ context: RuleContext) throws {
    var same: [Transition] = []
    if time < baseBoundary {
      var base = try loadBase(context)
      base.handle(signal, time, value, limits, slack: lateness.nanoseconds, into: &same)
      save(base: base, context)
    }
    if time < middleBoundary {
      middle?.handle(signal, time, value, limits, slack: lateness.nanoseconds, into: &same)
    }
  }

  /// A sample of a later minute than all before.
  @inline(never)
  private mutating func cross(_ time: Int64, _ context: RuleContext) {
    let judged = judged(context.clock)
    let boundary = Timestamp(nanoseconds: time).windowStart(Self.minute).nanoseconds
    nextBoundary = boundary &+ Self.minute.nanoseconds
    if let middle, middleBoundary <= judged { rebase(middle, boundary: middleBoundary, context) }
    guard middle == nil, boundary > head.newest, boundary >= next(after: baseBoundary) else { return }
    // Before the first sample there is nothing that could come out of order.
    if boundary <= judged || baseBoundary == .min {
      rebase(head, boundary: boundary, context)
    } else {
      middle = head
      middleBoundary = boundary
    }
  }

  /// Earliest boundary of the next base.
  private func next(after boundary: Int64) -> Int64 {
    boundary == .min ? .min : boundary + Self.stride.nanoseconds
  }

  private mutating func rebase(_ state: DetectorState, boundary: Int64, _ context: RuleContext) {
    baseBoundary = boundary
    middle = nil
    middleBoundary = .min
    if !told.isEmpty { told.removeAll { $0.time.nanoseconds < boundary } }
    if !excluded.isEmpty { excluded.removeAll { $0.time < boundary } }
    save(base: state, context)
  }

  private mutating func late(_ time: Int64, signal: Int, _ context: RuleContext) {
    add(.late, signal: signal)
    guard time >= baseBoundary else { return }
    if time < judged(context.clock) {
      excluded.append(Excluded(time: time, signal: signal))
      if dirtySince == nil { forgetExcess(context) }
    } else {
      dirtySince = min(dirtySince ?? time, time)
    }
  }

  private mutating func forgetExcess(_ context: RuleContext) {
    if excluded.count > Self.mostExcluded { rebase(head, boundary: head.newest &+ 1, context) }
  }

  // MARK: Judging

  public var deadline: Timestamp? {
    if !isPublished { return .distantPast }
    var next = Timestamp.distantFuture
    for transition in pending { next = min(next, judging(transition.time)) }
    if let dirtySince { next = min(next, judging(Timestamp(nanoseconds: dirtySince))) }
    for door in doors { next = min(next, judging(door.minute)) }
    for watch in doorWatches { next = min(next, judging(watch.last + closing(watch))) }
    return next == .distantFuture ? nil : next
  }

  /// When the minute of `time` is judged.
  private func judging(_ time: Timestamp) -> Timestamp { time.windowStart(Self.minute) + Self.minute + lateness }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    let judged = judged(now)
    if let dirtySince, dirtySince < judged { try foldAgain(judged, context: context) }
    let end = Timestamp(nanoseconds: judged)
    try judgeDoors(end, context: &context)
    if pending.contains(where: { $0.time < end }) {
      let due = pending.filter { $0.time < end }.sorted(by: Transition.isOrdered)
      pending.removeAll { $0.time < end }
      for transition in due {
        try tell(transition, context: &context)
        if transition.time.nanoseconds >= baseBoundary { told.append(transition) }
      }
    }
    publish(context)
  }

  private mutating func publish(_ context: RuleContext) {
    isPublished = true
    context.verdicts = verdicts
    if context.unused != unused { context.unused = unused }
  }

  /// Folds everything from the base on in the order of time; moves the base, if it is time, to where the judged minutes
  /// end.
  private mutating func foldAgain(_ judged: Int64, context: RuleContext) throws {
    var samples: [(time: Int64, signal: Int, value: Double)] = []
    let from = Timestamp(nanoseconds: baseBoundary)
    for signal in limits.isWatched.indices where limits.isWatched[signal] {
      for sample in try context.samples(signal: signal, from: from, to: .distantFuture) {
        let time = sample.time.nanoseconds
        if !excluded.isEmpty, excluded.contains(Excluded(time: time, signal: signal)) { continue }
        switch sample.value {
        case .double(let number): samples.append((time, signal, number))
        case .scaled(let number): samples.append((time, signal, number.doubleValue))
        }
      }
    }
    samples.sort { ($0.time, $0.signal) < ($1.time, $1.signal) }
    var state = try loadBase(context)
    var found: [Transition] = []
    var start: DetectorState?
    let moves = judged >= next(after: baseBoundary)
    for sample in samples {
      if moves, start == nil, sample.time >= judged { start = state }
      state.handle(
        sample.signal, sample.time, sample.value, limits, slack: lateness.nanoseconds, into: &found)
    }
    pending = found.filter { !told.contains($0) }
    head = state
    dirtySince = nil
    middle = nil
    middleBoundary = .min
    nextBoundary = .min
    if moves { rebase(start ?? state, boundary: judged, context) }
    forgetExcess(context)
  }

  private func save(base: DetectorState, _ context: RuleContext) {
    var writer = ByteWriter()
    base.encode(into: &writer)
    context.save(Self.baseKey, writer.bytes)
  }

  private func loadBase(_ context: RuleContext) throws -> DetectorState {
    var base = DetectorState(limits)
    // Nothing was ever folded, or what is saved is another rule's.
    guard baseBoundary != .min, let bytes = try context.load(Self.baseKey) else { return base }
    var reader = ByteReader(bytes)
    try base.restore(from: &reader)
    return base
  }

  /// The first sample after a restart: what the detectors have seen since the base comes from the history when the next
  /// minute is judged.
  @inline(never)
  private mutating func furnish(_ context: RuleContext) throws {
    isBare = false
    // Nothing was ever folded.
    guard baseBoundary != .min else { return }
    head = try loadBase(context)
    dirtySince = min(dirtySince ?? baseBoundary, baseBoundary)
  }

  // MARK: Counting

  mutating func add(_ fault: SourceFault, signal: Int, count: Int = 1) {
    let place = counts.firstIndex { !(($0.signal, $0.fault) < (signal, fault)) } ?? counts.endIndex
    if place < counts.endIndex, counts[place].signal == signal, counts[place].fault == fault {
      counts[place].count += count
    } else {
      counts.insert(SourceReport.Count(signal: signal, fault: fault, count: count), at: place)
    }
  }

  public var sourceReport: SourceReport? {
    var missing: [SourceReport.Missing] = []
    for (signal, monitor) in head.monitors.enumerated() where monitor.missing > 0 {
      missing.append(
        SourceReport.Missing(signal: signal, nanoseconds: monitor.missing, observed: monitor.time - monitor.first))
    }
    return SourceReport(counts: counts, missing: missing, clock: watchesClock ? clock.report : nil)
  }
}
