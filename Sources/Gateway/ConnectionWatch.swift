import Telemetry

/// Calls people when a broker stays away: its devices cannot be called silent while nobody could hear them, so nothing
/// else would.
struct ConnectionWatch: Sendable {
  static let rule = "connection-down"
  /// A broker that is restarted is back by then.
  static let patience = Span64.minutes(1)

  let monitors: [(name: String, monitor: ConnectionMonitor)]
  let findings: GatewayFindings

  static func key(_ connection: String) -> String { "\(rule)/\(connection)" }

  /// Until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      look(now: PlantClock.system().wall)
      do { try await Task.sleep(for: .seconds(5)) } catch { return }
    }
  }

  func look(now: Timestamp) {
    for (name, monitor) in monitors {
      let snapshot = monitor.snapshot
      let key = Self.key(name)
      guard snapshot.state == .disconnected else {
        if findings.isOpen(key) { findings.close(key: key, at: now) }
        continue
      }
      guard now - snapshot.since >= Self.patience, !findings.isOpen(key) else { continue }
      findings.note(
        Finding(
          key: key, rule: Self.rule, subject: GatewayFindings.subject, severity: .critical, opened: snapshot.since,
          summary: "Connection \(name) to its broker is down: nothing is known of the assets behind it. "
            + (snapshot.lastError ?? "The broker ended it."),
          advice: "Check the broker, its address and the network between. What it keeps meanwhile arrives afterwards."))
    }
  }
}
