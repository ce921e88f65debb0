import Plant
import Rules
import Telemetry
import Templates

/// Which lots their samples accept, and how strictly the next ones are inspected.
///
/// What stations tell of a window (`LotPieces`) goes into the lot's row of the saved state, and what follows from it into
/// the row of its series (`LotSeries`); memory holds neither. A lot becomes a record when it is decided, or when there is no
/// plan for it; a late result or review makes the next revision.
public struct LotRule: SiteRule {
  /// Stable for ever: the state is saved under it.
  public static let name = "lots"
  /// A person's word on a lot, or on inspection itself: members `plan`, `series`, `lot`, `word`, `person`, `reason`.
  public static let command = "inspection-lot"
  /// Word of a person who has discontinued inspection go on.
  public static let resume = "resume"
  /// Series of a plan that are followed apart; more count as one.
  static let mostSeries = 1000
  static let otherSeries = "others"

  let site: Site
  let zone: PlantZone
  let settings: LotSettings
  private let stations: Set<Int>
  var told = OpenFindings()
  /// Plans whose rows are in the saved state.
  private var known: [String] = []

  /// How the rule joins the engine; nil for a site without plans for lots.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: name) { site in LotRule(site: site, zone: zone) }
  }

  public init?(site: Site, zone: PlantZone) {
    guard let settings = site.inspection.lots else { return nil }
    stations = Set(site.assets.indices.filter { !site.lotPlans(of: site.assets[$0]).isEmpty })
    self.site = site
    self.zone = zone
    self.settings = settings
  }

  /// A plan that was removed leaves with the next mark.
  public var deadline: Timestamp? { former.isEmpty ? nil : .distantPast }

  private var former: [String] { known.filter { name in !settings.plans.contains { $0.name == name } } }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .derived(let figures) = published, figures.name == LotPieces.name, stations.contains(asset) else {
      return
    }
    var reader = ByteReader(figures.bytes)
    let pieces = try LotPieces(from: &reader)
    guard let plan = settings.plans.first(where: { $0.name == pieces.plan }) else { return }
    let ids = context.ids(of: asset, in: site)
    for lot in pieces.lots {
      guard let start = lot.pieces.first?.time else { continue }
      let name = try series(lot.series, plan, context)
      let key = Self.key(plan.name, name, lot: lot.name)
      var series = try load(plan.name, name, context)
      guard !series.isForgotten(lot.name, start: start) else { continue }
      var sample = try context.load(key).map { bytes throws in try LotSample(bytes) } ?? LotSample()
      guard sample.replace(lot, station: ids, from: figures.start, to: figures.end) else { continue }
      context.save(key, sample.bytes)
      let forgotten = try series.add(lot.name, plan, table: settings.table) {
        $0 == lot.name ? sample : try Self.sample(plan.name, name, $0, context)
      }
      for old in forgotten { context.save(Self.key(plan.name, name, lot: old), nil) }
      let cause = RevisionCause(
        asset: ids[0], signal: "result", time: figures.cause?.time ?? figures.start, reason: .late)
      try settle(plan, name, series, cause: cause, &context)
    }
  }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    func text(_ name: String) -> String { command.members[name]?.stringValue ?? "" }
    guard command.name == Self.command, let plan = settings.plans.first(where: { $0.name == text("plan") }) else {
      return
    }
    let name = text("series")
    var series = try load(plan.name, name, context)
    let sample = { (lot: String) throws in try Self.sample(plan.name, name, lot, context) }
    if text("word") == Self.resume {
      try series.resume(at: context.clock, plan, table: settings.table, sample: sample)
    } else {
      guard let kind = LotSeries.Word.Kind(rawValue: text("word")) else { return }
      let word = LotSeries.Word(kind: kind, time: context.clock, person: text("person"), reason: text("reason"))
      guard try series.say(word, lot: text("lot"), plan, table: settings.table, sample: sample) else { return }
    }
    let cause = RevisionCause(
      asset: "", signal: Self.command, time: context.clock, reason: .entered,
      note: "\(text("person")): \(text("reason"))")
    try settle(plan, name, series, cause: cause, &context)
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for plan in former {
      for name in try Self.names(try context.load(Self.namesKey(plan))) {
        for lot in try load(plan, name, context).lots { context.save(Self.key(plan, name, lot: lot.name), nil) }
        context.save(Self.key(plan, name), nil)
        endFindings(plan, name, at: now, &context)
      }
      context.save(Self.namesKey(plan), nil)
    }
    known = known.filter { name in settings.plans.contains { $0.name == name } }
  }

  /// Records and findings of a series as it stands now.
  private mutating func settle(
    _ plan: LotPlan, _ name: String, _ judged: LotSeries, cause: RevisionCause, _ context: inout RuleContext
  ) throws {
    var series = judged
    for lot in series.all {
      if case .inspect = lot.disposition, lot.body == 0 { continue }
      let body = LotBody.json(lot, plan, series: name, table: settings.table, zone: zone).canonicalBytes()
      var hash = Hash64()
      body.withUnsafeBytes { hash.combine($0) }
      guard lot.body != hash.value else { continue }
      let revision = lot.revision.map { $0 + 1 } ?? 0
      series.issued(lot.name, revision: revision, body: hash.value)
      var reason = cause
      if reason.asset.isEmpty { reason.asset = lot.station }
      context.emit(
        RecordDraft(
          kind: .inspectionLot, key: Self.recordKey(plan.name, name, lot: lot.name), revision: revision,
          asset: lot.station, start: lot.start,
          end: max(lot.start, lot.outcome.decided ?? lot.start) + Span64(nanoseconds: 1), body: body,
          cause: revision == 0 ? nil : reason))
    }
    context.save(Self.key(plan.name, name), series.bytes)
    tell(plan, name, series, &context)
  }

  // MARK: Saved state

  /// Where the Store keeps a series.
  public static func stateKey(plan: String, series: String) -> String { SiteState.key(key(plan, series)) }
  /// Where it keeps the names of a plan's series.
  public static func stateKey(names plan: String) -> String { SiteState.key(namesKey(plan)) }

  /// What `stateKey(names:)` leads to.
  public static func names(_ bytes: [UInt8]?) throws -> [String] {
    guard let bytes else { return [] }
    var reader = ByteReader(bytes)
    return try (0..<(try reader.count())).map { _ in try reader.string() }
  }

  private static func namesKey(_ plan: String) -> String { "\(name)/names/\(plan)" }
  private static func key(_ plan: String, _ series: String) -> String { "\(name)/series/\(plan)/\(series)" }
  /// The length first: a name may have any character.
  private static func key(_ plan: String, _ series: String, lot: String) -> String {
    "\(name)/lot/\(plan)/\(series.utf8.count)/\(series)/\(lot)"
  }

  /// `shells/acme/L-77`; a stroke in a name is written as %2F.
  static func recordKey(_ plan: String, _ series: String, lot: String) -> String {
    func part(_ name: String) -> String { name.replacing("%", with: "%25").replacing("/", with: "%2F") }
    return "\(plan)/\(series.isEmpty ? "-" : part(series))/\(part(lot))"
  }

  private func load(_ plan: String, _ name: String, _ context: RuleContext) throws -> LotSeries {
    try context.load(Self.key(plan, name)).map { bytes throws in try LotSeries(bytes) } ?? LotSeries()
  }

  private static func sample(
    _ plan: String, _ series: String, _ lot: String, _ context: RuleContext
  ) throws -> LotSample? {
    try context.load(key(plan, series, lot: lot)).map { bytes throws in try LotSample(bytes) }
  }

  /// The name under which a series is kept; a new one is noted.
  private mutating func series(_ name: String, _ plan: LotPlan, _ context: RuleContext) throws -> String {
    if !known.contains(plan.name) {
      known.append(plan.name)
      known.sort()
    }
    let key = Self.namesKey(plan.name)
    var names = try Self.names(try context.load(key))
    if names.contains(name) { return name }
    let name = names.count < Self.mostSeries ? name : Self.otherSeries
    guard !names.contains(name) else { return name }
    names.append(name)
    names.sort()
    var writer = ByteWriter()
    writer.varint(names.count)
    for name in names { writer.string(name) }
    context.save(key, writer.bytes)
    return name
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(known.count)
    for plan in known { writer.string(plan) }
    told.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    known = []
    for _ in 0..<(try reader.count()) { known.append(try reader.string()) }
    try told.restore(from: &reader)
  }
}

extension Site {
  /// Plans whose samples an asset's results are; what watches over people judges no pieces.
  func lotPlans(of asset: Asset) -> [LotPlan] {
    guard asset.criticality != .safety, let lots = inspection.lots else { return [] }
    return lots.plans.filter {
      $0.watches(station: asset.id) && asset.eventSignal(carrying: ["verdict", $0.source.rawValue]) != nil
    }
  }
}
