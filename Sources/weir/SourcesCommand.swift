import ArgumentParser
import Control
import Foundation

struct SourcesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sources", abstract: "Which sources send bad data, the worst first, and what to do about it.",
    discussion: """
      Open findings come first; then what was counted since the gateway knows the source: findings, samples that were \
      set aside, came twice or late, and the share of time in which a signal was missing. A line without a signal is the \
      device as a whole: its clock, its messages, its silence.
      """)

  @OptionGroup var gateway: GatewayOptions
  @Option(name: .long, help: "At most so many.") var limit = 30
  @Flag(name: .long, help: "As JSON.") var json = false

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10,000") }
  }

  func run() async throws {
    let lines = try await gateway.client.sources(limit: limit)
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(lines), as: UTF8.self))
      return
    }
    print(SourcesText.page(lines, limit: limit))
  }
}
