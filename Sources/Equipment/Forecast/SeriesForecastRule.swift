import Plant
import Rules
import Telemetry
import Templates

/// Warns before a measured value crosses a limit (`SeriesLimit`): `forecast-limit/<asset>/<signal>`.
///
/// It hears the minutes of the asset, makes five minutes of them, and forecasts the hour. A warning opens when it will be
/// crossed with a probability of 70 % in two forecasts, one after the other, and closes below 30 %. A limit of `alarm:` is
/// told as crossed, too, for as long as it is; other limits have rules of their own for that, and the warning ends. Late
/// minutes change nothing that was forecast. Only signals with a limit cost anything.
///
/// What falls because the machine is stopped is no news: of a signal with a lower limit, steps in which it does not run are
/// left out, so that neither its course nor its day knows them, and what was told of that limit ends.
public struct SeriesForecastRule: AssetRule {
  private struct Watched: Sendable {
    var signal: Int
    var limits: [SeriesLimit]
    var forecast = SeriesForecast()
    var sum = 0.0
    var count = 0
    /// Something falls below it.
    var hasLower: Bool { limits.contains { !$0.isUpper } }
    /// Forecasts in a row that said so.
    var streak = 0
    var open: Finding?
  }

  private static let opens = 0.7
  private static let closes = 0.3

  let asset: Asset
  private let zone: PlantZone
  private let lateness: Span64
  private var watched: [Watched]
  private var run: RunWatch
  /// Whether the machine stood in a part of the step.
  private var hasStood = false
  /// Start of the step that is being filled.
  private var step: Timestamp?
  /// State that waits for its other part, which the rule can ask for only when it is called.
  private var unread: [UInt8]?
  /// Whether that part was ever saved.
  private var isKept = false
  /// Under which what a step changes is saved: with every checkpoint it would be kilobytes a signal.
  static let seriesKey = "forecast/series"

  public static func factory(zone: PlantZone) -> RuleFactory {
    RuleFactory(name: "forecast") { asset, site in SeriesForecastRule(asset: asset, site: site, zone: zone) }
  }

