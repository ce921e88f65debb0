import Plant
import Rules
import Telemetry
import Templates

/// The condition of a machine: what is usual for it is learnt from the summaries of its minutes, what deviates is told
/// with the signals that make it, the faults that explain it and how long it may last, and limits of standards are
/// watched where its plate is known.
///
/// It hears revision 0 of each minute, in time order. A later revision of a minute changes figures, not what was learnt:
/// so a replay learns the same. Limits are judged minute by minute, everything else in frames of ten minutes or more.
public struct ConditionRule: AssetRule {
  static let rowsKey = "condition/rows"
  static let frameKey = "condition/frame"
  static let beforeKey = "condition/before"
  /// Spots of the trend that people see, and the time that each stands for.
  static let spots = 96
  static let spot = Span64.minutes(30)
  /// Frames that a sensor fails until that is told.
  static let failing = 6
  /// How often the remaining life is calculated anew, and how long one is told that is not.
  static let outlookInterval = Span64.hours(1)
  static let outlookLasts = Span64.days(3)

  let asset: Asset
  let zone: PlantZone
  let faults: FaultModel
  let horizons: HorizonLadder
  let gauges: [Int]
  /// Of the minutes that it hears, and one more.
  let lateness: Span64
  var run: RunWatch
  var runHours = RunHours()
  var limits: LimitWatch
  var gatherer: FrameGatherer
  var assessor: Assessor
  var brief: BriefWatch
  var state = MachineState.unknown
  /// The last minute, and what was said of the last frame; nil while it is not judged.
  var lastMinute: ConditionFrame?
  var last: Judged?
  var told = ToldFindings()
  /// The machine's first fault, while there is one, and when it was looked at last.
  var outlook: Outlook?
  var outlookTime: Timestamp?
  /// By signal: frames with a sensor that fails.
  var failing: [Int]
  var trend: [Float] = []
  var trendStart: Timestamp?
  var efficiency = EfficiencyWatch()
  /// Whether it was ever saved.
  var hasEfficiency = false
  /// Hash of the figures that were told last, and their day.
  var figuresHash: UInt64 = 0
  var figuresDay: Timestamp?
  /// The day that has no record yet, whether its end has passed, and the last one that has.
  var day: DayHealth?
  var isDayOver = false
  var lastDay: Timestamp?
  /// Start of the first minute of what was learnt; nil = nothing was, `distantPast` = nobody knows.
  var learntSince: Timestamp?
  /// State that waits for its other parts, which the rule can ask for only when it is called.
  var unread: [UInt8]?
  /// Of a state that was restored: what people saw last, what could not be taken over and why, and limits that are gone.
  var seen: Seen?
  var losses: [String] = []
  var left: [LimitWatch.Left] = []
  /// Whether nothing that was learnt is left, something could not be read, or other faults are looked for now.
  var isAnew = false
  var isDamaged = false
  var isOfOtherFaults = false
  /// Whether those parts were ever saved.
  var isKept = false
  let signalsHash: UInt64
  let layoutHash: UInt64
  let faultsHash: UInt64
  var report: ConditionReport

  /// How the rule joins the engine: behind the summaries and the energy.
  public static func factory(zone: PlantZone) -> RuleFactory {
    let last = LastMade<MachinePrototype.Key, MachinePrototype>()
    return RuleFactory(name: "condition") { asset, site in
      guard site.watches(asset) else { return nil }
      let faults = site.faultModel(of: asset)
      let prototype = last.value(for: .init(signals: asset.signals, faults: faults)) {
        MachinePrototype(asset, faults)
      }
      return ConditionRule(asset: asset, site: site, zone: zone, prototype: prototype)
    }
  }

