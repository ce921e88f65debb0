import Rules
import Telemetry

extension EnergyRule {
  /// Folds the closed windows again that readings have touched since the last mark, and issues those that differ.
  ///
  /// - Parameter includingOpen: fold open windows from the history too where readings came out of order.
  mutating func revise(now: Timestamp, includingOpen: Bool, context: inout RuleContext) throws {
    guard let first else { return }
    let floor = min(closedThrough, max(first, zone.startOfDay(containing: now - revisionHorizon).windowStart(window)))
    let issued = IssuedWindows(ledger: windows, registers: registers.count, context: context)
    var answers: [RegisterFold.Answer?] = states.map { _ in nil }
    for index in states.indices {
      let isDirty = includingOpen && states[index].isDirty
      guard isDirty || states[index].refoldFrom != nil else { continue }
      let fold = RegisterFold(
        register: registers[index], window: window, first: first, closedThrough: closedThrough,
        newest: states[index].newest, floor: floor, current: states[index].boundary, opening: era?.openings[index]
      ) { try issued.parts($0)?[index] }
      let answer = try fold.run(
        from: states[index].refoldFrom ?? .distantFuture,
        through: isDirty ? .distantFuture : states[index].refoldThrough,
        context: context)
      if let open = answer.open { states[index].replace(open) }
      if isDirty { states[index].isDirty = false }
      states[index].refolded()
      answers[index] = answer
    }
    var causes = causes
    self.causes = []
    revisionDue = nil
    if causes.isEmpty, let index = answers.firstIndex(where: { $0?.windows.isEmpty == false }) {
      causes = [Cause(time: states[index].newest, register: index)]
    }
    var start = answers.compactMap { $0?.start }.min() ?? closedThrough
    var changedDays: [(day: Timestamp, cause: RevisionCause)] = []
    while start < closedThrough {
      if let cause = try reviseWindow(
        start, previous: try issued.parts(start), answers: answers, causes: causes, context: &context)
      {
        let day = zone.startOfDay(containing: start)
        if changedDays.last?.day != day { changedDays.append((day, cause)) }
      }
      start = start + window
    }
    try reviseDays(changedDays, context: &context)
  }

  /// - Returns: why the window is another one now; nil if nothing of it has changed.
  private mutating func reviseWindow(
    _ start: Timestamp, previous: [RegisterWindow]?, answers: [RegisterFold.Answer?], causes: [Cause],
    context: inout RuleContext
  ) throws -> RevisionCause? {
    let end = start + window
    var parts = previous ?? registers.map { _ in RegisterWindow() }
    var changed = previous == nil
    for (index, answer) in answers.enumerated() {
      guard let answer, start >= answer.start else { continue }
      let place = Int((start - answer.start).nanoseconds / window.nanoseconds)
      guard place < answer.windows.count else { continue }
      var part = answer.windows[place]
      part.uncertain = try doubted(index, start: start, context: context)
      guard part != parts[index] else { continue }
      try account(part, previous: parts[index], register: index, start: start, context: &context)
      parts[index] = part
      changed = true
    }
    guard changed else { return nil }
    let cause = cause(for: end, in: causes)
    let figures = try figures(parts, start: start, context: context)
    let revision = try windows.issue(
      start: start, body: try body.interval(start: start, parts: parts, figures: figures),
      state: RegisterWindow.encode(parts, base: start), cause: cause, context: &context)
    try publish(figures, .window, start: start, end: end, revision: revision, cause: cause, context: context)
    report(parts, previous: previous, end: end, context: &context)
    return cause
  }

  /// Moves the counts of readings whose meaning has changed. `newlyUsed` may be negative: a reading that was used and
  /// is set aside now leaves one and enters the other.
  private func account(
    _ part: RegisterWindow, previous: RegisterWindow, register: Int, start: Timestamp, context: inout RuleContext
  ) throws {
    context.newlyUsed += part.count - previous.count
    guard part.implausible != previous.implausible else { return }
    for time in part.implausible where !previous.implausible.contains(time) {
      let sample = try context.samples(
        signal: registers[register].signal, from: time, to: Timestamp(nanoseconds: time.nanoseconds + 1)
      ).first
      guard let sample else { continue }
      setAside(time, value: sample.value, register: register, &context)
    }
    for time in previous.implausible where !part.implausible.contains(time) { context.readmit(.implausible) }
  }

  /// The reading that changed the window that ends at `end`: the last one at or before its end, else the first behind
  /// it, which has ended a silence.
  private func cause(for end: Timestamp, in causes: [Cause]) -> RevisionCause {
    let within = causes.last { $0.time <= end }
    let chosen = within ?? causes.first { $0.time > end } ?? Cause(time: end, register: 0)
    return RevisionCause(
      asset: asset.id, signal: registers[chosen.register].name, time: chosen.time,
      reason: within == nil ? .gapClosed : .late)
  }

  private mutating func reviseDays(
    _ changed: [(day: Timestamp, cause: RevisionCause)], context: inout RuleContext
  ) throws {
    var months: [(month: Timestamp, cause: RevisionCause)] = []
    for (day, cause) in changed {
      if zone.nextDay(after: day) <= closedThrough {
        try issueDay(day, cause: cause, context: &context)
        let month = zone.startOfMonth(containing: day)
        if months.last?.month != month { months.append((month, cause)) }
      } else if today.start == day {
        try recountToday(context: context)
      }
    }
    for (month, cause) in months where zone.nextMonth(after: month) <= closedThrough {
      try issueMonth(month, cause: cause, context: &context)
    }
  }

  private mutating func recountToday(context: RuleContext) throws {
    guard let day = today.start else { return }
    today.figures = try refolded(from: day, to: closedThrough, context: context)
    today.isStale = false
  }

  // MARK: Findings

  /// Opens findings for new events, closes those whose event is gone, and those that a good window has followed.
  mutating func report(
    _ parts: [RegisterWindow], previous: [RegisterWindow]?, end: Timestamp, context: inout RuleContext
  ) {
    for (index, part) in parts.enumerated() {
      let before = previous?[index].events ?? []
      for event in before where !part.events.contains(where: { $0.kind == event.kind && $0.time == event.time }) {
        closeFindings(at: end, context: &context) {
          $0.register == index && $0.event.kind == event.kind && $0.event.time == event.time
        }
      }
      for event in part.events
      where !before.contains(where: { $0.kind == event.kind && $0.time == event.time }) {
        let isOpen = openFindings.contains { $0.register == index && $0.event.kind == event.kind }
        guard !isOpen, let finding = CounterFinding(register: index, event: event) else { continue }
        openFindings.append(finding)
        context.emit(finding.finding(asset: asset.id, register: registers[index], closed: nil))
      }
      let isQuiet =
        part.events.isEmpty && part.covered >= window.nanoseconds
        && part.quality(registers[index], start: end - window) == .good
      if isQuiet {
        closeFindings(at: end, context: &context) { $0.register == index && $0.event.time < end }
      }
    }
  }

  private mutating func closeFindings(
    at time: Timestamp, context: inout RuleContext, where isOver: (CounterFinding) -> Bool
  ) {
    for finding in openFindings where isOver(finding) {
      context.emit(
        finding.finding(
          asset: asset.id, register: registers[finding.register], closed: max(time, finding.event.time)))
    }
    openFindings.removeAll(where: isOver)
  }
}
