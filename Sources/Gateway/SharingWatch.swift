import MQTT
import Telemetry

/// Tells of a broker without shared subscriptions. Used by the connection's network thread.
final class SharingWatch {
  static let rule = "share-unavailable"

  private let connection: String
  private let findings: GatewayFindings
  private var isUnavailable = false

  init(connection: String, findings: GatewayFindings) {
    self.connection = connection
    self.findings = findings
  }

  static func key(_ connection: String) -> String { "\(rule)/\(connection)" }

  func connectionChanged(_ change: ReceiverEvent) {
    switch change {
    case .up: isUnavailable = false
    case .drained:
      if !isUnavailable { findings.close(key: Self.key(connection), at: PlantClock.system().wall) }
    case .sharingUnavailable(let group):
      isUnavailable = true
      guard !findings.isOpen(Self.key(connection)) else { return }
      findings.note(
        Finding(
          key: Self.key(connection), rule: Self.rule, subject: GatewayFindings.subject, severity: .warning,
          opened: PlantClock.system().wall,
          summary: "The broker of \(connection) offers no shared subscriptions (group \(group)): this gateway gets all "
            + "messages, as if `share` were not there.",
          advice: "Use a broker that offers them with MQTT 5, or remove `share`. Until then stop the other members of "
            + "the group, which get all messages too."))
    case .down, .connectFailed, .subscriptionRefused, .subscriptionWeakened, .publishRefused: return
    }
  }
}
