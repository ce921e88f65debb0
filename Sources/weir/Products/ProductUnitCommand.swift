import ArgumentParser
import Control
import Foundation

extension ProductCommand {
  struct Unit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Footprint of a single unit by its serial number.",
      discussion: """
        The unit's share of its order's footprint, which the good pieces of the order carry: by their machine time where \
        the stations tell it of every one (`duration`), else each the same. It is calculated when it is asked for, from \
        the order's record in the ledger and the visits of the stations; `weir carbon prove` binds it to that record.
        """)

    @Argument(help: "The serial number, as the stations tell it.") var serial: String
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "The order, if the unit was seen in several.") var order: String?
    @Option(name: .long, help: "In which the order began: year (default), month, 2026-10 …") var period = "year"
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      let found = try await gateway.client.productUnit(UnitQuery(serial: serial, order: order, period: period))
      if json { return print(found.text, terminator: "") }
      for line in found.summary { print(line) }
      for note in found.notes { print("  note: \(note)") }
    }
  }
}

extension CarbonCommand {
  struct Prove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prove a figure to a partner, without the data behind it: a record, or a unit's footprint.",
      discussion: """
        The proof is one JSON document: the hashes that lead from the record to the signed head of its day, and a signed \
        extract of the record with its figures, method and period. Readings, sources and factors stay hidden, each \
        behind a salted hash; the record's id (with the name of its asset) is visible. Whoever has the gateway's public \
        key checks it with `weir verify proof.json --key …`. The whole body is in `weir prove`.
        """)

    @Argument(help: "A record's id (<gateway>/<kind>/<key>/<revision>), or the serial number of a unit.") var subject:
      String
    @OptionGroup var gateway: GatewayOptions
    @Option(
      name: .long, parsing: .upToNextOption,
      help: "JSON pointers of members to show too, for example /energy or /methods/*/lines; all = everything.")
    var show: [String] = []
    @Option(name: .long, help: "The order, if the unit was seen in several.") var order: String?
    @Option(name: .long, help: "Of a unit: in which the order began.") var period = "year"
    @Flag(name: .long, help: "Make a signed head first, if the record is of today.") var seal = false
    @Option(name: .shortAndLong, help: "The file to write; default: standard output.") var output: String?

    func run() async throws {
      if seal { _ = try await gateway.client.sealLedger() }
      let proof = try await gateway.client.prove(
        ProofQuery(subject: subject, show: show, order: order, period: period))
      for note in proof.notes { Output.error("note: \(note)") }
      guard let output else { return print(proof.text, terminator: "") }
      try proof.text.write(toFile: output, atomically: true, encoding: .utf8)
      print("proof written to \(output)")
      for line in proof.summary { print("  \(line)") }
    }
  }
}
