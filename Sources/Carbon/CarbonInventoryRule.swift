import Factors
import Plant
import Rules
import Telemetry
import Templates

/// The inventory of the site: what its boundary meters count and what people enter, by plant-local month.
///
/// * A month is issued when the site's clock has passed its end and the lateness of energy records; a revised energy
///   record or an entry for it makes the next revision. It is `final` when no late reading can change it.
/// * Sub-meters are never added to the meters that feed them (`MeterTopology`).
/// * Certificates are drawn month by month in the order of time, none twice; a month that changes may change what is left
///   for later ones, which are issued again then.
/// * An entry for several months is divided by their share of its time.
public struct CarbonInventoryRule: SiteRule {
  private let site: Site
  private let zone: PlantZone
  private let calculator: EmissionCalculator
  private let lateness: Span64
  private let finality: Span64
  /// Whether an asset's count of a quantity is part of the inventory, by position.
  private let counted: [Set<Signal.Quantity>]
  private let ledger: WindowLedger

  private var months: [Month] = []
  private var entries: [IndexEntry] = []

  /// What is known of a month beside its sources, which are saved apart.
  struct Month: Hashable, Sendable {
    var start: Timestamp
    var isIssued = false
    var isFinal = false
    /// kWh that certificates may cover.
    var electricity = ExactDecimal.zero
  }

  /// Where an entry is to be found.
  struct IndexEntry: Hashable, Sendable {
    var id: String
    var start: Timestamp
    var end: Timestamp
    var isSuperseded: Bool
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
    calculator = try EmissionCalculator(settings)
    lateness = horizon.lateness
    finality = horizon.lateness + horizon.revision
    let topology = MeterTopology(site.assets)
    var counted: [Set<Signal.Quantity>] = site.assets.map { _ in [] }
    for quantity in Signal.Quantity.allCases where InventoryScope.emits(quantity) {
      for place in topology.counted(quantity, roles: InventoryScope.roles(quantity)) { counted[place].insert(quantity) }
    }
    self.counted = counted
    // An entry may come years later, so no month is forgotten.
    ledger = WindowLedger(
      kind: .carbonInventory, asset: site.gateway.id, length: .days(28), retention: .days(36_500), pageWindows: 1)
  }

  public var deadline: Timestamp? {
    months.lazy.filter { !$0.isFinal }.map { month in
      zone.nextMonth(after: month.start) + (month.isIssued ? finality : lateness)
    }.min()
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for place in months.indices where !months[place].isFinal {
      let end = zone.nextMonth(after: months[place].start)
      if end + lateness <= now {
        months[place].isIssued = true
        months[place].isFinal = end + finality <= now
        try issue(place, cause: nil, context: &context)
      }
    }
  }

