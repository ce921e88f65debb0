import Plant
import Rules
import Telemetry
import Templates

/// The condition of a machine: what is usual for it is learnt from the summaries of its minutes, what deviates is told
/// with the signals that make it, and limits of standards are watched where its plate is known.
///
/// It hears revision 0 of each minute, in time order. A later revision of a minute changes figures, not what was learnt:
/// so a replay learns the same.
public struct ConditionRule: AssetRule {
  static let rowsKey = "condition/rows"
  /// A deviation is over when it was below this share of the alarm level …
  static let recovered = 0.6
  /// … for so long.
  static let recovery = Span64.hours(1)
  /// Spots of the trend that people see, and the time that each stands for.
  static let spots = 96
  static let spot = Span64.minutes(30)

  let asset: Asset
  let zone: PlantZone
  let gauges: [Int]
  var run: RunWatch
  var limits: LimitWatch
  var model: MachineModel
  var state = MachineState.unknown
  var last: Deviation?
  var lastFrame: ConditionFrame?
  /// Since when the deviation is told; its severity; since when it has been small.
  var opened: Timestamp?
  var severity = Finding.Severity.info
  var quietSince: Timestamp?
  var trend: [Float] = []
  var trendStart: Timestamp?
  /// State that waits for its rows, which the rule can ask for only when it is called.
  private var unread: [UInt8]?
  var report: ConditionReport

  /// How the rule joins the engine: behind the summaries.
  public static func factory(zone: PlantZone) -> RuleFactory {
    RuleFactory(name: "condition") { asset, site in ConditionRule(asset: asset, site: site, zone: zone) }
  }

  /// Nil for an asset that has nothing to learn from: meters, counters, stations, or `learning: off`.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    guard MachineProfile.isMachine(asset), site.horizons[.signalSummary] != nil else { return nil }
    let gauges = MachineProfile.gauges(of: asset)
    let profile = MachineProfile(asset: asset)
    let interval = gauges.map { asset.signals[$0].expectedInterval }.max() ?? .minutes(1)
    let model = MachineModel(profile: profile, interval: interval)
    guard !model.isEmpty else { return nil }
    self.asset = asset
    self.zone = zone
    self.gauges = gauges
    self.model = model
    run = RunWatch(asset: asset, profile: profile, gauges: gauges)
    limits = LimitWatch(profile: profile, table: asset.nameplate.isEmpty ? nil : site.condition)
    report = Self.empty(model.evidence, limits.reason)
  }

  public func interest(in signal: Int) -> SignalInterest { .none }
  public var isListening: Bool { true }
  public var deadline: Timestamp? { nil }
  public mutating func close(now: Timestamp, context: inout RuleContext) throws {}
  public var conditionReport: ConditionReport? { report }

  public mutating func heard(_ published: Published, context: inout RuleContext) throws {
    guard case .summary(let figures) = published else { return }
    try read(context)
    let frame = frame(figures)
    state = frame.run
    lastFrame = frame
    limits.add(frame)
    tellLimits(frame, &context)
    if let deviation = model.add(frame) {
      last = deviation
      tell(deviation, at: frame.end, &context)
      addTrend(deviation)
    } else if !frame.run.isJudged {
      last = nil
    }
    if model.shouldSaveRows { context.save(Self.rowsKey, model.takeRows()) }
    report = makeReport()
  }

  private mutating func frame(_ figures: SummaryFigures) -> ConditionFrame {
    var values = [Double?](repeating: nil, count: gauges.count)
    var spreads = values
    for gauge in figures.gauges {
      // What is doubted for the most part is not learnt from.
      guard let place = gauges.firstIndex(of: gauge.signal), gauge.good * 2 > gauge.count || isUndated(gauge) else {
        continue
      }
      values[place] = gauge.mean
      spreads[place] = gauge.standardDeviation
    }
    return ConditionFrame(
      start: figures.start, end: figures.end, run: run.state(figures), values: values, spreads: spreads)
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

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    if let unread {
      for byte in unread { writer.byte(byte) }
      return
    }
    writer.string(Self.fingerprint(model.profile))
    writer.byte(state.rawValue)
    writer.timestamp(opened ?? .distantPast)
    writer.byte(severity.rawValue)
    writer.timestamp(quietSince ?? .distantPast)
    writer.timestamp(trendStart ?? .distantPast)
    writer.varint(trend.count)
    for value in trend { writer.float(value) }
    run.encode(into: &writer)
    limits.encode(into: &writer)
    model.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    guard try reader.string() == Self.fingerprint(model.profile) else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of a machine with these signals")
    }
    var writer = ByteWriter()
    writer.string(Self.fingerprint(model.profile))
    while !reader.isAtEnd { writer.byte(try reader.byte()) }
    unread = writer.bytes
    // What people see until the next minute.
    var head = ByteReader(writer.bytes)
    _ = try head.string()
    if let state = MachineState(rawValue: try head.byte()) { report.run = state.word }
  }

  /// Signals with their units and what they measure: other ones make another model.
  private static func fingerprint(_ profile: MachineProfile) -> String {
    profile.signals.map { "\($0.name):\($0.unit):\($0.role.word)" }.joined(separator: " ")
  }

  private mutating func read(_ context: RuleContext) throws {
    guard let bytes = unread else { return }
    var reader = ByteReader(bytes)
    _ = try reader.string()
    state = MachineState(rawValue: try reader.byte()) ?? .unknown
    func time(_ reader: inout ByteReader) throws -> Timestamp? {
      let time = try reader.timestamp()
      return time == .distantPast ? nil : time
    }
    opened = try time(&reader)
    severity = Finding.Severity(rawValue: try reader.byte()) ?? .info
    quietSince = try time(&reader)
    trendStart = try time(&reader)
    trend = []
    for _ in 0..<(try reader.count()) { trend.append(try reader.float()) }
    try run.restore(from: &reader)
    try limits.restore(from: &reader)
    try model.restore(from: &reader, rows: try context.load(Self.rowsKey))
    unread = nil
  }
}
