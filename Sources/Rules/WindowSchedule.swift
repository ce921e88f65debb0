import Telemetry

/// Which windows of fixed length (counted from the epoch) are still open, and when the next one closes.
///
/// A window [a, b) is open until the plant clock reaches b + lateness. Windows close in order and without gaps,
/// beginning with the first one that got a sample; a rule that wants no records for silent windows skips them
/// (`skip(to:)`).
///
/// ```swift
/// // accepted:
/// if schedule.place(sample.time, clock: context.clock) == .late { late.add(…) }
/// // close:
/// while let start = schedule.popDue(now) { … fold [start, start + length) and issue it … }
/// ```
public struct WindowSchedule: Hashable, Sendable {
  public enum Placement: Hashable, Sendable {
    /// Its window is issued when the clock gets there.
    case open
    /// Its window is closed: fold it again.
    case late
  }

  public let length: Span64
  public let lateness: Span64
  /// Start of the oldest open window; nil before the first sample.
  public private(set) var next: Timestamp?

  public init(length: Span64, lateness: Span64) {
    precondition(length > .zero, "a window has a length")
    self.length = length
    self.lateness = lateness
  }

  /// Plant clock time at which the next window closes.
  public var deadline: Timestamp? { next.map { $0 + length + lateness } }

  /// Notes a sample's time and tells whether its window is open. A window before the first open one is opened too as
  /// long as the clock has not passed it, so that the order of arrival makes no difference.
  public mutating func place(_ time: Timestamp, clock: Timestamp) -> Placement {
    if let next, next <= time { return .open }
    let start = time.windowStart(length)
    guard next != nil else {
      next = start
      return .open
    }
    if start + length + lateness <= clock { return .late }
    next = start
    return .open
  }

  /// The window that must close now, oldest first; nil if none is due.
  public mutating func popDue(_ now: Timestamp) -> Timestamp? {
    guard let start = next, let deadline, deadline <= now else { return nil }
    next = start + length
    return start
  }

  /// Leaves out the windows before the one that contains `time`, without going back.
  public mutating func skip(to time: Timestamp) {
    guard let next, next <= time else { return }
    self.next = time.windowStart(length)
  }

  public func encode(into writer: inout ByteWriter) {
    writer.boolean(next != nil)
    if let next { writer.timestamp(next) }
  }

  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    next = try reader.boolean() ? try reader.timestamp() : nil
  }
}
