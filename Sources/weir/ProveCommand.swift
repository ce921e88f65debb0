import ArgumentParser
import Foundation
import Gateway
import Ledger
import Store

struct ProveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove", abstract: "Make a proof that a record stands in the ledger, for somebody outside.",
    discussion: """
      The proof is one JSON document: the record, the hashes that lead from it to the signed head of its day, and the \
      head. Of other records and of readings it shows nothing. Whoever has the gateway's public key checks it with \
      `weir verify proof.json --key …`. A record of today needs a head first: `weir ledger seal`.
      Exit codes: 0 done, 2 it cannot be done.
      """)

  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "The record's id: <gateway>/<kind>/<key>/<revision>.") var record: String
  @Flag(name: .long, help: "Do not show the record's body, only its hash: who has the body can compare it.")
  var withoutBody = false
  @Option(name: .shortAndLong, help: "The file to write; default: standard output.") var output: String?

  func run() throws {
    do {
      let proof = try LedgerArchive(path: gateway.directory).file.proof(of: record, withBody: !withoutBody)
      let text = proof.json.canonicalText + "\n"
      if let output {
        try text.write(toFile: output, atomically: true, encoding: .utf8)
        print("proof written to \(output)")
      } else {
        print(text, terminator: "")
      }
    } catch {
      Output.error("\(error)")
      throw ExitCode(2)
    }
  }
}
