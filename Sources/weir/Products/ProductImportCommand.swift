import ArgumentParser
import Control
import Foundation
import Ledger
import Telemetry

extension ProductCommand {
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take in a supplier's footprint of a bought material.",
      discussion: """
        FILE is a ProductFootprint of PACT 3.0 (JSON), or a credential (JWT) whose key stands under `footprint: \
        trusted-issuers:` of the configuration. It is checked, and kept in the journal with its SHA-256 and your name. \
        Materials with its `supplier-product:` count with it from then on, also in orders that have ended, as far as \
        they can still be revised. A newer document that names it (precedingPfIds) replaces it.
        """)

    @Argument(help: "The supplier's document.") var file: String
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "Who enters it.") var by: String
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      let receipt = try await gateway.client.command(try Self.command(file: file, person: by))
      if json {
        return print(String(decoding: try ControlCoding.encoder().encode(receipt), as: UTF8.self))
      }
      print("imported as \(receipt.id)")
      for line in receipt.summary.split(separator: "\n") { print("  \(line)") }
      for warning in receipt.warnings { print("  note: \(warning)") }
    }

    /// The command of the journal.
    static func command(file: String, person: String) throws -> String {
      guard FileManager.default.fileExists(atPath: file) else { throw ValidationError("there is no file \(file)") }
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      var members: [String: JSONValue] = [
        "command": "supplier-footprint", "person": .string(person),
        "file": .string(URL(fileURLWithPath: file).lastPathComponent),
        "file_hash": .string(LedgerHash.hex(LedgerHash.sha256(bytes))),
      ]
      if text.hasPrefix("{") {
        do {
          members["document"] = try JSONValue(parsing: text)
        } catch { throw ValidationError("\(file) is no JSON: \(error)") }
      } else if text.hasPrefix("eyJ") {
        members["credential"] = .string(text)
      } else {
        throw ValidationError("\(file) is neither a ProductFootprint (JSON) nor a credential (JWT)")
      }
      return String(decoding: JSONValue.object(members).canonicalBytes(), as: UTF8.self)
    }
  }

  struct Suppliers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the suppliers' footprints that were imported, and which materials use them.")
    @OptionGroup var gateway: GatewayOptions
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      let table = try await gateway.client.supplierFootprints()
      if json { return print(String(decoding: try ControlCoding.encoder().encode(table), as: UTF8.self)) }
      print(Report.text(table))
    }
  }
}
