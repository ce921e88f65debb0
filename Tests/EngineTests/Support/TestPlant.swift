import Journal
import Rules
import Telemetry
import Templates

@testable import Engine

/// A little plant: on each of two connections some assets with two gauges, a register, an event signal and a gauge that
/// no rule wants.
struct TestPlant {
  static let gauge = 0
  static let other = 1
  static let register = 2
  static let event = 3
  static let unwanted = 4
  static let horizon = Span64.days(3)
  /// 2026-11-21T08:00:00Z.
  static let start = Timestamp(seconds: 1_795_248_000)

  let site: Site
  let catalog: SeriesCatalog

  /// - Parameter signals: only the first so many signals are configured; the numbers stay the same.
  init(assets: Int = 4, signals count: Int = 5, clock: ClockSource = .system) {
    let all = [
      Self.signal("temperature", .gauge), Self.signal("pressure", .gauge),
      Self.signal("energy", .register(.activeEnergyImport)), Self.signal("result", .event),
      Self.signal("spare", .gauge),
    ]
    let signals = Array(all.prefix(count))
    let names = ["north", "south"]
    site = Site(
      gateway: GatewaySettings(id: "test", dataDirectory: "unused"), zone: "UTC", clock: clock,
      connections: names.map(Self.connection),
      assets: (0..<assets).map { number in
        Asset(
          id: "asset-\(number)", name: "", site: "", area: "", line: "", cell: "", template: "test",
          criticality: .normal, connection: names[number % 2], topics: [], signals: signals, ratedPower: nil)
      },
      horizons: Dictionary(
        uniqueKeysWithValues: RecordKind.allCases.map { ($0, Horizon(lateness: .seconds(30), revision: Self.horizon)) }),
      energy: EnergySettings(window: .minutes(15), plausibilityFactor: ScaledInteger(12, exponent: -1)),
      destinations: [],
      storage: StorageSettings(
        journalBytes: 0, journalAge: .zero, storeBytes: 0, freeSpaceFloor: 0, reserveBytes: 0),
      control: ControlSettings(metricsPort: nil), canonicalText: "", hash: "")
    let numbers = (0..<assets).map { asset in signals.indices.map { SeriesID(UInt32(asset * all.count + $0 + 1)) } }
    catalog = SeriesCatalog(
      assetNumbers: (0..<assets).map { UInt32($0 + 1) }, seriesNumbers: numbers,
      connections: ["north": ConnectionID(1), "south": ConnectionID(2)])
  }

  func engine(
    _ store: MemoryStore = MemoryStore(), rules: [RuleFactory] = [SumRule.factory], limits: EngineLimits = .init()
  ) throws -> Engine {
    try Engine(site: site, catalog: catalog, reader: store, rules: rules, limits: limits)
  }

  func series(_ asset: Int, _ signal: Int = TestPlant.gauge) -> SeriesID {
    catalog.series(asset: asset, signal: signal)
  }

  func connection(of asset: Int) -> ConnectionID { catalog.connection(named: site.assets[asset].connection) }

  func sample(
    _ seconds: Double, _ value: Double, asset: Int = 0, signal: Int = TestPlant.gauge, quality: Quality = .good
  ) -> Sample {
    Sample(series: series(asset, signal), time: at(seconds), value: .double(value), quality: quality)
  }

  func event(_ seconds: Double, _ identity: UInt64, _ verdict: String, asset: Int = 0) -> Event {
    Event(
      series: series(asset, Self.event), time: at(seconds), identity: identity,
      attributes: [Event.Attribute("verdict", verdict)])
  }

  func at(_ seconds: Double) -> Timestamp { Self.start + Span64(nanoseconds: Int64(seconds * 1e9)) }

  private static func signal(_ name: String, _ kind: Signal.Kind) -> Signal {
    Signal(
      name: name, kind: kind, unit: "", minimum: nil, maximum: nil, expectedInterval: .minutes(1), modulus: nil,
      resolution: -2, stateWords: [:])
  }

  private static func connection(_ name: String) -> Connection {
    Connection(
      name: name, host: "localhost", port: 1883, clientID: name, username: nil, password: nil, tls: nil,
      keepAlive: .seconds(30), sessionExpiry: .days(1), commitInterval: .milliseconds(20), maximumPacketSize: 1 << 16,
      embedded: nil)
  }
}

/// Numbers batches and fills them.
struct BatchMaker {
  private(set) var position: Int64 = 0

  mutating func batch(_ build: (inout Batch) -> Void) -> Batch {
    position += 1
    var batch = Batch()
    batch.position = position
    build(&batch)
    return batch
  }
}

extension Batch {
  mutating func add(_ sample: Sample) {
    samples.append(sample)
    if case .samples(let range)? = entries.last, range.upperBound == samples.count - 1 {
      entries[entries.count - 1] = .samples(range.lowerBound..<samples.count)
    } else {
      entries.append(.samples(samples.count - 1..<samples.count))
    }
    counts.received += 1
    counts.decoded += 1
  }

  mutating func add(_ event: Event) {
    entries.append(.event(event))
    counts.received += 1
    counts.decoded += 1
  }

  mutating func drain(_ plant: TestPlant) {
    for connection in plant.site.connections {
      let id = plant.catalog.connection(named: connection.name)
      entries += [.connection(id, .up), .connection(id, .drained)]
    }
  }
}
