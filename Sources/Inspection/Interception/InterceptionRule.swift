import Plant
import Rules
import Telemetry
import Templates

/// Whether rejected units were intercepted: one that appears at another station without a release is an alarm.
public struct InterceptionRule: SiteRule {
  /// So many units are named in a finding.
  private static let named = 5
  /// The first unit of a station is told at once, what comes on top of it not more often than this.
  private static let pause = Span64.minutes(1)
  /// Units that are rejected for very long are looked for once in this time.
  private static let look = Span64.hours(24)
  private static let surplus = "rejected-units-forgotten"

  private let site: Site
  private let zone: PlantZone
  private let held: Span64
  /// By hash of the station's id, position in the site.
  private let stations: [UInt64: Int]
  private let hashes: [Int: UInt64]

  private var rejected = HeldUnits()
  /// By unit.
  private var escapes: [String: InterceptionWatch.Escape] = [:]
  /// The units of `escapes` by the station that rejected them; 0 for stations that the site no longer has.
  private var passed: [UInt64: Set<String>] = [:]
  private var told = OpenFindings()
  /// By station, until when its news waits; and the stations that have some.
  private var pauses: [UInt64: Timestamp] = [:]
  private var late: Set<UInt64> = []
  /// When old units were looked for last.
  private var looked: Timestamp?
  /// Units that were forgotten since then, to make room.
  private var forgotten = 0
  /// Stations may be called otherwise since the last start; it is seen to once.
  private var isSettled = false

