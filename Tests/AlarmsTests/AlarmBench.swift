import Journal
import Plant
import Rules
import RuleBench
import Telemetry
import Templates

@testable import Alarms

/// Assets whose gauges say which findings they have, in a real engine with the alarm rule behind them.
///
/// A value is `rule × 10 + severity`, negative for closing: rules are `AlarmBench.rules`.
struct AlarmBench {
  static let rules = ["no-data", "fault", "limit", "lockout-motion"]
  static let start = Timestamp(seconds: 1_780_000_000)

  var bench: Bench

  /// Opens and closes what the samples of its asset say.
  struct Speaker: AssetRule {
    let asset: String
    var deadline: Timestamp? { nil }

    mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
      guard case .double(let value) = sample.value else { return }
      context.newlyUsed += 1
      let code = Int(abs(value))
      let rule = AlarmBench.rules[code / 10 % AlarmBench.rules.count]
      let finding = Finding(
        key: "\(rule)/\(asset)", rule: rule, subject: asset,
        severity: Finding.Severity(rawValue: UInt8(code % 10 % 3)) ?? .info,
        opened: sample.time, closed: value < 0 ? sample.time : nil, summary: "\(rule) of \(asset).", advice: "Look.",
        evidence: [Event.Attribute("value", "\(value)")])
      context.emit(finding)
    }

    mutating func close(now: Timestamp, context: inout RuleContext) throws {}
    func encodeState(into writer: inout ByteWriter) {}
    mutating func restoreState(from reader: inout ByteReader) throws {}
  }

  static func site(assets: Int, change: (inout AlarmSettings) -> Void = { _ in }) -> Site {
    var site = Sites.one([Sites.gauge("finding")])
    let first = site.assets[0]
    site.assets = (1...assets).map { number in
      var asset = first
      asset.id = "m\(number)"
      asset.line = "l1"
      return asset
    }
    var settings = AlarmPlant.settings
    change(&settings)
    site.alarms = settings
    return site
  }

  init(assets: Int = 3, site: Site? = nil) throws {
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    bench = try Bench(
      site: site ?? Self.site(assets: assets),
      factories: [RuleFactory(name: "speaker") { asset, _ in Speaker(asset: asset.id) }],
      siteFactories: [AlarmRule.factory(zone: zone)])
    try mark(0)
  }

  mutating func mark(_ seconds: Double) throws {
    try bench.mark(Timestamp(nanoseconds: Self.start.nanoseconds + Int64(seconds * 1e9)))
  }

  static func time(_ seconds: Double) -> Timestamp {
    Timestamp(nanoseconds: start.nanoseconds + Int64(seconds * 1e9))
  }

  /// - Parameter asset: from 0.
  mutating func tell(_ rule: String, asset: Int, open: Bool = true, at seconds: Double, severity: Int = 1) throws {
    let code = Double((Self.rules.firstIndex(of: rule) ?? 0) * 10 + severity)
    try bench.sample(0, at: Self.time(seconds), open ? code : -max(code, 0.5), asset: asset)
  }

  mutating func command(_ action: AlarmCommand.Action, person: String = "Li Na", reason: String = "seen") throws {
    try bench.command(AlarmCommand(action, person: person, reason: reason).journaled)
  }

  var state: AlarmState {
    get throws {
      let settings = bench.site.alarms ?? AlarmPlant.settings
      return try AlarmState(
        site: bench.site, settings: settings, bytes: bench.view.shared[AlarmRule.stateKey] ?? [])
    }
  }

  /// Transitions in their order: `fault/m1 1 raised`.
  func transitions() throws -> [String] {
    try bench.output.records.filter { $0.kind == .alarm }.map { record in
      let body = try JSONValue(parsing: record.body)
      return "\(body["alarm"]?.stringValue ?? "") \(body["occurrence"]?.integerValue ?? 0) "
        + "\(body["transition"]?.stringValue ?? "")"
    }
  }
}
