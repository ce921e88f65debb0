import ArgumentParser
import Control
import Ledger
import Telemetry

struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "The ledger of energy and carbon records.", subcommands: [Seal.self])

  struct Seal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a signed head now, over all leaves since the last one.",
      discussion: """
        The gateway makes one when a day of the plant ends, and sends it to the destinations that get `ledger-head`. Who \
        keeps a head can tell later whether the ledger was cut or made anew (`weir verify --head`).
        """)
    @OptionGroup var gateway: GatewayOptions
    @Flag(name: .long, help: "Print the head's record as JSON, for `weir verify --head`.") var json = false

    func run() async throws {
      let text = try await gateway.client.sealLedger()
      if json { return print(text, terminator: "") }
      let head = try HeadStatement(body: JSONValue(parsing: text)["body"] ?? .null).contents
      print("head \(head.number) of \(head.day): leaves \(head.first)–\(head.last), signed")
    }
  }
}
