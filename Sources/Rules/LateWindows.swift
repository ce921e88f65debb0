import Telemetry

/// Closed windows that late samples have touched and that must be folded again, each with its first late sample.
///
/// Collecting them until the next time mark makes one revision out of a burst of late samples. A rule with late
/// windows has the deadline `distantPast`, which is the next mark.
public struct LateWindows: Hashable, Sendable {
  public struct Window: Hashable, Sendable {
    public var start: Timestamp
    /// Why the window is issued again: the first late sample that arrived for it.
    public var cause: RevisionCause
    /// How many late samples wait in it; they become used when it is folded.
    public var samples: Int
  }

  /// By start.
  public private(set) var windows: [Window] = []

  public init() {}

  public var isEmpty: Bool { windows.isEmpty }

  /// `distantPast` if there is something to fold: combine it with the rule's other deadline by taking the lower one.
  public var deadline: Timestamp? { windows.isEmpty ? nil : .distantPast }

  /// - Parameter samples: how many samples to count with it; 0 for a window that is touched, but not by its own sample.
  public mutating func add(start: Timestamp, cause: @autoclosure () -> RevisionCause, samples: Int = 1) {
    var low = 0
    var high = windows.count
    while low < high {
      let middle = (low + high) / 2
      if windows[middle].start < start { low = middle + 1 } else { high = middle }
    }
    if low < windows.count, windows[low].start == start {
      windows[low].samples += samples
    } else {
      windows.insert(Window(start: start, cause: cause(), samples: samples), at: low)
    }
  }

  /// Hands out all of them, by start.
  public mutating func take() -> [Window] {
    defer { windows = [] }
    return windows
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
      windows.append(Window(start: start, cause: cause, samples: try reader.integer()))
    }
  }
}
