import Telemetry

/// A W3C Verifiable Credential (data model 2.0) as a JWT (`typ` vc+jwt, W3C VC-JOSE-COSE): any JSON subject, signed.
public enum VerifiableCredential {
  public static let type = "vc+jwt"
  static let context: JSONValue = "https://www.w3.org/ns/credentials/v2"

  /// - Parameters:
  ///   - subject: the claims; an object, with an `id` of its own if it has one.
  ///   - types: besides `VerifiableCredential`, for example `ProductCarbonFootprint`.
  ///   - id: URI of the credential.
  ///   - issuer: URI of who signs, for example `urn:weir:gateway:<id>`.
  ///   - validUntil: nil = without end.
  ///   - contexts: JSON-LD contexts besides the standard one.
  public static func sign(
    subject: JSONValue, types: [String], id: String, issuer: String, validFrom: Timestamp,
    validUntil: Timestamp? = nil, contexts: [String] = [], by key: SigningKey
  ) throws(LedgerError) -> JWS {
    var claims: [String: JSONValue] = [
      "@context": .array([context] + contexts.map { .string($0) }), "id": .string(id), "issuer": .string(issuer),
      "type": .array(["VerifiableCredential"] + types.map { .string($0) }),
      "validFrom": .string(validFrom.rfc3339UTC), "credentialSubject": subject,
    ]
    if let validUntil { claims["validUntil"] = .string(validUntil.rfc3339UTC) }
    return try JWS(.object(claims), type: type, header: ["cty": "vc"], by: key)
  }

  /// The subject of a credential that one of the keys has signed and that is valid at a time.
  public static func subject(of text: String, by keys: [PublicKey], at time: Timestamp) throws(LedgerError) -> JSONValue
  {
    let jws = try JWS(text: text)
    guard jws.header["typ"]?.stringValue == type else { throw LedgerError("it is no credential (typ \(type))") }
    let claims = try JWS.verified(text, by: keys)
    guard let subject = claims["credentialSubject"], claims["@context"]?.arrayValue?.first == context,
      claims["type"]?.arrayValue?.contains("VerifiableCredential") == true,
      let from = claims["validFrom"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    else { throw LedgerError("the credential lacks @context, type, validFrom or credentialSubject") }
    guard from <= time else { throw LedgerError("the credential is valid only from \(from.rfc3339UTC)") }
    if let text = claims["validUntil"] {
      guard let until = text.stringValue.flatMap(Timestamp.init(rfc3339:)) else {
        throw LedgerError("the credential's validUntil is no time")
      }
      guard time < until else { throw LedgerError("the credential was valid until \(until.rfc3339UTC)") }
    }
    return subject
  }
}
