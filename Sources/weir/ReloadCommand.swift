import ArgumentParser
import Control
import Foundation

struct ReloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Bring the changed configuration into force while the gateway runs.",
    discussion: """
      The gateway reads its file again. One with mistakes is refused with all of them, and the gateway goes on as \
      before. A good one is taken over between two samples: what the broker sends meanwhile waits there. `weir diff` \
      shows beforehand what would change. SIGHUP does the same, and the log has the answer.
      Exit codes: 0 in force (or nothing had changed), 1 refused, 2 the gateway cannot be asked.
      """)

  @OptionGroup var gateway: GatewayOptions
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    // It closes the books of the old configuration first, which takes its time on a full disk.
    let client = ControlClient(socketPath: gateway.client.socketPath, timeoutSeconds: 300)
    let report: ReloadReport
    do {
      report = try await client.reload()
    } catch {
      throw DiffCommand.failure(error)
    }
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(report), as: UTF8.self))
      return
    }
    for line in report.changes { print(line) }
    for note in report.notes { print("note: \(note)") }
    print(
      report.applied
        ? "The configuration \(report.path) is in force (\(report.hash.prefix(12)))."
        : "Nothing has changed; \(report.path) is in force (\(report.hash.prefix(12))).")
  }
}
