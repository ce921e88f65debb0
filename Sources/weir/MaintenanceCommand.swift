import ArgumentParser
import Control
import Foundation
import Ledger
import Telemetry

struct MaintenanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maintenance", abstract: "Record what was done on a machine, and see how good the predictions were.",
    subcommands: [Record.self, List.self], defaultSubcommand: List.self)

  struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record work on a machine: what was done, and whether the predicted fault was there.",
      discussion: """
        What is recorded is in the journal for ever; a mistake is corrected by another record with --supersedes, which takes \
        over when it was done, its failure, service, parts and note, and its fault, finding and what was found, unless it \
        says them itself ("" = none). After \
        --done and --replaced the machine is learned anew; not after a --service that was done. --found is what makes predictions measurable: say it whenever \
        somebody has looked.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "The machine's asset id.") var asset: String
    @Flag(
      help: ArgumentHelp("Repaired, adjusted or cleaned; only looked at; or replaced, so that its age begins again."))
    var kind: Kind
    @Option(name: .long, help: "Key of the finding that was followed, as `weir status` shows it.") var finding: String?
    @Option(name: .long, help: "The fault that was looked for, as its fault model names it.") var fault: String?
    @Option(name: .long, help: "The service that was done, of `maintenance: services:`; its hours begin again.")
    var service: String?
    @Option(name: .long, help: "Was it there? yes, no, or other:WHAT (what was there instead).") var found: String?
    @Option(name: .long, help: "When the machine had failed by itself, if it had: 2026-10-05T14:30.") var failed:
      String?
    @Option(name: .long, help: "Parts that were used, with commas between them.") var parts: String?
    @Option(name: .long, help: "Anything else.") var note: String?
    @Option(name: .long, help: "When it was done, 2026-10-05T14:30. Default: now.") var at: String?
    @Option(name: .long, help: "Who did it.") var by: String
    @Option(name: .long, help: "Id of the record that this one corrects.") var supersedes: String?
    @Option(name: .long, help: "Why it is corrected.") var reason: String?
    @Option(name: .long, help: "Id of the record; letters, digits, - and _. Default: made of its contents.")
    var id: String?

    enum Kind: String, EnumerableFlag { case done, inspected, replaced }

    func run() async throws {
      let receipt = try await gateway.client.command(text)
      print("recorded as \(receipt.id)")
      for line in receipt.summary.split(separator: "\n") { print("  \(line)") }
      for warning in receipt.warnings { print("  note: \(warning)") }
    }

    /// The command of the journal.
    private var text: String {
      var members: [String: JSONValue] = [
        "command": "maintenance-record", "asset": .string(asset), "kind": .string(kind.rawValue), "person": .string(by),
      ]
      let more = [
        ("finding", finding), ("fault", fault), ("service", service), ("found", found), ("failed", failed),
        ("note", note), ("time", at),
        ("supersedes", supersedes), ("reason", reason),
      ]
      for (name, value) in more { if let value { members[name] = .string(value) } }
      let names = (parts ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      if !names.isEmpty { members["parts"] = .array(names.filter { !$0.isEmpty }.map(JSONValue.string)) }
      // The same record said twice is one; without a time it is another one in each minute.
      if at == nil { members["id"] = .string("\(Int(Date().timeIntervalSince1970 / 60))") }
      let contents = JSONValue.object(members).canonicalBytes()
      members["id"] = .string(id ?? String(LedgerHash.hex(LedgerHash.sha256(contents)).prefix(12)))
      return String(decoding: JSONValue.object(members).canonicalBytes(), as: UTF8.self)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What was recorded, the newest first, and how many predictions were right.",
      discussion: """
        hit: the fault was there, found in time or failed within its window. early: failed behind the window, or had not \
        failed by then. late: failed before its window, or sooner after the warning than `maintenance: notice`. false: it was not there. missed: nothing had \
        told it. Precision is the share of the checked predictions that were right, recall the share of the found faults \
        that had been predicted.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "Only of this machine.") var asset: String?
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      let report = try await gateway.client.maintenance(asset: asset)
      print(
        json
          ? String(decoding: try ControlCoding.encoder().encode(report), as: UTF8.self)
          : MaintenanceText.page(report, of: asset))
    }
  }
}
