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
/// * Where there is no factor there is no figure, and a finding says why: zero would be a lie.
public struct CarbonRule: AssetRule {
  private let asset: Asset
  private let zone: PlantZone
  private let calculator: EmissionCalculator
  private let inventoryDate: CivilDate?
  private let isCounted: [Signal.Quantity: Bool]
  private let windows: WindowLedger
  private let days: WindowLedger
  private let months: WindowLedger
  private let finality: Span64

  /// Months that are not final, by their start, with the plant clock at which they are.
  private var provisional: [(start: Timestamp, due: Timestamp)] = []
  private var openProblem: String?

  /// How the rule joins the engine; nil without `carbon:` in the configuration.
  public static func factory(site: Site, zone: PlantZone) throws -> RuleFactory? {
    guard let settings = site.carbon else { return nil }
    let calculator = try EmissionCalculator(settings)
    let topology = MeterTopology(site.assets)
    var counted: [Signal.Quantity: Set<String>] = [:]
    for quantity in Signal.Quantity.allCases {
      counted[quantity] = Set(
        topology.counted(quantity, roles: InventoryScope.roles(quantity)).map { site.assets[$0].id })
    }
    let all = counted
    return RuleFactory(name: "carbon") { asset, site in
      CarbonRule(
        asset: asset, site: site, zone: zone, calculator: calculator,
        isCounted: all.mapValues { $0.contains(asset.id) })
    }
  }

  /// Nil for an asset that counts nothing that emits.
  init?(
    asset: Asset, site: Site, zone: PlantZone, calculator: EmissionCalculator, isCounted: [Signal.Quantity: Bool]
  ) {
    guard asset.signals.contains(where: { $0.kind.quantity.map(InventoryScope.emits) ?? false }),
      let horizon = site.horizons[.energyInterval]
    else { return nil }
    self.asset = asset
    self.zone = zone
    self.calculator = calculator
    self.isCounted = isCounted
    inventoryDate = calculator.settings.inventoryDate
    let kept = max(horizon.revision, site.horizons[.energyMonth]?.revision ?? .zero)
    finality = horizon.lateness + kept
    windows = WindowLedger(
      kind: .carbonInterval, asset: asset.id, length: site.energy.window, retention: kept + .days(2))
    days = WindowLedger(kind: .carbonDay, asset: asset.id, length: .hours(23), retention: kept + .days(33))
    months = WindowLedger(kind: .carbonMonth, asset: asset.id, length: .days(28), retention: kept + .days(63))
  }

  public func interest(in signal: Int) -> SignalInterest { .none }
  public var isListening: Bool { true }
  public var deadline: Timestamp? { provisional.first?.due }

  public mutating func heard(_ published: Published, context: inout RuleContext) throws {
    guard case .meter(let figures) = published else { return }
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
  }

  private mutating func issue(_ figures: MeterFigures, isFinal: Bool, context: inout RuleContext) throws {
    let activities = try MeteredActivity.of(figures, asset: asset)
    let lastDay = CivilDate(lastDayBefore: figures.end, in: zone)
    let emissions = activities.map { calculator.emissions(of: $0.activity, lastDay: lastDay) }
    let body = try CarbonBody(asset: asset, zone: zone, isCounted: isCounted).metered(
      figures, activities: activities, emissions: emissions, methods: calculator.settings.methods,
      inventoryDate: calculator.settings.inventoryDate(lastDay: lastDay), isFinal: isFinal)
    let ledger =
      switch figures.period {
      case .window: windows
      case .day: days
      case .month: months
      }
    var state = ByteWriter()
    if figures.period == .month { figures.encode(into: &state) }
    try ledger.issue(
      start: figures.start, end: figures.end, body: body, state: state.bytes, cause: figures.cause, context: &context)
    report(emissions.flatMap { $0 }.lazy.compactMap(\.problem).first, at: figures.end, context: &context)
  }

  /// One finding an asset, for the first thing that is missing.
  private mutating func report(_ problem: FactorProblem?, at time: Timestamp, context: inout RuleContext) {
    let text = problem.map { "\($0)" }
    guard text != openProblem else { return }
    if let open = openProblem { context.emit(finding(open, remedy: "", at: time, closed: time)) }
    if let problem { context.emit(finding(problem.message, remedy: problem.remedy, at: time, closed: nil)) }
    openProblem = text
  }

  private func finding(_ text: String, remedy: String, at time: Timestamp, closed: Timestamp?) -> Finding {
    var finding = Finding(
      key: "carbon-no-figure/\(asset.id)", rule: "carbon-no-figure", subject: asset.id, severity: .warning,
      opened: time,
      summary: "No emissions of \(asset.id) by at least one method: \(text).",
      advice: remedy.isEmpty ? "" : remedy.prefix(1).uppercased() + remedy.dropFirst() + ".")
    finding.closed = closed
    return finding
  }

  // MARK: Checkpoint

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(provisional.count)
    for month in provisional {
      writer.timestamp(month.start)
      writer.timestamp(month.due)
    }
    writer.string(openProblem ?? "")
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    provisional = []
    for _ in 0..<(try reader.count()) { provisional.append((try reader.timestamp(), try reader.timestamp())) }
    let problem = try reader.string()
    openProblem = problem.isEmpty ? nil : problem
  }
}
