import Journal
import Rules
import Telemetry
import Templates

/// The engine's state. `Engine` holds it; its work is in the extensions: accepting samples (`+Accept`), time
/// (`+Marks`), saving and restoring (`+Checkpoint`).
///
/// Everything that a sample touches is in flat arrays: series by their number, assets, rules and connections by
/// position.
struct EngineCore {
  let site: Site
  let limits: EngineLimits
  let catalog: SeriesCatalog
  let history: History
  let saved: SavedState
  let services: AssetServices
  let collector: OutputCollector
  /// Used for every call of a rule.
  var context: RuleContext

  // Series, by number.
  var series: [SeriesState]
  /// Positions of rules; a series has a range of it.
  var watchers: [Int32] = []

  // Rules, grouped by asset, in the order of the factories.
  var rules: [any AssetRule] = []
  var ruleNames: [String] = []
  var ruleAssets: [Int] = []
  /// `distantFuture` for none. Valid for rules that are not stale.
  var deadlines: [Timestamp] = []
  /// Has met something since its deadline was read; its asset is in `touched`.
  var isStale: [Bool] = []
  /// Out of service since they met an error; see `fail`.
  var isOut: [Bool] = []
  var hasOutages = false
  /// Commands for rules that are out of service, by rule; handed over at the retry.
  var waiting: [Int: [SiteCommand]] = [:]
  /// Wants what earlier rules of its asset publish.
  var isListening: [Bool] = []
  /// Positions of rules that take commands.
  var commanded: [Int] = []
  /// Began anew at the restore, because the configuration has changed; until that is told.
  var restarted: [Int] = []
  /// Rules by factory, each in asset order.
  var passes: [[Int]]
  /// They come after the passes.
  var siteRules: SiteRules
  /// Position in the collected findings up to which those that watch them were told.
  var toldFindings = 0

  // Assets, by position in the site.
  var rulesOfAsset: [Range<Int>] = []
  /// The asset's rule that watches refused samples; negative for none.
  var refusalRule: [Int32] = []
  /// Of each asset the rule that judges its condition; negative = none.
  var conditionRule: [Int32] = []
  /// Names under which their state is kept.
  let stateNames: [String]
  /// Other ids of the assets that had some, by their id now.
  let formerAssets: [String: [String]]
  var connectionOfAsset: [Int] = []
  /// Those that have assets.
  var assetConnections: [Int] = []
  /// Has samples since its deadlines were read / since the last checkpoint.
  var marked: [UInt8]
  var touched: [Int] = []
  var dirty: [Int] = []
  /// Series that a saved state names but that are not configured now: (number, last time).
  var strangers: [[(series: UInt32, last: Int64)]]

  // Connections, by position in the site.
  var clocks: [ConnectionClock]
  /// No rule of the connection's assets is due before.
  var connectionDeadlines: [Timestamp]
  /// Whose windows close now; scratch of the time marks.
  var due: [Bool]
  /// By stable number.
  var connectionNumbers: [Int?]

  // Time and counts.
  var plant: Timestamp = .distantPast
  /// Samples after this are from the future.
  var latest: Int64 = Self.highestTime
  /// Samples before this are too old, by class of series.
  var oldest: [Int64]
  let horizons: [Span64]
  var clockFindings: ClockFindings
  var counts = EngineCounts()
  var position: Int64 = 0
  var configurationHash: String?

  /// Times outside 1970 … 2116 are refused even before the first mark: calculations with them could overflow.
  static let highestTime: Int64 = 1 << 62
  /// Before the first mark, a time before 2000 is a clock that has lost its time.
  static let unmarkedOldest: Int64 = 946_684_800_000_000_000
  static let lowestTime: Int64 = 0

  static let touchedBit: UInt8 = 1
  static let dirtyBit: UInt8 = 2

  init(
    site: Site, catalog: SeriesCatalog, reader: any StateReader, factories: [RuleFactory],
    siteFactories: [SiteRuleFactory], limits: EngineLimits
  ) throws {
    for (place, factory) in factories.enumerated() {
      if factories[..<place].contains(where: { $0.name == factory.name }) { throw EngineError.sameName(factory.name) }
    }
    self.site = site
    self.limits = limits
    self.catalog = catalog
    horizons = SeriesState.Class.allCases.map { $0.horizon(site) }
    oldest = horizons.map { _ in Self.unmarkedOldest }
    clockFindings = ClockFindings(quiet: limits.futureQuiet)
    clocks = site.connections.map { _ in
      ConnectionClock(maximumWait: limits.maximumWait, marksAreOrdered: site.clock == .messages)
    }
    connectionDeadlines = site.connections.map { _ in .distantFuture }
    due = site.connections.map { _ in false }
    connectionNumbers = Array(repeating: nil, count: 256)
    for (place, connection) in site.connections.enumerated() {
      connectionNumbers[Int(catalog.connection(named: connection.name).rawValue)] = place
    }
    marked = Array(repeating: 0, count: site.assets.count)
    strangers = Array(repeating: [], count: site.assets.count)
    passes = factories.map { _ in [] }

    let (parts, series) = Self.layOut(site: site, catalog: catalog, horizons: horizons)
    self.series = series
    history = History(assets: parts, reader: reader, limits: limits)
    saved = SavedState(reader: reader, cachedBytes: limits.cachedStateBytes)
    stateNames = site.assets.indices.map { catalog.stableName($0) ?? site.assets[$0].id }
    var formerIDs: [Int: [String]] = [:]
    var formerAssets: [String: [String]] = [:]
    for (position, asset) in site.assets.enumerated() {
      let former = catalog.formerNames(position)
      guard !former.isEmpty else { continue }
      formerIDs[position] = former
      if formerAssets[asset.id] == nil { formerAssets[asset.id] = former }
    }
    self.formerAssets = formerAssets
    services = AssetServices(history: history, state: saved, names: stateNames)
    collector = OutputCollector()
    context = RuleContext(clock: .distantPast, collector: collector, services: services)
    siteRules = try SiteRules(
      site: site, factories: siteFactories, collector: collector, state: saved, formerIDs: formerIDs)
    try makeRules(factories)
    assetConnections = site.connections.indices.filter(connectionOfAsset.contains)
  }

