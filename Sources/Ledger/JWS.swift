import Telemetry

/// A JSON Web Signature in compact form (RFC 7515) with Ed25519 (RFC 8037, `alg` EdDSA), over any JSON object: a JWT.
public struct JWS: Hashable, Sendable {
  public let header: JSONValue
  public let payload: JSONValue
  /// Fingerprint of the key that the header names (`kid`).
  public let keyID: String?
  private let signed: [UInt8]
  private let signature: [UInt8]
  public let text: String

  /// Signs a payload. The header is `alg`, `kid` (the key's fingerprint), `typ`, and what `header` adds.
  public init(
    _ payload: JSONValue, type: String = "JWT", header more: [String: JSONValue] = [:], by key: SigningKey
  ) throws(LedgerError) {
    var members = more
    members["alg"] = "EdDSA"
    members["kid"] = .string(key.publicKey.fingerprint)
    members["typ"] = .string(type)
    header = .object(members)
    self.payload = payload
    keyID = key.publicKey.fingerprint
    let head = Base64URL.encode(header.canonicalBytes()) + "." + Base64URL.encode(payload.canonicalBytes())
    signed = Array(head.utf8)
    signature = try key.sign(signed)
    text = head + "." + Base64URL.encode(signature)
  }

  /// Reads one without checking the signature: `isSigned(by:)` does.
  public init(text: String) throws(LedgerError) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let head = Base64URL.decode(parts[0]), let body = Base64URL.decode(parts[1]),
      let signature = Base64URL.decode(parts[2])
    else { throw LedgerError("it is no compact JSON Web Signature (three base64url parts with points between)") }
    do {
      header = try JSONValue(parsing: head)
      payload = try JSONValue(parsing: body)
    } catch { throw LedgerError("the signature's header or payload is no JSON: \(error)") }
    guard header["alg"] == "EdDSA" else {
      throw LedgerError("the signature's algorithm is \(header["alg"]?.canonicalText ?? "not named"), not EdDSA")
    }
    guard header["crit"] == nil else { throw LedgerError("the signature demands extensions (crit) that are not known") }
    keyID = header["kid"]?.stringValue
    signed = Array("\(parts[0]).\(parts[1])".utf8)
    self.signature = signature
    self.text = text
  }

  public func isSigned(by key: PublicKey) -> Bool { key.verifies(signature, of: signed) }

  /// The payload of a text that one of the keys has signed.
  public static func verified(_ text: String, by keys: [PublicKey]) throws(LedgerError) -> JSONValue {
    let jws = try JWS(text: text)
    guard keys.contains(where: { jws.isSigned(by: $0) }) else {
      throw LedgerError("the signature is not by any of the \(keys.count) keys given")
    }
    return jws.payload
  }
}
