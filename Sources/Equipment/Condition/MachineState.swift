/// What a machine does during a window, as far as rules of condition need to know it.
public enum MachineState: UInt8, Hashable, Sendable, CaseIterable {
  /// Nothing tells it.
  case unknown = 0
  case stopped = 1
  /// On its way up: what it shows is not yet what it will show.
  case starting = 2
  /// On, without work.
  case idle = 3
  case running = 4
  /// Stopped because it was planned.
  case plannedStop = 5
  /// Stopped by a fault.
  case unplannedStop = 6
  /// Locked out and tagged out.
  case lockedOut = 7

  public var word: String {
    switch self {
    case .unknown: "unknown"
    case .stopped: "stopped"
    case .starting: "starting"
    case .idle: "idle"
    case .running: "running"
    case .plannedStop: "planned-stop"
    case .unplannedStop: "unplanned-stop"
    case .lockedOut: "locked-out"
    }
  }

  public init?(word: String) {
    guard let state = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = state
  }

  /// Whether it is off for certain.
  public var isStopped: Bool {
    switch self {
    case .stopped, .plannedStop, .unplannedStop, .lockedOut: true
    case .unknown, .starting, .idle, .running: false
    }
  }

  /// Whether its condition can be judged: it works, or nothing says that it does not.
  public var isJudged: Bool { self == .running || self == .unknown }
}
