import Telemetry

/// How long a machine was on, and how often it was started, since the gateway knows it.
struct RunHours: Hashable, Sendable {
  private(set) var hours = 0.0
  private(set) var starts = 0
  private var lastEnd: Timestamp?
  private var wasStopped = false

  /// Adds a minute; minutes come in the order of their times.
  /// - Parameter gap: time between minutes that belong together, at most.
  mutating func add(_ minute: ConditionFrame, gap: Span64) {
    defer { lastEnd = minute.end }
    switch minute.run {
    case .running, .idle, .starting:
      let since = max(minute.end - gap, min(minute.start, lastEnd ?? minute.start))
      // In its first minute it was off for a part of it that nobody knows: the minute counts.
      hours += (minute.end - (wasStopped ? minute.start : since)).seconds / 3600
      if wasStopped { starts += 1 }
      wasStopped = false
    case .stopped, .plannedStop, .unplannedStop, .lockedOut: wasStopped = true
    case .unknown: break
    }
  }

  func encode(into writer: inout ByteWriter) {
    writer.double(hours)
    writer.varint(starts)
    writer.timestamp(lastEnd ?? .distantPast)
    writer.boolean(wasStopped)
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    hours = try reader.double()
    starts = try reader.integer()
    let end = try reader.timestamp()
    lastEnd = end == .distantPast ? nil : end
    wasStopped = try reader.boolean()
  }
}
