import Telemetry
import Templates

/// A site of one asset, without a file. Horizons: 10 s and a day for summaries, a minute and 45 days for the rest.
public enum Sites {
  public static func one(
    _ signals: [Signal], clock: ClockSource = .system, criticality: Asset.Criticality = .normal
  ) -> Site {
    var horizons: [RecordKind: Horizon] = [:]
    for kind in RecordKind.allCases { horizons[kind] = Horizon(lateness: .seconds(60), revision: .days(45)) }
    horizons[.signalSummary] = Horizon(lateness: .seconds(10), revision: .hours(24))
    let broker = Connection(
      name: "broker", host: "localhost", port: 1883, clientID: "test", username: nil, password: nil, tls: nil,
      keepAlive: .seconds(30), sessionExpiry: .days(1), commitInterval: .milliseconds(20), maximumPacketSize: 1 << 16,
      embedded: nil)
    let asset = Asset(
      id: "m1", name: "Machine", site: "cq", area: "hall", line: "", cell: "", template: "test",
      criticality: criticality, connection: broker.name, topics: [], signals: signals, ratedPower: nil)
    return Site(
      gateway: GatewaySettings(id: "test", dataDirectory: "unused"), zone: "Asia/Shanghai", clock: clock,
      connections: [broker], assets: [asset], horizons: horizons,
      energy: EnergySettings(window: .minutes(15), plausibilityFactor: ScaledInteger(12, exponent: -1)),
      destinations: [],
      storage: StorageSettings(
        journalBytes: 0, journalAge: .zero, storeBytes: 0, freeSpaceFloor: 0, reserveBytes: 0),
      control: ControlSettings(metricsPort: nil), canonicalText: "", hash: "")
  }

  public static func gauge(_ name: String, every interval: Span64 = .seconds(10)) -> Signal {
    signal(name, .gauge, unit: "°C", interval)
  }

  public static func state(_ names: [String], holds: Span64) -> Signal {
    signal("state", .state(names: names), unit: "1", holds)
  }

  public static let events = signal("result", .event, unit: "1", .minutes(1))

  private static func signal(_ name: String, _ kind: Signal.Kind, unit: String, _ interval: Span64) -> Signal {
    Signal(
      name: name, kind: kind, unit: unit, minimum: nil, maximum: nil, expectedInterval: interval, modulus: nil,
      resolution: 0, stateWords: [:])
  }
}
