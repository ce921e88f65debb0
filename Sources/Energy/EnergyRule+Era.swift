import Rules
import Telemetry
import Templates

/// What was issued under other settings stays as it is: nothing of it is counted in windows of another length, or read in
/// other units.
extension EnergyRule {
  /// The time from which on the windows are those of the present settings, with the registers as they stood then.
  struct Era: Hashable, Sendable {
    var start: Timestamp
    var openings: [RegisterBoundary]
    /// Length of the windows before; nil where they are not to be read at all.
    var before: Span64?
  }

  // MARK: Another length of the windows

  /// A changed length takes effect with a day of the plant, so that no window overlaps another one, and every day has
  /// windows of one length: the first day on or after `time` that begins where windows of both lengths do, else (in
  /// zones whose midnight is no such instant) the next such instant.
  func eraStart(notBefore time: Timestamp) -> Timestamp {
    func isBoundary(_ time: Timestamp) -> Bool {
      time.windowStart(window) == time && time.windowStart(configuredWindow) == time
    }
    var day = zone.startOfDay(containing: time)
    if day < time { day = zone.nextDay(after: day) }
    let latest = time + .days(3)
    while day < latest {
      if isBoundary(day) { return day }
      day = zone.nextDay(after: day)
    }
    // Both divide a day of UTC.
    var next = time.windowStart(window)
    while next < time || !isBoundary(next) { next = next + window }
    return next
  }

  /// Windows of the configured length from now on. Waits for another day while a register may still come back to a level
  /// that it left before: that would change windows of the old length.
  mutating func beginEra(now: Timestamp, context: inout RuleContext) throws {
    try revise(now: now, includingOpen: true, context: &context)
    let mayReturn = zip(states, registers).contains { state, register in
      state.boundary.episode != nil
        || state.boundary.machine.falls.contains { closedThrough - $0.at.time <= register.limits.memory }
    }
    guard !mayReturn else {
      nextEra = eraStart(notBefore: Timestamp(nanoseconds: closedThrough.nanoseconds + 1))
      return
    }
    era = Era(start: closedThrough, openings: states.map(\.boundary), before: window)
    use(window: configuredWindow)
    nextEra = nil
    first = closedThrough
    for index in states.indices { states[index].rebuildOpen() }
  }

  mutating func use(window length: Span64) {
    window = length
    windows = Self.ledger(asset, length, revisionHorizon)
    for index in registers.indices { registers[index].adapt(to: length) }
  }

  static func ledger(_ asset: Asset, _ window: Span64, _ horizon: Span64) -> WindowLedger {
    WindowLedger(
      kind: .energyInterval, asset: asset.id, length: window,
      retention: Span64(nanoseconds: horizon.nanoseconds + Span64.days(2).nanoseconds))
  }

  // MARK: A fresh beginning where there were windows

  /// The rule has no state, but windows were issued: their registers were other ones. It goes on behind the last of
  /// them.
  mutating func beginBehindOthers(_ time: Timestamp, register: Int, context: RuleContext) throws {
    guard try windows.hasEntries(context: context) else { return }
    let start = registers[register].firstWindow(time, window: window)
    let last = try windows.entries(from: start, to: max(time, context.clock) + window, context: context).last
    era = Era(
      start: max(start, last.map { $0.start + window } ?? start), openings: registers.map { _ in RegisterBoundary() },
      before: nil)
  }

  // MARK: Readings of before

  /// Whether a reading belongs to a window that another era has closed.
  func isBeforeEra(_ time: Timestamp, register: Int) -> Bool {
    guard let era else { return false }
    return time < era.start || (time == era.start && era.openings[register].machine.level != nil)
  }

  /// The sums of issued windows with from ≤ start < to.
  func refolded(from: Timestamp, to: Timestamp, context: RuleContext) throws -> EnergyFigures {
    var sums = EnergyFigures()
    func add(_ ledger: WindowLedger, _ from: Timestamp, _ to: Timestamp, _ registers: [EnergyRegister]) throws {
      for (start, entry) in try ledger.entries(from: from, to: to, context: context) {
        guard let read = try RegisterWindow.decode(entry.state, count: registers.count, base: start) else { continue }
        try sums.add(try figures(read, start: start, registers: registers, window: ledger.length, context: context))
      }
    }
    if let era, let before = era.before, from < era.start {
      var others = registers
      for index in others.indices { others[index].adapt(to: before) }
      try add(Self.ledger(asset, before, revisionHorizon), from, min(to, era.start), others)
    }
    try add(windows, max(from, era?.start ?? from), to, registers)
    return sums
  }

  // MARK: Checkpoint

  func encodeEra(into writer: inout ByteWriter) {
    writer.varint(UInt64(window.nanoseconds))
    writer.boolean(era != nil)
    guard let era else { return }
    writer.timestamp(era.start)
    writer.varint(UInt64((era.before ?? .zero).nanoseconds))
    for opening in era.openings { opening.encode(into: &writer, base: era.start) }
  }

  mutating func restoreEra(from reader: inout ByteReader) throws(ByteReaderError) {
    let length = Span64(nanoseconds: Int64(try reader.integer()))
    guard length > .zero, Span64.days(1).nanoseconds % length.nanoseconds == 0 else {
      throw ByteReaderError(offset: reader.offset, expected: "the length of a window")
    }
    if try reader.boolean() {
      let start = try reader.timestamp()
      let before = Span64(nanoseconds: Int64(try reader.integer()))
      var openings: [RegisterBoundary] = []
      for _ in registers { openings.append(try RegisterBoundary(from: &reader, base: start)) }
      era = Era(start: start, openings: openings, before: before > .zero ? before : nil)
    }
    guard length != window else { return }
    use(window: length)
    nextEra = eraStart(notBefore: closedThrough)
  }
}