  /// Nil for an asset without limits.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    let limits = SeriesLimit.limits(of: asset, site: site)
    guard !limits.isEmpty else { return nil }
    self.asset = asset
    self.zone = zone
    lateness = site.horizons[.signalSummary]?.lateness ?? .seconds(10)
    run = RunWatch(asset: asset, profile: MachineProfile(asset: asset), gauges: MachineProfile.gauges(of: asset))
    watched = Set(limits.map(\.signal)).sorted().map { signal in
      Watched(signal: signal, limits: limits.filter { $0.signal == signal })
    }
  }

  public func interest(in signal: Int) -> SignalInterest { .none }
  public var isListening: Bool { true }

  /// A minute after the step's last one must have been told.
  public var deadline: Timestamp? { step.map { $0 + SeriesForecast.step + lateness + .minutes(1) } }

  public mutating func heard(_ published: Published, context: inout RuleContext) throws {
    guard case .summary(let figures) = published else { return }
    try read(context)
    let start = figures.start.windowStart(SeriesForecast.step)
    if let step, start < step { return }
    try finish(before: start, context: &context)
    step = start
    let state = run.read(figures).state
    if state.isStopped || state == .starting { hasStood = true }
    for place in watched.indices {
      guard let gauge = figures.gauges.first(where: { $0.signal == watched[place].signal }), gauge.good > 0 else {
        continue
      }
      watched[place].sum += gauge.mean
      watched[place].count += 1
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    guard let deadline, deadline <= now else { return }
    try read(context)
    try finish(before: (now - lateness - .minutes(1)).windowStart(SeriesForecast.step), context: &context)
  }

  /// Ends all steps that begin before a time.
  private mutating func finish(before time: Timestamp, context: inout RuleContext) throws {
    guard var current = step else { return }
    var silent = 0
    while current < time {
      for place in watched.indices { end(place, at: current + SeriesForecast.step, context: &context) }
      hasStood = false
      current = current + SeriesForecast.step
      silent += 1
      guard silent > SeriesForecast.day else { continue }
      // After a day of silence nothing is left of what was.
      for place in watched.indices { watched[place].forecast = SeriesForecast() }
      current = time
    }
    if step != current { keep(context) }
    step = current
  }

  private mutating func end(_ place: Int, at time: Timestamp, context: inout RuleContext) {
    let entry = watched[place]
    let isLeftOut = hasStood && entry.hasLower
    watched[place].forecast.add(entry.count > 0 && !isLeftOut ? entry.sum / Double(entry.count) : nil)
    watched[place].sum = 0
    watched[place].count = 0
    let forecast = watched[place].forecast
    // Nobody knows: what was told stands until somebody does.
    guard entry.count > 0 else { return }
    let now = entry.sum / Double(entry.count)
    guard !isLeftOut else {
      stand(place, now: now, at: time, context: &context)
      return
    }
    var outlook: SeriesForecast.Outlook?
    // Too little data yet: what is crossed already is told all the same.
    if case .success(let known) = Result(catching: { try forecast.outlook() }), known.goesOn { outlook = known }
    judge(place, now: now, outlook, at: time, context: &context)
  }

  /// What is known of a machine that stands: limits that are crossed are crossed.
  private mutating func stand(_ place: Int, now: Double, at time: Timestamp, context: inout RuleContext) {
    guard !watched[place].limits.contains(where: { $0.isUpper ? now > $0.value : now < $0.value && $0.isAlone }) else {
      judge(place, now: now, nil, at: time, context: &context)
      return
    }
    watched[place].streak = 0
    end(place, time, &context)
  }

  private mutating func judge(
    _ place: Int, now: Double, _ outlook: SeriesForecast.Outlook?, at time: Timestamp, context: inout RuleContext
  ) {
    let entry = watched[place]
    let crossed = entry.limits.first { $0.isUpper ? now > $0.value : now < $0.value }
    if let crossed {
      watched[place].streak = 0
      // The other limits have rules that tell it.
      if crossed.isAlone {
        tell(place, fact(crossed, now, at: time), context: &context)
      } else {
        end(place, time, &context)
      }
      return
    }
    let ahead = outlook.flatMap { outlook in
      entry.limits.map { ($0, outlook.probability(crossing: $0.value, upwards: $0.isUpper)) }.max { $0.1 < $1.1 }
    }
    guard let outlook, let (limit, share) = ahead, share >= Self.closes else {
      watched[place].streak = 0
      end(place, time, &context)
      return
    }
    watched[place].streak = share >= Self.opens ? entry.streak + 1 : 0
    guard watched[place].streak >= 2 || (entry.open != nil && share >= Self.opens) else { return }
    tell(place, warning(limit, share, outlook, at: time), context: &context)
  }

  /// What is open is told again only if it has become another thing: crossed, or another limit.
  private mutating func tell(_ place: Int, _ finding: Finding, context: inout RuleContext) {
    var told = finding
    if let open = watched[place].open {
      guard open.evidence.prefix(2) != finding.evidence.prefix(2) else { return }
      told.opened = open.opened
    }
    watched[place].open = told
    context.emit(told)
  }

  private mutating func end(_ place: Int, _ time: Timestamp, _ context: inout RuleContext) {
    guard var finding = watched[place].open else { return }
    finding.closed = time
    watched[place].open = nil
    context.emit(finding)
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    if let unread {
      for byte in unread { writer.byte(byte) }
      return
    }
    writer.optional(step)
    writer.boolean(isKept)
    writer.varint(watched.count)
    for entry in watched {
      writer.string(asset.signals[entry.signal].name)
      writer.double(entry.sum)
      writer.varint(entry.count)
    }
    writer.boolean(hasStood)
    run.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    var writer = ByteWriter()
    while !reader.isAtEnd { writer.byte(try reader.byte()) }
    var head = ByteReader(writer.bytes)
    step = try head.optionalTimestamp()
    unread = writer.bytes
  }

  private mutating func read(_ context: RuleContext) throws {
    guard let bytes = unread else { return }
    var reader = ByteReader(bytes)
    step = try reader.optionalTimestamp()
    isKept = try reader.boolean()
    for _ in 0..<(try reader.count()) {
      let place = place(try reader.string())
      let sum = try reader.double()
      let count = try reader.integer()
      if let place { (watched[place].sum, watched[place].count) = (sum, count) }
    }
    // It was kept without it once.
    if !reader.isAtEnd {
      hasStood = try reader.boolean()
      try run.restore(from: &reader)
    }
    // Before its first step there is nothing but what another asset under this name may have left.
    if isKept, let kept = try context.load(Self.seriesKey) {
      var reader = ByteReader(kept)
      try readSeries(&reader)
    }
    unread = nil
  }

  /// Saves what a step has changed.
  private mutating func keep(_ context: RuleContext) {
    isKept = true
    var writer = ByteWriter()
    writer.varint(watched.count)
    for entry in watched {
      writer.string(asset.signals[entry.signal].name)
      entry.forecast.encode(into: &writer)
      writer.varint(entry.streak)
      writer.boolean(entry.open != nil)
      guard let open = entry.open else { continue }
      writer.timestamp(open.opened)
      writer.string(open.summary)
      writer.string(open.advice)
      writer.attributes(open.evidence)
    }
    context.save(Self.seriesKey, writer.bytes)
  }

  /// A signal that has no limit any more loses its forecast.
  private mutating func readSeries(_ reader: inout ByteReader) throws {
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      let forecast = try SeriesForecast(from: &reader)
      let streak = try reader.integer()
      var open: Finding?
      if try reader.boolean() {
        let opened = try reader.timestamp()
        let summary = try reader.string()
        open = told(name, at: opened, summary: summary, advice: try reader.string(), try reader.attributes())
      }
      guard let place = place(name) else { continue }
      watched[place].forecast = forecast
      watched[place].streak = streak
      watched[place].open = open
    }
  }

  private func place(_ name: String) -> Int? { watched.firstIndex { asset.signals[$0.signal].name == name } }
}