  // MARK: - Meters

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .meter(let figures) = published, figures.period == .month, asset >= 0 else { return }
    let wanted = counted[asset]
    let own = try MeteredActivity.of(figures, asset: site.assets[asset]).filter { wanted.contains($0.quantity) }
    guard !own.isEmpty else { return }
    let place = month(figures.start)
    let id = site.assets[asset].id
    var sources = try load(months[place].start, context: context).filter { $0.asset != id }
    let reference = Inventory.RecordReference(kind: .energyMonth, key: figures.key, revision: figures.revision)
    sources += own.map { Inventory.Source(asset: id, quantity: $0.quantity, activity: $0.activity, record: reference) }
    sources.sort { ($0.asset, $0.quantity.rawValue) < ($1.asset, $1.quantity.rawValue) }
    save(sources, of: months[place].start, context: context)
    try changed([place], cause: figures.cause, context: &context)
  }

  // MARK: - Entries

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
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
    var periods = [entry.start..<entry.end]
    if let old = entry.supersedes {
      guard let place = entries.firstIndex(where: { $0.id == old && !$0.isSuperseded }) else {
        context.emit(refusal(entry.id, "there is no entry \(old) in force that it could supersede", at: context.clock))
        return
      }
      entries[place].isSuperseded = true
      periods.append(entries[place].start..<entries[place].end)
      if let former = try self.entry(old, context: context) {
        try issue(former, supersededBy: entry.id, context: &context)
      }
    }
    context.save(Self.entryKey(entry.id), Array(entry.journaled.text.utf8))
    entries.append(IndexEntry(id: entry.id, start: entry.start, end: entry.end, isSuperseded: false))
    try issue(entry, supersededBy: nil, context: &context)
    let touched = Set(periods.flatMap { zone.months(touching: $0).map(\.lowerBound) })
    // A month that is inserted moves the later ones: their places are looked up when all are there.
    for start in touched.sorted() { _ = month(start) }
    let places = touched.sorted().map { month($0) }
    let cause = RevisionCause(
      asset: site.gateway.id, signal: entry.id, time: entry.entered, reason: .entered)
    try changed(places, cause: cause, context: &context)
  }

  private func refusal(_ id: String, _ why: String, at time: Timestamp) -> Finding {
    Finding(
      key: "carbon-entry-refused/\(id)", rule: "carbon-entry-refused", subject: site.gateway.id, severity: .warning,
      opened: time, summary: "The entered activity data \(id) is not counted: \(why).",
      advice: "Enter it again with another id.")
  }

  private func issue(_ entry: EnteredActivity, supersededBy: String?, context: inout RuleContext) throws {
    let lastDay = CivilDate(lastDayBefore: entry.end, in: zone)
    let body = try InventoryBody(site: site, zone: zone, calculator: calculator).entry(
      entry, supersededBy: supersededBy, lastDay: lastDay)
    context.emit(
      RecordDraft(
        kind: .carbonActivity, key: "\(entry.id)/\(entry.start.rfc3339UTC)", revision: supersededBy == nil ? 0 : 1,
        asset: site.gateway.id, start: entry.start, end: entry.end, body: body,
        cause: supersededBy.map {
          RevisionCause(asset: site.gateway.id, signal: $0, time: entry.entered, reason: .entered)
        }))
  }

  // MARK: - Months

  /// Issues what has changed of the months that are issued: those, and later ones whose certificates changed with them.
  private mutating func changed(_ places: [Int], cause: RevisionCause?, context: inout RuleContext) throws {
    for place in places {
      let inventory = try inventory(of: place, context: context)
      months[place].electricity = try inventory.electricity()
    }
    guard let first = places.min() else { return }
    let affected = calculator.settings.certificates.isEmpty ? places : Array(first..<months.count)
    for place in affected where months[place].isIssued { try issue(place, cause: cause, context: &context) }
  }

  private func issue(_ place: Int, cause: RevisionCause?, context: inout RuleContext) throws {
    let month = months[place]
    let end = zone.nextMonth(after: month.start)
    let body = try InventoryBody(site: site, zone: zone, calculator: calculator).month(
      try inventory(of: place, context: context), start: month.start, end: end, certificates: try shares()[place],
      isFinal: month.isFinal)
    try ledger.issue(start: month.start, end: end, body: body, cause: cause, context: &context)
  }

  private func shares() throws -> [[CertificateShare]] {
    try CertificateBook.allocate(
      calculator.settings.certificates,
      to: months.map { month in
        CertificateBook.Demand(
          from: CivilDate(of: month.start, in: zone),
          to: CivilDate(lastDayBefore: zone.nextMonth(after: month.start), in: zone), kilowattHours: month.electricity)
      })
  }

  private func inventory(of place: Int, context: RuleContext) throws -> Inventory {
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
    return Inventory(sources: try load(start, context: context), entries: parts)
  }

  /// The place of a month; a new one is inserted.
  private mutating func month(_ start: Timestamp) -> Int {
    let place = months.firstIndex { start <= $0.start } ?? months.count
    if place == months.count || months[place].start != start { months.insert(Month(start: start), at: place) }
    return place
  }

  // MARK: - Saved state

  private static func entryKey(_ id: String) -> String { "carbon/entry/\(id)" }
  private static func monthKey(_ start: Timestamp) -> String { "carbon/month/\(start.rfc3339UTC)" }

  private func entry(_ id: String, context: RuleContext) throws -> EnteredActivity? {
    guard let bytes = try context.load(Self.entryKey(id)),
      let command = SiteCommand(text: String(decoding: bytes, as: UTF8.self))
    else { return nil }
    return try EnteredActivity(command)
  }

  private func load(_ month: Timestamp, context: RuleContext) throws -> [Inventory.Source] {
    guard let bytes = try context.load(Self.monthKey(month)) else { return [] }
    var reader = ByteReader(bytes)
    var sources: [Inventory.Source] = []
    for _ in 0..<(try reader.count()) {
      let asset = try reader.string()
      guard let quantity = Signal.Quantity(rawValue: try reader.string()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a counted quantity")
      }
      let amount = try reader.decimal()
      let reference = Inventory.RecordReference(
        kind: .energyMonth, key: try reader.string(), revision: try reader.integer())
      // An asset that is not configured any more keeps its figure under the kind that its quantity has by itself.
      let place = site.assets.firstIndex { $0.id == asset || $0.formerly == asset }
      guard
        let kind = try MeteredActivity.kind(
          quantity, place.map { site.assets[$0].metering } ?? Asset.Metering())
      else { continue }
      sources.append(
        Inventory.Source(
          asset: asset, quantity: quantity, activity: Activity(kind, amount, quantity.unit), record: reference))
    }
    return sources
  }

  private func save(_ sources: [Inventory.Source], of month: Timestamp, context: RuleContext) {
    var writer = ByteWriter()
    writer.varint(sources.count)
    for source in sources {
      writer.string(source.asset)
      writer.string(source.quantity.rawValue)
      writer.decimal(source.activity.amount)
      writer.string(source.record.key)
      writer.varint(source.record.revision)
    }
    context.save(Self.monthKey(month), writer.bytes)
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(months.count)
    for month in months {
      writer.timestamp(month.start)
      writer.byte((month.isIssued ? 1 : 0) | (month.isFinal ? 2 : 0))
      writer.decimal(month.electricity)
    }
    writer.varint(entries.count)
    for entry in entries {
      writer.string(entry.id)
      writer.timestamp(entry.start)
      writer.timestamp(entry.end)
      writer.boolean(entry.isSuperseded)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    months = []
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      let flags = try reader.byte()
      months.append(
        Month(
          start: start, isIssued: flags & 1 != 0, isFinal: flags & 2 != 0, electricity: try reader.decimal()))
    }
    entries = []
    for _ in 0..<(try reader.count()) {
      entries.append(
        IndexEntry(
          id: try reader.string(), start: try reader.timestamp(), end: try reader.timestamp(),
          isSuperseded: try reader.boolean()))
    }
  }
}
