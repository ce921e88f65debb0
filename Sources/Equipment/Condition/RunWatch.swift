import Plant
import Rules
import Telemetry
import Templates

/// Whether a machine runs in a window: by its state signal or the thresholds of its configuration, else by the largest of
/// what its speed, power or current ever showed.
struct RunWatch: Hashable, Sendable {
  private enum Source: Hashable, Sendable {
    case nothing
    case states(signal: Int, names: [MachineState?])
    case threshold(signal: Int, running: Double, idle: Double?)
    case inferred(signal: Int)
  }

  private let source: Source
  private var largest = 0.0
  /// A machine that shows less than this share of its largest value does not run.
  private static let least = 0.1
  /// A window counts as a state if it held for this share of what is known of it.
  private static let share = 0.9

  init(asset: Asset, profile: MachineProfile, gauges: [Int]) {
    source = Self.source(asset, profile, gauges)
  }

  private static func source(_ asset: Asset, _ profile: MachineProfile, _ gauges: [Int]) -> Source {
    switch asset.production.runState {
    case .off: return .nothing
    case .threshold(let name, let running, let idle):
      guard let signal = asset.signals.firstIndex(where: { $0.name == name }) else { return .nothing }
      return .threshold(signal: signal, running: running.doubleValue, idle: idle?.doubleValue)
    case .state(let name):
      if let found = asset.signals.indices.first(where: { asset.signals[$0].name == name }).flatMap({
        states(asset, $0)
      }) {
        return found
      }
    case nil:
      if let found = asset.signals.indices.lazy.compactMap({ states(asset, $0) }).first { return found }
    }
    for role in [MeasuredRole.speed, .activePower, .current] {
      let places = profile.positions(role)
      // One meter of several phases or drives does not speak for the machine.
      if places.count == 1 { return .inferred(signal: gauges[places[0]]) }
    }
    return .nothing
  }

  private static func states(_ asset: Asset, _ signal: Int) -> Source? {
    guard case .state(let names) = asset.signals[signal].kind else { return nil }
    let states = names.map { name -> MachineState? in
      if let own = MachineState(word: name) { return own }
      return switch RunState(stateName: name) {
      case .running: .running
      case .idle: .idle
      case .stopped: name == "fault" ? .unplannedStop : .stopped
      case nil: nil
      }
    }
    return states.contains(.running) ? .states(signal: signal, names: states) : nil
  }

  mutating func state(_ figures: SummaryFigures) -> MachineState {
    switch source {
    case .nothing: return .unknown
    case .states(let signal, let names):
      guard let states = figures.states.first(where: { $0.signal == signal }) else { return .unknown }
      var times: [MachineState: Int64] = [:]
      for (name, time) in zip(names, states.nanoseconds) {
        if let name, time > 0 { times[name, default: 0] += time }
      }
      let known = times.values.reduce(0, +)
      guard known > 0 else { return .unknown }
      for state in MachineState.allCases where Double(times[state] ?? 0) >= Self.share * Double(known) { return state }
      return .starting
    case .threshold(let signal, let running, let idle):
      guard let gauge = figures.gauges.first(where: { $0.signal == signal }) else { return .unknown }
      if gauge.minimum >= running { return .running }
      switch RunState(value: gauge.mean, running: running, idle: idle) {
      case .running: return .starting
      case .idle: return .idle
      case .stopped: return .stopped
      }
    case .inferred(let signal):
      guard let gauge = figures.gauges.first(where: { $0.signal == signal }) else { return .unknown }
      largest = max(largest, abs(gauge.mean))
      guard largest > 0 else { return .stopped }
      if abs(gauge.minimum) < Self.least * largest, abs(gauge.maximum) >= Self.least * largest { return .starting }
      return abs(gauge.mean) < Self.least * largest ? .stopped : .running
    }
  }

  func encode(into writer: inout ByteWriter) { writer.double(largest) }
  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) { largest = try reader.double() }
}