  /// How the rule joins the engine; nil for a site with fewer than two stations that name their units.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: "interception") { site in InterceptionRule(site: site, zone: zone) }
  }

  public init?(site: Site, zone: PlantZone) {
    guard site.inspection.interception else { return nil }
    let stations = site.assets.indices.filter {
      site.assets[$0].eventSignal(carrying: ["verdict", "unit"]) != nil && site.assets[$0].criticality != .safety
    }
    guard stations.count > 1 else { return nil }
    self.site = site
    self.zone = zone
    held = site.inspection.held
    var hashes: [Int: UInt64] = [:]
    for place in stations {
      var hash = Hash64()
      hash.combine(site.assets[place].id)
      hashes[place] = hash.value
    }
    self.hashes = hashes
    self.stations = Dictionary(hashes.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public var deadline: Timestamp? {
    late.compactMap { pauses[$0] }.reduce(looked.map { $0 + Self.look }) { .earlier($0, $1) }
  }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .derived(let figures) = published, figures.name == UnitPassage.name, let station = hashes[asset] else {
      return
    }
    settle(&context)
    var reader = ByteReader(figures.bytes)
    let passage = try UnitPassage(from: &reader)
    let visit = InterceptionWatch.Visit(
      time: figures.start, station: station, step: passage.step, kind: passage.kind)
    let (isNews, forgotten) = try rejected.add(visit, unit: passage.unit, context)
    guard isNews else { return }
    if looked == nil { looked = context.clock }
    let now = max(figures.start, context.clock)
    become(rejected.escape(passage.unit), passage.unit, at: now, &context)
    for unit in forgotten { become(nil, unit, at: now, &context) }
    self.forgotten += forgotten.count
    if !forgotten.isEmpty { tellForgotten(at: now, &context) }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    settle(&context)
    for station in late.sorted() where pauses[station].map({ $0 <= now }) ?? true { tell(station, at: now, &context) }
    guard let looked, looked + Self.look <= now else { return }
    self.looked = now
    for unit in try rejected.forget(before: now - held, context) { become(nil, unit, at: now, &context) }
    if forgotten == 0 { told.end(Self.surplus, at: now, context: &context) }
    forgotten = 0
  }

  // MARK: Findings

  private mutating func become(
    _ escape: InterceptionWatch.Escape?, _ unit: String, at now: Timestamp, _ context: inout RuleContext
  ) {
    let before = escapes[unit]
    guard escape != before else { return }
    escapes[unit] = escape
    if let before { passed[station(of: before), default: []].remove(unit) }
    if let escape { passed[station(of: escape), default: []].insert(unit) }
    for station in Set([before, escape].compactMap { $0.map(station(of:)) }).sorted() {
      if let until = pauses[station], until > now, passed[station]?.isEmpty == false {
        late.insert(station)
      } else {
        tell(station, at: now, &context)
      }
    }
  }

  private func station(of escape: InterceptionWatch.Escape) -> UInt64 {
    stations[escape.rejectedAt] == nil ? 0 : escape.rejectedAt
  }

  private func name(_ station: UInt64) -> String { stations[station].map { site.assets[$0].id } ?? "a former station" }
  private func key(_ station: UInt64) -> String { "rejected-unit-passed/\(name(station))" }

  private mutating func tell(_ station: UInt64, at now: Timestamp, _ context: inout RuleContext) {
    late.remove(station)
    let units = (passed[station] ?? []).compactMap { escapes[$0] }.sorted { ($1.seen, $0.unit) < ($0.seen, $1.unit) }
    guard let oldest = units.last else {
      pauses[station] = nil
      passed[station] = nil
      return told.end(key(station), at: now, context: &context)
    }
    pauses[station] = now + Self.pause
    let id = name(station)
    let shown = units.prefix(Self.named).map { "\($0.unit) (at \(name($0.seenAt)), \(zone.rfc3339($0.seen)))" }
    let more = units.count - shown.count
    let finding = Finding(
      key: key(station), rule: "rejected-unit-passed", subject: id, severity: .critical, opened: oldest.seen,
      summary:
        "\(units.count == 1 ? "A unit" : "\(units.count) units") rejected at \(id) went on without a release: "
        + shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "") + ".",
      advice:
        "Stop the units named here, and look why they were not taken out. A repair (verdict rework), a good verdict "
        + "of \(id) or a review that calls the rejection false ends this; without it they are forgotten after "
        + "\(FigureText.duration(held)).",
      evidence: units.prefix(Self.named).map {
        Event.Attribute($0.unit, "rejected \(zone.rfc3339($0.rejected)), seen at \(name($0.seenAt))")
      })
    told.tell(finding, isNews: true, context: &context)
  }

  private mutating func tellForgotten(at now: Timestamp, _ context: inout RuleContext) {
    told.tell(
      Finding(
        key: Self.surplus, rule: Self.surplus, subject: site.gateway.id, severity: .warning, opened: now,
        summary:
          "So many rejected units were never released that the oldest are not followed any more: one of them that goes on "
          + "is no alarm.",
        advice:
          "Let the stations or the repair place send what became of a rejected unit (verdict rework, a good verdict of "
          + "the same station, or a review), or shorten inspection: interception: held (now "
          + "\(FigureText.duration(held))). The units' records are complete.",
        evidence: []),
      context: &context)
  }

  // MARK: State

  /// Stations keep what is known of them whatever they are called now.
  private mutating func settle(_ context: inout RuleContext) {
    guard !isSettled else { return }
    isSettled = true
    var table: [UInt64: UInt64] = [:]
    for (place, hash) in hashes {
      for id in context.ids(of: place, in: site) {
        var former = Hash64()
        former.combine(id)
        // A former id that another station has now is that one's.
        if stations[former.value] == nil { table[former.value] = hash }
      }
    }
    rejected.renamed = table
    for (unit, escape) in escapes {
      var escape = escape
      escape.rejectedAt = table[escape.rejectedAt] ?? escape.rejectedAt
      escape.seenAt = table[escape.seenAt] ?? escape.seenAt
      escapes[unit] = escape
      passed[station(of: escape), default: []].insert(unit)
    }
    let open = passed.keys.sorted()
    for station in open where told.finding(key(station)) == nil { tell(station, at: context.clock, &context) }
    told.endOthers(Set(open.map(key) + [Self.surplus]), at: context.clock, context: &context)
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.boolean(looked != nil)
    if let looked { writer.timestamp(looked) }
    writer.varint(escapes.count)
    for (unit, escape) in escapes.sorted(by: { $0.key < $1.key }) {
      writer.string(unit)
      writer.fixed64(escape.rejectedAt)
      writer.timestamp(escape.rejected)
      writer.fixed64(escape.seenAt)
      writer.timestamp(escape.seen)
    }
    told.encode(into: &writer)
    rejected.encode(into: &writer)
    writer.varint(pauses.count)
    for (station, until) in pauses.sorted(by: { $0.key < $1.key }) {
      writer.fixed64(station)
      writer.timestamp(until)
      writer.boolean(late.contains(station))
    }
    writer.varint(forgotten)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    looked = try reader.boolean() ? try reader.timestamp() : nil
    for _ in 0..<(try reader.count()) {
      let unit = try reader.string()
      escapes[unit] = InterceptionWatch.Escape(
        unit: unit, rejectedAt: try reader.fixed64(), rejected: try reader.timestamp(), seenAt: try reader.fixed64(),
        seen: try reader.timestamp())
    }
    try told.restore(from: &reader)
    // States of before end here.
    guard !reader.isAtEnd else { return }
    try rejected.restore(from: &reader)
    for _ in 0..<(try reader.count()) {
      let station = try reader.fixed64()
      pauses[station] = try reader.timestamp()
      if try reader.boolean() { late.insert(station) }
    }
    forgotten = try reader.integer()
  }
}
