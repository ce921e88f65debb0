import Rules
import Telemetry

/// Figures that are told again because a person has something counted again (`TellAgain`): some windows at each time
/// mark, each day behind its windows, each month behind its days.
extension EnergyRule {
  struct Again: Hashable, Sendable {
    var id: String
    /// What comes next.
    var next: Timestamp
    var end: Timestamp
    var includesWindows: Bool

    func encode(into writer: inout ByteWriter) {
      writer.string(id)
      writer.timestamp(next)
      writer.timestamp(end)
      writer.boolean(includesWindows)
    }

    init(id: String, next: Timestamp, end: Timestamp, includesWindows: Bool) {
      self.id = id
      self.next = next
      self.end = end
      self.includesWindows = includesWindows
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
      id = try reader.string()
      next = try reader.timestamp()
      end = try reader.timestamp()
      includesWindows = try reader.boolean()
    }
  }

  public var takesCommands: Bool { true }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    guard let request = TellAgain(command), let first, context.clock > .distantPast else { return }
    // Days are the oldest that is kept.
    let oldest = context.clock - days.retention
    let next = zone.startOfDay(containing: max(request.start, max(oldest, first)))
    let end = min(request.end ?? closedThrough, closedThrough)
    guard next < end else { return }
    again.append(
      Again(id: request.id, next: max(next, request.start), end: end, includesWindows: request.includesWindows))
  }

  /// The next slice of what was asked for.
  mutating func tellAgain(context: RuleContext) throws {
    guard var entry = again.first else { return }
    var left = againAtOnce
    while left > 0, entry.next < entry.end {
      let day = zone.startOfDay(containing: entry.next)
      let dayEnd = zone.nextDay(after: day)
      var next = dayEnd
      if entry.includesWindows, context.clock < dayEnd + windows.retention {
        next = min(dayEnd, entry.next + Span64(nanoseconds: window.nanoseconds * Int64(left)))
        try tellWindows(from: entry.next, to: min(next, entry.end), entry.id, context)
        left -= Int((next - entry.next).nanoseconds / window.nanoseconds)
      } else {
        left -= 1
      }
      if next == dayEnd, dayEnd <= entry.end {
        try tellDay(day, end: dayEnd, entry.id, context)
        let month = zone.startOfMonth(containing: day)
        // One of which some days are forgotten would be too small.
        if zone.nextMonth(after: month) == dayEnd, context.clock < month + days.retention {
          try tellMonth(month, end: dayEnd, entry.id, context)
        }
      }
      entry.next = next
    }
    if entry.next < entry.end {
      again[0] = entry
    } else {
      again.removeFirst()
    }
  }

  private func tellWindows(from: Timestamp, to: Timestamp, _ id: String, _ context: RuleContext) throws {
    for (start, entry) in try windows.entries(from: from, to: to, context: context) {
      guard let parts = try RegisterWindow.decode(entry.state, count: registers.count, base: start) else { continue }
      let figures = EnergyFigures(parts, registers: registers, start: start, window: window)
      context.publish(
        .meterAgain(
          try told(figures, .window, start: start, end: start + window, revision: entry.revision, cause: nil),
          request: id))
    }
  }

  private func tellDay(_ day: Timestamp, end: Timestamp, _ id: String, _ context: RuleContext) throws {
    guard let entry = try days.entry(start: day, context: context) else { return }
    context.publish(
      .meterAgain(
        try told(try figures(ofDay: entry), .day, start: day, end: end, revision: entry.revision, cause: nil),
        request: id))
  }

  private func tellMonth(_ month: Timestamp, end: Timestamp, _ id: String, _ context: RuleContext) throws {
    guard let entry = try months.entry(start: month, context: context) else { return }
    var figures = EnergyFigures()
    for (_, day) in try days.entries(from: month, to: end, context: context) {
      try figures.add(try self.figures(ofDay: day))
    }
    context.publish(
      .meterAgain(
        try told(figures, .month, start: month, end: end, revision: entry.revision, cause: nil), request: id))
  }

  private func figures(ofDay entry: WindowLedger.Entry) throws -> EnergyFigures {
    var reader = ByteReader(entry.state)
    var figures = try EnergyFigures(from: &reader)
    try figures.restoreShares(from: &reader, hasBands: pricing.hasTariff)
    return figures
  }
}
