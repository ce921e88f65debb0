import Telemetry

/// The detectors of all signals of an asset after a number of samples. A value: the rule keeps it as it was at an
/// earlier instant too, to fold again from there what came out of order.
struct DetectorState: Hashable, Sendable {
  /// A reason that is pending or open.
  struct Watch: Hashable, Sendable {
    var signal: Int
    var reason: QualityReason
    var machine = DelayMachine()
  }

  /// By position in `Asset.signals`.
  var monitors: [SignalMonitor]
  var siblings: [SiblingMonitor]
  /// Few or none, in no order.
  var watches: [Watch] = []

  /// The device as a whole: its latest sample, since when it has reported without a silence, and when that began.
  private(set) var newest: Int64 = .min
  private(set) var aliveSince: Int64 = .min
  private(set) var silentSince: Int64 = .min
  /// No signal is missing before.
  private var nextGap: Int64 = .max

  init(_ limits: AssetLimits) {
    monitors = Array(repeating: SignalMonitor(), count: limits.signals.count)
    siblings = Array(repeating: SiblingMonitor(), count: limits.compared)
  }

  /// Takes a sample that is later than all before it of its signal.
  ///
  /// - Parameter slack: by how much samples of different signals may arrive in another order than that of their times.
  @inline(__always)
  mutating func handle(
    _ signal: Int, _ time: Int64, _ value: Double, _ limits: AssetLimits, slack: Int64,
    into transitions: inout [Transition]
  ) {
    var found = monitors[signal].handle(time, value, limits.signals[signal]) { limits.units[signal] }
    if limits.signals[signal].siblingSlot >= 0 { found.formUnion(compare(signal, time, value, limits)) }
    // A gap opens when others report meanwhile (`findGaps`); the sample that ends it is the last that is not sound.
    if !monitors[signal].watched.contains(.gap) { found.remove(.gap) }
    if !found.union(monitors[signal].watched).isEmpty {
      settle(signal, time, value, found, limits, into: &transitions)
    }
    if time > newest {
      advance(time, limits, slack: slack, into: &transitions)
    } else if time > silentSince, time < aliveSince {
      aliveSince = time
    }
  }

  // MARK: On and off delays

  @inline(never)
  private mutating func settle(
    _ signal: Int, _ time: Int64, _ value: Double, _ found: Conditions, _ limits: AssetLimits,
    into transitions: inout [Transition]
  ) {
    let at = Timestamp(nanoseconds: time)
    let watched = monitors[signal].watched
    for reason in found.union(watched).reasons {
      let isActive = found.contains(Conditions(reason))
      let place = watches.firstIndex { $0.signal == signal && $0.reason == reason }
      var watch = place.map { watches[$0] } ?? Watch(signal: signal, reason: reason)
      let change = watch.machine.handle(isActive, at: time, limits.delays(signal, reason))
      if let change {
        transitions.append(
          transition(change == .opened ? .opened : .closed, watch, at, value: value))
      }
      if isActive, reason == .rateOfChange { transitions.append(transition(.doubted, watch, at, value: value)) }
      if watch.machine.phase == .idle {
        monitors[signal].watched.remove(Conditions(reason))
        if let place { watches.remove(at: place) }
      } else {
        monitors[signal].watched.insert(Conditions(reason))
        if let place { watches[place] = watch } else { watches.append(watch) }
      }
    }
    if found.contains(.suspect), limits.signals[signal].on.contains(.spike) {
      let watch = Watch(signal: signal, reason: .spike)
      transitions.append(transition(.doubted, watch, at, value: value))
    }
  }

  private func transition(_ kind: Transition.Kind, _ watch: Watch, _ at: Timestamp, value: Double) -> Transition {
    let monitor = monitors[watch.signal]
    var transition = Transition(
      time: at, signal: watch.signal, reason: watch.reason, kind: kind,
      since: Timestamp(nanoseconds: watch.machine.since), count: Int(watch.machine.count), value: value)
    switch watch.reason {
    case .stuckValue: transition.since = Timestamp(nanoseconds: monitor.runStart)
    case .unitChange:
      transition.usual = monitor.unitLevel
      transition.detail = Int(monitor.unit)
    case .flatLine, .noiseChange:
      transition.value = Double(monitor.recentStep)
      transition.usual = Double(monitor.usualStep)
    case .siblingDisagreement: transition.usual = compared
    default: transition.usual = monitor.level
    }
    return transition
  }

  // MARK: Siblings

  /// The mean of the siblings in the latest comparison; evidence only.
  private var compared = 0.0

