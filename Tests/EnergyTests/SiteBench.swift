import Factors
import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

/// A rule of the site, told by hand what its meters counted.
struct SiteBench<Rule: SiteRule> {
  let site: Site
  let zone: PlantZone
  let make: (Site, PlantZone) throws -> Rule?
  var rule: Rule
  let services = FakeServices()
  var clock = Timestamp.distantPast
  var findings: [Finding] = []
  var records: [RecordDraft] = []
  /// Every call saves and restores the rule.
  var restarts = false

  init(_ site: Site, make: @escaping (Site, PlantZone) throws -> Rule?) throws {
    self.site = site
    self.make = make
    zone = try PlantZone(identifier: site.zone)
    rule = try #require(try make(site, zone))
  }

  func place(_ id: String) throws -> Int { try #require(site.assets.firstIndex { $0.id == id }) }

  mutating func hear(_ published: Published, _ id: String) throws {
    let place = try place(id)
    try call { try $0.heard(published, asset: place, context: &$1) }
  }

  /// What a meter counted in a stretch of time.
  mutating func count(
    _ id: String, _ period: MeterFigures.Period = .window, start: Timestamp, end: Timestamp? = nil, revision: Int = 0,
    estimated: Bool = false, _ amounts: [Signal.Quantity: String]
  ) throws {
    let end = end ?? start + .minutes(15)
    let whole = (end - start).nanoseconds
    let figures = MeterFigures(
      period: period, start: start, end: end,
      amounts: try Signal.Quantity.allCases.compactMap { quantity in
        try amounts[quantity].map { MeterFigures.Amount(quantity: quantity, value: try decimal(.string($0))) }
      }, maximum: nil, maximumStart: nil,
      shares: MeterFigures.Shares(
        covered: estimated ? 0 : whole, uncertain: 0, estimated: estimated ? whole : 0),
      key: "\(id)/\(start.rfc3339UTC)", revision: revision, cause: nil)
    try hear(.meter(figures), id)
  }

  mutating func mark(_ now: Timestamp) throws {
    clock = max(clock, now)
    guard let deadline = rule.deadline, deadline <= clock else { return }
    let now = clock
    try call { try $0.close(now: now, context: &$1) }
    if let next = rule.deadline { #expect(next > clock, "a deadline that is over asks for ever") }
  }

  private mutating func call(_ body: (inout Rule, inout RuleContext) throws -> Void) throws {
    var context = RuleContext(clock: clock, output: EngineOutput(), services: services)
    try body(&rule, &context)
    findings += context.output.findings
    records += context.output.records
    if restarts { try restart() }
  }

  mutating func restart() throws {
    var writer = ByteWriter()
    rule.encodeState(into: &writer)
    var again = try #require(try make(site, zone))
    var reader = ByteReader(writer.bytes)
    try again.restoreState(from: &reader)
    #expect(reader.isAtEnd)
    var second = ByteWriter()
    again.encodeState(into: &second)
    #expect(second.bytes == writer.bytes)
    rule = again
  }

  /// Keys of those that are open, sorted.
  var open: [String] {
    var open: [String: Bool] = [:]
    for finding in findings { open[finding.key] = finding.closed == nil }
    return open.filter(\.value).map(\.key).sorted()
  }

  func last(_ key: String) -> Finding? { findings.last { $0.key == key } }
  func evidence(_ key: String, _ name: String) -> String? { last(key)?.evidence.first { $0.name == name }?.value }

  func bodies(_ kind: RecordKind) throws -> [JSONValue] {
    var latest: [String: RecordDraft] = [:]
    for record in records where record.kind == kind { latest[record.key] = record }
    return try latest.values.sorted { $0.key < $1.key }.map { try JSONValue(parsing: $0.body) }
  }
}

/// Sites of meters.
enum MeterSites {
  static func asset(
    _ id: String, _ quantities: [Signal.Quantity] = [.activeEnergyImport], fedBy: String? = nil,
    accuracy: String? = "1", area: String = "hall", line: String = "", gauges: [String] = []
  ) -> Asset {
    let registers = quantities.map { quantity in
      Signal(
        name: quantity.rawValue, kind: .register(quantity), unit: quantity.unit, minimum: nil, maximum: nil,
        expectedInterval: .minutes(1), modulus: nil, resolution: -2, stateWords: [:])
    }
    let others = gauges.map { name in
      Signal(
        name: name, kind: .gauge, unit: name == "power" ? "kW" : "°C", minimum: nil, maximum: nil,
        expectedInterval: .minutes(1), modulus: nil, resolution: 0, stateWords: [:])
    }
    var asset = Asset(
      id: id, name: id, site: "works", area: area, line: line, cell: "", template: "meter", criticality: .normal,
      connection: "plant", topics: [], signals: registers + others, ratedPower: nil)
    asset.metering.fedBy = fedBy
    asset.metering.accuracy = accuracy.flatMap { ExactDecimal($0) }
    return asset
  }

  static func site(_ assets: [Asset], zone: String = "Asia/Shanghai") -> Site {
    let horizon = Horizon(lateness: .minutes(2), revision: .days(45))
    var horizons: [RecordKind: Horizon] = [:]
    for kind in RecordKind.allCases { horizons[kind] = horizon }
    return Site(
      gateway: GatewaySettings(id: "gw", dataDirectory: ""), zone: zone, clock: .messages, connections: [],
      assets: assets, horizons: horizons,
      energy: EnergySettings(window: .minutes(15), plausibilityFactor: ScaledInteger(12, exponent: -1)),
      destinations: [],
      storage: StorageSettings(
        journalBytes: 1, journalAge: .days(1), storeBytes: 1, freeSpaceFloor: 1, reserveBytes: 1),
      control: ControlSettings(metricsPort: nil), canonicalText: "", hash: "")
  }
}
