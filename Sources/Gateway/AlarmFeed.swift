import Alarms
import Dispatch
import Journal
import Logging
import Telemetry

/// Takes findings of the gateway itself to the journal, from where they become alarms.
///
/// On a queue of its own: some are noted by the engine's thread, which must not wait for the journal. What cannot be
/// written (the disk is full) is made good at the next start, which says what is open.
final class AlarmFeed: Sendable {
  private let writer: JournalWriter
  private let logger: Logger
  private let queue = DispatchQueue(label: "weir.alarm-feed")

  init(writer: JournalWriter, logger: Logger) {
    self.writer = writer
    self.logger = logger
  }

  func tell(_ finding: Finding) {
    queue.async { [self] in
      do {
        try writer.append(command: GatewayFinding.command(finding))
      } catch {
        logger.warning("a finding is no alarm yet", metadata: ["finding": "\(finding.key)", "error": "\(error)"])
      }
    }
  }

  /// Returns when all that was told is in the journal. While the engine still takes batches.
  func stop() { queue.sync {} }

  /// For the first batch of a start.
  static func commands(open: [Finding]) -> [Batch.Entry] {
    let all = open.map { GatewayFinding.command($0) } + [GatewayFinding.roll(open.map(\.key))]
    return all.map { .command($0.text) }
  }
}
