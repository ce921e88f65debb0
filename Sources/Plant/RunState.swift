import Telemetry

/// What a machine does, in three words.
public enum RunState: UInt8, Hashable, Sendable, CaseIterable {
  case running = 0
  /// Ready, in setup, waiting: it consumes and makes nothing.
  case idle = 1
  /// Off or in fault.
  case stopped = 2

  public var word: String {
    switch self {
    case .running: "running"
    case .idle: "idle"
    case .stopped: "stopped"
    }
  }

  private static let words: [String: RunState] = [
    "running": .running, "starting": .running, "loaded": .running, "loading": .running, "unloading": .running,
    "automatic": .running, "driving": .running, "heating": .running, "cooling": .running, "welding": .running,
    "throttled": .running, "idle": .idle, "unloaded": .idle, "setup": .idle, "waiting": .idle, "blocked": .idle,
    "manual": .idle, "standby": .idle, "stopped": .stopped, "off": .stopped, "fault": .stopped, "jammed": .stopped,
  ]

  /// The meaning of a state's name of an equipment template; nil for one that tells nothing of it.
  public init?(stateName: String) {
    guard let state = Self.words[stateName] else { return nil }
    self = state
  }

  /// By a measured value (usually active power).
  /// - Parameters:
  ///   - running: at or above it the machine runs.
  ///   - idle: at or above it the machine is idle, below it stopped; nil = never stopped.
  public init(value: Double, running: Double, idle: Double?) {
    self = value >= running ? .running : idle.map { value < $0 } ?? false ? .stopped : .idle
  }
}

/// A stretch of time in one run state, half-open.
public struct RunSpan: Hashable, Sendable {
  public var state: RunState
  public var start: Timestamp
  public var end: Timestamp

  public init(state: RunState, start: Timestamp, end: Timestamp) {
    self.state = state
    self.start = start
    self.end = end
  }

  /// What readings say of a window: each holds until the next one, at most `hold`; beyond it nothing is known.
  ///
  /// - Parameter readings: by time, beginning with the last one before the window; nil = a reading that tells nothing.
  public static func fold(
    _ readings: [(time: Timestamp, state: RunState?)], hold: Span64, window: Range<Timestamp>
  ) -> [RunSpan] {
    Held.fold(readings.map { ($0.time, $0.state) }, hold: hold, window: window).map { word, start, end in
      RunSpan(state: word, start: start, end: end)
    }
  }
}
