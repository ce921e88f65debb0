import Factors
import Plant
import Rules
import Telemetry
import Templates

/// Budgets of the site and of its parts: looked at after each energy window.
///
/// * `budget-exceeded/<name>/<first day>` is opened when a period has used more than its limit, and closed with the
///   period. Late data and recalculations are followed for as long as records can be revised: a past period that turns out
///   to have been exceeded is told then, and one that was not after all, too.
/// * `budget-projected/<name>/<first day>` is opened when the period would use more: if the days to come were like the same
///   weekdays of the last weeks (of a day's budget, the rest of the day), or without enough of them if it went on as it
///   began; from the configured share of the period on. It is closed when that is over, at a new day (of a day's budget, at a full hour) so that
///   it does not flicker, and with the period.
/// * What is metered twice counts once (`MeterTopology`); emissions are counted as the inventory counts them, without
///   certificates; what people enter belongs to budgets of the whole site and of the place that it names.
public struct BudgetRule: SiteRule {
  /// Under which it shows how all budgets stand: a JSON list.
  public static let statusKey = "budget/status"

  /// A period of a budget that may still change.
  struct Watched: Hashable, Sendable {
    var budget: String
    var start: Timestamp
    /// The finding is open.
    var isProjected = false
    /// It is a fact, whether its finding is open or not.
    var isExceeded = false
    var isOpen = false
  }

  let site: Site
  let zone: PlantZone
  let window: Span64
  let lateness: Span64
  private let finality: Span64
  let budgets: [Budget]
  /// By budget: positions of the assets that it is of.
  let groups: [Set<Int>]
  /// By budget: positions of the meters of bought electricity in it.
  let meters: [[Int]]
  /// What is kept of an asset, by position; nothing of most.
  private let quantities: [Set<Signal.Quantity>]
  var report: EmissionReport?

  /// End of the last window that was looked at; nil before the first figure.
  private var seen: Timestamp?
  /// Start of the first figure that was heard.
  private(set) var since: Timestamp?
  /// By (budget, start).
  private var watched: [Watched] = []
  /// The earliest time whose figures have changed since.
  private var changed: Timestamp?
  /// The same, without what only adds up days.
  var changedDays: Timestamp?
  /// By name of the budget.
  var courses: [String: BudgetCourse] = [:]
  /// Assets of which something is kept, sorted; it is saved under a key of each.
  private var known: [String] = []
  /// Entries in force, by id, as they were entered.
  private(set) var entries: [String: EnteredActivity] = [:]

