import Rules
import Telemetry
import Templates

extension QualityRule {
  // MARK: Detectors

  mutating func tell(_ transition: Transition, context: inout RuleContext) throws {
    let oldest = transition.time - keep
    switch transition.kind {
    case .doubted:
      let end = Timestamp(nanoseconds: transition.time.nanoseconds + 1)
      try verdicts.add(
        QualityVerdicts.Doubt(
          signal: transition.signal, reason: transition.reason, from: transition.time, to: end),
        keep: oldest, context: context)
    case .opened:
      guard !open.contains(where: { isSame($0, transition) }) else { return }
      open.append(transition)
      add(.finding(transition.reason), signal: transition.signal)
      context.emit(finding(transition, closed: nil))
      guard Self.doubtsAll(transition.reason) else { return }
      try verdicts.add(
        QualityVerdicts.Doubt(
          signal: transition.signal, reason: transition.reason, from: transition.time, to: .distantFuture),
        keep: oldest, context: context)
    case .closed:
      guard let place = open.firstIndex(where: { isSame($0, transition) }) else { return }
      context.emit(finding(open[place], closed: transition.time, count: transition.count))
      open.remove(at: place)
      verdicts.end(signal: transition.signal, reason: transition.reason, at: transition.time)
    }
  }

  private func isSame(_ a: Transition, _ b: Transition) -> Bool { a.signal == b.signal && a.reason == b.reason }

  /// Whether every sample of a signal is doubted while the finding is open; else single ones are, or none (a gap has
  /// no samples: it lowers the coverage).
  private static func doubtsAll(_ reason: QualityReason) -> Bool {
    switch reason {
    case .spike, .rateOfChange, .gap: false
    default: true
    }
  }

  // MARK: What was not accepted

  public mutating func refused(
    _ sample: Sample, _ why: Refusal, signal: Int, context: inout RuleContext
  ) throws {
    switch why {
    case .duplicate: add(.duplicate, signal: signal)
    case .setAside(let reason):
      add(.setAside(reason), signal: signal)
      guard limits.isWatched[signal] else { return }
      switch reason {
      case .outOfRange: noteDoor(sample, signal, .outOfRange)
      case .conflict: noteDoor(sample, signal, .duplicatePublisher)
      case .tooOld: noteTooOld(sample, context: &context)
      default: break
      }
      noteUnused(reason, context)
    }
  }

  private mutating func noteUnused(_ reason: QuarantineReason, _ context: RuleContext) {
    guard context.clock != .distantPast else { return }
    unused = UnusedData(
      reason: reason, since: unused?.since ?? context.clock, latest: context.clock,
      isExplained: reason == .tooOld && reset.opened != nil)
    context.unused = unused
  }

  private mutating func noteDoor(_ sample: Sample, _ signal: Int, _ reason: QualityReason) {
    guard limits.signals[signal].on.contains(Conditions(reason)) else { return }
    let minute = sample.time.windowStart(Self.minute)
    let value: Double
    switch sample.value {
    case .double(let number): value = number
    case .scaled(let number): value = number.doubleValue
    }
    if let place = doors.firstIndex(where: { $0.minute == minute && $0.signal == signal && $0.reason == reason }) {
      doors[place].count += 1
      if sample.time < doors[place].first {
        doors[place].first = sample.time
        doors[place].value = value
      } else if sample.time == doors[place].first {
        doors[place].value = min(doors[place].value, value)
      }
      doors[place].last = max(doors[place].last, sample.time)
    } else {
      doors.append(
        DoorEntry(
          minute: minute, signal: signal, reason: reason, count: 1, first: sample.time, last: sample.time, value: value)
      )
    }
  }

  func closing(_ watch: DoorWatch) -> Span64 {
    Span64(nanoseconds: limits.delays(watch.signal, watch.reason).off)
  }

  /// Everything that was refused in minutes before `end`.
  mutating func judgeDoors(_ end: Timestamp, context: inout RuleContext) throws {
    guard !doors.isEmpty || !doorWatches.isEmpty else { return }
    let due = doors.filter { $0.minute < end }.sorted {
      ($0.minute, $0.signal, $0.reason) < ($1.minute, $1.signal, $1.reason)
    }
    doors.removeAll { $0.minute < end }
    for entry in due { try judge(entry, context: &context) }
    for watch in doorWatches where watch.last + closing(watch) < end {
      guard watch.isOpen else { continue }
      try tell(transition(.closed, watch, at: watch.last + closing(watch)), context: &context)
    }
    doorWatches = doorWatches.filter { $0.last + closing($0) >= end }
  }

  private mutating func judge(_ entry: DoorEntry, context: inout RuleContext) throws {
    let delays = limits.delays(entry.signal, entry.reason)
    var place = doorWatches.firstIndex { $0.signal == entry.signal && $0.reason == entry.reason }
    if let found = place, doorWatches[found].last + closing(doorWatches[found]) <= entry.first {
      // Long enough sound in between.
      if doorWatches[found].isOpen {
        let watch = doorWatches[found]
        try tell(transition(.closed, watch, at: watch.last + closing(watch)), context: &context)
      }
      doorWatches.remove(at: found)
      place = nil
    }
    let index = place ?? doorWatches.endIndex
    if place == nil { doorWatches.append(DoorWatch(entry)) }
    doorWatches[index].count += entry.count
    doorWatches[index].last = max(doorWatches[index].last, entry.last)
    guard !doorWatches[index].isOpen, doorWatches[index].count >= Int(delays.count),
      !open.contains(where: { $0.signal == entry.signal && $0.reason == entry.reason })
    else { return }
    doorWatches[index].isOpen = true
    try tell(transition(.opened, doorWatches[index], at: entry.last), context: &context)
  }

  private func transition(_ kind: Transition.Kind, _ watch: DoorWatch, at time: Timestamp) -> Transition {
    Transition(
      time: time, signal: watch.signal, reason: watch.reason, kind: kind, since: watch.first, count: watch.count,
      value: watch.value, detail: -1)
  }

  // MARK: Clock

  @inline(__always)
  mutating func noteClock(_ time: Int64, context: inout RuleContext) {
    if reset.messages > 0, (context.clock.nanoseconds &- time).magnitude < UInt64(Span64.days(1).nanoseconds) {
      endReset(context: &context)
    }
    if let change = clock.note(time, plant: context.clock.nanoseconds, tolerance: limits.clockTolerance) {
      tell(change, context: &context)
    }
  }

  @inline(never)
  private mutating func endReset(context: inout RuleContext) {
    let finding = resetFinding(closed: context.clock)
    if reset.sound(), let finding { context.emit(finding) }
  }

  private mutating func noteTooOld(_ sample: Sample, context: inout RuleContext) {
    guard context.clock != .distantPast, context.connectedSince != nil else { return }
    if reset.note(sample.time.nanoseconds, plant: context.clock.nanoseconds), let finding = resetFinding(closed: nil) {
      context.emit(finding)
    }
  }
}
