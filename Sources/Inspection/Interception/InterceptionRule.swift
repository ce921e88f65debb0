import Plant
import Rules
import Telemetry
import Templates

/// Whether rejected units were intercepted: one that appears at another station without a release is an alarm.
///
/// Units are kept in parts by the hash of their name; a part lies in the saved state and is written when it changes.
public struct InterceptionRule: SiteRule {
  static let parts = 64
  /// So many units are named in a finding.
  private static let named = 5

  private let site: Site
  private let zone: PlantZone
  private let held: Span64
  /// By hash of the station's id, position in the site.
  private let stations: [UInt64: Int]
  private let hashes: [Int: UInt64]
  /// What lies in the saved state, as far as it was needed.
  private var watches: [InterceptionWatch?] = Array(repeating: nil, count: parts)
  /// By unit.
  private var escapes: [String: InterceptionWatch.Escape] = [:]
  private var told = OpenFindings()
  private var forgotten: Timestamp?
  /// Hashes of now by those of ids that stations had before; nil until it is asked for.
  private var renamed: [UInt64: UInt64]?

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

  public var deadline: Timestamp? { forgotten.map { $0 + .hours(24) } }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .derived(let figures) = published, figures.name == UnitPassage.name, let station = hashes[asset] else {
      return
    }
    settle(context)
    var reader = ByteReader(figures.bytes)
    let passage = try UnitPassage(from: &reader)
    let part = Self.part(of: passage.unit)
    var watch = try watch(part, context)
    let visit = InterceptionWatch.Visit(
      time: figures.start, station: station, step: passage.step, kind: passage.kind)
    guard watch.add(visit, unit: passage.unit) else { return }
    let escape = watch.escape(passage.unit)
    keep(watch, part, context)
    if forgotten == nil { forgotten = context.clock }
    guard escape != escapes[passage.unit] else { return }
    escapes[passage.unit] = escape
    tell(at: max(figures.start, context.clock), context: &context)
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    guard let last = forgotten, last + .hours(24) <= now else { return }
    forgotten = now
    settle(context)
    for part in 0..<Self.parts {
      var watch = try watch(part, context)
      let old = watch.forget(before: now - held)
      guard !old.isEmpty else { continue }
      for unit in old { escapes[unit] = nil }
      keep(watch, part, context)
    }
    tell(at: now, context: &context)
  }

  // MARK: Findings

  private func name(_ station: UInt64) -> String { stations[station].map { site.assets[$0].id } ?? "a former station" }

  private mutating func tell(at now: Timestamp, context: inout RuleContext) {
    let byStation = Dictionary(grouping: escapes.values, by: \.rejectedAt)
    let findings = byStation.map { station, all in
      let units = all.sorted { ($1.seen, $0.unit) < ($0.seen, $1.unit) }
      let id = name(station)
      let shown = units.prefix(Self.named).map { "\($0.unit) (at \(name($0.seenAt)), \(zone.rfc3339($0.seen)))" }
      let more = units.count - shown.count
      return Finding(
        key: "rejected-unit-passed/\(id)", rule: "rejected-unit-passed", subject: id, severity: .critical,
        opened: units.map(\.seen).min() ?? now,
        summary:
          "\(units.count == 1 ? "A unit" : "\(units.count) units") that \(id) had rejected went on without a release: "
          + shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "") + ".",
        advice:
          "Stop the units named here, and look why they were not taken out. A repair (verdict rework), a good verdict "
          + "of \(id) or a review that calls the rejection false ends this; without it they are forgotten after "
          + "\(FigureText.duration(held)).",
        evidence: units.prefix(Self.named).map {
          Event.Attribute($0.unit, "rejected \(zone.rfc3339($0.rejected)), seen at \(name($0.seenAt))")
        })
    }
    told.become(findings.sorted { $0.key < $1.key }, isNews: true, at: now, context: &context)
  }

  // MARK: State

  /// Stations keep what is known of them whatever they are called now.
  private mutating func settle(_ context: RuleContext) {
    guard renamed == nil else { return }
    var table: [UInt64: UInt64] = [:]
    for (place, hash) in hashes {
      for id in context.ids(of: place, in: site) {
        var former = Hash64()
        former.combine(id)
        // A former id that another station has now is that one's.
        if stations[former.value] == nil { table[former.value] = hash }
      }
    }
    renamed = table
    guard !table.isEmpty else { return }
    for (unit, escape) in escapes {
      escapes[unit]?.rejectedAt = table[escape.rejectedAt] ?? escape.rejectedAt
      escapes[unit]?.seenAt = table[escape.seenAt] ?? escape.seenAt
    }
  }

  static func part(of unit: String) -> Int {
    var hash = Hash64()
    hash.combine(unit)
    return Int(hash.value % UInt64(parts))
  }

  private mutating func watch(_ part: Int, _ context: RuleContext) throws -> InterceptionWatch {
    if let watch = watches[part] { return watch }
    var watch = InterceptionWatch()
    if let bytes = try context.load("interception/\(part)") {
      var reader = ByteReader(bytes)
      watch = try InterceptionWatch(from: &reader)
      if let renamed, !renamed.isEmpty { watch.rename(renamed) }
    }
    watches[part] = watch
    return watch
  }

  private mutating func keep(_ watch: InterceptionWatch, _ part: Int, _ context: RuleContext) {
    watches[part] = watch
    var writer = ByteWriter()
    watch.encode(into: &writer)
    context.save("interception/\(part)", watch.count == 0 ? nil : writer.bytes)
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.boolean(forgotten != nil)
    if let forgotten { writer.timestamp(forgotten) }
    writer.varint(escapes.count)
    for (unit, escape) in escapes.sorted(by: { $0.key < $1.key }) {
      writer.string(unit)
      writer.fixed64(escape.rejectedAt)
      writer.timestamp(escape.rejected)
      writer.fixed64(escape.seenAt)
      writer.timestamp(escape.seen)
    }
    told.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    forgotten = try reader.boolean() ? try reader.timestamp() : nil
    for _ in 0..<(try reader.count()) {
      let unit = try reader.string()
      escapes[unit] = InterceptionWatch.Escape(
        unit: unit, rejectedAt: try reader.fixed64(), rejected: try reader.timestamp(), seenAt: try reader.fixed64(),
        seen: try reader.timestamp())
    }
    try told.restore(from: &reader)
  }
}
