import Factors
import Ledger
import Telemetry

/// A product footprint as a verifiable credential: a JWT, signed with the key of the ledger.
///
/// Its subject holds the PACT document with its SHA-256, the ids and hashes of the records that it rests on, the
/// hand-overs of keys, and, where asked for, the proof that each record stands in the ledger (without its contents).
public enum FootprintCredential {
  /// Besides `VerifiableCredential`.
  public static let type = "ProductCarbonFootprint"

  /// A record that the footprint rests on.
  public struct Source: Hashable, Sendable {
    public var id: String
    /// SHA-256 of its body, hexadecimal.
    public var hash: String
    public var proof: LedgerProof?

    public init(id: String, hash: String, proof: LedgerProof? = nil) {
      self.id = id
      self.hash = hash
      self.proof = proof
    }
  }

  /// - Parameter document: a `ProductFootprint` of PACT 3.0 with a validity period.
  public static func sign(
    _ document: JSONValue, sources: [Source], gateway: String, handovers: [String], by key: SigningKey
  ) throws -> String {
    let subject: JSONValue = [
      "id": .string("urn:uuid:\(document["id"]?.stringValue ?? "")"), "type": .string(type), "footprint": document,
      "sha256": .string(hash(document)), "gateway": .string(gateway),
      "handovers": .array(handovers.map { .string($0) }),
      "records": .array(
        sources.map { source in
          var members: [String: JSONValue] = ["id": .string(source.id), "sha256": .string(source.hash)]
          members["proof"] = source.proof?.json
          return .object(members)
        }),
    ]
    return try VerifiableCredential.sign(
      subject: subject, types: [type], id: "urn:uuid:\(FootprintIdentity.uuid(of: subject))",
      issuer: "urn:weir:gateway:\(gateway)",
      validFrom: time(document["created"]) ?? .distantPast, validUntil: time(document["validityPeriodEnd"]), by: key
    ).text
  }

  static func hash(_ document: JSONValue) -> String {
    LedgerHash.hex(LedgerHash.sha256(document.canonicalBytes()))
  }

  private static func time(_ value: JSONValue?) -> Timestamp? { value?.stringValue.flatMap { Timestamp(rfc3339: $0) } }

  // MARK: Checking

  /// What holds.
  public struct Report: Hashable, Sendable {
    public var footprint: JSONValue
    /// Of the key that signed.
    public var fingerprint: String
    public var gateway: String
    public var records: Int
    /// Records whose proof in the ledger holds.
    public var proven: [LedgerProof.Statement]
  }

  /// - Parameters:
  ///   - keys: public keys of the gateway that were received elsewhere.
  ///   - now: the credential must be valid then.
  /// - Throws: `LedgerError` with what does not hold.
  public static func verify(_ text: String, by keys: [PublicKey], at now: Timestamp) throws(LedgerError) -> Report {
    let jws = try JWS(text: text)
    let stated = jws.payload["credentialSubject"]
    let handovers = (stated?["handovers"]?.arrayValue ?? []).compactMap(\.stringValue)
    var trusted: [PublicKey] = []
    for key in keys { trusted += try KeyHandover.keys(trusting: key, through: handovers) }
    guard let signer = trusted.first(where: { jws.isSigned(by: $0) }) else {
      throw LedgerError(
        "it was altered, or it is not signed by the given key nor by one that hand-overs connect with it"
          + (jws.keyID.map { " (it names the key \($0))" } ?? ""))
    }
    let subject = try VerifiableCredential.subject(of: text, by: [signer], at: now)
    guard subject["type"]?.stringValue == type, let footprint = subject["footprint"],
      let records = subject["records"]?.arrayValue
    else { throw LedgerError("it is a credential, but of no product footprint (\(type))") }
    guard subject["sha256"]?.stringValue == hash(footprint) else {
      throw LedgerError("the footprint has another SHA-256 than the credential states")
    }
    let problems = PactValidator.problems(footprint)
    guard problems.isEmpty else {
      throw LedgerError("the footprint breaks the PACT specification: \(problems.joined(separator: "; "))")
    }
    guard subject["id"]?.stringValue == "urn:uuid:\(footprint["id"]?.stringValue ?? "")" else {
      throw LedgerError("the credential's subject is not its footprint")
    }
    var proven: [LedgerProof.Statement] = []
    for record in records {
      guard let id = record["id"]?.stringValue, let hash = record["sha256"]?.stringValue else {
        throw LedgerError("a record is named without id or hash")
      }
      guard let proof = record["proof"] else { continue }
      let statement = try LedgerProof(json: proof).verified(by: signer)
      guard statement.leaf.id == id, LedgerHash.hex(statement.leaf.bodyHash) == hash else {
        throw LedgerError("the proof for \(id) is one for another record or body")
      }
      proven.append(statement)
    }
    return Report(
      footprint: footprint, fingerprint: signer.fingerprint, gateway: subject["gateway"]?.stringValue ?? "",
      records: records.count, proven: proven)
  }
}
