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
    /// The first that has come speaks for the machine; where it fails, the next, and last its vibration.
    case inferred(signals: [Int], vibration: Int?)
  }

  private let source: Source
  /// In place of a state that is in the template and never comes.
  private let instead: Source
  /// Largest value of each signal of `inferred`; 0 = never came.
  private var largest: [Double] = []
  /// Whether the signal of the source ever came.
  private var hasCome = false
  /// A machine that shows less than this share of its largest value does not run.
  private static let least = 0.1
  /// A window counts as a state if it held for this share of what is known of it.
  private static let share = 0.9

  init(asset: Asset, profile: MachineProfile, gauges: [Int]) {
    let source = Self.source(asset, profile, gauges)
    self.source = source
    if case .states = source { instead = Self.inferred(profile, gauges) } else { instead = .nothing }
  }

  /// Of a machine that no state and no threshold speaks for.
  init(profile: MachineProfile, gauges: [Int]) {
    source = Self.inferred(profile, gauges)
    instead = .nothing
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
    return inferred(profile, gauges)
  }

  private static func inferred(_ profile: MachineProfile, _ gauges: [Int]) -> Source {
    let signals = [MeasuredRole.speed, .activePower, .current].compactMap { role -> Int? in
      let places = profile.positions(role)
      // One meter of several phases or drives does not speak for the machine.
      return places.count == 1 ? gauges[places[0]] : nil
    }
    guard !signals.isEmpty else { return .nothing }
    return .inferred(signals: signals, vibration: profile.positions(.vibrationVelocity).first.map { gauges[$0] })
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

  /// What a machine did in a window, and whether it did that all the time.
  struct Reading: Hashable, Sendable {
    var state: MachineState
    var isWhole: Bool

    static func whole(_ state: MachineState) -> Reading { Reading(state: state, isWhole: true) }
    static func mixed(_ state: MachineState) -> Reading { Reading(state: state, isWhole: false) }
  }

  mutating func read(_ figures: SummaryFigures) -> Reading { read(figures, by: source) }

  private mutating func read(_ figures: SummaryFigures, by source: Source) -> Reading {
    switch source {
    case .nothing: return .whole(.unknown)
    case .states(let signal, let names):
      guard let states = figures.states.first(where: { $0.signal == signal }) else {
        return hasCome ? .whole(.unknown) : read(figures, by: instead)
      }
      hasCome = true
      var times: [MachineState: Int64] = [:]
      for (name, time) in zip(names, states.nanoseconds) {
        if let name, time > 0 { times[name, default: 0] += time }
      }
      let known = times.values.reduce(0, +)
      guard known > 0 else { return .whole(.unknown) }
      for state in MachineState.allCases where Double(times[state] ?? 0) >= Self.share * Double(known) {
        return .whole(state)
      }
      let (working, waiting) = (times[.running] ?? 0, times[.idle] ?? 0)
      guard working + waiting == known else { return .mixed(.starting) }
      return .mixed(working >= waiting ? .running : .idle)
    case .threshold(let signal, let running, let idle):
      guard let gauge = figures.gauges.first(where: { $0.signal == signal }) else { return .whole(.unknown) }
      if gauge.minimum >= running { return .whole(.running) }
      let isOn = idle.map { gauge.minimum >= $0 } ?? false
      switch RunState(value: gauge.mean, running: running, idle: idle) {
      case .running: return .mixed(isOn ? .running : .starting)
      case .idle: return gauge.maximum >= running ? .mixed(.idle) : .whole(.idle)
      case .stopped: return .whole(.stopped)
      }
    case .inferred(let known, let vibration):
      let signals = known + [vibration].compactMap(\.self)
      if largest.count != signals.count { largest = Array(repeating: 0, count: signals.count) }
      for (place, signal) in signals.enumerated() {
        guard let gauge = figures.gauges.first(where: { $0.signal == signal }) else { continue }
        largest[place] = max(largest[place], abs(gauge.mean))
      }
      // The first that ever came; the others are asked only when it fails.
      guard let first = largest.firstIndex(where: { $0 > 0 }), first < known.count else {
        let isSeen = known.contains { signal in figures.gauges.contains { $0.signal == signal } }
        return .whole(isSeen ? .stopped : .unknown)
      }
      for place in first..<signals.count {
        guard let gauge = figures.gauges.first(where: { $0.signal == signals[place] }), largest[place] > 0 else {
          continue
        }
        let least = Self.least * largest[place]
        if abs(gauge.minimum) < least, abs(gauge.maximum) >= least { return .mixed(.starting) }
        return .whole(abs(gauge.mean) < least ? .stopped : .running)
      }
      return .whole(.unknown)
    }
  }

  func encode(into writer: inout ByteWriter) {
    writer.boolean(hasCome)
    writer.varint(largest.count)
    for value in largest { writer.double(value) }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    hasCome = try reader.boolean()
    largest = []
    for _ in 0..<(try reader.count()) { largest.append(try reader.double()) }
  }
}
