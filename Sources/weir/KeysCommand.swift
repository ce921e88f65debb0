import ArgumentParser
import Control
import Foundation
import Gateway
import Ledger

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "The keys with which the gateway signs the heads of its ledger.",
    discussion: """
      The key is made at the first start and kept in ledger.key of the data directory, for the gateway's user only. Give \
      partners the public half, and keep a backup of the file where nobody else reads it.
      """, subcommands: [Show.self, Rotate.self], defaultSubcommand: Show.self)

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the public keys with their fingerprints; works without a gateway too.")
    @OptionGroup var gateway: GatewayOptions
    @Flag(name: .long, help: "As JSON, with the hand-overs.") var json = false

    func run() async throws {
      let keys: [LedgerKeyLine]
      do {
        keys = try await gateway.client.ledgerKeys()
      } catch let error where error.isPassing {
        guard FileManager.default.fileExists(atPath: gateway.directory) else { throw error }
        keys = try LedgerArchive(path: gateway.directory).keys()
      }
      try KeysCommand.show(keys, json: json)
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replace the key: the old one signs the new one, and the new one takes over.",
      discussion: """
        Heads and proofs carry the hand-overs, so who trusts the old key trusts the new one too. If the old key may be \
        known to others, tell partners the new fingerprint yourself: a thief could sign a hand-over as well.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Flag(name: .long, help: "As JSON, with the hand-overs.") var json = false

    func run() async throws {
      try KeysCommand.show(try await gateway.client.rotateLedgerKey(), json: json)
    }
  }

  private static func show(_ keys: [LedgerKeyLine], json: Bool) throws {
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(keys), as: UTF8.self))
      return
    }
    guard !keys.isEmpty else { return print("There is no key yet: the gateway makes it at its first start.") }
    for (place, key) in keys.enumerated() {
      let origin =
        key.handover != nil
        ? "handed over by the key before" : place == 0 ? "the first" : "NOT handed over by the key before"
      print("\(key.fingerprint)  since \(key.since)  \(origin)\(key.isInUse ? ", in use" : "")")
      print("  \(try PublicKey(raw: Base64URL.decode(key.key["x"] ?? "") ?? []).jwk.canonicalText)")
    }
  }
}
