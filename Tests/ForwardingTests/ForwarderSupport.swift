import Logging
import NIOConcurrencyHelpers
import Telemetry
import TestSupport

@testable import Forwarding

/// Short waits, so that tests see retries at once.
func quickSettings() -> ForwarderSettings {
  var settings = ForwarderSettings()
  settings.backoffBase = .milliseconds(5)
  settings.backoffMaximum = .milliseconds(40)
  settings.holdInterval = .milliseconds(30)
  settings.pollInterval = .seconds(30)
  settings.grace = .seconds(1)
  return settings
}

/// What a gateway would keep of a forwarder's findings and log lines.
final class Recorded: Sendable {
  let findings = NIOLockedValueBox<[Finding]>([])
  let log = NIOLockedValueBox<[String]>([])

  var logger: Logger { Logger(label: "test") { _ in Handler(recorded: self) } }
  var openFindings: [Finding] {
    let all = findings.withLockedValue { $0 }
    return all.enumerated().filter { index, finding in
      finding.closed == nil && !all[index...].contains { $0.key == finding.key && $0.closed != nil }
    }.map(\.element)
  }

  struct Handler: LogHandler {
    let recorded: Recorded
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    init(recorded: Recorded) { self.recorded = recorded }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
      recorded.log.withLockedValue {
        $0.append("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])")
      }
    }
  }
}

func makeForwarder(
  _ senders: [(name: String, sender: any Sender)], _ outbox: MemoryOutbox, _ recorded: Recorded = Recorded(),
  settings: ForwarderSettings = quickSettings()
) -> Forwarder {
  Forwarder(
    senders: senders, outbox: outbox, settings: settings, logger: recorded.logger, wallClock: { .systemNow },
    onFinding: { finding in recorded.findings.withLockedValue { $0.append(finding) } })
}

/// `eventually` with the patience that deliveries through real servers want.
func soon(within deadline: Duration = .seconds(20), _ condition: () async throws -> Bool) async throws -> Bool {
  try await eventually(within: deadline, condition)
}
