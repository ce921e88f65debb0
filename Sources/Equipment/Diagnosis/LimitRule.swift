import Foundation
import Plant
import Rules
import Telemetry
import Templates

/// Limits of physics: a finding `fault/<asset>/<fault>` for as long as all limits of a fault are crossed.
///
/// It judges each instant for which samples came, in the order of their times, when the lateness of the minutes of signals
/// is over; so what is found does not depend on the order of arrival. What comes later still changes nothing that was
/// found. Of a machine that tells whether it runs, only running is judged.
public struct LimitRule: AssetRule {
  /// What a signal was last.
  private struct Reading: Hashable, Sendable {
    var time: Timestamp
    var value: Double
  }

  private struct Waiting: Sendable {
    var time: Timestamp
    /// Signal and value; the first of a signal counts.
    var values: [(signal: Int, value: Double)]
  }

  /// A reading counts for this many of its expected intervals.
  private static let fresh: Int64 = 3

  private let asset: Asset
  private let zone: PlantZone
  private let evaluator: LimitEvaluator
  private let lateness: Span64
  private let isWanted: [Bool]
  /// What tells whether it runs.
  private enum Run: Sendable {
    case states(signal: Int, [RunState?])
    case threshold(signal: Int, running: Double)

    var signal: Int {
      switch self {
      case .states(let signal, _), .threshold(let signal, _): signal
      }
    }
  }

  private let run: Run?
  private var waiting: [Waiting] = []
  private var latest: [Reading?]
  private var judgedThrough = Timestamp.distantPast
  /// By position in `evaluator.limited`.
  private var open: [Finding?]

  public static func factory(zone: PlantZone) -> RuleFactory {
    RuleFactory(name: "limits") { asset, site in LimitRule(asset: asset, site: site, zone: zone) }
  }

