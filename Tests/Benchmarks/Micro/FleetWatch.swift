import Equipment
import Rules
import Simulation
import Telemetry
import Templates

/// One machine of the fleet before the rule of condition: gives it the frames and writes down what it tells.
struct FleetWatch {
  /// Frames between restarts from the saved state.
  private static let restart = 4999

  private let machine: FleetMachine
  private let asset: Asset
  private let site: Site
  private let factory: RuleFactory
  private let memory = FleetMemory()
  private let output = OutputCollector()
  /// Of the machine's signals in `Asset.signals`.
  private let places: [Int]
  private let states: (signal: Int, count: Int, running: Int, stopped: Int)?
  private var rule: any AssetRule
  private var verdict: FleetVerdict
  /// Level of the finding that is open now; 0 = none.
  private var level = 0
  /// The fault that is predicted now, as the plan of maintenance hears it.
  private var predicted: String?
  private var tally: [String: Int] = [:]
  private var order: [String] = []
  private var nextDay = Timestamp.distantPast
  private var asked: [(time: Timestamp, life: ConditionReport.Life?)] = []
  private var warned: Timestamp?
  private var noticed: Timestamp?

  init(_ machine: FleetMachine, _ asset: Asset, _ site: Site, _ factory: RuleFactory) throws {
    guard let rule = try factory.make(asset, site) else { throw FleetError.notWatched(asset.id) }
    self.machine = machine
    self.asset = asset
    self.site = site
    self.factory = factory
    self.rule = rule
    verdict = FleetVerdict(machine: machine)
    places = try machine.signals.map { signal in
      // Units are those of the templates, in the way that a configuration writes them.
      guard let place = asset.signals.firstIndex(where: { $0.name == signal.name }) else {
        throw FleetError.noSignal(asset.id, signal.name)
      }
      return place
    }
    states =
      asset.signals.enumerated().lazy.compactMap { place, signal in
        guard case .state(let names) = signal.kind,
          let running = names.firstIndex(of: "running") ?? names.firstIndex(of: "loaded"),
          let stopped = names.firstIndex(of: "stopped")
        else { return nil }
        return (place, names.count, running, stopped)
      }.first
  }

  mutating func add(_ frame: FleetFrame) throws {
    verdict.frames += 1
    verdict.years += (frame.end - frame.start).seconds / 31_557_600
    if verdict.frames % Self.restart == 0 { try restartRule() }
    output.output.findings.removeAll(keepingCapacity: true)
    output.output.records.removeAll(keepingCapacity: true)
    output.published.removeAll(keepingCapacity: true)
    var context = RuleContext(clock: frame.end, collector: output, services: memory)
    try rule.heard(.summary(figures(frame)), context: &context)
    let now = frame.end
    let report = rule.conditionReport
    for case (_, .condition(let figures)) in output.published { predicted = figures.prognoses.first?.fault }
    for finding in output.output.findings { note(finding, report, at: now) }
    follow(report, at: now)
  }

  private func figures(_ frame: FleetFrame) -> SummaryFigures {
    var figures = SummaryFigures(start: frame.start, end: frame.end)
    for (place, signal) in places.enumerated() {
      guard let value = frame.values[place] else { continue }
      figures.gauges.append(
        .init(
          signal: signal, count: 600, good: 600, mean: value, minimum: value, maximum: value,
          standardDeviation: frame.spreads[place]))
    }
    figures.gauges.sort { $0.signal < $1.signal }
    if let states {
      var times = [Int64](repeating: 0, count: states.count)
      let whole = (frame.end - frame.start).nanoseconds
      // A machine on its way up has done both.
      times[states.running] = frame.state == .running ? whole : frame.state == .starting ? whole / 2 : 0
      times[states.stopped] = whole - times[states.running]
      figures.states = [.init(signal: states.signal, nanoseconds: times)]
    }
    return figures
  }

  private mutating func note(_ finding: Finding, _ report: ConditionReport?, at now: Timestamp) {
    if finding.rule == "sensor-fault", finding.closed == nil { verdict.sensorFindings.append(now) }
    guard finding.rule == "condition-change" else { return }
    guard finding.closed == nil else {
      level = 0
      return
    }
    let new = finding.severity >= .warning ? 2 : 1
    guard new > level else { return }
    let warning = FleetVerdict.Warning(
      time: now, level: new, fault: report?.faults.first?.id ?? "", isNamed: predicted != nil,
      isEarly: report?.learning == "learning", summary: finding.summary)
    // One finding counts once, at the highest level that it reached.
    if level > 0, !verdict.warnings.isEmpty {
      verdict.warnings[verdict.warnings.count - 1] = warning
    } else {
      verdict.warnings.append(warning)
    }
    level = new
  }

  private mutating func follow(_ report: ConditionReport?, at now: Timestamp) {
    guard level > 0, let onset = machine.onset, now >= onset, let report else { return }
    if noticed == nil { noticed = now }
    guard level == 2 else { return }
    // What was told of a sensor or a new load does not warn of a failure.
    guard let fault = predicted else { return }
    if warned == nil {
      warned = now
      verdict.first = fault
    }
    if tally.updateValue((tally[fault] ?? 0) + 1, forKey: fault) == nil { order.append(fault) }
    if now >= nextDay {
      nextDay = now + .days(1)
      asked.append((now, report.life))
    }
  }

  private mutating func restartRule() throws {
    var writer = ByteWriter()
    rule.encodeState(into: &writer)
    guard var new = try factory.make(asset, site) else { throw FleetError.notWatched(asset.id) }
    var reader = ByteReader(writer.bytes)
    try new.restoreState(from: &reader)
    rule = new
  }

  func verdict(failure: Timestamp?) -> FleetVerdict {
    var verdict = verdict
    verdict.failure = failure
    guard let failure else { return verdict }
    verdict.noticed = noticed.map { (failure - $0).seconds / 3600 }
    guard let warned else { return verdict }
    verdict.lead = (failure - warned).seconds / 3600
    verdict.usual = order.max { (tally[$0] ?? 0) < (tally[$1] ?? 0) }
    for (time, life) in asked {
      guard let life, let p10 = life.p10, let p50 = life.p50, let p90 = life.p90 else {
        verdict.refused += 1
        continue
      }
      func hours(_ end: Timestamp) -> Double { (end - time).seconds / 3600 }
      verdict.predictions.append((hours(p10), hours(p50), hours(p90), hours(failure)))
    }
    return verdict
  }
}

enum FleetError: Error {
  case notWatched(String)
  case noSignal(String, String)
}

/// The saved state of one machine.
final class FleetMemory: RuleServices {
  private var states: [String: [UInt8]] = [:]

  func samples(signal: Int, from: Timestamp, to: Timestamp) -> [Sample] { [] }
  func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) -> Sample? { nil }
  func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) -> Sample? { nil }
  func load(_ key: String) -> [UInt8]? { states[key] }
  func save(_ key: String, _ bytes: [UInt8]?) { states[key] = bytes }
}
