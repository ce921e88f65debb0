import Plant
import Rules
import Telemetry
import Templates

/// The file of every unit with a serial number.
///
/// What the stations tell waits for some minutes and is then written into the units' rows, which lie in the saved state
/// under the units' names: memory holds what waits and which units are under way, never a unit's file. While a unit is under
/// way each writing is a row of its own, so that nothing is read and written again; they become one when it is told. What is
/// stored is a function of the set of steps. A unit is told (`unit-file`)
/// when the last station of its line has seen it, or when nothing was heard of it for long; what comes afterwards, a
/// review of days ago or a station that had lost its connection, makes the next revision. The oldest units go when all of
/// them take more than the configuration allows.
public struct UnitFileRule: SiteRule {
  /// Stable for ever: the state is saved under it.
  public static let name = "units"
  /// Steps wait so long: a row is written once in this time.
  static let slice = Span64.minutes(2)
  /// More is not kept waiting: it is saved with every checkpoint.
  static let mostWaiting = 3_000_000
  /// Rows of a unit beside its first one; more are made one.
  static let mostRows = 64
  /// Units that are under way; of more than these the longest quiet are told early.
  static let mostOpen = 50_000
  /// Rows that one mark writes or tells, so that none takes long.
  static let rowsByMark = 1000
  /// Of a list of units in the order in which they were first seen.
  static let listBytes = 16_000
  /// What a row takes beside its key and its bytes.
  static let rowOverhead = 64

  let site: Site
  let zone: PlantZone
  let settings: UnitSettings
  let routes: [UnitRoute]
  /// Where a unit may leave its line.
  private let lastStations: Set<String>
  private let machines: UnitMachines
  private let stations: Set<Int>
  /// Ids of today by those that stations had before; nil until it is asked for.
  private var formerly: [String: String]?

  /// Encoded steps by unit, and the units in the order in which they began to wait, from `head` on.
  var waiting: [String: [UInt8]] = [:]
  var queue: [String] = []
  var head = 0
  var waitingBytes = 0
  var due: Timestamp?
  struct Open: Hashable {
    /// When something of it was written last.
    var time: Timestamp
    /// How many rows it has beside the first one.
    var rows: Int
  }
  /// Units under way.
  var open: [String: Open] = [:]
  /// When quiet ones are looked for.
  var look: Timestamp?
  /// Bytes of all rows; numbers of the first and the last list.
  var bytes = 0
  var first = 0
  var last = 0
  /// Looked for what was kept before.
  var isTakenUp = false
  /// The last list, as far as it was needed.
  var list: [UInt8]?

