import Crypto
import Telemetry

/// The secret half of a gateway's Ed25519 key. It prints as its fingerprint only.
public struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let key: Curve25519.Signing.PrivateKey
  public let publicKey: PublicKey

  /// A new key from the system's source of randomness.
  public init() throws(LedgerError) {
    key = Curve25519.Signing.PrivateKey()
    publicKey = try PublicKey(raw: Array(key.publicKey.rawRepresentation))
  }

  /// - Parameter secret: 32 bytes.
  public init(secret: [UInt8]) throws(LedgerError) {
    do {
      key = try Curve25519.Signing.PrivateKey(rawRepresentation: secret)
    } catch {
      throw LedgerError("an Ed25519 secret key has 32 bytes")
    }
    publicKey = try PublicKey(raw: Array(key.publicKey.rawRepresentation))
  }

  /// From the text of a key file: a private JSON Web Key (RFC 8037).
  public init(file text: String) throws(LedgerError) {
    let jwk: JSONValue
    do { jwk = try JSONValue(parsing: text) } catch { throw LedgerError("it is no JSON Web Key") }
    guard jwk["kty"] == "OKP", jwk["crv"] == "Ed25519", let secret = jwk["d"]?.stringValue.flatMap(Base64URL.decode)
    else { throw LedgerError("it is no Ed25519 key (a JSON Web Key with kty OKP, crv Ed25519 and d)") }
    try self.init(secret: secret)
    guard try PublicKey(jwk: jwk) == publicKey else { throw LedgerError("its halves d and x do not belong together") }
  }

  /// What a key file holds. Nothing else may ever show it.
  public var fileText: String {
    let jwk: JSONValue = [
      "crv": "Ed25519", "d": .string(Base64URL.encode(Array(key.rawRepresentation))), "kty": "OKP",
      "x": .string(Base64URL.encode(publicKey.raw)),
    ]
    return jwk.canonicalText + "\n"
  }

  /// 64 bytes.
  public func sign(_ message: [UInt8]) throws(LedgerError) -> [UInt8] {
    do { return Array(try key.signature(for: message)) } catch { throw LedgerError("signing failed: \(error)") }
  }

  public var description: String { "signing key \(publicKey.fingerprint.prefix(16))… (secret not shown)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["fingerprint": publicKey.fingerprint]) }
}
