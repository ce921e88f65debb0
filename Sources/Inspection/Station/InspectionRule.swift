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
    /// Under which its state lies: its id; until it is heard, or the clock goes on, the one that it had before.
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
  private var again: [Int: Late] = [:]
  private var told = OpenFindings()
  /// What came back from the saved state, by name, until it is known whose it is.
  private var restored: [String: Restored]?
  private struct Restored: Hashable {
    var last: Timestamp
    var days: [Timestamp]
    var late: Late?
  }
  private struct Late: Hashable {
    var from: Timestamp
    var due: Timestamp
  }

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
    self.stations = stations.map { Station(asset: $0, name: site.assets[$0].id) }
    places = Dictionary(uniqueKeysWithValues: stations.enumerated().map { ($1, $0) })
  }

  public var deadline: Timestamp? { restored != nil ? .distantPast : again.values.map(\.due).min() }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .derived(let figures) = published, figures.name == Self.window, let place = places[asset] else { return }
    try settle(&context)
    let row = Row(start: figures.start, end: figures.end, bytes: figures.bytes)
    if let last = stations[place].last, row.start <= last {
      guard try replace(row, place, context) else { return }
      // What comes late together is folded again together.
      again[place] = Late(
        from: min(again[place]?.from ?? row.start, row.start),
        due: again[place]?.due ?? (context.clock == .distantPast ? context.clock : context.clock + lateness)
      )
      return
    }
    try append(row, place, context: &context)
  }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    guard command.name == Self.baselineCommand, let wanted = command.members["station"]?.stringValue else { return }
    try settle(&context)
    for place in stations.indices {
      guard context.ids(of: stations[place].asset, in: site).contains(wanted), let last = stations[place].last else {
        continue
      }
      // A window without a tally: from here on everything is learnt again.
      let start = Timestamp(nanoseconds: last.nanoseconds + 1)
      try append(Row(start: start, end: start, bytes: []), place, context: &context)
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    try settle(&context)
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
    try tell(watch, place, context: &context)
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
    try tell(watch, place, context: &context)
  }

  private mutating func forget(_ place: Int, before: Timestamp, _ context: RuleContext) {
    for day in stations[place].days.prefix(while: { $0 < before }) {
      context.save(key(place, "from", day), nil)
      context.save(key(place, "day", day), nil)
    }
    stations[place].days.removeAll { $0 < before }
  }

  private mutating func tell(_ watch: StationWatch, _ place: Int, context: inout RuleContext) throws {
    let asset = site.assets[stations[place].asset]
    let since = watch.rates.values.filter(\.isChanged).compactMap(\.since).min()
    let (causes, windows) = try since.map { try self.causes(place, since: $0, context) } ?? (CauseTable(), [])
    let findings = watch.findings(asset, plan: plan, zone: zone, causes: causes, windows: windows)
    for finding in findings {
      // What goes with it may be known later than the rise itself.
      let isExplained = finding.evidence.contains { $0.name == StationWatch.associated }
      let wasExplained = told.finding(finding.key)?.evidence.contains { $0.name == StationWatch.associated } ?? false
      told.tell(finding, isNews: isExplained && !wasExplained, context: &context)
    }
    let open = Set(findings.map(\.key))
    let end = watch.end ?? context.clock
    for finding in told.findings
    where finding.subject == asset.id && !open.contains(finding.key)
      && !watch.isUndecided(finding, asset, plan: plan)
    {
      told.end(finding.key, at: max(end, finding.opened), context: &context)
    }
  }

  /// What was measured and found at a station and the machines in its cell, in the time of a rise and before it, and the
  /// starts of the station's windows.
  private func causes(
    _ place: Int, since: Timestamp, _ context: RuleContext
  ) throws -> (causes: CauseTable, windows: [Timestamp]) {
    var causes = CauseTable()
    var windows: [Timestamp] = []
    let first = zone.startOfDay(containing: since - CauseTable.before)
    let own = stations[place].asset
    for asset in [own] + site.assets(beside: own) {
      let id = site.assets[asset].id
      if let station = places[asset] {
        for day in stations[station].days where first <= day {
          for row in try rows(station, day, context) where !row.bytes.isEmpty {
            var reader = ByteReader(row.bytes)
            let tally = try InspectionTally(from: &reader)
            if asset == own, tally.inspected > 0 { windows.append(row.start) }
            causes.add(tally.measures, of: id, at: row.start)
          }
        }
      }
      var day = zone.startOfDay(containing: stations[place].last ?? since)
      while day >= first {
        if let bytes = try context.load(CauseRule.rowKey(id, day)) { causes.add(try CauseRow(bytes), of: id) }
        day = zone.startOfDay(containing: day - .hours(1))
      }
      if let bytes = try context.load(CauseRule.findingsKey(id)) { causes.add(try CauseFindings(bytes), of: id) }
    }
    return (causes, windows)
  }

  // MARK: Saved state

  /// Where the Store keeps what is known of a station.
  ///
  /// - Parameter station: an id of it; that of now counts before those that it had.
  public static func stateKey(station: String) -> String { SiteState.key("\(name)/station/\(station)") }

  private func key(_ place: Int, _ what: String, _ day: Timestamp? = nil) -> String {
    Self.key(stations[place].name, what, day)
  }

  private static func key(_ station: String, _ what: String, _ day: Timestamp?) -> String {
    let base = "\(name)/\(what)/\(station)"
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
    var known = restored ?? [:]
    for (place, station) in stations.enumerated() {
      guard let last = station.last else { continue }
      known[station.name] = Restored(last: last, days: station.days, late: again[place])
    }
    writer.varint(known.count)
    for (name, station) in known.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      writer.timestamp(station.last)
      writer.varint(station.days.count)
      for day in station.days { writer.timestamp(day) }
      writer.boolean(station.late != nil)
      if let late = station.late {
        writer.timestamp(late.from)
        writer.timestamp(late.due)
      }
    }
    told.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    var restored: [String: Restored] = [:]
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      var station = Restored(last: try reader.timestamp(), days: [])
      for _ in 0..<(try reader.count()) { station.days.append(try reader.timestamp()) }
      if try reader.boolean() { station.late = Late(from: try reader.timestamp(), due: try reader.timestamp()) }
      restored[name] = station
    }
    try told.restore(from: &reader)
    self.restored = restored
  }

  /// What came back belongs to the stations of now, under whichever of their ids it was saved; from then on it lies under
  /// the id of now, so that it is found after the next change as well.
  private mutating func settle(_ context: inout RuleContext) throws {
    guard var restored else { return }
    self.restored = nil
    for place in stations.indices {
      let ids = context.ids(of: stations[place].asset, in: site)
      guard let name = ids.first(where: { restored[$0] != nil }), let station = restored.removeValue(forKey: name)
      else {
        continue
      }
      stations[place].last = station.last
      stations[place].days = station.days
      again[place] = station.late
      if name != stations[place].name { try move(place, from: name, context) }
    }
    let ids = Set(stations.map { site.assets[$0.asset].id })
    for finding in told.findings where !ids.contains(finding.subject) {
      told.end(finding.key, at: max(context.clock, finding.opened), context: &context)
    }
  }

  private func move(_ place: Int, from name: String, _ context: RuleContext) throws {
    let days = stations[place].days
    var rows: [(what: String, day: Timestamp?)] = [("station", nil)]
    for day in days { rows += [("from", day), ("day", day)] }
    for row in rows {
      context.save(key(place, row.what, row.day), try context.load(Self.key(name, row.what, row.day)))
      context.save(Self.key(name, row.what, row.day), nil)
    }
  }
}