  /// How the rule joins the engine; nil without budgets.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: "budget") { site in
      guard !site.allBudgets.isEmpty, let horizon = site.horizons[.energyInterval] else { return nil }
      return try BudgetRule(site: site, zone: zone, horizon: horizon)
    }
  }

  init(site: Site, zone: PlantZone, horizon: Horizon) throws {
    self.site = site
    self.zone = zone
    window = site.energy.window
    lateness = horizon.lateness
    finality = max(horizon.revision, site.horizons[.energyMonth]?.revision ?? .zero)
    budgets = site.allBudgets
    report = try EmissionReport(site: site, zone: zone, recalculations: nil)
    let topology = MeterTopology(site.assets)
    var quantities: [Set<Signal.Quantity>] = site.assets.map { _ in [] }
    groups = site.allBudgets.map { budget in
      Set(
        site.assets.indices.filter { place in
          let asset = site.assets[place]
          let isThere = budget.place.map { asset.place == $0 || asset.place.hasPrefix($0 + "/") } ?? true
          return isThere && budget.assets.contains { Wildcard.matches(asset.id, $0) }
        })
    }
    meters = groups.map { topology.counted(.activeEnergyImport, among: $0.contains) }
    for (budget, (group, meters)) in zip(site.allBudgets, zip(groups, meters)) {
      switch budget.measure {
      case .energy, .cost: for place in meters { quantities[place].insert(.activeEnergyImport) }
      case .emissions:
        for quantity in Signal.Quantity.allCases where InventoryScope.emits(quantity) {
          let roles = InventoryScope.roles(quantity)
          for place in topology.counted(quantity, roles: roles, among: group.contains) {
            quantities[place].insert(quantity)
            if quantity == .gasVolume { quantities[place].insert(.gasVolumeNormal) }
          }
        }
      }
    }
    self.quantities = quantities
  }

  /// Electricity is counted by the hour.
  var isHourly: Bool { site.carbon?.hourlySeries?.counts ?? false }

  public var sharedKeys: [String] { [Self.statusKey] }
  public var deadline: Timestamp? { seen.map { $0 + window + lateness } }

  // MARK: - What is heard

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    if case .derived(let told) = published { return try heard(hours: told, asset: asset, context: &context) }
    guard case .meter(let figures) = published, asset >= 0, !quantities[asset].isEmpty else { return }
    let id = name(of: asset, context)
    var memory = try memory(id, context)
    memory.set(figures, quantities: quantities[asset])
    save(memory, id, context)
    if !known.contains(id) { known = (known + [id]).sorted() }
    if seen == nil { seen = figures.start }
    since = min(since ?? figures.start, figures.start)
    touch(figures.start, isSumOfDays: figures.period == .month)
  }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    switch command.name {
    case EnteredActivity.command:
      // What means nothing is said by the rule of the inventory.
      guard case .success(let entry) = Result(catching: { try EnteredActivity(command) }), entries[entry.id] == nil
      else { return }
      if let old = entry.supersedes {
        guard let former = entries.removeValue(forKey: old) else { return }
        touch(former.start)
      }
      entries[entry.id] = entry
      touch(entry.start)
    case Recalculation.command:
      guard case .success(let recalculation) = Result(catching: { try Recalculation(json: command.members) }) else {
        return
      }
      touch(recalculation.start)
    default: return
    }
  }

  private mutating func heard(hours told: DerivedFigures, asset: Int, context: inout RuleContext) throws {
    guard told.name == CarbonRule.hoursOfPeriod, asset >= 0, quantities[asset].contains(.activeEnergyImport),
      isHourly
    else { return }
    var reader = ByteReader(told.bytes)
    guard let period = MeterFigures.Period(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: 0, expected: "a window, day or month")
    }
    let id = site.assets[asset].id
    var memory = try memory(id, context)
    memory.set(try HourlySums(from: &reader), period: period, start: told.start)
    save(memory, id, context)
    touch(told.start, isSumOfDays: period == .month)
  }

  private mutating func touch(_ time: Timestamp, isSumOfDays: Bool = false) {
    changed = min(changed ?? time, time)
    if !isSumOfDays { changedDays = min(changedDays ?? time, time) }
  }

  // MARK: - Looking

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    guard let before = seen else { return }
    let end = Timestamp(nanoseconds: now.nanoseconds - lateness.nanoseconds).windowStart(window)
    guard before < end else { return }
    seen = end
    report?.recalculations = try context.loadOfSite(Recalculation.stateKey)
    var status: [JSONValue] = []
    for (place, budget) in budgets.enumerated() {
      try learn(place, end, context)
      let last = Timestamp(nanoseconds: end.nanoseconds - 1)
      let current = period(of: last, budget.period)
      // Periods that ended since the last look, and the one under way.
      var next = period(of: max(before, since ?? before), budget.period)
      while next.lowerBound <= current.lowerBound {
        watch(budget.name, next.lowerBound)
        next = period(of: next.upperBound, budget.period)
      }
      for entry in watched.indices where watched[entry].budget == budget.name {
        let period = period(of: watched[entry].start, budget.period)
        let isNews = changed.map { $0 < period.upperBound } ?? false
        guard period.upperBound > before || isNews else { continue }
        let figure = try look(entry, place, period, at: min(end, period.upperBound), context: &context)
        if period == current { status.append(figure) }
      }
    }
    (changed, changedDays) = (nil, nil)
    context.save(Self.statusKey, JSONValue.array(status).canonicalBytes())
    try forget(end, context: context)
  }

  private mutating func watch(_ budget: String, _ start: Timestamp) {
    guard !watched.contains(where: { $0.budget == budget && $0.start == start }) else { return }
    let place = watched.firstIndex { (budget, start) < ($0.budget, $0.start) } ?? watched.endIndex
    watched.insert(Watched(budget: budget, start: start), at: place)
  }

  private mutating func look(
    _ entry: Int, _ place: Int, _ period: Range<Timestamp>, at time: Timestamp, context: inout RuleContext
  ) throws -> JSONValue {
    let budget = budgets[place]
    let used = try used(place, period, context)
    let length = Int((period.upperBound - period.lowerBound).nanoseconds / 1_000_000_000)
    let elapsed = Int((time - period.lowerBound).nanoseconds / 1_000_000_000)
    let better = try used.amount.flatMap { try expected(place, period, at: time, used: $0) }
    let (state, projected) = try budget.state(
      used: used.amount ?? .zero, elapsed: elapsed, length: length, expected: better?.amount)
    note(place, period, at: time, used: used.amount)
    let text = BudgetText(
      budget: budget, unit: budget.unit(currency: site.tariff?.tariff.currency), period: period, zone: zone,
      since: since.flatMap { period.lowerBound < $0 ? $0 : nil }, used: used,
      projected: used.amount == nil ? nil : projected, basis: better?.basis ?? .elapsed, gateway: site.gateway.id)
    let isOver = period.upperBound <= time
    if state == .exceeded, !watched[entry].isExceeded {
      watched[entry].isExceeded = true
      watched[entry].isOpen = true
      context.emit(text.exceeded(at: time, closed: nil))
    } else if state != .exceeded, watched[entry].isExceeded, used.amount != nil {
      watched[entry].isExceeded = false
      if !watched[entry].isOpen { context.emit(text.kept(at: time, closed: nil)) }
      watched[entry].isOpen = false
      context.emit(text.kept(at: time, closed: time))
    }
    if watched[entry].isOpen, isOver {
      watched[entry].isOpen = false
      context.emit(text.exceeded(at: time, closed: time))
    }
    let isWarning = state == .projected && !isOver
    if isWarning, !watched[entry].isProjected {
      watched[entry].isProjected = true
      context.emit(text.projection(at: time, closed: nil))
    } else if !isWarning, watched[entry].isProjected, isOver || state == .exceeded || isTurn(time, budget.period) {
      watched[entry].isProjected = false
      context.emit(text.projection(at: time, closed: time))
    }
    return text.status(state, at: time)
  }

  /// When a projection that no longer warns is taken back.
  private func isTurn(_ time: Timestamp, _ period: CarbonBudget.Period) -> Bool {
    period == .day ? time.windowStart(.hours(1)) == time : zone.startOfDay(containing: time) == time
  }

  func period(of time: Timestamp, _ period: CarbonBudget.Period) -> Range<Timestamp> {
    switch period {
    case .day:
      let start = zone.startOfDay(containing: time)
      return start..<zone.nextDay(after: start)
    case .month:
      let start = zone.startOfMonth(containing: time)
      return start..<zone.nextMonth(after: start)
    case .year:
      var start = zone.startOfMonth(containing: time)
      while zone.localDate(start).month != 1 {
        start = zone.startOfMonth(containing: Timestamp(nanoseconds: start.nanoseconds - 1))
      }
      var end = start
      for _ in 0..<12 { end = zone.nextMonth(after: end) }
      return start..<end
    }
  }

  private mutating func forget(_ end: Timestamp, context: RuleContext) throws {
    let final = end - finality
    let kept = watched.filter { entry in
      guard let budget = budgets.first(where: { $0.name == entry.budget }) else { return false }
      return final < period(of: entry.start, budget.period).upperBound
    }
    watched = kept
    // Days are needed for what is not final, months for the years that are watched.
    let oldest = watched.map(\.start).min() ?? end
    let days = zone.startOfMonth(containing: final)
    for id in known {
      var memory = try memory(id, context)
      guard memory.forget(days: days, months: min(days, oldest)) else { continue }
      save(memory, id, context)
    }
    entries = entries.filter { oldest < $0.value.end }
  }

  // MARK: - Saved state

  /// Under which an asset is kept: the id that it had when it was first heard.
  func name(of asset: Int, _ context: RuleContext) -> String {
    context.ids(of: asset, in: site).first(where: known.contains) ?? site.assets[asset].id
  }

  private static func key(_ id: String) -> String { "budget/meter/\(id)" }

  func memory(_ id: String, _ context: RuleContext) throws -> MeterMemory {
    guard let bytes = try context.load(Self.key(id)) else { return MeterMemory() }
    var reader = ByteReader(bytes)
    return try MeterMemory(from: &reader)
  }

  private func save(_ memory: MeterMemory, _ id: String, _ context: RuleContext) {
    var writer = ByteWriter()
    memory.encode(into: &writer)
    context.save(Self.key(id), writer.bytes)
  }

  public func encodeState(into writer: inout ByteWriter) {
    for time in [seen, since, changed] {
      writer.boolean(time != nil)
      if let time { writer.timestamp(time) }
    }
    writer.varint(known.count)
    for id in known { writer.string(id) }
    writer.varint(watched.count)
    for entry in watched {
      writer.string(entry.budget)
      writer.timestamp(entry.start)
      writer.byte((entry.isProjected ? 1 : 0) | (entry.isExceeded ? 2 : 0) | (entry.isOpen ? 4 : 0))
    }
    writer.varint(entries.count)
    for (_, entry) in entries.sorted(by: { $0.key < $1.key }) { writer.string(entry.journaled.text) }
    encodeCourses(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    func time() throws -> Timestamp? { try reader.boolean() ? try reader.timestamp() : nil }
    (seen, since, changed) = (try time(), try time(), try time())
    known = try (0..<(try reader.count())).map { _ in try reader.string() }
    watched = []
    for _ in 0..<(try reader.count()) {
      var entry = Watched(budget: try reader.string(), start: try reader.timestamp())
      let flags = try reader.byte()
      (entry.isProjected, entry.isExceeded, entry.isOpen) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0)
      watched.append(entry)
    }
    entries = [:]
    for _ in 0..<(try reader.count()) {
      guard let command = SiteCommand(text: try reader.string()) else {
        throw ByteReaderError(offset: reader.offset, expected: "an entry")
      }
      let entry = try EnteredActivity(command)
      entries[entry.id] = entry
    }
    try restoreCourses(from: &reader)
  }
}
