import Plant
import Rules
import Telemetry
import Templates

/// Whether a machine runs in a window: by its state signal or the thresholds of its configuration, else by what its speed,
/// power or current shows while it works (`WorkingLevel`).
struct RunWatch: Hashable, Sendable {
  private enum Source: Hashable, Sendable {
    case nothing
    case states(signal: Int, names: [MachineState?])
    case threshold(signal: Int, running: Double, idle: Double?)
    /// The first that has come speaks for the machine; where it fails, the next, and last its vibration.
    case inferred([Sign])
  }

  /// A signal from which it is inferred that a machine runs.
  private struct Sign: Hashable, Sendable {
    var signal: Int
    var name: String
    var kind: WorkingLevel.Kind
    /// By the plate the machine does not show more for long; nil = nobody has said.
    var most: Double?
    /// Last of all: others shake it, too.
    var isVibration = false
  }

  private let source: Source
  /// In place of a state that is in the template and never comes.
  private let instead: Source
  /// Of each signal of `inferred`.
  private var levels: [WorkingLevel] = []
  /// Whether the signal of the source ever came.
  private var hasCome = false
  /// Of the signals of the asset; empty = not asked.
  private let intervals: [Span64]
  /// A device without a clock: its values are as good as any, only their times are the gateway's.
  private let isUndated: Bool
  /// A machine that shows less than this share of its working level does not run.
  private static let least = 0.1
  /// How far beyond its plate a machine goes.
  private static let beyondPlate = 1.5
  /// A window counts as a state if it held for this share of what is known of it.
  private static let share = 0.9

  init(asset: Asset, profile: MachineProfile, gauges: [Int]) {
    let source = Self.source(asset, profile, gauges)
    self.source = source
    if case .states = source { instead = Self.inferred(profile, gauges) } else { instead = .nothing }
    intervals = asset.signals.map(\.expectedInterval)
    isUndated = asset.topics.contains { $0.timestamp == nil }
    levels = signs.map { WorkingLevel($0.kind) }
  }

  /// Of a machine that no state and no threshold speaks for.
  init(profile: MachineProfile, gauges: [Int]) {
    source = Self.inferred(profile, gauges)
    instead = .nothing
    intervals = []
    isUndated = false
    levels = signs.map { WorkingLevel($0.kind) }
  }

  private var signs: [Sign] {
    if case .inferred(let signs) = source { return signs }
    if case .inferred(let signs) = instead { return signs }
    return []
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
    let plate = profile.nameplate
    func sign(_ place: Int, _ kind: WorkingLevel.Kind, _ unit: String, _ rated: Double?) -> Sign {
      let signal = profile.signals[place]
      let most = signal.unit == unit ? rated.map { beyondPlate * $0 } : nil
      return Sign(signal: gauges[place], name: signal.name, kind: kind, most: most)
    }
    let known: [(MeasuredRole, WorkingLevel.Kind, String, Double?)] = [
      (.speed, .speed, "rpm", plate.speed), (.activePower, .power, "kW", plate.power),
      (.current, .power, "A", plate.current),
    ]
    var signs = known.compactMap { role, kind, unit, rated -> Sign? in
      let places = profile.positions(role)
      // One meter of several phases or drives does not speak for the machine.
      return places.count == 1 ? sign(places[0], kind, unit, rated) : nil
    }
    guard !signs.isEmpty else { return .nothing }
    if let place = profile.positions(.vibrationVelocity).first {
      var vibration = sign(place, .power, "", nil)
      vibration.isVibration = true
      signs.append(vibration)
    }
    return .inferred(signs)
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
    /// How long the signal that told it speaks for: its expected interval; nil = nothing told it.
    var interval: Span64?

    static func whole(_ state: MachineState) -> Reading { Reading(state: state, isWhole: true) }
    static func mixed(_ state: MachineState) -> Reading { Reading(state: state, isWhole: false) }
  }

  mutating func read(_ figures: SummaryFigures) -> Reading { read(figures, by: source) }

