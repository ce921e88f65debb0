import Crypto
import Telemetry

/// An Ed25519 key with which a gateway's signatures are checked.
public struct PublicKey: Hashable, Sendable {
  /// 32 bytes.
  public let raw: [UInt8]
  /// SHA-256 of the JSON Web Key's required members (RFC 7638), lower-case hexadecimal: names the key.
  public let fingerprint: String

  public init(raw: [UInt8]) throws(LedgerError) {
    do {
      _ = try Curve25519.Signing.PublicKey(rawRepresentation: raw)
    } catch {
      throw LedgerError("an Ed25519 public key has 32 bytes, not \(raw.count)")
    }
    self.raw = raw
    fingerprint = LedgerHash.hex(LedgerHash.sha256(Self.jwk(raw).canonicalBytes()))
  }

  /// RFC 8037: `{"crv":"Ed25519","kty":"OKP","x":…}`; further members are allowed.
  public init(jwk: JSONValue) throws(LedgerError) {
    guard jwk["kty"] == "OKP", jwk["crv"] == "Ed25519", let x = jwk["x"]?.stringValue, let raw = Base64URL.decode(x)
    else { throw LedgerError("this is no Ed25519 key: a JSON Web Key with kty OKP, crv Ed25519 and x is needed") }
    try self.init(raw: raw)
  }

  /// A JSON Web Key, the 32 bytes in hexadecimal, or its `x` alone.
  public init(text: String) throws(LedgerError) {
    let text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if text.hasPrefix("{") {
      let parsed: JSONValue
      do { parsed = try JSONValue(parsing: text) } catch { throw LedgerError("the key is no JSON: \(error)") }
      try self.init(jwk: parsed)
    } else if let raw = LedgerHash.bytes(hex: text.lowercased()) ?? Base64URL.decode(text) {
      try self.init(raw: raw)
    } else {
      throw LedgerError(
        "\"\(text.prefix(80))\" is no public key; `weir keys show --json` prints one (a JSON Web Key)")
    }
  }

  public var jwk: JSONValue { Self.jwk(raw) }

  private static func jwk(_ raw: [UInt8]) -> JSONValue {
    ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(raw))]
  }

  public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    do {
      return try Curve25519.Signing.PublicKey(rawRepresentation: raw).isValidSignature(signature, for: message)
    } catch {
      // The bytes were a key when this value was made.
      return false
    }
  }
}
