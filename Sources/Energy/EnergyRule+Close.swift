import Rules
import Telemetry

extension EnergyRule {
  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    // A window that closes opens with the boundary that the one before it leaves: that must be right by then.
    if let deadline, !causes.isEmpty, deadline <= now { try revise(now: now, includingOpen: false, context: &context) }
    while first != nil {
      if let nextEra, nextEra <= closedThrough { try beginEra(now: now, context: &context) }
      guard closedThrough + window + lateness <= now else { break }
      // Readings of open windows that came out of order: fold them from the history first. That can show that a
      // closed window rests on a fall that was none.
      if states.contains(where: \.isDirty) { try revise(now: now, includingOpen: true, context: &context) }
      try closeWindow(context: &context)
    }
  }

  /// Issues the oldest open window, and its day and month if it is their last.
  private mutating func closeWindow(context: inout RuleContext) throws {
    let start = closedThrough
    let end = start + window
    var parts: [RegisterWindow] = []
    for index in states.indices {
      for reading in states[index].tallies.first?.implausible ?? [] {
        setAside(reading.time, value: .scaled(registers[index].scaled(reading.value)), register: index, &context)
      }
      parts.append(states[index].close(start: start, end: end, register: registers[index]))
      parts[index].uncertain = try doubted(index, start: start, context: context)
      context.newlyUsed += parts[index].count
    }
    let figures = EnergyFigures(parts, registers: registers, start: start, window: window)
    try windows.issue(
      start: start, body: body.interval(start: start, parts: parts, figures: figures),
      state: RegisterWindow.encode(parts, base: start), context: &context)
    closedThrough = end
    report(parts, previous: nil, end: end, context: &context)
    try addToDay(figures, start: start, context: &context)
  }

  /// Nanoseconds of a window in which findings of data quality doubt a register.
  func doubted(_ register: Int, start: Timestamp, context: RuleContext) throws -> Int64 {
    let end = start + window
    var covered = Int64(0)
    var until = start
    for doubt in try context.verdicts.doubts(
      signal: registers[register].signal, from: start, to: end, context: context)
    {
      let from = max(doubt.from, until)
      let to = min(doubt.to, end)
      if from < to {
        covered += (to - from).nanoseconds
        until = to
      }
    }
    return covered
  }

  var body: EnergyBody {
    EnergyBody(asset: asset, place: place, zone: zone, window: window, registers: registers)
  }

  func setAside(_ time: Timestamp, value: Value, register: Int, _ context: inout RuleContext) {
    context.quarantine(
      QuarantinedSample(
        asset: asset.id, signal: registers[register].name, time: time, value: value, reason: .implausible,
        detail: "more than rated power × time × plausibility factor, or not a register value", noticed: context.clock))
  }

  // MARK: Days and months

  private mutating func addToDay(_ figures: EnergyFigures, start: Timestamp, context: inout RuleContext) throws {
    let day = zone.startOfDay(containing: start)
    if let before = today.start, before != day, zone.nextDay(after: before) != day {
      // The zone was changed: what no day has counted yet is counted in this one, and nothing twice.
      today.start = day
    } else if today.start != day {
      today = RunningDay(start: day)
    }
    today.figures.add(figures)
    if zone.nextDay(after: day) <= closedThrough { try issueDay(day, cause: nil, context: &context) }
    let month = zone.startOfMonth(containing: day)
    if zone.nextMonth(after: month) <= closedThrough { try issueMonth(month, cause: nil, context: &context) }
  }

  func issueDay(_ day: Timestamp, cause: RevisionCause?, context: inout RuleContext) throws {
    let end = zone.nextDay(after: day)
    var figures = today.figures
    if today.start != day || cause != nil {
      figures = EnergyFigures()
      for part in try self.figures(from: day, to: end, context: context) { figures.add(part) }
    }
    var writer = ByteWriter()
    figures.encode(into: &writer)
    figures.encodeShares(into: &writer)
    try days.issue(
      start: day, end: end, body: body.period(start: day, end: end, figures: figures), state: writer.bytes,
      cause: cause, context: &context)
  }

  func issueMonth(_ month: Timestamp, cause: RevisionCause?, context: inout RuleContext) throws {
    let end = zone.nextMonth(after: month)
    var figures = EnergyFigures()
    for (_, entry) in try days.entries(from: month, to: end, context: context) {
      var reader = ByteReader(entry.state)
      var day = try EnergyFigures(from: &reader)
      try day.restoreShares(from: &reader)
      figures.add(day)
    }
    try months.issue(
      start: month, end: end, body: body.period(start: month, end: end, figures: figures), cause: cause,
      context: &context)
  }
}
