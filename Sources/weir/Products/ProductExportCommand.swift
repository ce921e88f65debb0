import ArgumentParser
import Control
import Foundation

extension ProductDocumentQuery.Format: ExpressibleByArgument {}

extension ProductCommand {
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the footprint of a product, batch or order for a customer: PACT 3.0, or signed.",
      discussion: """
        `pact` is a ProductFootprint of PACT 3.0, checked against its rules before it is written. `credential` is the \
        same in a verifiable credential (JWT), signed with the key of the ledger; `weir product verify` checks it with \
        the public key alone. What PACT demands and nobody has said is named with the key of the configuration that \
        says it; nothing is made up. Orders that have not ended are left out.
        """)

    @Argument(help: "A product, a batch, or the number of an order.") var name: String
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "In which the orders began: year (default), 2026-10, 2026-10-01..2026-10-07 …")
    var period = "year"
    @Option(name: .long, help: "pact or credential.") var format = ProductDocumentQuery.Format.pact
    @Flag(
      name: .long, help: "With the proof that each record stands in the ledger, in a credential; shows no record.")
    var withProof = false
    @Option(name: .shortAndLong, help: "The file to write; default: standard output.") var out: String?
    @Flag(name: .long, help: "Say what was written as JSON; needs --out.") var json = false

    func validate() throws {
      if withProof, format == .pact {
        throw ValidationError("--with-proof belongs to a credential; add --format credential")
      }
      if json, out == nil { throw ValidationError("--json tells of a file; name it with --out") }
    }

    func run() async throws {
      var document = try await gateway.client.productDocument(
        ProductDocumentQuery(name: name, period: period, format: format, withProof: withProof))
      guard let out else {
        for note in document.notes { Output.error("note: \(note)") }
        return print(document.text, terminator: "")
      }
      try document.text.write(toFile: out, atomically: true, encoding: .utf8)
      if json {
        document.text = out
        return print(String(decoding: try ControlCoding.encoder().encode(document), as: UTF8.self))
      }
      print("\(out): \(document.id)")
      for line in document.summary { print("  \(line)") }
      for note in document.notes { print("  note: \(note)") }
    }
  }
}