  /// Nil for an asset that is not watched (`Site.watches`) or has nothing to learn from.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    guard site.watches(asset) else { return nil }
    self.init(
      asset: asset, site: site, zone: zone, prototype: MachinePrototype(asset, site.faultModel(of: asset)))
  }

  init?(asset: Asset, site: Site, zone: PlantZone, prototype: MachinePrototype) {
    guard let horizon = site.horizons[.signalSummary], !prototype.assessor.model.isEmpty else { return nil }
    self.asset = asset
    self.zone = zone
    faults = prototype.faults
    gauges = prototype.gauges
    assessor = prototype.assessor
    brief = prototype.brief
    gatherer = prototype.gatherer
    signalsHash = prototype.signalsHash
    layoutHash = prototype.layoutHash
    faultsHash = prototype.faultsHash
    horizons = HorizonLadder(horizons: site.maintenance.horizons)
    lateness = horizon.lateness + SignalSummaryRule.window
    failing = Array(repeating: 0, count: gauges.count)
    let profile = MachineProfile(asset: asset)
    run = RunWatch(asset: asset, profile: profile, gauges: gauges)
    limits = LimitWatch(profile: profile, table: asset.nameplate.isEmpty ? nil : site.condition)
    report = Self.empty(assessor.model.evidence, limits.reason)
  }

  var profile: MachineProfile { assessor.model.profile }

  public func interest(in signal: Int) -> SignalInterest { .none }
  public var isListening: Bool { true }
  public var takesCommands: Bool { true }
  public var conditionReport: ConditionReport? { report }

  public mutating func heard(_ published: Published, context: inout RuleContext) throws {
    if case .meter(let meter) = published { try hear(meter, &context) }
    guard case .summary(let figures) = published else { return }
    try read(&context)
    let (minute, counts, interval) = minute(figures)
    beginDay(of: minute, &context)
    state = minute.run
    lastMinute = minute
    runHours.add(minute, gap: max(.minutes(10), Span64(nanoseconds: 3 * (interval ?? .zero).nanoseconds)))
    if learntSince == nil { learntSince = minute.start }
    limits.add(minute)
    tellLimits(minute, &context)
    let frames = gatherer.add(minute, counts: counts)
    let isNew = brief.add(minute, isYoung: assessor.model.evidence.state == .learning)
    for frame in frames { judge(frame, &context) }
    if isNew { tellBrief(minute.end, &context) }
    if !frames.isEmpty { keep(context) }
    addToDay(minute)
    report = makeReport()
    tellFigures(minute.end, context)
  }

  /// After work on the machine what was usual for it before is learnt anew.
  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    guard command.name == MaintenanceRecord.command else { return }
    // What is no record was refused before it was journaled; the rule of maintenance says so.
    let isMine = command.members["asset"] == .string(asset.id)
    guard isMine || command.members["supersedes"] != nil else { return }
    let record = try MaintenanceRecord(command)
    try read(&context)
    if let old = record.supersedes, try takeBack(old, record, isMine: isMine, &context) { return }
    // What was learnt after the work is of the machine as it is now.
    guard isMine, record.renews, !isLearntBehind(record.time, since: learntSince, clock: context.clock) else { return }
    renew(for: record, &context)
  }

  /// What a short recording shows does not wait for a frame.
  private mutating func tellBrief(_ time: Timestamp, _ context: inout RuleContext) {
    guard let assessment = assessor.provisional(brief, at: time), let deviation = assessment.deviation else { return }
    last = Judged(deviation, faults: assessment.faults.prefix(3).map { described($0, isEarly: true) })
    tell(assessment, deviation, at: time, &context)
  }

  private mutating func judge(_ frame: ConditionFrame, _ context: inout RuleContext) {
    let assessment = assessor.add(frame, brief: brief)
    if let deviation = assessment.deviation {
      last = Judged(deviation, faults: assessment.faults.prefix(3).map { described($0, isEarly: assessment.isEarly) })
      look(assessment, at: frame.end)
      tell(assessment, deviation, at: frame.end, &context)
      tellSensors(assessment, at: frame.end, &context)
      addTrend(deviation)
    } else if !frame.run.isJudged {
      last = nil
    }
  }

  /// How long the machine may last by its first fault.
  mutating func look(_ assessment: Assessor.Assessment, at time: Timestamp) {
    guard assessor.model.evidence.state == .watching, let fault = assessment.machineFault else {
      // It may deviate by something else for a while; only when it is over, so is what was predicted.
      if !assessment.isAlarmed || isOutdated(time) {
        outlook = nil
        outlookTime = nil
      }
      return
    }
    if let outlookTime, outlook?.fault == fault.id, time - outlookTime < Self.outlookInterval { return }
    outlookTime = time
    outlook = Outlook(
      fault: fault.id, score: fault.score, estimate: assessor.prognosis.remaining(fault: fault.id), at: time)
  }

  /// Whether a prediction that nothing supports any more has had its time.
  private func isOutdated(_ time: Timestamp) -> Bool {
    guard let outlook, let outlookTime else { return true }
    return time - outlookTime >= Self.outlookLasts || outlook.p50.map { $0 <= time } ?? false
  }

  /// - Returns: with the minute, how long what told the run state speaks for.
  private mutating func minute(
    _ figures: SummaryFigures
  ) -> (frame: ConditionFrame, counts: [Int], interval: Span64?) {
    var values = [Double?](repeating: nil, count: gauges.count)
    var spreads = values
    var counts = [Int](repeating: 0, count: gauges.count)
    for gauge in figures.gauges {
      // What is doubted for the most part is not learnt from.
      guard let place = gauges.firstIndex(of: gauge.signal), gauge.good * 2 > gauge.count || isUndated(gauge) else {
        continue
      }
      values[place] = gauge.mean
      spreads[place] = gauge.standardDeviation
      counts[place] = gauge.count
    }
    let reading = run.read(figures)
    var frame = ConditionFrame(
      start: figures.start, end: figures.end, run: reading.state, values: values, spreads: spreads)
    frame.isWhole = reading.isWhole
    return (frame, counts, reading.interval)
  }

  /// A device without a clock: its values are as good as any, only their times are the gateway's.
  private func isUndated(_ gauge: SummaryFigures.Gauge) -> Bool {
    gauge.good == 0 && asset.topics.contains { $0.timestamp == nil }
  }

  private mutating func addTrend(_ deviation: Deviation) {
    let start = deviation.time.windowStart(Self.spot)
    if let trendStart, start > trendStart {
      let passed = Int((start - trendStart).nanoseconds / Self.spot.nanoseconds)
      trend += Array(repeating: -1, count: min(passed - 1, Self.spots)) + [0]
      if trend.count > Self.spots { trend.removeFirst(trend.count - Self.spots) }
    }
    if trend.isEmpty { trend = [0] }
    if trendStart.map({ start > $0 }) ?? true { trendStart = start }
    trend[trend.count - 1] = max(trend[trend.count - 1], Float(deviation.score))
  }
}
