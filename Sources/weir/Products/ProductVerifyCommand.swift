import ArgumentParser
import Factors
import Foundation
import Gateway
import Ledger
import Telemetry

extension ProductCommand {
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a footprint that somebody handed out: signature, hash, validity, ledger; needs no gateway.",
      discussion: """
        FILE is what `weir product export` writes: a credential, or a footprint of PACT 3.0, which has no signature. \
        Only a key that was received elsewhere shows who signed: give it with --key.
        Exit codes: 0 it holds, 1 it does not, 2 it cannot be checked.
        """)

    @Argument(help: "A credential (JWT) or a ProductFootprint (JSON).") var file: String
    @Option(
      name: .long,
      help:
        "The gateway's public key: a file (also what `weir keys show --json` prints), a JSON Web Key, or 64 hex digits."
    )
    var key: String?
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() throws {
      let result: FootprintCheck
      do {
        guard FileManager.default.fileExists(atPath: file) else { throw LedgerError("there is no file \(file)") }
        let text = try String(contentsOfFile: file, encoding: .utf8)
          .trimmingCharacters(in: .whitespacesAndNewlines)
        let now = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1000) * 1_000_000)
        result = try FootprintCheck(text, keys: try key.map(LedgerInput.keys), at: now)
      } catch {
        Output.error("It cannot be checked: \(error)")
        throw ExitCode(2)
      }
      print(json ? result.json.canonicalText : result.page)
      switch result.verdict {
      case .holds: return
      case .broken: throw ExitCode(1)
      case .unsigned: throw ExitCode(2)
      }
    }
  }
}

/// What `weir product verify` finds.
struct FootprintCheck {
  enum Verdict: String {
    case holds
    case broken
    /// Nothing is wrong with it, and nothing shows who made it.
    case unsigned
  }

  private(set) var verdict: Verdict
  private var reason: String?
  private var footprint: JSONValue?
  private var report: FootprintCredential.Report?
  private let isCredential: Bool
  private var notes: [String] = []

  /// - Throws: if it is neither of the two kinds of document.
  init(_ text: String, keys: [PublicKey]?, at now: Timestamp) throws {
    isCredential = !text.hasPrefix("{")
    if !isCredential {
      let document = try JSONValue(parsing: text)
      footprint = document
      let problems = PactValidator.problems(document)
      verdict = problems.isEmpty ? .unsigned : .broken
      reason =
        problems.isEmpty
        ? "it keeps the rules of PACT 3.0, but has no signature: anybody can have written it"
        : "it breaks the PACT specification: " + problems.joined(separator: "; ")
    } else {
      let jws = try JWS(text: text)
      footprint = jws.payload["credentialSubject"]?["footprint"]
      guard let keys else {
        throw LedgerError(
          "a credential holds only against a key that was received elsewhere; give it with --key (the gateway's operator "
            + "prints it with `weir keys show --json`)"
            + (jws.keyID.map { ". The credential names the key \($0)" } ?? ""))
      }
      do {
        let found = try FootprintCredential.verify(text, by: keys, at: now)
        report = found
        verdict = .holds
      } catch {
        verdict = .broken
        reason = error.description
      }
    }
    if let end = footprint?["validityPeriodEnd"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }), end <= now {
      notes.append("its validity ended on \(end.rfc3339UTC): ask for a newer one")
    }
    if footprint?["status"] == "Deprecated" { notes.append("it is deprecated: its maker has withdrawn it") }
  }

  var page: String {
    var lines: [String] = []
    switch verdict {
    case .holds: lines.append("THE CREDENTIAL HOLDS")
    case .broken: lines.append(isCredential ? "THE CREDENTIAL DOES NOT HOLD" : "IT IS NO VALID FOOTPRINT")
    case .unsigned: lines.append("UNSIGNED")
    }
    if let reason { lines.append("  \(reason)") }
    if verdict != .broken, let footprint {
      func text(_ value: JSONValue?) -> String { value?.stringValue ?? "unknown" }
      let pcf = footprint["pcf"]
      let ids = (footprint["productIds"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: ", ")
      lines.append(
        "  product    \(text(footprint["productNameCompany"])) (\(ids)) of \(text(footprint["companyName"]))")
      lines.append(
        "  footprint  \(text(pcf?["pcfExcludingBiogenicUptake"])) kgCO2e by \(text(pcf?["declaredUnitAmount"])) "
          + "\(text(pcf?["declaredUnitOfMeasurement"])), primary data \(text(pcf?["primaryDataShare"])) %")
      lines.append("  data of    \(text(pcf?["referencePeriodStart"])) – \(text(pcf?["referencePeriodEnd"]))")
      lines.append("  valid      until \(text(footprint["validityPeriodEnd"]))")
    }
    if let report {
      lines.append("  signed     by the gateway \(report.gateway), key \(report.fingerprint)")
      lines.append("  unaltered  its SHA-256 is the signed one")
      let heads = Set(report.proven.map { $0.head.number }).sorted().map(String.init).joined(separator: ", ")
      lines.append(
        "  ledger     \(report.records) \(report.records == 1 ? "record" : "records"), "
          + (report.proven.isEmpty
            ? "none with a proof" : "\(report.proven.count) proven to stand in the ledger (heads \(heads))"))
    }
    return (lines + notes.map { "  note: \($0)" }).joined(separator: "\n")
  }

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "verdict": .string(verdict.rawValue), "holds": .boolean(verdict == .holds),
      "notes": .array(notes.map { .string($0) }),
    ]
    members["reason"] = reason.map { .string($0) }
    members["footprint"] = verdict == .broken ? nil : footprint
    if let report {
      members["gateway"] = .string(report.gateway)
      members["key"] = .string(report.fingerprint)
      members["records"] = .integer(Int64(report.records))
      members["proven"] = .array(report.proven.map { .string($0.leaf.id) })
    }
    return .object(members)
  }
}
