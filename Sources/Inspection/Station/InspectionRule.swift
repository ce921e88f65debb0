import Plant
import Rules
import Telemetry
import Templates

/// Charts and tests of all inspection stations, from what each tells of its windows.
///
/// What is known of a station (`StationWatch`) is a fold over its windows and lies in the saved state, beside the windows
/// of the last days and the watch as it was at the beginning of each of these days. A window that is revised (a late
/// result, a review of days ago) makes the days from its own on be folded again; so nothing depends on when it came. What
/// was found before stands with the time of then; what is open is what the fold says now.
public struct InspectionRule: SiteRule {
  /// Late windows change what is judged for so long: a product choice. Records are corrected for much longer.
  static let kept = Span64.days(14)
  /// Name of the rule, and of what stations tell it.
  public static let name = "inspection"
  public static let window = "inspection/window"
  /// Learn again what is usual; members `station`, `person`, `reason`.
  public static let baselineCommand = "inspection-baseline"

  private struct Station: Hashable, Sendable {
    var asset: Int
    /// The id that it had first: its state goes on under it.
    var name: String
    /// Start of the last window of the fold.
    var last: Timestamp?
    /// Starts of the days whose windows are kept, ascending.
    var days: [Timestamp] = []
  }

  private let site: Site
  private let zone: PlantZone
  private let plan: InspectionPlan
  private let lateness: Span64
  private var stations: [Station]
  private let places: [Int: Int]
  /// By position in `stations`: the earliest window that was revised, and when to fold again.
  private var again: [Int: (from: Timestamp, due: Timestamp)] = [:]
  private var told = OpenFindings()
  /// Findings came back of stations that another configuration no longer has, or has under another id.
  private var hasOrphans = false