  private mutating func compare(
    _ signal: Int, _ time: Int64, _ value: Double, _ limits: AssetLimits
  ) -> Conditions {
    let part = Timestamp(nanoseconds: time).windowStart(Span64(nanoseconds: limits.part)).nanoseconds / limits.part
    let slot = Int(limits.signals[signal].siblingSlot)
    let done = siblings[slot].add(value, part: part)
    guard limits.signals[signal].on.contains(.sibling), let group = limits.group(of: signal) else { return [] }
    if let done, let own = mean(of: signal, done, limits) {
      var means = group.others.compactMap { mean(of: $0, done, limits) }
      // Of three and more, the middle of all: else one that is wrong would drag the others along.
      if means.count > 1 { means.append(own) }
      if !means.isEmpty {
        means.sort()
        let middle = means.count / 2
        compared = means.count % 2 == 1 ? means[middle] : (means[middle - 1] + means[middle]) / 2
        siblings[slot].differs = (own - compared).magnitude > group.tolerance
      }
    }
    // Between two comparisons the last one stands.
    return siblings[slot].differs ? .sibling : []
  }

  private func mean(of signal: Int, _ part: Int64, _ limits: AssetLimits) -> Double? {
    let slot = Int(limits.signals[signal].siblingSlot)
    return slot >= 0 ? siblings[slot].mean(part: part) : nil
  }

  // MARK: Gaps

  @inline(__always)
  private mutating func advance(
    _ time: Int64, _ limits: AssetLimits, slack: Int64, into transitions: inout [Transition]
  ) {
    if newest == .min {
      aliveSince = time
    } else if time &- newest > limits.silence {
      silentSince = newest
      aliveSince = time
      nextGap = time
    }
    let isFirst = newest == .min
    newest = time
    if isFirst || time > nextGap { findGaps(limits, slack: slack, into: &transitions) }
  }

  /// A signal is missing when its device reports and it does not.
  @inline(never)
  private mutating func findGaps(_ limits: AssetLimits, slack: Int64, into transitions: inout [Transition]) {
    nextGap = .max
    for signal in monitors.indices {
      guard monitors[signal].count > 0, limits.signals[signal].on.contains(.gap) else {
        // A signal that begins later is watched from then on.
        if limits.isWatched[signal] { nextGap = min(nextGap, newest &+ limits.silence) }
        continue
      }
      if monitors[signal].watched.contains(.gap) {
        // It is known to be missing, until a while after it is back.
        nextGap = min(nextGap, newest &+ limits.signals[signal].gap)
        continue
      }
      let from = max(monitors[signal].time, aliveSince)
      let due = from &+ limits.signals[signal].gap &+ slack
      guard newest > due else {
        nextGap = min(nextGap, due)
        continue
      }
      var watch = Watch(signal: signal, reason: .gap)
      watch.machine.open(since: monitors[signal].time, last: due)
      watches.append(watch)
      monitors[signal].watched.insert(.gap)
      transitions.append(
        Transition(
          time: Timestamp(nanoseconds: due), signal: signal, reason: .gap, kind: .opened,
          since: Timestamp(nanoseconds: monitors[signal].time), count: 1, value: monitors[signal].value))
      nextGap = min(nextGap, newest &+ limits.signals[signal].gap)
    }
  }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    writer.varint(monitors.count)
    for monitor in monitors { monitor.encode(into: &writer) }
    writer.varint(siblings.count)
    for sibling in siblings { sibling.encode(into: &writer) }
    writer.varint(watches.count)
    for watch in watches {
      writer.varint(watch.signal)
      writer.byte(watch.reason.rawValue)
      watch.machine.encode(into: &writer)
    }
    writer.zigzag(newest)
    writer.zigzag(aliveSince)
    writer.zigzag(silentSince)
    writer.zigzag(nextGap)
    writer.double(compared)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    guard try reader.count() == monitors.count else {
      throw ByteReaderError(offset: reader.offset, expected: "the detectors of \(monitors.count) signals")
    }
    for index in monitors.indices { monitors[index] = try SignalMonitor(from: &reader) }
    guard try reader.count() == siblings.count else {
      throw ByteReaderError(offset: reader.offset, expected: "the means of \(siblings.count) siblings")
    }
    for index in siblings.indices { siblings[index] = try SiblingMonitor(from: &reader) }
    watches = []
    for _ in 0..<(try reader.count()) {
      let signal = try reader.integer()
      guard monitors.indices.contains(signal), let reason = QualityReason(rawValue: try reader.byte()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a reason to doubt a signal")
      }
      watches.append(Watch(signal: signal, reason: reason, machine: try DelayMachine(from: &reader)))
    }
    newest = try reader.zigzag()
    aliveSince = try reader.zigzag()
    silentSince = try reader.zigzag()
    nextGap = try reader.zigzag()
    compared = try reader.double()
  }
}