  /// How the rule joins the engine; nil for a site that keeps no files.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: name) { site in UnitFileRule(site: site, zone: zone) }
  }

  public init?(site: Site, zone: PlantZone) {
    guard let settings = site.inspection.units else { return nil }
    stations = Set(
      site.assets.indices.filter {
        site.assets[$0].eventSignal(carrying: ["verdict", "unit"]) != nil && site.assets[$0].criticality != .safety
      })
    guard !stations.isEmpty else { return nil }
    self.site = site
    self.zone = zone
    self.settings = settings
    routes = UnitRoute.routes(of: site)
    lastStations = Set(routes.flatMap(\.lastStations))
    machines = UnitMachines(site)
  }

  /// - Parameter former: ids that an asset had before, by its position in the site.
  public static func formerly(_ site: Site, former: (Int) -> [String]) -> [String: String] {
    let ids = Set(site.assets.map(\.id))
    var today: [String: String] = [:]
    for place in site.assets.indices {
      for id in former(place) where !ids.contains(id) && today[id] == nil { today[id] = site.assets[place].id }
    }
    return today
  }

  private mutating func formerly(_ context: RuleContext) -> [String: String] {
    if let formerly { return formerly }
    let known = Self.formerly(site) { context.ids(of: $0, in: site) }
    formerly = known
    return known
  }

  /// Where the Store keeps a unit's file.
  public static func stateKey(unit: String) -> String { SiteState.key(key(unit)) }
  static func key(_ unit: String) -> String { "\(name)/file/\(unit)" }
  /// Numbers first: a name may have any character.
  static func key(_ unit: String, row: Int) -> String { "\(name)/more/\(row)/\(unit)" }

  /// A unit's file as the Store has it.
  ///
  /// - Parameter read: of a key of the Store.
  public static func file(
    _ unit: String, read: (_ key: String) throws -> [UInt8]?
  ) throws -> UnitFile? {
    guard let first = try read(stateKey(unit: unit)) else { return nil }
    var file = try file(first)
    for row in 0..<mostRows {
      guard let more = try read(SiteState.key(key(unit, row: row))) else { break }
      file.add(try Self.file(more))
    }
    return file
  }

  public var deadline: Timestamp? {
    if bytes > settings.bytes, first < last { return .distantPast }
    return .earlier(due, look)
  }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .derived(let figures) = published, figures.name == UnitStep.name, stations.contains(asset) else {
      return
    }
    try takeUp(context)
    let (unit, step) = try UnitMessage.parts(of: figures)
    waitingBytes += step.count
    if waiting[unit]?.append(contentsOf: step) == nil {
      waiting[unit] = Array(step)
      queue.append(unit)
    }
    if due == nil { due = context.clock == .distantPast ? context.clock : context.clock + Self.slice }
    if waitingBytes > Self.mostWaiting {
      try writeNext(&context)
      saveList(context)
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    if let due, due <= now {
      for _ in 0..<Self.rowsByMark where head < queue.count { try writeNext(&context) }
      if head == queue.count { self.due = nil }
    }
    if let look, look <= now { try tellQuiet(now, &context) }
    saveList(context)
    if bytes > settings.bytes, first < last { try evict(context) }
  }

  // MARK: Rows

  private mutating func writeNext(_ context: inout RuleContext) throws {
    guard head < queue.count else { return }
    let unit = queue[head]
    head += 1
    if head == Self.rowsByMark {
      queue.removeFirst(head)
      head = 0
    }
    guard let steps = waiting.removeValue(forKey: unit) else { return }
    waitingBytes -= steps.count
    var reader = ByteReader(steps)
    var new: [UnitStep] = []
    while !reader.isAtEnd {
      var inner = ByteReader(Array(try reader.blob()))
      new.append(try UnitStep(from: &inner))
    }
    // Under way, and it stays so.
    let formerly = formerly(context)
    if let under = open[unit], under.rows < Self.mostRows,
      !new.contains(where: { lastStations.contains(formerly[$0.station] ?? $0.station) })
    {
      try add(new, to: unit, under, context)
    } else {
      try merge(new, into: unit, &context)
    }
  }

  private mutating func add(_ steps: [UnitStep], to unit: String, _ under: Open, _ context: RuleContext) throws {
    var row = UnitFile()
    for step in steps { _ = row.add(step) }
    try link(row.parts, to: unit, context)
    let key = Self.key(unit, row: under.rows)
    let bytes = row.bytes
    context.save(key, bytes)
    self.bytes += bytes.count + key.utf8.count + Self.rowOverhead
    open[unit] = Open(time: context.clock, rows: under.rows + 1)
  }

  private mutating func merge(_ steps: [UnitStep], into unit: String, _ context: inout RuleContext) throws {
    let stored = try take(unit, context)
    var file = stored?.file ?? UnitFile()
    var newest: UnitStep?
    var parts: [String] = []
    for step in steps where file.add(step) {
      newest = step
      parts += step.all("part")
    }
    if let newest {
      try link(parts, to: unit, context)
      let formerly = formerly(context)
      let route = UnitRoute.of(file, among: routes, formerly: formerly)
      if file.isComplete(route, formerly: formerly) {
        open[unit] = nil
        issue(unit, &file, route, cause: newest, &context)
      } else {
        open[unit] = Open(time: context.clock, rows: 0)
        if look == nil { look = context.clock + settings.quiet }
      }
    } else if let under = open[unit] {
      open[unit] = Open(time: under.time, rows: 0)
    }
    try save(unit, file, before: stored?.bytes, context)
  }

  static func file(_ bytes: [UInt8]) throws -> UnitFile {
    var reader = ByteReader(bytes)
    return try UnitFile(from: &reader)
  }

  /// A unit's file of all its rows, of which the first one remains.
  ///
  /// - Returns: bytes: of the first row.
  private mutating func take(_ unit: String, _ context: RuleContext) throws -> (file: UnitFile, bytes: Int)? {
    guard let first = try context.load(Self.key(unit)) else { return nil }
    var file = try Self.file(first)
    let keys = (0..<(open[unit]?.rows ?? 0)).map { Self.key(unit, row: $0) }
    for (key, more) in zip(keys, try context.load(keys)) {
      guard let more else { continue }
      file.add(try Self.file(more))
      context.save(key, nil)
      bytes -= more.count + key.utf8.count + Self.rowOverhead
    }
    return (file, first.count)
  }

  private mutating func save(_ unit: String, _ file: UnitFile, before: Int?, _ context: RuleContext) throws {
    let row = file.bytes
    context.save(Self.key(unit), row)
    bytes += row.count - (before ?? 0)
    guard before == nil else { return }
    bytes += Self.overhead(unit)
    var entry = ByteWriter()
    entry.string(unit)
    try readList(context)
    if (list?.count ?? 0) + entry.bytes.count > Self.listBytes {
      saveList(context)
      last += 1
      list = []
    }
    list = (list ?? []) + entry.bytes
    isListChanged = true
  }

  private static func overhead(_ unit: String) -> Int { key(unit).utf8.count + rowOverhead }

  // MARK: Records

  private mutating func tellQuiet(_ now: Timestamp, _ context: inout RuleContext) throws {
    // Above the bound the longest quiet go down to nine tenths, so that this is not done for each.
    let surplus = open.count > Self.mostOpen ? open.count - Self.mostOpen * 9 / 10 : 0
    let quiet = open.sorted { ($0.value.time, $0.key) < ($1.value.time, $1.key) }
    let told = quiet.prefix(max(surplus, quiet.prefix { $0.value.time + settings.quiet <= now }.count))
    let formerly = formerly(context)
    for (unit, _) in told.prefix(Self.rowsByMark) {
      let stored = try take(unit, context)
      open[unit] = nil
      guard let stored else { continue }
      var file = stored.file
      guard let newest = file.steps.last else { continue }
      issue(unit, &file, UnitRoute.of(file, among: routes, formerly: formerly), cause: newest, &context)
      try save(unit, file, before: stored.bytes, context)
    }
    look = open.isEmpty ? nil : told.count > Self.rowsByMark ? now : now + Self.slice
  }

  private mutating func issue(
    _ unit: String, _ file: inout UnitFile, _ route: UnitRoute?, cause: UnitStep, _ context: inout RuleContext
  ) {
    guard let start = file.steps.first, let end = file.steps.last else { return }
    let formerly = formerly(context)
    let body = UnitBody.json(unit, file, route: route, formerly: formerly, machines: machines, zone: zone)
      .canonicalBytes()
    var hash = Hash64()
    body.withUnsafeBytes { hash.combine($0) }
    guard file.revision == nil || file.body != hash.value else { return }
    if file.revision == nil {
      file.asset = formerly[start.station] ?? start.station
      file.start = start.time
    }
    let revision = file.revision.map { $0 + 1 } ?? 0
    file.revision = revision
    file.body = hash.value
    context.emit(
      RecordDraft(
        kind: .unitFile, key: unit, revision: revision, asset: file.asset, start: file.start,
        end: max(file.start, end.time) + Span64(nanoseconds: 1), body: body,
        cause: revision == 0
          ? nil
          : RevisionCause(
            asset: cause.station, signal: cause.kind == .review ? "review" : "result", time: cause.time, reason: .late))
    )
  }

  // MARK: Lists

  /// The last list has changed since it was saved.
  var isListChanged = false

  private mutating func readList(_ context: RuleContext) throws {
    if list == nil { list = try context.load(Self.listKey(last)) ?? [] }
  }

  private mutating func saveList(_ context: RuleContext) {
    guard isListChanged, let list else { return }
    context.save(Self.listKey(last), list)
    isListChanged = false
    saveSize(context)
  }

  private static func listKey(_ number: Int) -> String { "\(name)/list/\(number)" }

  /// One list a mark: the units that were seen first.
  private mutating func evict(_ context: RuleContext) throws {
    var reader = ByteReader(try context.load(Self.listKey(first)) ?? [])
    while !reader.isAtEnd {
      let unit = try reader.string()
      guard let stored = try take(unit, context) else { continue }
      context.save(Self.key(unit), nil)
      bytes -= stored.bytes + Self.overhead(unit)
      try unlink(stored.file.parts, from: unit, context)
      open[unit] = nil
    }
    context.save(Self.listKey(first), nil)
    first += 1
    saveSize(context)
  }
}
