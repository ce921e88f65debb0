import Factors
import Plant
import Rules
import Telemetry
import Templates

/// The inventory of the site: what its boundary meters count and what people enter, by plant-local month.
///
/// * A month is issued when the site's clock has passed its end and the lateness of energy records; an entry for it makes
///   the next revision, and so do revised energy records: one for all of a time mark. It is `final` when
///   no late reading can change it.
/// * Sub-meters are never added to the meters that feed them (`MeterTopology`).
/// * Certificates are drawn month by month in the order of time, none twice; a month that changes may change what is left
///   for later ones, and other certificates what is left for any: they are issued again then.
/// * An entry for several months is divided by their share of its time.
public struct CarbonInventoryRule: SiteRule {
  let site: Site
  let zone: PlantZone
  let factors: FactorsInForce
  private let lateness: Span64
  private let finality: Span64
  /// Whether an asset's count of a quantity is part of the inventory, by position.
  let counted: [Set<Signal.Quantity>]
  private let ledger: WindowLedger

  /// Positions by id, that of now or the last one before.
  let places: [String: Int]

  var months: [Month] = []
  /// What meters told since the sources of the months were saved.
  var unsettled: [Heard] = []
  /// Issued months that are to be issued again, by start.
  var late: [Late] = []
  /// The certificates may be others than those by which the months were issued.
  var isAfterRestore = false
  var entries: [IndexEntry] = []

  /// What is known of a month beside its sources, which are saved apart.
  struct Month: Hashable, Sendable {
    var start: Timestamp
    var isIssued = false
    var isFinal = false
    /// kWh that certificates may cover.
    var electricity = ExactDecimal.zero
    /// Of the certificates by which it was issued; 0 = not known.
    var certificates: UInt64 = 0
  }

  /// Where an entry is to be found.
  struct IndexEntry: Hashable, Sendable {
    var id: String
    var start: Timestamp
    var end: Timestamp
    var isSuperseded: Bool
    /// How often its record was issued again with other factors.
    var recounts = 0
    /// `Hash64` of its newest body; 0 = not known.
    var bodyHash: UInt64 = 0
  }

