import Plant
import Rules
import Telemetry
import Templates

/// The file of every unit with a serial number.
///
/// What the stations tell waits for some minutes and is then written into the units' rows, which lie in the saved state
/// under the units' names: memory holds what waits and which units are under way, never a unit's file, and a row is
/// written once for all that came meanwhile. A row is a function of the set of its steps. A unit is told (`unit-file`)
/// when the last station of its line has seen it, or when nothing was heard of it for long; what comes afterwards, a
/// review of days ago or a station that had lost its connection, makes the next revision. The oldest units go when all of
/// them take more than the configuration allows.
public struct UnitFileRule: SiteRule {
  /// Stable for ever: the state is saved under it.
  public static let name = "units"
  /// Steps wait so long: a row is written once in this time.
  static let slice = Span64.minutes(2)
  /// More is not kept waiting.
  static let mostWaiting = 4_000_000
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
  /// Ids of today by those that stations had before.
  let formerly: [String: String]
  private let stations: Set<Int>

  /// Encoded steps by unit, and the units in the order in which they began to wait, from `head` on.
  var waiting: [String: [UInt8]] = [:]
  var queue: [String] = []
  var head = 0
  var waitingBytes = 0
  var due: Timestamp?
  /// Units under way: when their row was written last.
  var open: [String: Timestamp] = [:]
  /// When quiet ones are looked for.
  var look: Timestamp?
  /// Bytes of all rows; numbers of the first and the last list.
  var bytes = 0
  var first = 0
  var last = 0
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
    formerly = Self.formerly(site)
  }

  public static func formerly(_ site: Site) -> [String: String] {
    let ids = Set(site.assets.map(\.id))
    return Dictionary(
      site.assets.compactMap { asset in asset.formerly.map { ($0, asset.id) } }.filter { !ids.contains($0.0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Where the Store keeps a unit's file.
  public static func stateKey(unit: String) -> String { "site/rule/\(key(unit))" }
  static func key(_ unit: String) -> String { "\(name)/file/\(unit)" }

  public var deadline: Timestamp? {
    if bytes > settings.bytes, first < last { return .distantPast }
    return .earlier(due, look)
  }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .derived(let figures) = published, figures.name == UnitStep.name, stations.contains(asset) else {
      return
    }
    let message = try UnitMessage(from: figures)
    if waiting[message.unit] == nil { queue.append(message.unit) }
    var writer = ByteWriter()
    writer.blob(message.step)
    waiting[message.unit, default: []] += writer.bytes
    waitingBytes += writer.bytes.count
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
    let stored = try context.load(Self.key(unit))
    var file = try stored.map { try Self.file($0) } ?? UnitFile()
    var reader = ByteReader(steps)
    var newest: UnitStep?
    var parts: [String] = []
    while !reader.isAtEnd {
      var inner = ByteReader(Array(try reader.blob()))
      let step = try UnitStep(from: &inner)
      guard file.add(step) else { continue }
      newest = step
      parts += step.all("part")
    }
    guard let newest else { return }
    try link(parts, to: unit, context)
    let route = UnitRoute.of(file, among: routes, formerly: formerly)
    if file.isComplete(route, formerly: formerly) {
      open[unit] = nil
      issue(unit, &file, route, cause: newest, &context)
    } else {
      open[unit] = context.clock
      if look == nil { look = context.clock + settings.quiet }
    }
    try save(unit, file, before: stored?.count, context)
  }

  static func file(_ bytes: [UInt8]) throws -> UnitFile {
    var reader = ByteReader(bytes)
    return try UnitFile(from: &reader)
  }

  private mutating func save(_ unit: String, _ file: UnitFile, before: Int?, _ context: RuleContext) throws {
    var writer = ByteWriter()
    file.encode(into: &writer)
    context.save(Self.key(unit), writer.bytes)
    bytes += writer.bytes.count - (before ?? 0)
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
    let quiet = open.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    let told = quiet.prefix(max(surplus, quiet.prefix { $0.value + settings.quiet <= now }.count))
    for (unit, _) in told.prefix(Self.rowsByMark) {
      open[unit] = nil
      guard let stored = try context.load(Self.key(unit)) else { continue }
      var file = try Self.file(stored)
      guard let newest = file.steps.last else { continue }
      issue(unit, &file, UnitRoute.of(file, among: routes, formerly: formerly), cause: newest, &context)
      try save(unit, file, before: stored.count, context)
    }
    look = open.isEmpty ? nil : told.count > Self.rowsByMark ? now : now + Self.slice
  }

  private func issue(
    _ unit: String, _ file: inout UnitFile, _ route: UnitRoute?, cause: UnitStep, _ context: inout RuleContext
  ) {
    guard let start = file.steps.first, let end = file.steps.last else { return }
    let body = UnitBody.json(unit, file, route: route, formerly: formerly, zone: zone).canonicalBytes()
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
  }

  private static func listKey(_ number: Int) -> String { "\(name)/list/\(number)" }

  /// One list a mark: the units that were seen first.
  private mutating func evict(_ context: RuleContext) throws {
    var reader = ByteReader(try context.load(Self.listKey(first)) ?? [])
    while !reader.isAtEnd {
      let unit = try reader.string()
      guard let row = try context.load(Self.key(unit)) else { continue }
      context.save(Self.key(unit), nil)
      bytes -= row.count + Self.overhead(unit)
      try unlink(try Self.file(row).parts, from: unit, context)
      open[unit] = nil
    }
    context.save(Self.listKey(first), nil)
    first += 1
  }
}
