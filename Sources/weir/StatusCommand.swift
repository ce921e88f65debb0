import ArgumentParser
import Control
import Foundation

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show whether data comes in, is kept, and goes out.",
    discussion: "Exit code 0 = good, 1 = degraded, 2 = down or not running.")

  @OptionGroup var gateway: GatewayOptions

  @Flag(name: .long, help: "Refresh each second until Ctrl-C; without a terminal a line a second.")
  var watch = false

  @Flag(name: .long, help: "The whole status as JSON.")
  var json = false

  @Flag(name: .long, help: "One line.")
  var line = false

  func run() async throws {
    repeat {
      let status: GatewayStatus
      do {
        status = try await gateway.client.status()
      } catch {
        // Standard output is for the status alone: programs read it.
        guard watch, error.isPassing else {
          Output.error(error.description)
          throw ExitCode(2)
        }
        Output.error("waiting: \(error.description)")
        try await Task.sleep(for: .seconds(1))
        continue
      }
      if json {
        print(String(decoding: try ControlCoding.encoder().encode(status), as: UTF8.self))
      } else if line || watch && isatty(1) == 0 {
        print(StatusText.line(status))
      } else {
        // Home and clear: the page stands still while its figures move.
        print((watch ? "\u{1B}[H\u{1B}[J" : "") + StatusText.page(status, color: isatty(1) == 1))
      }
      guard watch else { throw ExitCode(StatusText.exitCode(status.verdict)) }
      fflush(nil)
      try await Task.sleep(for: .seconds(1))
    } while watch
  }
}
