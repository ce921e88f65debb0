import Control
import Telemetry

/// One word for the whole gateway, and why.
enum Verdict {
  /// A destination with more than this to deliver is worth a look even while it is being worked on.
  private static let largeBacklog = 100_000

  static func of(
    connections: [GatewayStatus.ConnectionStatus], destinations: [GatewayStatus.DestinationStatus],
    findings: [Finding], store: String?, journal: String?, isReady: Bool, balanced: Bool
  ) -> (GatewayStatus.Verdict, [String]) {
    var down: [String] = []
    var degraded: [String] = []
    if !isReady { down.append("The gateway is still recovering from its journal.") }
    if let journal { down.append("The journal cannot be written: \(journal).") }
    if let store { down.append("The store cannot be written: \(store).") }
    if !balanced { degraded.append("The accounts do not add up; this is a defect of the gateway, please report it.") }
    for connection in connections where connection.state != ConnectionMonitor.State.connected.rawValue {
      let text =
        "Connection \(connection.name) to \(connection.broker) is \(connection.state) since \(connection.since)"
        + (connection.lastError.map { ": \($0)." } ?? ".")
      if connection.state == ConnectionMonitor.State.disconnected.rawValue {
        down.append(text)
      } else {
        degraded.append(text)
      }
    }
    for destination in destinations {
      switch destination.state {
      case "held", "retrying":
        degraded.append(
          "Destination \(destination.name) is \(destination.state): \(destination.lastError ?? "no reason given").")
      default:
        if destination.pending > largeBacklog {
          degraded.append("Destination \(destination.name) has \(destination.pending) records to deliver.")
        }
      }
      if !destination.balanced { degraded.append("The accounts of destination \(destination.name) do not add up.") }
    }
    let critical = findings.filter { $0.severity == .critical && $0.rule != GatewayFindings.held }
    let warnings = findings.filter { $0.severity == .warning && $0.rule != GatewayFindings.held }
    if !critical.isEmpty { degraded.append("\(critical.count) critical findings are open.") }
    if !warnings.isEmpty { degraded.append("\(warnings.count) warnings are open.") }
    if !down.isEmpty { return (.down, down + degraded) }
    return degraded.isEmpty ? (.good, []) : (.degraded, degraded)
  }
}
