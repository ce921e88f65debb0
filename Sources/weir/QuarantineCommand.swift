import ArgumentParser
import Control
import Foundation

struct QuarantineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "What was received but not used, with the reason; nothing of it is lost.",
    subcommands: [List.self, Show.self, Retry.self, Drop.self], defaultSubcommand: List.self)

  private static func messages(_ count: Int) -> String { "\(Figures.count(count)) message\(count == 1 ? "" : "s")" }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List entries, newest first.")
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "Only this reason, for example not-json, conflict, future-timestamp.") var reason:
      String?
    @Option(name: .long, help: "At most so many.") var limit = 50
    @Flag(name: .long, help: "As JSON.") var json = false

    func validate() throws {
      guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10,000") }
    }

    func run() async throws {
      let lines = try await gateway.client.quarantine(reason: reason, limit: limit)
      if json {
        print(String(decoding: try ControlCoding.encoder().encode(lines), as: UTF8.self))
      } else if lines.isEmpty {
        print(reason.map { "nothing is set aside with the reason \($0)" } ?? "the quarantine is empty")
      } else {
        var table = Columns()
        table.add("ID", "REASON", "TIME", "WHAT", "DETAIL")
        for line in lines { table.add(line.id, line.reason, line.time, line.subject, line.detail) }
        print(table.lines(indent: "").joined(separator: "\n"))
        if lines.count == limit { print("… these are the newest \(limit); --limit shows more") }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one entry with its payload.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "The entry's id, as the list shows it.") var id: String

    func run() async throws {
      let lines = try await gateway.client.quarantine(reason: nil, limit: 10_000)
      guard let line = lines.first(where: { $0.id == id }) else {
        throw ValidationError("no entry \"\(id)\" among the newest 10,000; `weir quarantine list` shows the ids")
      }
      print("\(line.id)  \(line.reason)  \(line.time)\n  \(line.subject)\n  \(line.detail)")
      if let payload = line.payload { print("\n\(payload)") }
    }
  }

  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decode messages again, after the mapping was mended.",
      discussion: "What is decoded takes its place in event time, as if it had arrived late.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "Ids of messages (m…), or all.") var ids: [String]

    func run() async throws {
      let outcome = try await gateway.client.retryQuarantine(ids: ids)
      print("\(QuarantineCommand.messages(outcome.done)) decoded")
      if outcome.failed > 0 {
        print("\(QuarantineCommand.messages(outcome.failed)) still cannot be decoded, and stay:")
        if let failure = outcome.firstFailure { print("  \(failure)") }
        print("  → Mend the mapping (asset or template), `weir reload`, and retry.")
        throw ExitCode(1)
      }
    }
  }

  struct Drop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Forget entries; their counts stay.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "Ids of messages (m…), or all.") var ids: [String]

    func run() async throws {
      let outcome = try await gateway.client.dropQuarantine(ids: ids)
      print("\(QuarantineCommand.messages(outcome.done)) dropped")
    }
  }
}