  /// How the rule joins the engine; nil for a site without a station.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: name) { site in InspectionRule(site: site, zone: zone) }
  }

  public init?(site: Site, zone: PlantZone) {
    guard let horizon = site.horizons[.inspectionCount] else { return nil }
    let stations = site.assets.indices.filter { site.assets[$0].eventSignal(carrying: ["verdict"]) != nil }
    guard !stations.isEmpty else { return nil }
    self.site = site
    self.zone = zone
    lateness = horizon.lateness
    plan = InspectionPlan(site.inspection)
    self.stations = stations.map { Station(asset: $0, name: site.assets[$0].formerly ?? site.assets[$0].id) }
    places = Dictionary(uniqueKeysWithValues: stations.enumerated().map { ($1, $0) })
  }

  public var deadline: Timestamp? { hasOrphans ? .distantPast : again.values.map(\.due).min() }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .derived(let figures) = published, figures.name == Self.window, let place = places[asset] else { return }
    let row = Row(start: figures.start, end: figures.end, bytes: figures.bytes)
    if let last = stations[place].last, row.start <= last {
      guard try replace(row, place, context) else { return }
      // What comes late together is folded again together.
      again[place] = (
        from: min(again[place]?.from ?? row.start, row.start),
        due: again[place]?.due ?? (context.clock == .distantPast ? context.clock : context.clock + lateness)
      )
      return
    }
    try append(row, place, context: &context)
  }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    guard command.name == Self.baselineCommand, let wanted = command.members["station"]?.stringValue else { return }
    for place in stations.indices {
      let asset = site.assets[stations[place].asset]
      guard wanted == asset.id || wanted == asset.formerly, let last = stations[place].last else { continue }
      // A window without a tally: from here on everything is learnt again.
      let start = Timestamp(nanoseconds: last.nanoseconds + 1)
      try append(Row(start: start, end: start, bytes: []), place, context: &context)
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    if hasOrphans {
      hasOrphans = false
      for finding in orphans { told.end(finding.key, at: now, context: &context) }
    }
    for (place, late) in again.sorted(by: { $0.key < $1.key }) where late.due <= now {
      again[place] = nil
      try fold(place, from: late.from, context: &context)
    }
  }

  // MARK: Fold

  private struct Row: Hashable {
    var start: Timestamp
    var end: Timestamp
    /// Of the tally; empty: a new phase begins.
    var bytes: [UInt8]

    func fold(into watch: inout StationWatch, _ plan: InspectionPlan) throws {
      guard !bytes.isEmpty else { return watch.begin(at: start) }
      var reader = ByteReader(bytes)
      watch.add(try InspectionTally(from: &reader), start: start, end: end, plan: plan)
    }
  }

  private mutating func append(_ row: Row, _ place: Int, context: inout RuleContext) throws {
    let day = zone.startOfDay(containing: row.start)
    var watch = try watch(place, context)
    if stations[place].days.last != day {
      save(watch, key(place, "from", day), context)
      stations[place].days.append(day)
      forget(place, before: day - Self.kept, context)
    }
    var rows = try rows(place, day, context)
    rows.append(row)
    save(rows, key(place, "day", day), context)
    stations[place].last = row.start
    try row.fold(into: &watch, plan)
    save(watch, key(place, "station"), context)
    tell(watch, place, context: &context)
  }

  /// False if nothing is different, or the window is no longer kept.
  private mutating func replace(_ row: Row, _ place: Int, _ context: RuleContext) throws -> Bool {
    let day = zone.startOfDay(containing: row.start)
    guard stations[place].days.contains(day) else {
      // A day without a window: its fold begins with the state of the next one.
      guard let next = stations[place].days.firstIndex(where: { day < $0 }), let first = stations[place].days.first,
        first < day, let bytes = try context.load(key(place, "from", stations[place].days[next]))
      else { return false }
      context.save(key(place, "from", day), bytes)
      stations[place].days.insert(day, at: next)
      save([row], key(place, "day", day), context)
      return true
    }
    var rows = try rows(place, day, context)
    let found = rows.firstIndex { $0.start >= row.start } ?? rows.endIndex
    if found < rows.endIndex, rows[found].start == row.start {
      guard rows[found] != row else { return false }
      rows[found] = row
    } else {
      rows.insert(row, at: found)
    }
    save(rows, key(place, "day", day), context)
    return true
  }

  private mutating func fold(_ place: Int, from start: Timestamp, context: inout RuleContext) throws {
    let days = stations[place].days
    guard let first = days.lastIndex(where: { $0 <= start }),
      let bytes = try context.load(key(place, "from", days[first]))
    else { return }
    var reader = ByteReader(bytes)
    var watch = try StationWatch(from: &reader)
    for day in days[first...] {
      if day != days[first] { save(watch, key(place, "from", day), context) }
      for row in try rows(place, day, context) { try row.fold(into: &watch, plan) }
    }
    save(watch, key(place, "station"), context)
    tell(watch, place, context: &context)
  }

  private mutating func forget(_ place: Int, before: Timestamp, _ context: RuleContext) {
    for day in stations[place].days.prefix(while: { $0 < before }) {
      context.save(key(place, "from", day), nil)
      context.save(key(place, "day", day), nil)
    }
    stations[place].days.removeAll { $0 < before }
  }

  private mutating func tell(_ watch: StationWatch, _ place: Int, context: inout RuleContext) {
    let asset = site.assets[stations[place].asset]
    let findings = watch.findings(asset, plan: plan, zone: zone)
    for finding in findings { told.tell(finding, context: &context) }
    let open = Set(findings.map(\.key))
    let end = watch.end ?? context.clock
    for finding in told.findings where finding.subject == asset.id && !open.contains(finding.key) {
      told.end(finding.key, at: max(end, finding.opened), context: &context)
    }
  }

  // MARK: Saved state

  /// Where the Store keeps what is known of a station.
  ///
  /// - Parameter station: the id that it had first.
  public static func stateKey(station: String) -> String { "site/rule/\(name)/station/\(station)" }

  private func key(_ place: Int, _ what: String, _ day: Timestamp? = nil) -> String {
    let base = "\(Self.name)/\(what)/\(stations[place].name)"
    return day.map { "\(base)/\($0.nanoseconds / 1_000_000_000)" } ?? base
  }

  private func watch(_ place: Int, _ context: RuleContext) throws -> StationWatch {
    guard let bytes = try context.load(key(place, "station")) else { return StationWatch() }
    var reader = ByteReader(bytes)
    return try StationWatch(from: &reader)
  }

  private func save(_ watch: StationWatch, _ key: String, _ context: RuleContext) {
    var writer = ByteWriter()
    watch.encode(into: &writer)
    context.save(key, writer.bytes)
  }

  private func rows(_ place: Int, _ day: Timestamp, _ context: RuleContext) throws -> [Row] {
    guard let bytes = try context.load(key(place, "day", day)) else { return [] }
    var reader = ByteReader(bytes)
    var rows: [Row] = []
    while !reader.isAtEnd {
      rows.append(Row(start: try reader.timestamp(), end: try reader.timestamp(), bytes: Array(try reader.blob())))
    }
    return rows
  }

  private func save(_ rows: [Row], _ key: String, _ context: RuleContext) {
    var writer = ByteWriter()
    for row in rows {
      writer.timestamp(row.start)
      writer.timestamp(row.end)
      writer.blob(row.bytes)
    }
    context.save(key, writer.bytes)
  }

  public func encodeState(into writer: inout ByteWriter) {
    let known = stations.indices.filter { stations[$0].last != nil }
    writer.varint(known.count)
    for place in known {
      writer.string(stations[place].name)
      writer.timestamp(stations[place].last ?? .distantPast)
      writer.varint(stations[place].days.count)
      for day in stations[place].days { writer.timestamp(day) }
      writer.boolean(again[place] != nil)
      if let late = again[place] {
        writer.timestamp(late.from)
        writer.timestamp(late.due)
      }
    }
    told.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    let known = Dictionary(stations.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    for _ in 0..<(try reader.count()) {
      let place = known[try reader.string()]
      let last = try reader.timestamp()
      var days: [Timestamp] = []
      for _ in 0..<(try reader.count()) { days.append(try reader.timestamp()) }
      var late: (from: Timestamp, due: Timestamp)?
      if try reader.boolean() { late = (try reader.timestamp(), try reader.timestamp()) }
      guard let place else { continue }
      stations[place].last = last
      stations[place].days = days
      again[place] = late
    }
    try told.restore(from: &reader)
    hasOrphans = !orphans.isEmpty
  }

  private var orphans: [Finding] {
    let ids = Set(stations.map { site.assets[$0.asset].id })
    return told.findings.filter { !ids.contains($0.subject) }
  }
}
