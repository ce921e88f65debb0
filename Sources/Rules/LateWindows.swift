import Telemetry

/// Closed windows that late samples have touched and that must be folded again, each with its first late sample.
///
/// They wait a while after their first late sample was noticed (`wait`, usually the lateness of the kind of record): a
/// slow device then makes one revision of a window in that time, not one at every time mark.
public struct LateWindows: Hashable, Sendable {
  public struct Window: Hashable, Sendable {
    public var start: Timestamp
    /// Why the window is issued again: the first late sample that arrived for it.
    public var cause: RevisionCause
    /// How many late samples wait in it; they become used when it is folded.
    public var samples: Int
    /// Plant clock at which it is folded again.
    public var due: Timestamp
    /// What the rule noted of the window before its first late sample (a hash of its body); nil if nothing.
    public var previous: UInt64?
  }

  /// Plant time from the first late sample of a window to its revision.
  public let wait: Span64
  /// By start.
  public private(set) var windows: [Window] = []

  /// - Parameter wait: zero = until the next time mark.
  public init(wait: Span64 = .zero) { self.wait = wait }

  public var isEmpty: Bool { windows.isEmpty }

  /// When the next one is due: combine it with the rule's other deadline by taking the lower one.
  public var deadline: Timestamp? { windows.lazy.map(\.due).min() }

  /// Whether a window waits: only for its first late sample there is something to note of it.
  public func contains(_ start: Timestamp) -> Bool {
    let place = place(start)
    return place < windows.count && windows[place].start == start
  }

  /// - Parameters:
  ///   - clock: the plant clock now.
  ///   - samples: how many samples to count with it; 0 for a window that is touched, but not by its own sample.
  ///   - previous: kept for the window's first late sample only.
  public mutating func add(
    start: Timestamp, clock: Timestamp, cause: @autoclosure () -> RevisionCause, samples: Int = 1,
    previous: UInt64? = nil
  ) {
    let place = place(start)
    if place < windows.count, windows[place].start == start {
      windows[place].samples += samples
    } else {
      windows.insert(
        Window(start: start, cause: cause(), samples: samples, due: clock + wait, previous: previous), at: place)
    }
  }

  private func place(_ start: Timestamp) -> Int {
    var low = 0
    var high = windows.count
    while low < high {
      let middle = (low + high) / 2
      if windows[middle].start < start { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Hands out those that are due, by start.
  public mutating func take(_ now: Timestamp) -> [Window] {
    let due = windows.filter { $0.due <= now }
    if !due.isEmpty { windows.removeAll { $0.due <= now } }
    return due
  }

  public func encode(into writer: inout ByteWriter) {
    writer.varint(windows.count)
    for window in windows {
      writer.timestamp(window.start)
      writer.string(window.cause.asset)
      writer.string(window.cause.signal)
      writer.timestamp(window.cause.time)
      writer.string(window.cause.reason.rawValue)
      writer.varint(window.samples)
      writer.timestamp(window.due)
      writer.boolean(window.previous != nil)
      if let previous = window.previous { writer.fixed64(previous) }
    }
  }

  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    windows = []
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      let asset = try reader.string()
      let signal = try reader.string()
      let time = try reader.timestamp()
      let word = try reader.string()
      guard let reason = RevisionCause.Reason(rawValue: word) else {
        throw ByteReaderError(offset: reader.offset, expected: "the reason of a revision")
      }
      let cause = RevisionCause(asset: asset, signal: signal, time: time, reason: reason)
      let samples = try reader.integer()
      let due = try reader.timestamp()
      let previous = try reader.boolean() ? try reader.fixed64() : nil
      windows.append(Window(start: start, cause: cause, samples: samples, due: due, previous: previous))
    }
  }
}
