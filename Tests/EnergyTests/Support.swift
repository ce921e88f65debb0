import Factors
import Foundation
import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

/// Where the reference data lies; nil where it is not there and need not be.
enum ReferenceData {
  static let folder = ProcessInfo.processInfo.environment["WEIR_TEST_DATA"] ?? "../shared"

  static func exists(_ name: String) -> Bool {
    // Continuous integration must have the data: the test then fails where it opens the file.
    ProcessInfo.processInfo.environment["CI"] != nil || FileManager.default.fileExists(atPath: "\(folder)/\(name)")
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }

  static func vectors() throws -> [String: JSONValue] {
    let document = try JSONValue(parsing: try bytes("rules/vectors/energy.json"))
    var found: [String: JSONValue] = [:]
    for vector in try #require(document["vectors"]?.arrayValue) {
      let name = try #require(vector["name"]?.stringValue)
      found[name] = vector
    }
    return found
  }
}

/// A decimal in a string; fails the test for anything else.
func decimal(_ value: JSONValue?) throws -> ScaledInteger {
  let text = try #require(value?.stringValue)
  return try #require(ScaledInteger(text))
}

func text(_ value: JSONValue?) throws -> String { try #require(value?.stringValue) }
func number(_ value: JSONValue?) throws -> Double { try #require(value?.doubleValue) }
func integer(_ value: JSONValue?) throws -> Int64 { try #require(value?.integerValue) }

/// As `decimal`, of 38 digits.
func exact(_ value: JSONValue?) throws -> ExactDecimal {
  let digits = try text(value)
  return try #require(ExactDecimal(digits))
}

func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

/// The engine's side of one asset, in memory.
final class FakeServices: RuleServices {
  var history: [Int: [Sample]] = [:]
  var saved: [String: [UInt8]] = [:]

  /// False for a duplicate or conflict.
  func insert(_ sample: Sample, signal: Int) -> (isNew: Bool, inOrder: Bool) {
    var samples = history[signal] ?? []
    defer { history[signal] = samples }
    guard let last = samples.last, sample.time <= last.time else {
      samples.append(sample)
      return (true, true)
    }
    let place = index(samples, sample.time)
    if samples[place].time == sample.time { return (false, false) }
    samples.insert(sample, at: place)
    return (true, false)
  }

  private func index(_ samples: [Sample], _ time: Timestamp) -> Int {
    var low = 0
    var high = samples.count
    while low < high {
      let middle = (low + high) / 2
      if samples[middle].time < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample] {
    guard let samples = history[signal] else { return [] }
    return Array(samples[index(samples, from)..<max(index(samples, from), index(samples, to))])
  }
  func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample? {
    try samples(signal: signal, from: notBefore, to: time).last
  }
  func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample? {
    try samples(signal: signal, from: time, to: Timestamp(nanoseconds: notAfter.nanoseconds + 1)).first
  }
  func load(_ key: String) throws -> [UInt8]? { saved[key] }
  func save(_ key: String, _ bytes: [UInt8]?) { saved[key] = bytes }
}

/// A meter with its rule, driven by hand.
struct Bench {
  static let active = 0
  static let lagging = 1
  static let leading = 2

  var rule: EnergyRule
  private(set) var asset: Asset
  private(set) var site: Site
  private(set) var zone: PlantZone
  let services = FakeServices()
  var clock = Timestamp.distantPast
  /// The newest revision by kind and key.
  var latest: [RecordKind: [String: RecordDraft]] = [:]
  var records: [RecordDraft] = []
  var findings: [Finding] = []
  var quarantined: [QuarantinedSample] = []
  var accepted = 0
  var used = 0
  /// Set aside less readmitted.
  var setAside = 0

  init(
    zone identifier: String = "Asia/Shanghai", rated: String? = "700", resolution: Int8 = -2, modulus: String? = nil,
    expected: Span64 = .minutes(15), lateness: Span64 = .minutes(2), registers: Int = 3, signals own: [Signal]? = nil,
    tariff: TariffSettings? = nil, standardCoal: StandardCoalTable? = nil,
    role: Asset.EnergyRole = .consumption, fuel: String? = nil
  ) throws {
    zone = try PlantZone(identifier: identifier)
    let names: [(String, Signal.Quantity, String)] = [
      ("energy", .activeEnergyImport, "kWh"), ("reactive_lagging", .reactiveEnergyLagging, "kvarh"),
      ("reactive_leading", .reactiveEnergyLeading, "kvarh"),
    ]
    let meter = names.prefix(registers).map { name, quantity, unit in
      Signal(
        name: name, kind: .register(quantity), unit: unit, minimum: nil, maximum: nil, expectedInterval: expected,
        modulus: modulus.flatMap { ScaledInteger($0) }, resolution: resolution, stateWords: [:])
    }
    var asset = Asset(
      id: "meter-1", name: "Main meter", site: "works", area: "mill", line: "", cell: "", template: "energy-meter",
      criticality: .normal, connection: "plant", topics: [], signals: own ?? meter,
      ratedPower: rated.flatMap { ScaledInteger($0) })
    asset.metering.role = role
    asset.metering.fuel = fuel
    self.asset = asset
    let horizon = Horizon(lateness: lateness, revision: .days(45))
    var site = Site(
      gateway: GatewaySettings(id: "gw", dataDirectory: ""), zone: identifier, clock: .messages, connections: [],
      assets: [asset],
      horizons: [.energyInterval: horizon, .energyDay: horizon, .energyMonth: horizon],
      energy: EnergySettings(window: .minutes(15), plausibilityFactor: ScaledInteger(12, exponent: -1)),
      destinations: [],
      storage: StorageSettings(
        journalBytes: 1, journalAge: .days(1), storeBytes: 1, freeSpaceFloor: 1, reserveBytes: 1),
      control: ControlSettings(metricsPort: nil), canonicalText: "", hash: "")
    site.tariff = tariff
    site.energy.standardCoal = standardCoal
    self.site = site
    rule = try #require(EnergyRule(asset: asset, site: site, zone: zone))
  }

  /// False for a duplicate.
  @discardableResult
  mutating func read(_ time: Timestamp, _ value: ScaledInteger, signal: Int = active) throws -> Bool {
    let sample = Sample(series: SeriesID(UInt32(signal)), time: time, value: .scaled(value))
    let place = services.insert(sample, signal: signal)
    guard place.isNew else { return false }
    accepted += 1
    let collector = OutputCollector()
    var context = RuleContext(clock: clock, collector: collector, services: services)
    try rule.accepted(sample, signal: signal, inOrder: place.inOrder, context: &context)
    take(context, collector)
    return true
  }

  mutating func read(_ time: String, _ value: String, signal: Int = active) throws {
    try read(try EnergyTests.time(time), try decimal(.string(value)), signal: signal)
  }

  mutating func mark(_ now: Timestamp) throws {
    clock = max(clock, now)
    guard let deadline = rule.deadline, deadline <= clock else { return }
    let collector = OutputCollector()
    var context = RuleContext(clock: clock, collector: collector, services: services)
    try rule.close(now: clock, context: &context)
    take(context, collector)
  }

  mutating func mark(_ now: String) throws { try mark(try time(now)) }

  /// Saves the rule's state and goes on with a new rule that has read it, perhaps with another configuration.
  mutating func restart(_ change: (inout Site) -> Void = { _ in }) throws {
    change(&site)
    asset = site.assets[0]
    var writer = ByteWriter()
    rule.encodeState(into: &writer)
    rule = try #require(EnergyRule(asset: asset, site: site, zone: zone))
    var reader = ByteReader(writer.bytes)
    try rule.restoreState(from: &reader)
    #expect(reader.isAtEnd)
  }

  mutating func change(zone identifier: String) throws {
    zone = try PlantZone(identifier: identifier)
    try restart { $0.zone = identifier }
  }

  private mutating func take(_ context: RuleContext, _ collector: OutputCollector) {
    for record in context.output.records {
      let before = latest[record.kind]?[record.key]
      #expect(record.revision == (before.map { $0.revision + 1 } ?? 0), "\(record.key)")
      #expect(before?.body != record.body)
      #expect((record.cause != nil) == (record.revision > 0))
      latest[record.kind, default: [:]][record.key] = record
      records.append(record)
    }
    findings += context.output.findings
    quarantined += context.output.quarantined
    used += context.newlyUsed
    setAside += context.output.quarantined.count - collector.readmittedByRules.count
  }

  /// Bodies of the newest revisions of a kind, by start.
  func bodies(_ kind: RecordKind) throws -> [JSONValue] {
    try (latest[kind] ?? [:]).values.sorted { $0.start < $1.start }.map { try JSONValue(parsing: $0.body) }
  }

  func texts(_ kind: RecordKind) -> [String] {
    (latest[kind] ?? [:]).values.sorted { $0.start < $1.start }.map { String(decoding: $0.body, as: UTF8.self) }
  }

  /// Sum of a member that is a decimal or null.
  static func sum(_ member: String, _ bodies: [JSONValue]) throws -> ScaledInteger {
    var total = ScaledInteger(0, exponent: -2)
    for body in bodies {
      guard let member = body[member], member != .null else { continue }
      let value = try decimal(member)
      total = try #require(total.adding(value))
    }
    return total
  }
}
