import ArgumentParser
import Foundation
import Ledger
import Telemetry

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a ledger, an export or a proof, without a gateway: what was altered, and where.",
    discussion: """
      What is checked may be a store.sqlite (or its data directory, or a copy), an export (what a file destination or \
      `weir export` wrote; several files in the order of their lines), a proof (`weir prove`, `weir carbon prove`), or a \
      credential (a JWT). Every leaf, body and \
      signed head is computed anew. Only a head that was received elsewhere shows that the end was cut off or the whole \
      chain was made anew: give it with --head. Only a key that was received elsewhere shows who signed: give it with \
      --key.
      Exit codes: 0 everything holds, 1 there is damage, 2 it cannot be checked.
      """)

  @Argument(help: "A store.sqlite, a data directory, JSON lines, a proof, or a credential.")
  var paths: [String]
  @Option(
    name: .long,
    help: "A head that was forwarded: a file with records (heads are picked out), or the JSON itself; may be repeated.")
  var head: [String] = []
  @Option(
    name: .long, help: "The gateway's public key, or an older or newer one: a file, a JSON Web Key, or 64 hex digits.")
  var key: String?
  @Flag(
    name: .long,
    help:
      "The lines are what an allow-list lets through: gaps between leaves, and lines that come twice, are no damage.")
  var partial = false
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() throws {
    do {
      var options = LedgerAudit.Options()
      options.isPartial = partial
      options.trustedKey = try key.map(LedgerInput.key)
      options.outsideHeads = try head.flatMap(LedgerInput.heads)
      if let text = try LedgerInput.credential(paths) { return try verifyCredential(text, options) }
      let isSound = try LedgerInput.isProof(paths) ? verifyProof(options) : verifyLedger(options)
      if !isSound { throw ExitCode(1) }
    } catch let code as ExitCode {
      throw code
    } catch {
      Output.error("It cannot be checked: \(error)")
      throw ExitCode(2)
    }
  }

  private func verifyLedger(_ options: LedgerAudit.Options) throws -> Bool {
    let report = try LedgerInput.audit(paths, options)
    print(json ? LedgerText.json(report).canonicalText : LedgerText.page(report, of: paths.joined(separator: ", ")))
    return report.isSound
  }

  private func verifyCredential(_ text: String, _ options: LedgerAudit.Options) throws {
    guard let key = options.trustedKey else {
      throw LedgerError("a credential holds only against a key that was received elsewhere; give it with --key")
    }
    let now = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1000) * 1_000_000)
    do {
      let subject = try VerifiableCredential.subject(of: text, by: [key], at: now)
      print(json ? subject.canonicalText : "THE CREDENTIAL HOLDS\n  \(subject.canonicalText)")
    } catch {
      let answer: JSONValue = ["holds": false, "reason": .string(error.description)]
      print(json ? answer.canonicalText : "THE CREDENTIAL DOES NOT HOLD\n  \(error)")
      throw ExitCode(1)
    }
  }

  private func verifyProof(_ options: LedgerAudit.Options) throws -> Bool {
    guard let key = options.trustedKey else {
      throw LedgerError(
        "a proof holds only against a key that was received elsewhere; give it with --key "
          + "(the gateway's operator prints it with `weir keys show --json`)")
    }
    let text = try String(contentsOfFile: paths[0], encoding: .utf8)
    do {
      let statement = try LedgerProof(json: JSONValue(parsing: text)).verified(by: key)
      print(json ? LedgerText.json(statement).canonicalText : LedgerText.page(statement))
      return true
    } catch let error as LedgerError {
      let answer: JSONValue = ["holds": false, "reason": .string(error.description)]
      print(json ? answer.canonicalText : "THE PROOF DOES NOT HOLD\n  \(error)")
      return false
    }
  }
}