  private static func layOut(
    site: Site, catalog: SeriesCatalog, horizons: [Span64]
  ) -> ([History.AssetPart], [SeriesState]) {
    var parts: [History.AssetPart] = []
    parts.reserveCapacity(site.assets.count)
    var series: [SeriesState] = []
    series.reserveCapacity(site.assets.reduce(0) { $0 + $1.signals.count })
    for (position, asset) in site.assets.enumerated() {
      var numbers: [SeriesID] = []
      numbers.reserveCapacity(asset.signals.count)
      var longest = Span64.zero
      for (signalPosition, signal) in asset.signals.enumerated() {
        let id = catalog.series(asset: position, signal: signalPosition)
        let number = Int(id.rawValue)
        while series.count <= number { series.append(SeriesState()) }
        let kind = SeriesState.Class(signal.kind)
        series[number].asset = Int32(position)
        series[number].signal = Int32(signalPosition)
        series[number].horizon = Int32(kind.rawValue)
        numbers.append(id)
        longest = max(longest, horizons[kind.rawValue])
      }
      parts.append(
        History.AssetPart(number: catalog.assetNumber(position), series: numbers, horizon: longest))
    }
    return (parts, series)
  }

  private mutating func makeRules(_ factories: [RuleFactory]) throws {
    for (position, asset) in site.assets.enumerated() {
      guard let connection = site.connections.firstIndex(where: { $0.name == asset.connection }) else {
        throw EngineError.unknownConnection(asset: asset.id, connection: asset.connection)
      }
      connectionOfAsset.append(connection)
      let first = rules.count
      for (pass, factory) in factories.enumerated() {
        guard let rule = try factory.make(asset, site) else { continue }
        passes[pass].append(rules.count)
        rules.append(rule)
        isListening.append(rule.isListening)
        if rule.takesCommands { commanded.append(rules.count - 1) }
        ruleNames.append(factory.name)
        ruleAssets.append(position)
        deadlines.append(.distantFuture)
        isStale.append(true)
        isOut.append(false)
      }
      rulesOfAsset.append(first..<rules.count)
      refusalRule.append(Int32(rules[first...].firstIndex { $0.watchesRefusals } ?? -1))
      conditionRule.append(Int32(rules[first...].firstIndex { $0.conditionReport != nil } ?? -1))
      for signal in asset.signals.indices { try watch(asset: position, signal: signal) }
    }
  }

  private mutating func watch(asset: Int, signal: Int) throws {
    let number = Int(catalog.series(asset: asset, signal: signal).rawValue)
    series[number].firstWatcher = Int32(watchers.count)
    var counter: Int?
    for rule in rulesOfAsset[asset] {
      switch rules[rule].interest(in: signal) {
      case .none: continue
      case .watch: break
      case .count:
        if let counter {
          throw EngineError.countedTwice(
            asset: site.assets[asset].id, signal: site.assets[asset].signals[signal].name, first: ruleNames[counter],
            second: ruleNames[rule])
        }
        counter = rule
      }
      watchers.append(Int32(rule))
      series[number].watchers += 1
    }
    series[number].isCounted = counter != nil
  }

  /// Revisions of renamed assets say under which ids the revision before may stand.
  mutating func nameFormerAssets(from first: Int) {
    for index in collector.output.records.indices.dropFirst(first) where collector.output.records[index].revision > 0 {
      guard let former = formerAssets[collector.output.records[index].asset] else { continue }
      collector.output.records[index].formerAssets = former
    }
  }

  func view() -> EngineView {
    EngineView(
      position: position, plantClock: plant == .distantPast ? nil : plant,
      connections: zip(site.connections, clocks).map { connection, clock in
        EngineView.ConnectionView(
          name: connection.name, state: clock.state, clock: clock.time, isWaiting: clock.isWaiting)
      },
      assets: site.assets.indices.map { asset in
        let last = history.assets[asset].series.map { series[Int($0.rawValue)].last }.max() ?? .min
        return EngineView.AssetView(
          id: site.assets[asset].id, connection: site.assets[asset].connection,
          lastSample: last == .min ? nil : Timestamp(nanoseconds: last),
          source: refusalRule[asset] < 0 ? nil : rules[Int(refusalRule[asset])].sourceReport,
          condition: conditionRule[asset] < 0 ? nil : rules[Int(conditionRule[asset])].conditionReport)
      },
      counts: counts, configurationHash: configurationHash, unsavedSamples: history.unsaved, shared: siteRules.shared,
      cachedBytes: history.cachedBytes + saved.cachedBytes)
  }
}
