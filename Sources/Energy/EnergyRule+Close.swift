import Rules
import Telemetry

extension EnergyRule {
  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    // A window that closes opens with the boundary that the one before it leaves: that must be right by then.
    if let ownDeadline, !causes.isEmpty, ownDeadline <= now {
      try revise(now: now, includingOpen: false, context: &context)
    }
    while first != nil {
      if let nextEra, nextEra <= closedThrough { try beginEra(now: now, context: &context) }
      guard closedThrough + window + lateness <= now else { break }
      // Readings of open windows that came out of order: fold them from the history first. That can show that a
      // closed window rests on a fall that was none.
      if states.contains(where: \.isDirty) { try revise(now: now, includingOpen: true, context: &context) }
      try closeWindow(context: &context)
    }
    try tellAgain(context: context)
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
    let figures = try figures(parts, start: start, context: context)
    let revision = try windows.issue(
      start: start, body: try body.interval(start: start, parts: parts, figures: figures),
      state: RegisterWindow.encode(parts, base: start), context: &context)
    try publish(figures, .window, start: start, end: end, revision: revision, cause: nil, context: context)
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
    EnergyBody(asset: asset, place: place, zone: zone, window: window, registers: registers, pricing: pricing)
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
    try today.figures.add(figures)
    if zone.nextDay(after: day) <= closedThrough { try issueDay(day, cause: nil, context: &context) }
    let month = zone.startOfMonth(containing: day)
    if zone.nextMonth(after: month) <= closedThrough { try issueMonth(month, cause: nil, context: &context) }
  }

  func issueDay(_ day: Timestamp, cause: RevisionCause?, context: inout RuleContext) throws {
    let end = zone.nextDay(after: day)
    var figures = today.figures
    if today.start != day || today.isStale || cause != nil {
      figures = try refolded(from: day, to: end, context: context)
    }
    var writer = ByteWriter()
    figures.encode(into: &writer)
    figures.encodeShares(into: &writer, hasBands: true)
    let revision = try days.issue(
      start: day, end: end, body: try body.period(start: day, end: end, figures: figures), state: writer.bytes,
      cause: cause, context: &context)
    try publish(figures, .day, start: day, end: end, revision: revision, cause: cause, context: context)
  }

  func issueMonth(_ month: Timestamp, cause: RevisionCause?, context: inout RuleContext) throws {
    let end = zone.nextMonth(after: month)
    var figures = EnergyFigures()
    for (start, entry) in try days.entries(from: month, to: end, context: context) {
      var reader = ByteReader(entry.state)
      var day = try EnergyFigures(from: &reader)
      try day.restoreShares(from: &reader, hasBands: pricing.hasTariff)
      if pricing.hasTariff, day.bands == nil {
        // It was issued before there was a tariff; its windows know what it needs, as long as they are kept.
        day.bands = try refolded(from: start, to: zone.nextDay(after: start), context: context).bands
      }
      try figures.add(day)
    }
    let revision = try months.issue(
      start: month, end: end, body: try body.period(start: month, end: end, figures: figures, isMonth: true),
      cause: cause, context: &context)
    try publish(figures, .month, start: month, end: end, revision: revision, cause: cause, context: context)
  }

  // MARK: Figures

  /// The figures of a window: with its band, and with the largest demand that slid to an end within it.
  func figures(_ parts: [RegisterWindow], start: Timestamp, context: RuleContext) throws -> EnergyFigures {
    try figures(parts, start: start, registers: registers, window: window, context: context)
  }

  /// The same, of a window that may have had another length.
  func figures(
    _ parts: [RegisterWindow], start: Timestamp, registers: [EnergyRegister], window length: Span64,
    context: RuleContext
  ) throws -> EnergyFigures {
    var figures = EnergyFigures(parts, registers: registers, start: start, window: length)
    guard let tariff = pricing.tariff?.tariff else { return figures }
    figures.bands = try BandSums(figures.active, start: start, tariff: tariff, zone: zone)
    if pricing.isSliding, length == window, let sliding = try slidingMaximum(parts, start: start, context: context) {
      figures.maximum = sliding.energy
      figures.maximumStart = sliding.start
    }
    return figures
  }

  /// Of a register that is read every minute and ran on without events; nil where blocks must do.
  private func slidingMaximum(
    _ parts: [RegisterWindow], start: Timestamp, context: RuleContext
  ) throws -> (energy: ScaledInteger, start: Timestamp)? {
    guard let index = registers.firstIndex(where: { $0.quantity == .activeEnergyImport }),
      !registers[index].isAmount, registers[index].expected <= DemandCurve.step, parts[index].events.isEmpty
    else { return nil }
    let samples = try context.samples(
      signal: registers[index].signal, from: start - window - DemandCurve.step,
      to: Timestamp(nanoseconds: (start + window).nanoseconds + 1))
    let readings = samples.map { registers[index].reading($0) }
    // A register that fell, or a value that is none, has its event in the window that it lies in.
    guard zip(readings, readings.dropFirst()).allSatisfy({ $0.value >= 0 && $0.value <= $1.value }) else { return nil }
    let maximum = DemandCurve.largestSlide(
      readings.map { ($0.time, $0.value) }, window: window, from: start, through: start + window)
    return maximum.map { (registers[index].scaled($0.count), $0.start) }
  }
}