  /// Nil for an asset whose fault model has no limit that can be judged on its signals.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    guard let name = asset.faultModel, let model = site.faultModels.first(where: { $0.name == name }),
      let evaluator = LimitEvaluator(model: model, signals: asset.signals)
    else { return nil }
    self.asset = asset
    self.zone = zone
    self.evaluator = evaluator
    lateness = site.horizons[.signalSummary]?.lateness ?? .seconds(10)
    run = Self.run(of: asset)
    var wanted = Array(repeating: false, count: asset.signals.count)
    for signal in evaluator.signals { wanted[signal] = true }
    if let run { wanted[run.signal] = true }
    isWanted = wanted
    latest = Array(repeating: nil, count: asset.signals.count)
    open = Array(repeating: nil, count: evaluator.limited.count)
  }

  /// As the configuration says (`run-state:`), else by the first state signal that knows running.
  private static func run(of asset: Asset) -> Run? {
    func states(_ index: Int) -> Run? {
      guard case .state(let names) = asset.signals[index].kind else { return nil }
      let states = names.map { RunState(stateName: $0) }
      return states.contains(.running) ? .states(signal: index, states) : nil
    }
    func place(_ name: String) -> Int? { asset.signals.firstIndex { $0.name == name } }
    switch asset.production.runState {
    case .off: return nil
    case .threshold(let name, let running, _):
      return place(name).map { .threshold(signal: $0, running: running.doubleValue) }
    case .state(let name): if let known = place(name).flatMap(states) { return known }
    case nil: break
    }
    return asset.signals.indices.lazy.compactMap(states).first
  }

  public func interest(in signal: Int) -> SignalInterest { isWanted[signal] ? .watch : .none }

  public var deadline: Timestamp? { waiting.first.map { $0.time + lateness } }

  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    guard sample.time > judgedThrough else { return }
    let value =
      switch sample.value {
      case .double(let double): double
      case .scaled(let scaled): scaled.doubleValue
      }
    let place = waiting.lastIndex { $0.time <= sample.time }
    if let place, waiting[place].time == sample.time {
      waiting[place].values.append((signal, value))
    } else {
      waiting.insert(Waiting(time: sample.time, values: [(signal, value)]), at: place.map { $0 + 1 } ?? 0)
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    while let next = waiting.first, next.time + lateness <= now {
      waiting.removeFirst()
      for (signal, value) in next.values.sorted(by: { $0.signal < $1.signal }) {
        latest[signal] = Reading(time: next.time, value: value)
      }
      judgedThrough = next.time
      try judge(next.time, context: &context)
    }
  }

  private func value(_ signal: Int, at time: Timestamp) -> Double? {
    guard let reading = latest[signal] else { return nil }
    let hold = Span64(nanoseconds: asset.signals[signal].expectedInterval.nanoseconds * Self.fresh)
    return reading.time + hold >= time ? reading.value : nil
  }

  private func isRunning(_ time: Timestamp) -> Bool {
    guard let run, let value = value(run.signal, at: time) else { return true }
    switch run {
    case .threshold(_, let running): return value >= running
    case .states(_, let states):
      guard let code = Int(exactly: value), states.indices.contains(code), let state = states[code] else { return true }
      return state == .running
    }
  }

  private mutating func judge(_ time: Timestamp, context: inout RuleContext) throws {
    let runs = isRunning(time)
    for index in evaluator.limited.indices {
      let limited = evaluator.limited[index]
      // What is unknown neither opens nor closes.
      guard let isPresent = runs ? evaluator.isPresent(limited, value: { value($0, at: time) }) : false else {
        continue
      }
      if !isPresent {
        if var finding = open[index] {
          finding.closed = time
          context.emit(finding)
          open[index] = nil
        }
      } else if open[index] == nil {
        let finding = finding(limited, time)
        open[index] = finding
        context.emit(finding)
      }
    }
  }

  private func finding(_ limited: LimitEvaluator.Limited, _ time: Timestamp) -> Finding {
    let fault = evaluator.model.faults[limited.fault]
    var evidence: [Event.Attribute] = []
    var texts: [String] = []
    for condition in limited.conditions {
      guard let result = evaluator.judge(condition, value: { value($0, at: time) }) else { continue }
      let text = Self.text(condition.condition, result)
      texts.append(text)
      evidence.append(Event.Attribute("limit", text))
    }
    for signal in evaluator.signals where limited.conditions.contains(where: { $0.inputs.contains(signal) }) {
      guard let value = value(signal, at: time) else { continue }
      evidence.append(
        Event.Attribute(asset.signals[signal].name, "\(Self.number(value)) \(asset.signals[signal].unit)"))
    }
    evidence.append(Event.Attribute("cause", fault.cause.english))
    evidence.append(Event.Attribute("name_zh", fault.name.chinese))
    evidence.append(Event.Attribute("cause_zh", fault.cause.chinese))
    for (index, check) in fault.checks.enumerated() {
      evidence.append(Event.Attribute("check_\(index + 1)", check.english))
      evidence.append(Event.Attribute("check_\(index + 1)_zh", check.chinese))
    }
    for part in fault.parts { evidence.append(Event.Attribute("part", part.english)) }
    evidence.append(Event.Attribute("origin", fault.origin.rawValue))
    evidence.append(Event.Attribute("provenance", fault.provenance))
    let severity: Finding.Severity =
      switch fault.severity {
      case .info: .info
      case .warning: .warning
      case .critical: .critical
      }
    return Finding(
      key: "fault/\(asset.id)/\(fault.id)", rule: "fault", subject: asset.id, severity: severity, opened: time,
      summary: "\(fault.name.english) at \(asset.id) (\(asset.place)) since \(zone.rfc3339(time)): "
        + texts.joined(separator: ", ") + ".",
      advice: fault.checks.first.map(\.english) ?? fault.cause.english, evidence: evidence)
  }

  /// `torque * speed = 9312 W, above 9000 W`.
  static func text(_ condition: FaultModel.Condition, _ result: LimitEvaluator.Finding) -> String {
    let unit = condition.unit == "1" ? "" : " \(condition.unit)"
    let word =
      switch condition.bound {
      case .below: "below"
      case .atMost: "at most"
      case .above: "above"
      case .atLeast: "at least"
      case .outside: result.value < result.limit ? "below" : "above"
      }
    return "\(condition.value.text) = \(number(result.value))\(unit), \(word) \(number(result.limit))\(unit)"
  }

  private static func number(_ value: Double) -> String {
    let digits = abs(value) >= 1000 ? 0 : abs(value) >= 10 ? 1 : 3
    return String(format: "%.\(digits)f", value)
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.timestamp(judgedThrough)
    writer.varint(waiting.count)
    for entry in waiting {
      writer.timestamp(entry.time)
      writer.varint(entry.values.count)
      for (signal, value) in entry.values {
        writer.varint(signal)
        writer.double(value)
      }
    }
    writer.varint(latest.count)
    for reading in latest {
      writer.boolean(reading != nil)
      guard let reading else { continue }
      writer.timestamp(reading.time)
      writer.double(reading.value)
    }
    let standing = open.indices.filter { open[$0] != nil }
    writer.varint(standing.count)
    for index in standing {
      guard let finding = open[index] else { continue }
      writer.string(evaluator.model.faults[evaluator.limited[index].fault].id)
      writer.timestamp(finding.opened)
      writer.string(finding.summary)
      writer.attributes(finding.evidence)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    judgedThrough = try reader.timestamp()
    waiting = []
    for _ in 0..<(try reader.count()) {
      let time = try reader.timestamp()
      var values: [(signal: Int, value: Double)] = []
      for _ in 0..<(try reader.count()) { values.append((try reader.integer(), try reader.double())) }
      waiting.append(Waiting(time: time, values: values.filter { latest.indices.contains($0.signal) }))
    }
    for index in 0..<(try reader.count()) {
      guard try reader.boolean() else { continue }
      let reading = Reading(time: try reader.timestamp(), value: try reader.double())
      if latest.indices.contains(index) { latest[index] = reading }
    }
    for _ in 0..<(try reader.count()) {
      let id = try reader.string()
      let opened = try reader.timestamp()
      let summary = try reader.string()
      let evidence = try reader.attributes()
      guard let index = evaluator.limited.firstIndex(where: { evaluator.model.faults[$0.fault].id == id }) else {
        continue
      }
      var standing = finding(evaluator.limited[index], opened)
      standing.summary = summary
      standing.evidence = evidence
      open[index] = standing
    }
  }
}