  /// After maintenance: what the machine showed before it counts little.
  mutating func renew() {
    for place in levels.indices { levels[place].fade() }
  }

  private func told(by signal: Int, _ reading: Reading) -> Reading {
    var reading = reading
    reading.interval = intervals.indices.contains(signal) ? intervals[signal] : nil
    return reading
  }

  /// Whether what came of a gauge is not doubted for the most part.
  private func isTrusted(_ gauge: SummaryFigures.Gauge) -> Bool {
    gauge.good * 2 > gauge.count || isUndated && gauge.good == 0
  }

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
      func told(_ reading: Reading) -> Reading { self.told(by: signal, reading) }
      for state in MachineState.allCases where Double(times[state] ?? 0) >= Self.share * Double(known) {
        return told(.whole(state))
      }
      let (working, waiting) = (times[.running] ?? 0, times[.idle] ?? 0)
      guard working + waiting == known else { return told(.mixed(.starting)) }
      return told(.mixed(working >= waiting ? .running : .idle))
    case .threshold(let signal, let running, let idle):
      guard let gauge = figures.gauges.first(where: { $0.signal == signal }) else { return .whole(.unknown) }
      func told(_ reading: Reading) -> Reading { self.told(by: signal, reading) }
      if gauge.minimum >= running { return told(.whole(.running)) }
      let isOn = idle.map { gauge.minimum >= $0 } ?? false
      switch RunState(value: gauge.mean, running: running, idle: idle) {
      case .running: return told(.mixed(isOn ? .running : .starting))
      case .idle: return told(gauge.maximum >= running ? .mixed(.idle) : .whole(.idle))
      case .stopped: return told(.whole(.stopped))
      }
    case .inferred(let signs): return inferred(figures, signs)
    }
  }

  private mutating func inferred(_ figures: SummaryFigures, _ signs: [Sign]) -> Reading {
    let gauges = signs.map { sign in figures.gauges.first { $0.signal == sign.signal } }
    for (place, gauge) in gauges.enumerated() {
      guard let gauge, isTrusted(gauge) || levels[place].value == 0 else { continue }
      levels[place].add(gauge.mean)
    }
    // The first that ever came; the others are asked only when it fails.
    guard let first = levels.firstIndex(where: { $0.value > 0 }), !signs[first].isVibration else {
      let seen = signs.indices.first { !signs[$0].isVibration && gauges[$0] != nil }
      return seen.map { told(by: signs[$0].signal, .whole(.stopped)) } ?? .whole(.unknown)
    }
    for place in first..<signs.count {
      guard let gauge = gauges[place], levels[place].value > 0 else { continue }
      let least = Self.least * min(levels[place].value, signs[place].most ?? .infinity)
      if abs(gauge.minimum) < least, abs(gauge.maximum) >= least {
        return told(by: signs[place].signal, .mixed(.starting))
      }
      return told(by: signs[place].signal, .whole(abs(gauge.mean) < least ? .stopped : .running))
    }
    return .whole(.unknown)
  }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    writer.boolean(hasCome)
    writer.varint(levels.count)
    for (sign, level) in zip(signs, levels) {
      writer.string(sign.name)
      level.encode(into: &writer)
    }
  }

  /// What is known of signals that are still asked.
  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    hasCome = try reader.boolean()
    let signs = signs
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      let place = signs.firstIndex { $0.name == name }
      let level = try WorkingLevel(place.map { signs[$0].kind } ?? .power, from: &reader)
      if let place { levels[place] = level }
    }
  }

  /// Of the form that knew the largest values only.
  mutating func restoreLargest(from reader: inout ByteReader) throws(ByteReaderError) {
    hasCome = try reader.boolean()
    let signs = signs
    let count = try reader.count()
    for place in 0..<count {
      let largest = try reader.double()
      guard count == signs.count else { continue }
      levels[place] = WorkingLevel(signs[place].kind, level: largest)
    }
  }
}
