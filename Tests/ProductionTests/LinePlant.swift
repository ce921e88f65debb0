import Energy
import Factors
import Foundation
import Journal
import Plant
import Production
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// A line with an order feed, a counter, a main meter, and a sub-meter that the main meter counts already.
struct LinePlant {
  static let day = Timestamp(rfc3339: "2026-11-21T00:00:00+08:00")!
  static let feed = 0
  static let counter = 1
  static let main = 2
  static let sub = 3

  static func text(_ extra: String = "", counter: String = "") -> String {
    """
    gateway: { id: test }
    zone: Asia/Shanghai
    broker: { host: h }
    assets:
      - { id: mes, place: s/h/l, template: order-feed, topic: "t/{id}" }
      - { id: counter, place: s/h/l/1, template: production-counter, topic: "t/{id}", expected-interval: 10 min\(counter) }
      - { id: main, place: s/h/l, template: three-phase-meter, topic: "t/{id}", expected-interval: 10 min }
      - { id: sub, place: s/h/l/2, template: three-phase-meter, topic: "t/{id}", expected-interval: 10 min, fed-by: main }
      - { id: far, place: s/other, template: three-phase-meter, topic: "t/{id}", expected-interval: 10 min }
    products:
      - id: X200
        name: Pump X200
        mass: 12.5 kg
        gtin: "04012345678901"
        materials:
          - { name: casting, amount: 14 kg, footprint: 2.5, source: EPD 7, primary: true, rating: [1, 2, 3] }
    \(extra)
    """
  }

  static let devices = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Devices").path

  /// Half a kilogram of CO2e for each kWh.
  struct Half: FootprintFactors {
    func emission(
      of carrier: Carrier, amount: ExactDecimal, start: Timestamp, end: Timestamp, recalculations: [UInt8]?
    ) -> FootprintEmission {
      guard carrier.quantity == .activeEnergyImport, let kilograms = try? amount / ExactDecimal(2) else {
        return FootprintEmission(kilograms: nil, problem: "nothing known")
      }
      return FootprintEmission(
        kilograms: kilograms, factor: "half", source: "test",
        ratings: DataQuality.Ratings(technological: 1, geographical: 1, temporal: 1))
    }
  }

  var bench: Bench
  private var identity: UInt64 = 0

  init(
    _ text: String = text(), factors: (any FootprintFactors)? = Half(), before: [SiteRuleFactory] = []
  ) throws {
    let site = try SiteLoader.load(text: text, file: "test.yaml", devices: [Self.devices])
    let zone = try PlantZone(identifier: site.zone)
    bench = try Bench(
      site: site,
      factories: [
        EnergyRule.factory(zone: zone), OrderFeedRule.factory,
        ActivityRule.factory(site: site),
      ], siteFactories: before + [ProductionRule.factory(zone: zone, factors: factors)])
  }

  static func at(_ minutes: Int64) -> Timestamp { day + .minutes(minutes) }

  private func signal(_ asset: Int, _ name: String) throws -> Int {
    try #require(bench.site.assets[asset].signals.firstIndex { $0.name == name })
  }

  /// - Parameter kWh: the register in hundredths.
  mutating func meter(_ asset: Int, _ time: Timestamp, _ hundredths: Int64) throws {
    try bench.sample(
      signal(asset, "active-energy"), at: time, .scaled(ScaledInteger(hundredths, exponent: -2)), asset: asset)
  }

  mutating func count(_ time: Timestamp, good: Int64, scrap: Int64, state: String?) throws {
    try bench.sample(signal(Self.counter, "produced"), at: time, .scaled(ScaledInteger(good)), asset: Self.counter)
    try bench.sample(signal(Self.counter, "rejected"), at: time, .scaled(ScaledInteger(scrap)), asset: Self.counter)
    guard let state else { return }
    let place = try signal(Self.counter, "state")
    guard case .state(let names) = bench.site.assets[Self.counter].signals[place].kind,
      let word = names.firstIndex(of: state)
    else { return }
    try bench.sample(place, at: time, Double(word), asset: Self.counter)
  }

  mutating func order(
    _ event: String, _ order: String, _ time: Timestamp, id: UInt64? = nil, _ more: [String: String] = [:]
  ) throws {
    identity += 1
    let series = bench.catalog.series(asset: Self.feed, signal: 0)
    var attributes: [Event.Attribute] = [.init("event", event), .init("order", order)]
    for (name, value) in more.sorted(by: { $0.key < $1.key }) { attributes.append(.init(name, value)) }
    let made = Event(series: series, time: time, identity: id ?? 1000 + identity, attributes: attributes)
    try bench.feed { $0.entries.append(.event(made)) }
  }

  /// Newest bodies by key; each must fit its schema.
  func bodies(_ kind: RecordKind) throws -> [String: JSONValue] {
    let bodies = try bench.bodies(kind)
    for (key, body) in bodies { #expect(RecordSchema.body(kind).validate(body) == [], "\(key)") }
    return bodies
  }
}

extension JSONValue {
  /// An exact decimal member.
  func decimal(_ name: String) -> ExactDecimal? { self[name]?.stringValue.flatMap { ExactDecimal($0) } }
  var decimals: [String: ExactDecimal] {
    guard case .object(let members) = self else { return [:] }
    return members.compactMapValues { $0.stringValue.flatMap { ExactDecimal($0) } }
  }
}

func sum(_ values: some Sequence<ExactDecimal>) throws -> ExactDecimal {
  var sum = ExactDecimal.zero
  for value in values { sum = try sum + value }
  return sum
}
