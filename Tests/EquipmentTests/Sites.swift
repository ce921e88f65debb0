import Telemetry
import Templates

/// A site of one asset, without a file.
enum Sites {
  static func one(_ signals: [Signal], criticality: Asset.Criticality = .normal) throws -> Site {
    var site = try SiteLoader.load(text: base, file: "test.yaml", devices: [])
    site.assets = [
      Asset(
        id: "m1", name: "Machine", site: "cq", area: "hall", line: "", cell: "", template: "test",
        criticality: criticality, connection: site.connections[0].name, topics: [], signals: signals, ratedPower: nil)
    ]
    return site
  }

  private static let base = """
    gateway: { id: test, data: data/test }
    zone: Asia/Shanghai
    broker: { host: 127.0.0.1, port: 1883 }
    assets: []
    """

  static func gauge(_ name: String, every interval: Span64 = .seconds(10)) -> Signal {
    Signal(
      name: name, kind: .gauge, unit: "°C", minimum: nil, maximum: nil, expectedInterval: interval, modulus: nil,
      resolution: 0, stateWords: [:])
  }

  static func state(_ names: [String], holds: Span64) -> Signal {
    Signal(
      name: "state", kind: .state(names: names), unit: "1", minimum: nil, maximum: nil, expectedInterval: holds,
      modulus: nil, resolution: 0, stateWords: [:])
  }

  static let events = Signal(
    name: "result", kind: .event, unit: "1", minimum: nil, maximum: nil, expectedInterval: .minutes(1), modulus: nil,
    resolution: 0, stateWords: [:])
}
