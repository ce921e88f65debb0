import Plant
import Rules
import Telemetry
import Templates

/// Keeps what was measured and found at inspection stations and at the machines in their cells, window by window, so that a
/// rise of defects can be held against it (`CauseTable`).
///
/// What is under way of a window is in memory; a window that is over goes into a row of the saved state by asset and day,
/// three days of which are kept. Minutes that come late are left out: this is for associations and no record.
public struct CauseRule: SiteRule {
  /// Stable for ever: the state is saved under it.
  public static let name = "causes"
  static let days = 3
  /// Signals of an asset that are followed.
  static let mostSignals = 24

  private let site: Site
  private let zone: PlantZone
  private let window: Span64
  /// Positions of what is followed; of stations no findings.
  private let watched: Set<Int>
  private let stations: Set<Int>
  private struct Open: Hashable, Sendable {
    var start: Timestamp
    /// By signal: sum of the minutes' means, and how many.
    var sums: [String: Double] = [:]
    var counts: [String: Int] = [:]
  }
  /// By asset id.
  private var open: [String: Open] = [:]
  private let places: [String: Int]

  /// How the rule joins the engine; nil for a site without a station that judges parts.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: name) { site in CauseRule(site: site, zone: zone) }
  }

  public init?(site: Site, zone: PlantZone) {
    stations = Set(site.assets.indices.filter { site.assets[$0].eventSignal(carrying: ["verdict"]) != nil })
    guard !stations.isEmpty, site.energy.window > .zero else { return nil }
    self.site = site
    self.zone = zone
    window = site.energy.window
    watched = stations.union(stations.flatMap { site.assets(beside: $0) })
    places = Dictionary(site.assets.indices.map { (site.assets[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public var deadline: Timestamp? { nil }
  public var watchesFindings: Bool { true }
  public mutating func close(now: Timestamp, context: inout RuleContext) throws {}

  public mutating func heard(_ finding: Finding, context: inout RuleContext) throws {
    guard let place = places[finding.subject], watched.contains(place), !stations.contains(place) else { return }
    let key = Self.findingsKey(finding.subject)
    var known = try context.load(key).map { bytes throws in try CauseFindings(bytes) } ?? CauseFindings()
    known.hear(finding)
    context.save(key, known.bytes)
  }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    switch published {
    case .summary(let minute) where watched.contains(asset): try hear(minute, asset, context)
    case .meter(let figures) where figures.period == .window && watched.contains(asset):
      // Of other carriers the meters of a cell tell the flow, which is one of its signals.
      guard let energy = figures.amount(.activeEnergyImport) else { return }
      try add(["energy": energy.doubleValue], asset, at: figures.start, context)
    default: break
    }
  }

  private mutating func hear(_ minute: SummaryFigures, _ asset: Int, _ context: RuleContext) throws {
    let id = site.assets[asset].id
    let start = minute.start.windowStart(window)
    if let known = open[id], known.start != start {
      guard known.start < start else { return }
      try flush(id, asset, context)
    }
    var sums = open[id] ?? Open(start: start)
    for gauge in minute.gauges where gauge.mean.isFinite {
      let name = site.assets[asset].signals[gauge.signal].name
      guard sums.sums[name] != nil || sums.sums.count < Self.mostSignals else { continue }
      sums.sums[name, default: 0] += gauge.mean
      sums.counts[name, default: 0] += 1
    }
    open[id] = sums
    if minute.end >= start + window { try flush(id, asset, context) }
  }

  private mutating func flush(_ id: String, _ asset: Int, _ context: RuleContext) throws {
    guard let done = open.removeValue(forKey: id), !done.sums.isEmpty else { return }
    let means = done.sums.reduce(into: [String: Double]()) { $0[$1.key] = $1.value / Double(done.counts[$1.key] ?? 1) }
    try add(means, asset, at: done.start, context)
  }

  private func add(_ values: [String: Double], _ asset: Int, at start: Timestamp, _ context: RuleContext) throws {
    let id = site.assets[asset].id
    let day = zone.startOfDay(containing: start)
    let key = Self.rowKey(id, day)
    let known = try context.load(key)
    var row = try known.map { bytes throws in try CauseRow(bytes) } ?? CauseRow()
    row.add(values, at: start)
    context.save(key, row.bytes)
    guard known == nil else { return }
    // Days without data had nobody who would have deleted the older ones.
    var old = day
    for number in 1...2 * Self.days + 7 {
      old = zone.startOfDay(containing: old - .hours(1))
      if number >= Self.days { context.save(Self.rowKey(id, old), nil) }
    }
  }

  // MARK: Saved state

  static func rowKey(_ id: String, _ day: Timestamp) -> String {
    "\(name)/values/\(id)/\(day.nanoseconds / 1_000_000_000)"
  }
  static func findingsKey(_ id: String) -> String { "\(name)/findings/\(id)" }

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(open.count)
    for (id, sums) in open.sorted(by: { $0.key < $1.key }) {
      writer.string(id)
      writer.timestamp(sums.start)
      writer.varint(sums.sums.count)
      for (name, sum) in sums.sums.sorted(by: { $0.key < $1.key }) {
        writer.string(name)
        writer.double(sum)
        writer.varint(sums.counts[name] ?? 0)
      }
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    open = [:]
    for _ in 0..<(try reader.count()) {
      let id = try reader.string()
      var sums = Open(start: try reader.timestamp())
      for _ in 0..<(try reader.count()) {
        let name = try reader.string()
        sums.sums[name] = try reader.double()
        sums.counts[name] = try reader.integer()
      }
      if places[id] != nil { open[id] = sums }
    }
  }
}