  /// How the rule joins the engine; nil without `carbon:` in the configuration.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: "carbon-inventory") { site in
      guard let settings = site.carbon, let horizon = site.horizons[.carbonInventory] else { return nil }
      return try CarbonInventoryRule(site: site, zone: zone, settings: settings, horizon: horizon)
    }
  }

  init(site: Site, zone: PlantZone, settings: CarbonSettings, horizon: Horizon) throws {
    self.site = site
    self.zone = zone
    factors = try FactorsInForce(settings)
    lateness = horizon.lateness
    finality = horizon.lateness + horizon.revision
    let topology = MeterTopology(site.assets)
    var counted: [Set<Signal.Quantity>] = site.assets.map { _ in [] }
    for quantity in Signal.Quantity.allCases where InventoryScope.emits(quantity) {
      for place in topology.counted(quantity, roles: InventoryScope.roles(quantity)) { counted[place].insert(quantity) }
    }
    self.counted = counted
    var places: [String: Int] = [:]
    for (place, asset) in site.assets.enumerated() {
      if let former = asset.formerly, places[former] == nil { places[former] = place }
    }
    for (place, asset) in site.assets.enumerated() { places[asset.id] = place }
    self.places = places
    // An entry may come years later, so no month is forgotten.
    ledger = WindowLedger(
      kind: .carbonInventory, asset: site.gateway.id, length: .days(28), retention: .days(36_500), pageWindows: 1)
  }

  public var sharedKeys: [String] { [Recalculation.stateKey] }

  public var deadline: Timestamp? {
    if isAfterRestore || !late.isEmpty { return .distantPast }
    return months.lazy.filter { !$0.isFinal }.map { month in
      zone.nextMonth(after: month.start) + (month.isIssued ? finality : lateness)
    }.min()
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    isAfterRestore = false
    try settle(context)
    var due: [(place: Int, cause: RevisionCause?)] = []
    for place in months.indices {
      let month = months[place]
      let end = zone.nextMonth(after: month.start)
      let waiting = late.first { $0.start == month.start }
      let isDue = month.isIssued ? !month.isFinal && end + finality <= now : end + lateness <= now
      if isDue {
        months[place].isIssued = true
        months[place].isFinal = end + finality <= now
        due.append((place, waiting?.cause))
      } else if let waiting {
        due.append((place, waiting.cause))
      }
    }
    try issue(due, context: &context)
  }

  // MARK: - Meters

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    let figures: MeterFigures
    switch published {
    case .meter(let told): figures = told
    case .derived(let told): return try heard(hours: told, asset: asset, context: &context)
    case .meterAgain(var told, let request):
      told.cause = try recalculations(context).first { $0.id == request }?.cause(gateway: site.gateway.id)
      figures = told
    default: return
    }
    guard figures.period == .month, asset >= 0 else { return }
    let wanted = counted[asset]
    let own = try MeteredActivity.of(figures, asset: site.assets[asset]).filter { wanted.contains($0.quantity) }
    guard !own.isEmpty else { return }
    let amounts = own.map { Heard.Amount(quantity: $0.quantity, value: $0.activity.amount) }
    hear(
      Heard(
        month: figures.start, asset: site.assets[asset].id, amounts: amounts, key: figures.key,
        revision: figures.revision), cause: figures.cause)
  }

  // MARK: - Entries

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    if command.name == Recalculation.command { return try recount(command, context: &context) }
    guard command.name == EnteredActivity.command else { return }
    let entry: EnteredActivity
    do {
      entry = try EnteredActivity(command)
    } catch {
      // The control API takes no such command; an entry of another program's journal is said and left.
      context.emit(refusal(command.members["id"]?.stringValue ?? "?", "\(error)", at: context.clock))
      return
    }
    if entries.contains(where: { $0.id == entry.id }) {
      let known = try self.entry(entry.id, context: context)
      if known != entry {
        context.emit(refusal(entry.id, "there is another entry of this id", at: context.clock))
      }
      return
    }
    if let mistake = uncountable(entry) {
      return context.emit(refusal(entry.id, "\(mistake)", at: context.clock))
    }
    var periods = [entry.start..<entry.end]
    if let old = entry.supersedes {
      guard let place = entries.firstIndex(where: { $0.id == old && !$0.isSuperseded }) else {
        context.emit(refusal(entry.id, "there is no entry \(old) in force that it could supersede", at: context.clock))
        return
      }
      entries[place].isSuperseded = true
      periods.append(entries[place].start..<entries[place].end)
      if let former = try self.entry(old, context: context) {
        let cause = RevisionCause(
          asset: site.gateway.id, signal: entry.id, time: former.entered, reason: .entered)
        try issue(
          former, supersededBy: entry.id, revision: entries[place].recounts + 1, cause: cause, context: &context)
      }
    }
    context.save(Self.entryKey(entry.id), Array(entry.journaled.text.utf8))
    let hash = try issue(entry, supersededBy: nil, revision: 0, cause: nil, context: &context)
    entries.append(
      IndexEntry(id: entry.id, start: entry.start, end: entry.end, isSuperseded: false, bodyHash: hash))
    let touched = Set(periods.flatMap { zone.months(touching: $0).map(\.lowerBound) })
    try settle(context)
    // A month that is inserted moves the later ones: their places are looked up when all are there.
    for start in touched.sorted() { _ = month(start) }
    let places = touched.sorted().map { month($0) }
    let cause = RevisionCause(
      asset: site.gateway.id, signal: entry.id, time: entry.entered, reason: .entered)
    try changed(places, cause: cause, context: &context)
  }

  /// What would stop every calculation with it.
  private func uncountable(_ entry: EnteredActivity) -> DecimalError? {
    do throws(DecimalError) {
      try entry.checkDigits(months: zone.months(touching: entry.start..<entry.end))
      return nil
    } catch {
      return error
    }
  }

  private func refusal(_ id: String, _ why: String, at time: Timestamp) -> Finding {
    Finding(
      key: "carbon-entry-refused/\(id)", rule: "carbon-entry-refused", subject: site.gateway.id, severity: .warning,
      opened: time, summary: "The entered activity data \(id) is not counted: \(why).",
      advice: "Enter it again with another id.")
  }

  /// - Returns: `Hash64` of the body.
  @discardableResult
  func issue(
    _ entry: EnteredActivity, supersededBy: String?, revision: Int, cause: RevisionCause?, unless known: UInt64 = 0,
    context: inout RuleContext
  ) throws -> UInt64 {
    let lastDay = CivilDate(lastDayBefore: entry.end, in: zone)
    let body = try InventoryBody(
      site: site, zone: zone, choice: try choice(of: entry, context), configured: factors.configured
    ).entry(entry, supersededBy: supersededBy, lastDay: lastDay)
    var hasher = Hash64()
    body.withUnsafeBytes { hasher.combine($0) }
    guard known == 0 || known != hasher.value else { return known }
    context.emit(
      RecordDraft(
        kind: .carbonActivity, key: "\(entry.id)/\(entry.start.rfc3339UTC)", revision: revision,
        asset: site.gateway.id, start: entry.start, end: entry.end, body: body, cause: cause))
    return hasher.value
  }

  /// The factors of an entry are those of the month that it begins in.
  private func choice(of entry: EnteredActivity, _ context: RuleContext) throws -> FactorsInForce.Choice {
    try factors.choice(
      at: zone.startOfMonth(containing: entry.start), saved: context.load(Recalculation.stateKey))
  }

  // MARK: - Months

  /// Issues what has changed of the months that are issued: those, and others whose certificates changed with them.
  mutating func changed(_ places: [Int], cause: RevisionCause?, context: inout RuleContext) throws {
    for place in places { months[place].electricity = try inventory(of: place, context: context).electricity() }
    try issue(places.map { ($0, cause) }, context: &context)
  }

  /// Issues months, by place, and others whose certificates are not those any more by which they were issued.
  mutating func issue(_ due: [(place: Int, cause: RevisionCause?)], context: inout RuleContext) throws {
    let shares = try shares()
    for place in months.indices where months[place].isIssued {
      let hash = Self.hash(shares[place])
      let own = due.first { $0.place == place }
      guard own != nil || hash != months[place].certificates else { continue }
      months[place].certificates = hash
      late.removeAll { $0.start == months[place].start }
      try issue(place, cause: own?.cause ?? due.first?.cause, certificates: shares[place], context: &context)
    }
  }

  private func issue(
    _ place: Int, cause: RevisionCause?, certificates: [CertificateShare], context: inout RuleContext
  ) throws {
    let month = months[place]
    let end = zone.nextMonth(after: month.start)
    let choice = try factors.choice(at: month.start, saved: context.load(Recalculation.stateKey))
    let body = try InventoryBody(site: site, zone: zone, choice: choice, configured: factors.configured).month(
      try inventory(of: place, context: context), start: month.start, end: end, certificates: certificates,
      isFinal: month.isFinal)
    try ledger.issue(start: month.start, end: end, body: body, cause: cause, context: &context)
  }

  private static func hash(_ shares: [CertificateShare]) -> UInt64 {
    var hasher = Hash64()
    for share in shares {
      hasher.combine(share.certificate.id)
      hasher.combine("/\(share.certificate.factor)/\(share.kilowattHours);")
    }
    return hasher.value
  }

  func shares() throws -> [[CertificateShare]] {
    try CertificateBook.allocate(
      factors.configured.settings.certificates,
      to: months.map { month in
        CertificateBook.Demand(
          from: CivilDate(of: month.start, in: zone),
          to: CivilDate(lastDayBefore: zone.nextMonth(after: month.start), in: zone), kilowattHours: month.electricity)
      })
  }

  func inventory(of place: Int, context: RuleContext) throws -> Inventory {
    let start = months[place].start
    let end = zone.nextMonth(after: start)
    var parts: [Inventory.EntryPart] = []
    for index in entries where !index.isSuperseded && index.start < end && start < index.end {
      guard let entry = try entry(index.id, context: context) else { continue }
      let periods = zone.months(touching: entry.start..<entry.end)
      for part in try entry.parts(in: periods) where periods[part.period].lowerBound == start {
        parts.append(Inventory.EntryPart(entry: entry, amount: part.amount))
      }
    }
    parts.sort { $0.entry.id < $1.entry.id }
    let sources = try withHours(load(start, context: context), of: start, context)
    return Inventory(sources: sources, entries: parts, isHourly: isHourly)
  }

  /// The place of a month; a new one is inserted.
  mutating func month(_ start: Timestamp) -> Int {
    let place = months.firstIndex { start <= $0.start } ?? months.count
    if place == months.count || months[place].start != start { months.insert(Month(start: start), at: place) }
    return place
  }
}
