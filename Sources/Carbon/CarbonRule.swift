import Factors
import Plant
import Rules
import Telemetry
import Templates

/// Emissions of a metered asset, by every method of the site: one record for each energy record of a window, day and
/// month, from that record's own figures.
///
/// * Each record is calculated from the amount of its own interval: a month's figure is not the sum of rounded windows.
/// * A revision of the energy record makes a revision of this one; so does another factor, when the energy record is
///   revised or the figures are asked for again.
/// * A month says `provisional` until no late reading can change it any more, and `final` then.
/// * A recalculation (`Recalculation`) makes the energy rule tell again what it remembers, and this one issue again what
///   changes by it. Months are counted again from their own memory, however old they are.
/// * Where there is no factor there is no figure, and a finding says why: zero would be a lie.
public struct CarbonRule: AssetRule {
  private let asset: Asset
  private let zone: PlantZone
  private let factors: FactorsInForce
  private let gateway: String
  private let isCounted: [Signal.Quantity: Bool]
  let windows: WindowLedger
  let days: WindowLedger
  let months: WindowLedger
  private let finality: Span64
  /// Months that are counted again at one time mark: of a large site few, so that no mark has many records.
  private let recountAtOnce: Int

  /// Months that are not final, by their start, with the plant clock at which they are.
  private var provisional: [(start: Timestamp, due: Timestamp)] = []
  var troubles = CarbonTroubles()
  /// Months that are to be counted again: from where on, for which recalculation.
  private var recounts: [(next: Timestamp, id: String)] = []

  /// How the rule joins the engine; nil without `carbon:` in the configuration.
  public static func factory(site: Site, zone: PlantZone) throws -> RuleFactory? {
    guard let settings = site.carbon else { return nil }
    let factors = try FactorsInForce(settings)
    let topology = MeterTopology(site.assets)
    var counted: [Signal.Quantity: Set<String>] = [:]
    for quantity in Signal.Quantity.allCases {
      counted[quantity] = Set(
        topology.counted(quantity, roles: InventoryScope.roles(quantity)).map { site.assets[$0].id })
    }
    let all = counted
    return RuleFactory(name: "carbon") { asset, site in
      CarbonRule(
        asset: asset, site: site, zone: zone, factors: factors,
        isCounted: all.mapValues { $0.contains(asset.id) })
    }
  }

  /// Nil for an asset that counts nothing that emits.
  init?(
    asset: Asset, site: Site, zone: PlantZone, factors: FactorsInForce, isCounted: [Signal.Quantity: Bool]
  ) {
    guard asset.signals.contains(where: { $0.kind.quantity.map(InventoryScope.emits) ?? false }),
      let horizon = site.horizons[.energyInterval]
    else { return nil }
    self.asset = asset
    self.zone = zone
    self.factors = factors
    gateway = site.gateway.id
    self.isCounted = isCounted
    recountAtOnce = max(2, 2048 / max(1, site.assets.count))
    let kept = max(horizon.revision, site.horizons[.energyMonth]?.revision ?? .zero)
    finality = horizon.lateness + kept
    windows = WindowLedger(
      kind: .carbonInterval, asset: asset.id, length: site.energy.window, retention: kept + .days(2))
    days = WindowLedger(kind: .carbonDay, asset: asset.id, length: .hours(23), retention: kept + .days(33))
    // A recalculation may come years later, so no month is forgotten.
    months = WindowLedger(kind: .carbonMonth, asset: asset.id, length: .days(28), retention: .days(36_500))
  }

  public func interest(in signal: Int) -> SignalInterest { .none }
  public var isListening: Bool { true }
  public var takesCommands: Bool { true }
  public var deadline: Timestamp? { recounts.isEmpty ? provisional.first?.due : .distantPast }

  public mutating func heard(_ published: Published, context: inout RuleContext) throws {
    let figures: MeterFigures
    switch published {
    case .meter(let told): figures = told
    case .meterAgain(var told, let request):
      guard remembers(told, context: context) else { return }
      told.cause = try recalculation(request, context: context)?.cause(gateway: gateway)
      figures = told
    default: return
    }
    if figures.period == .month, !provisional.contains(where: { $0.start == figures.start }) {
      provisional.append((figures.start, figures.end + finality))
      provisional.sort { $0.start < $1.start }
    }
    let isFinal = figures.period == .month && figures.end + finality <= context.clock
    try issue(figures, isFinal: isFinal, context: &context)
  }

