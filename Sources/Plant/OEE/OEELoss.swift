import Telemetry

/// Why planned time was no time of good pieces: the six big losses (Nakajima, TPM, 1988), and two that say that nobody
/// knows. The raw value is the word of records and configuration.
public enum OEELoss: String, Hashable, Sendable, CaseIterable {
  // Availability.
  case breakdown
  case setup
  /// Idling, waiting, blocked, and every short stop.
  case minorStops = "minor-stops"
  // Performance.
  case speed
  // Quality.
  case defects
  /// Rejects while the machine starts, heats or is set up.
  case startup
  /// It stood for longer than a minor stop, and its state does not say why.
  case unexplained
  /// Nothing is known of this time. It counts as lost, so an availability with it is a lower bound.
  case noData = "no-data"

  /// Those that are stretches of time; the others are made of pieces.
  public static let times: [OEELoss] = [.breakdown, .setup, .minorStops, .unexplained, .noData]

  public var title: String {
    switch self {
    case .breakdown: "breakdown"
    case .setup: "setup and adjustment"
    case .minorStops: "idling and minor stops"
    case .speed: "reduced speed"
    case .defects: "defects"
    case .startup: "startup rejects"
    case .unexplained: "unexplained stop"
    case .noData: "no data"
    }
  }

  private static let words: [String: OEELoss] = [
    "fault": .breakdown, "jammed": .breakdown, "setup": .setup, "manual": .setup, "mdi": .setup, "idle": .minorStops,
    "waiting": .minorStops, "blocked": .minorStops, "standby": .minorStops, "unloaded": .minorStops,
  ]
  private static let startupStates: Set<String> = ["starting", "heating", "setup"]

  /// The loss that a state's name means by itself; nil = how long it lasts decides.
  public init?(stateName: String) {
    guard let loss = Self.words[stateName] else { return nil }
    self = loss
  }

  /// Whether pieces that are rejected in a state are rejects of its start.
  static func isStartup(_ stateName: String) -> Bool { startupStates.contains(stateName) }
}
