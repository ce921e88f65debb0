import Control
import Telemetry

/// One word for the whole gateway, and why.
enum Verdict {
  /// What it is made of.
  struct Evidence {
    var connections: [GatewayStatus.ConnectionStatus]
    var destinations: [GatewayStatus.DestinationStatus] = []
    var findings: [Finding] = []
    /// Why the store or the journal cannot be written.
    var store: String?
    var journal: String?
    /// Since the engine last showed itself; nil if it never did.
    var engineSilence: Span64? = .zero
    var engineLag = Span64.zero
    var isBalanced = true
    /// Received since the last usable sample, and set aside, all of it.
    var unusable: (messages: Int, samples: Int) = (0, 0)
    /// With the words of their times.
    var losses: [(loss: LossMemory.Loss, since: String)] = []
  }

  /// The engine shows itself every second.
  static let engineIsStuck = Span64.seconds(5)
  /// An engine that is so far behind makes figures late.
  static let engineIsLate = Span64.seconds(60)
  /// So many in a row are no accident.
  static let unusableInARow = 3
  /// A destination with more than this to deliver is worth a look even while it is being worked on.
  private static let largeBacklog = 100_000

  static func of(_ evidence: Evidence) -> (GatewayStatus.Verdict, [String]) {
    var down: [String] = []
    var degraded: [String] = []
    stages(evidence, &down, &degraded)
    connections(evidence.connections, &down, &degraded)
    intake(evidence, &degraded)
    for destination in evidence.destinations { degraded += troubles(destination) }
    for (loss, since) in evidence.losses {
      let words = [loss.refused > 0 ? "refused \(loss.refused)" : nil, loss.evicted > 0 ? "lost \(loss.evicted)" : nil]
      let evicted = loss.evicted > 0 ? " (evicted: the disk space was used up)" : ""
      degraded.append(
        "Destination \(loss.destination) has \(words.compactMap { $0 }.joined(separator: " and ")) records since "
          + "\(since)\(evicted).")
    }
    let open = evidence.findings.filter { $0.rule != GatewayFindings.held }
    let critical = open.count { $0.severity == .critical }
    let warnings = open.count { $0.severity == .warning }
    if critical > 0 { degraded.append("\(count(critical, "critical finding")) open; see FINDINGS.") }
    if warnings > 0 { degraded.append("\(count(warnings, "warning")) open; see FINDINGS.") }
    if !down.isEmpty { return (.down, down + degraded) }
    return degraded.isEmpty ? (.good, []) : (.degraded, degraded)
  }

  private static func stages(_ evidence: Evidence, _ down: inout [String], _ degraded: inout [String]) {
    if let journal = evidence.journal { down.append("The journal cannot be written: \(journal).") }
    if let store = evidence.store { down.append("The store cannot be written: \(store).") }
    if let silence = evidence.engineSilence {
      // While the store waits for room the engine waits with it, and that has been said.
      if silence > engineIsStuck, evidence.store == nil {
        down.append("The engine has stood still for \(Int(silence.seconds)) s; look at the log, restart the gateway.")
      } else if evidence.engineLag > engineIsLate {
        degraded.append("The engine is \(Int(evidence.engineLag.seconds)) s behind; figures come late.")
      }
    } else {
      down.append("The engine has not started yet.")
    }
    if !evidence.isBalanced {
      degraded.append("The accounts do not add up; this is a defect of the gateway, please report it.")
    }
  }

  private static func connections(
    _ connections: [GatewayStatus.ConnectionStatus], _ down: inout [String], _ degraded: inout [String]
  ) {
    let lost = connections.filter { $0.state == ConnectionMonitor.State.disconnected.rawValue }
    for connection in connections {
      if connection.state != ConnectionMonitor.State.connected.rawValue {
        let text =
          "Connection \(connection.name) to \(connection.broker) is \(connection.state) since \(connection.since)"
          + (connection.lastError.map { ": \($0)." } ?? ".")
        // Data still comes in while another connection is there.
        if lost.count == connections.count { down.append(text) } else { degraded.append(text) }
      }
      if let first = connection.refusedTopics.first {
        let more = connection.refusedTopics.count - 1
        degraded.append(
          "The broker of \(connection.name) refuses to deliver \(first)\(more > 0 ? ", and \(more) more" : "")"
            + "; check its access list.")
      }
      if let first = connection.weakTopics.first {
        let more = connection.weakTopics.count - 1
        degraded.append(
          "The broker of \(connection.name) delivers \(first)\(more > 0 ? " and \(more) more" : "") at QoS 0 only: "
            + "messages can be lost on the way.")
      }
    }
  }

  private static func intake(_ evidence: Evidence, _ degraded: inout [String]) {
    let (messages, samples) = evidence.unusable
    if messages >= unusableInARow {
      degraded.append("The last \(messages) messages were all set aside; see `weir quarantine list`.")
    } else if samples >= unusableInARow {
      degraded.append("The last \(samples) samples were all set aside; see `weir quarantine list`.")
    }
  }

  private static func troubles(_ destination: GatewayStatus.DestinationStatus) -> [String] {
    var troubles: [String] = []
    switch destination.state {
    case "held", "retrying":
      troubles.append(
        "Destination \(destination.name) is \(destination.state): \(destination.lastError ?? "no reason given").")
    default:
      if destination.pending > largeBacklog {
        troubles.append("Destination \(destination.name) has \(destination.pending) records to deliver.")
      }
    }
    if !destination.balanced { troubles.append("The accounts of destination \(destination.name) do not add up.") }
    return troubles
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? " is" : "s are")"
  }
}