  /// What was provisional long enough is final.
  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    while let first = provisional.first, first.due <= now {
      provisional.removeFirst()
      guard let entry = try months.entry(start: first.start, context: context) else { continue }
      var reader = ByteReader(entry.state)
      try issue(MeterFigures(from: &reader), isFinal: true, context: &context)
    }
    try recount(context: &context)
  }

  // MARK: Recalculation

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    guard command.name == Recalculation.command, let id = command.members["id"]?.stringValue,
      let recalculation = try recalculation(id, context: context), try months.hasEntries(context: context)
    else { return }
    recounts.append((recalculation.start, id))
  }

  private func recalculation(_ id: String, context: RuleContext) throws -> Recalculation? {
    try Recalculation.decode(context.loadOfSite(Recalculation.stateKey)).first { $0.id == id }
  }

  /// Whether it is known if there was a record: one that was forgotten must not begin with revision 0 again.
  private func remembers(_ figures: MeterFigures, context: RuleContext) -> Bool {
    switch figures.period {
    case .window: context.clock - windows.retention < figures.start
    case .day: context.clock - days.retention < figures.start
    case .month: true
    }
  }

  /// The next months that are to be counted again.
  private mutating func recount(context: inout RuleContext) throws {
    guard let first = recounts.first else { return }
    let recalculation = try recalculation(first.id, context: context)
    let end = recalculation?.end.map { min($0, context.clock) } ?? context.clock
    let entries = try months.entries(from: first.next, to: end, context: context)
    let cause = recalculation?.cause(gateway: gateway)
    for (_, entry) in entries.prefix(recountAtOnce) {
      var reader = ByteReader(entry.state)
      var figures = try MeterFigures(from: &reader)
      figures.cause = cause
      try issue(figures, isFinal: figures.end + finality <= context.clock, context: &context)
    }
    if entries.count > recountAtOnce {
      recounts[0].next = entries[recountAtOnce].start
    } else {
      recounts.removeFirst()
    }
  }

  private mutating func issue(_ figures: MeterFigures, isFinal: Bool, context: inout RuleContext) throws {
    let activities = try MeteredActivity.of(figures, asset: asset)
    let lastDay = CivilDate(lastDayBefore: figures.end, in: zone)
    let choice = try factors.choice(at: figures.start, saved: context.loadOfSite(Recalculation.stateKey))
    let settings = choice.calculator.settings
    let hourly = try hours(figures, settings, context)
    let emissions = activities.map {
      choice.emissions(of: $0.activity, lastDay: lastDay, hourly: $0.isBoughtElectricity ? hourly?.sums : nil)
    }
    let body = try CarbonBody(asset: asset, zone: zone, isCounted: isCounted).metered(
      figures, activities: activities, emissions: emissions, methods: settings.methods,
      inventoryDate: settings.inventoryDate(lastDay: lastDay),
      recalculation: deciding(choice, emissions, activities, lastDay, hourly?.sums), isFinal: isFinal)
    let ledger =
      switch figures.period {
      case .window: windows
      case .day: days
      case .month: months
      }
    var state = ByteWriter()
    if figures.period == .month { figures.encode(into: &state) }
    if let hourly { state.bytes += hourly.state }
    try ledger.issue(
      start: figures.start, end: figures.end, body: body, state: state.bytes, cause: figures.cause, context: &context)
    if let hourly {
      // Budgets have the hours of all periods; the inventory waits for those of months.
      func tell(_ name: String, _ bytes: [UInt8]) {
        context.publish(
          .derived(
            DerivedFigures(
              name: name, start: figures.start, end: figures.end, bytes: bytes, cause: figures.cause)))
      }
      tell(Self.hoursOfPeriod, Self.told(hourly.sums, of: figures.period))
      if figures.period == .month { tell(Self.hours, hourly.state) }
    }
    var problem: (quantity: Signal.Quantity, problem: FactorProblem)?
    for (activity, methods) in zip(activities, emissions) where problem == nil {
      problem = methods.lazy.compactMap(\.problem).first.map { (activity.quantity, $0) }
    }
    troubles.report(problem, of: figures.period, asset: asset.id, at: figures.end, context: &context)
  }

  /// The recalculation without which the figures would be others.
  private func deciding(
    _ choice: FactorsInForce.Choice, _ emissions: [[MethodEmissions]], _ activities: [MeteredActivity],
    _ lastDay: CivilDate, _ hourly: HourlySums?
  ) -> String? {
    guard let recalculation = choice.recalculation, !recalculation.change.isEmpty else { return nil }
    let configured = activities.map {
      factors.configured.emissions(
        of: $0.activity, lastDay: lastDay, hourly: $0.isBoughtElectricity ? hourly : nil)
    }
    return configured == emissions ? nil : recalculation.id
  }

  // MARK: Checkpoint

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(provisional.count)
    for month in provisional {
      writer.timestamp(month.start)
      writer.timestamp(month.due)
    }
    writer.string(troubles.text)
    for recount in recounts {
      writer.timestamp(recount.next)
      writer.string(recount.id)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    provisional = []
    for _ in 0..<(try reader.count()) { provisional.append((try reader.timestamp(), try reader.timestamp())) }
    troubles = CarbonTroubles(text: try reader.string())
    recounts = []
    while !reader.isAtEnd { recounts.append((try reader.timestamp(), try reader.string())) }
  }
}
